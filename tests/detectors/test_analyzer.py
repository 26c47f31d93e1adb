"""Test the analyzer: all layers together, and what happens when one fails."""

import dataclasses
import re
import time
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detectors.analyzer import Analyzer
from detectors.gazetteers.lookup import Gazetteers
from detectors.layers import Layers, default_layers
from detectors.memory import Rememberer
from detectors.recognizer import Passage
from schemas.errors import DetectionError, RecognizerTimeout
from schemas.identifiers import IdentifierType
from schemas.spans import Span

TEXT = "Pt Adaeze Okonkwo, MRN 00482917, DOB 03/14/1958, call (212) 555-0147. BP 120/80, metformin 500 mg."


class Pattern:
    """Finds what one pattern matches, as a recognizer or as a tagger."""

    def __init__(self, pattern: str, type_: IdentifierType = IdentifierType.NAME, score: float = 0.9) -> None:
        self.name = "pattern"
        self._pattern = re.compile(pattern)
        self._type, self._score = type_, score

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return the matches."""
        found = self._pattern.finditer(passage.text)
        return [Span(at.start(), at.end(), self._type, self._score, self.name) for at in found]

    def recognize_many(self, passages: Sequence[Passage]) -> Sequence[Sequence[Span]]:
        """Return the matches of each passage."""
        return [self.recognize(passage) for passage in passages]


class Broken(Pattern):
    """Raises with the text in its message."""

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Fail."""
        raise ValueError(passage.text)


class Outside(Pattern):
    """Returns a span that reaches beyond its text."""

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return one code point too much."""
        return [Span(0, len(passage.text) + 1, IdentifierType.NAME, 0.9, self.name)]


class Everything:
    """Vetoes every span."""

    def vetoes_all(self, asked: Sequence[tuple[Passage, Span]]) -> list[bool]:
        """Veto."""
        return [True for _ in asked]


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    """Return the shipped analyzer."""
    return Analyzer.default()


def found(analyzer: Analyzer, text: str, hint: str = "") -> list[str]:
    """Return what is found in a text."""
    return [text[span.start : span.end] for span in analyzer.analyze(text, hint)]


def test_a_prompt_loses_its_identifiers_and_nothing_else(analyzer: Analyzer) -> None:
    """Names, numbers and dates go, doses and blood pressure stay."""
    assert found(analyzer, TEXT) == ["Adaeze Okonkwo", "00482917", "03/14/1958", "(212) 555-0147"]


def test_the_default_is_loaded_once_and_knows_itself(analyzer: Analyzer) -> None:
    """One model a process, with a fingerprint and a self-test."""
    assert Analyzer.default() is analyzer
    assert re.fullmatch(r"[0-9a-f]{32}", analyzer.fingerprint)
    analyzer.self_test()


def test_a_self_test_notices_a_missing_layer() -> None:
    """A detector that finds too little does not start."""
    with pytest.raises(DetectionError):
        Analyzer(Layers(patterns=(Pattern("Adaeze"),))).self_test()


def test_a_self_test_notices_one_that_finds_everything() -> None:
    """A detector that finds everything does not start."""
    every = tuple(Pattern(".+", type_) for type_ in IdentifierType)
    with pytest.raises(DetectionError):
        Analyzer(Layers(patterns=every)).self_test()


@pytest.mark.parametrize("layer", ["structured", "patterns", "gazetteers", "taggers", "lists"])
@pytest.mark.parametrize("broken", [Broken("x"), Outside("x")])
def test_a_layer_that_fails_is_an_error_without_text(layer: str, broken: Pattern) -> None:
    """A failure is never an empty result, and repeats nothing of the text."""
    fields: dict[str, Any] = {layer: (broken,)}
    with pytest.raises(DetectionError) as caught:
        Analyzer(Layers(**fields)).analyze("Adaeze Okonkwo")

    assert "Adaeze" not in f"{caught.value!r} {caught.value} {caught.value.__cause__!r}"
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_deadline_that_has_passed_is_a_timeout(analyzer: Analyzer) -> None:
    """What takes too long is given up, not passed on."""
    with pytest.raises(RecognizerTimeout):
        analyzer.analyze_all([("a text never read before 4711", "")], deadline=time.monotonic() - 1)


def test_texts_of_an_event_share_what_they_tell(analyzer: Analyzer) -> None:
    """A name found once is found alone and in lower case elsewhere in the event."""
    texts = [("Dr. Bogdan Kowalczyk saw her.", ""), ("ok, tell kowalczyk i said thanks", "")]
    spans = analyzer.analyze_all(texts)

    assert [texts[1][0][span.start : span.end] for span in spans[1]] == ["kowalczyk"]


def test_what_one_event_tells_is_forgotten_in_the_next(analyzer: Analyzer) -> None:
    """Nothing of an event changes another one."""
    text = "ok tell xyloquist thanks"
    before = analyzer.analyze(text)
    analyzer.analyze("Dr. Bogdan Xyloquist saw her.")

    assert before == analyzer.analyze(text)


def test_events_read_together_are_read_alike(analyzer: Analyzer) -> None:
    """To read many events at once changes no span, and none of them learns from another."""
    long = " ".join(f"Seen by Dr. Bogdan Kowalczyk on 03/{day:02}/2024." for day in range(1, 29)) * 8
    events = [
        [("Dr. Bogdan Xyloquist saw her.", ""), ("thanks, xyloquist", "")],
        [("ok tell xyloquist thanks", "")],
        [],
        [(long, "note"), ("4711", "mrn"), ("", "")],
    ]

    assert [analyzer.analyze_all(texts) for texts in events] == Analyzer(default_layers()).analyze_events(events)


def test_a_hint_names_the_value(analyzer: Analyzer) -> None:
    """A value under a key is what the key says."""
    assert found(analyzer, "zyx qwv", "patient_name") == ["zyx qwv"]
    assert found(analyzer, "482917", "mrn") == ["482917"]


@pytest.mark.parametrize(
    "text", ["Ad**ae**ze Okonkwo", "Adaeze&nbsp;Okonkwo", "Ad\u200baeze Ok\u043enkw\u043e", r"Ad\u0061eze Okonkwo"]
)
def test_disguised_names_are_found_whole(analyzer: Analyzer, text: str) -> None:
    """Markup, escapes and lookalikes hide nothing, and the span covers them."""
    assert found(analyzer, f"Patient: {text}, seen today") == [text]


def test_only_lists_and_models_are_vetoed() -> None:
    """The safe list has no say over patterns."""
    layers = Layers(
        patterns=(Pattern("Ann"),), gazetteers=(Pattern("Bob"),), taggers=(Pattern("Cyd"),), veto=Everything()
    )

    assert found(Analyzer(layers), "Ann Bob Cyd") == ["Ann"]


def test_rules_give_the_type_and_models_the_cover() -> None:
    """A model that is sure of the wrong type does not win over a rule."""
    layers = Layers(
        patterns=(Pattern("555-0147", IdentifierType.PHONE),),
        taggers=(Pattern("tel 555-0147", IdentifierType.OTHER_ID, 0.99),),
    )
    (span,) = Analyzer(layers).analyze("tel 555-0147")

    assert (span.start, span.end, span.type) == (0, 12, IdentifierType.PHONE)


def test_base64_is_read_by_every_layer(analyzer: Analyzer) -> None:
    """An encoded note is redacted whole."""
    blob = "UGF0aWVudCBBZGFlemUgT2tvbmt3bywgTVJOIDAwNDgyOTE3"

    assert found(analyzer, f"note: {blob} end") == [blob]


def test_an_analyzer_prints_nothing_of_what_it_read(analyzer: Analyzer) -> None:
    """Neither the analyzer nor its memory shows text."""
    analyzer.analyze(TEXT)

    assert "Okonkwo" not in repr(analyzer) + repr(vars(analyzer))


PIECES = st.sampled_from(
    [TEXT, "Patient: Adaeze Okonkwo\n", "\n\n", "a", "**", "&amp;", "\u200b", '{"mrn": "00482917"}', "🙂", " "]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=8))
def test_spans_of_any_text_are_disjoint_and_inside(pieces: list[str]) -> None:
    """Whatever the text, spans come in order, inside it, without overlap, and alike each time."""
    text = "".join(pieces)
    spans = Analyzer.default().analyze(text)
    edges = [edge for span in spans for edge in (span.start, span.end)]

    assert edges == sorted(edges)
    assert not edges or edges[-1] <= len(text)
    assert spans == Analyzer.default().analyze(text)


def test_memory_needs_the_lists() -> None:
    """Layers without a memory find nothing again; with it they do."""
    layers = Layers(patterns=(Pattern("(?<=Dr. )Okonkwo"),))
    text = "Dr. Okonkwo left. okonkwo is back"
    remembering = dataclasses.replace(layers, memory=Rememberer(Gazetteers.load()))

    assert (found(Analyzer(layers), text), found(Analyzer(remembering), text)) == (["Okonkwo"], ["Okonkwo", "okonkwo"])
