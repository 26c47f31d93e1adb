"""Why a text's spans are what they are: who found each, what decided, and what became of everything else.

The layers are run one recognizer at a time through the same code that detection runs, and what each says is held
against the analyzer's own answer. No part of an explanation holds text; lists of the customer's are named, never told.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from detectors.analyzer import Analyzer
from detectors.deciding import Decided, Range, Read, decided
from detectors.doubt import settled
from detectors.layers import BatchRecognizer, Layers
from detectors.normalize import Normalized, normalize
from detectors.reading import Clock, read, read_lists
from detectors.recognizer import Passage, Recognizer
from detectors.resolve import resolve, trim
from detectors.segments import Part, parts
from schemas.spans import Span

_WORD = re.compile(r"[^\W_]+")


class Fate(StrEnum):
    """What became of something that a recognizer reported."""

    DECIDED = "decided"  # Type, score and recognizer of the span are its own.
    AGREED = "agreed"  # Covered by a span of the same type.
    OUTRANKED = "outranked"  # Covered by a span of another type.
    VETOED = "vetoed"  # The safe list knows it as no identifier.
    IMPLAUSIBLE = "implausible"  # The second net doubts what the model guessed.
    DOUBTED = "doubted"  # The model is not sure, and nothing surer stands in the text.
    EMPTY = "empty"  # Nothing but punctuation.


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that a recognizer reported, where it stands in the text, and what became of it.

    `by` names who outranked or vetoed it, `why` how.
    """

    span: Span
    layer: str
    fate: Fate
    by: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """One span of the result: its layer, the words and the check that decided, and all that it was made of.

    `remembered_from` says of a span that the memory found where the event had told it.
    """

    span: Span
    layer: str
    words: tuple[Range, ...]
    validator: str | None
    remembered_from: tuple[Range, ...]
    made_of: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The spans of a text, and what was reported and left out of them."""

    spans: tuple[Explained, ...]
    dropped: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class _Report:
    """What a recognizer reported, in the plain text, with the means to ask it again."""

    span: Span
    layer: str
    ask: Read | None = None
    part: Part | None = None
    vetoed_by: str | None = None
    fate: Fate = Fate.DECIDED


@dataclass(frozen=True, slots=True)
class _Texts:
    """A text in plain form, with the way back."""

    normal: Normalized
    passage: Passage

    def range(self, span: Span) -> Range:
        """Return where a span of the plain text stands in the original."""
        return self.normal.original(span.start, span.end)

    def placed(self, span: Span) -> Span | None:
        """Return a span of the plain text where it stands in the original, None where it is but punctuation."""
        trimmed = trim(self.passage.text, span)
        return None if trimmed is None else self.moved(trimmed)

    def moved(self, span: Span) -> Span:
        """Return a span of the plain text where it stands in the original."""
        start, end = self.range(span)
        return replace(span, start=start, end=end)


def explain(analyzer: Analyzer, text: str, hint: str = "") -> Explanation:
    """Return why the analyzer's spans of *text* are what they are."""
    normal = normalize(text)
    texts = _Texts(normal, Passage(normal.text, hint))
    reports = list(_layers(analyzer.layers, texts.passage))
    resolved = resolve(normal.text, [report.span for report in reports if report.vetoed_by is None])
    (first,) = settled([resolved])
    if resolved and not first:
        reports = [
            replace(report, vetoed_by="doubt", fate=Fate.DOUBTED) if report.vetoed_by is None else report
            for report in reports
        ]
    reports += _later(analyzer.layers, texts.passage, first)
    placed = [(report, texts.placed(report.span)) for report in reports]
    counting = [(report, place) for report, place in placed if place is not None and report.vetoed_by is None]
    explained = tuple(
        _explained(analyzer.layers, texts, first, span, [item for item in counting if item[1].overlaps(span)])
        for span in analyzer.analyze(text, hint)
    )
    empty = [Candidate(texts.moved(report.span), report.layer, Fate.EMPTY) for report, place in placed if place is None]
    vetoed = [
        Candidate(place, report.layer, report.fate, report.vetoed_by)
        for report, place in placed
        if place is not None and report.vetoed_by is not None
    ]
    dropped = sorted((*empty, *vetoed), key=lambda one: (one.span.start, one.span.end))
    return Explanation(explained, tuple(dropped))


def _layers(layers: Layers, passage: Passage) -> Iterator[_Report]:
    """Yield what the layers that read the text alone report, each recognizer by itself."""
    pieces = list(parts(passage))
    alone = [("structured", rule, Layers(structured=(rule,))) for rule in layers.structured]
    alone += [("patterns", rule, Layers(patterns=(rule,))) for rule in layers.patterns]
    for name, rule, only in alone:
        for part, spans in zip(pieces, read(only, pieces, Clock()), strict=True):
            yield from (_Report(span, name, _one_by_one(rule), part) for span in part.placed(spans))
    for gazetteer in layers.gazetteers:
        yield from _judged("gazetteers", gazetteer, layers, pieces, Layers(gazetteers=(gazetteer,)))
    for tagger in layers.taggers:
        yield from _judged("taggers", tagger, layers, pieces, Layers(taggers=(tagger,), net=layers.net))


def _judged(
    name: str, rule: BatchRecognizer, layers: Layers, pieces: Sequence[Part], counted: Layers
) -> Iterator[_Report]:
    """Yield what a guessing recognizer reports, and who judged it: the second net, the safe lists."""
    judges = (("second_net", Fate.IMPLAUSIBLE), ("safe_list", Fate.VETOED), ("customer_safe_list", Fate.VETOED))
    vetoed = replace(counted, veto=layers.veto)
    stages = (counted, vetoed, replace(vetoed, safe=layers.safe))
    outcomes = [read(stage, pieces, Clock()) for stage in stages]
    for number, (part, reported) in enumerate(
        zip(pieces, read(Layers(gazetteers=(rule,)), pieces, Clock()), strict=True)
    ):
        for span in reported:
            left = [_in(span, outcome[number]) for outcome in outcomes]
            if None in left:
                by, fate = judges[left.index(None)]
                yield _Report(part.placed((span,))[0], name, rule.recognize_many, part, by, fate)
            else:
                kept = tuple(one for one in left[-1:] if one is not None)
                yield from (_Report(one, name, rule.recognize_many, part) for one in part.placed(kept))


def _covers(known: Span, span: Span) -> bool:
    """Tell whether a span says nothing that is not known as surely."""
    inside = known.start <= span.start and span.end <= known.end
    return inside and known.type is span.type and known.score >= span.score


def _one_by_one(rule: Recognizer) -> Read:
    return lambda passages: [rule.recognize(passage) for passage in passages]


def _in(span: Span, spans: Sequence[Span]) -> Span | None:
    same = (one for one in spans if (one.start, one.end, one.type) == (span.start, span.end, span.type))
    return next(same, None)


def _later(layers: Layers, passage: Passage, first: Sequence[Span]) -> Iterator[_Report]:
    """Yield what memory and lists report once the other layers are resolved."""
    if layers.memory is not None:
        memory = layers.memory.remember([passage], [first])
        news = [span for span in memory.recognize(passage) if not any(_covers(one, span) for one in first)]
        yield from (_Report(span, "memory") for span in news)
    yield from (_Report(span, "lists") for span in read_lists(layers, passage, Clock()))


def _explained(
    layers: Layers, texts: "_Texts", first: Sequence[Span], span: Span, inside: Sequence[tuple[_Report, Span]]
) -> Explained:
    facts = (span.type, span.score, span.recognizer)
    deciding = [item for item in inside if (item[1].type, item[1].score, item[1].recognizer) == facts]
    winner, winning = max(deciding or inside, key=lambda item: len(item[1]))
    because, told = Decided(), list[Range]()
    if winner.ask is not None and winner.part is not None:
        because = _because(winner.ask, winner.part, winner.span)
    elif winner.layer == "memory":
        told = [texts.range(one) for one in first if _tells(layers, texts.passage, one, winner.span)]
    words = tuple(texts.normal.original(*word) for word in because.words)
    made_of = tuple(_candidate(report, place, winner, winning) for report, place in inside)
    return Explained(span, winner.layer, words, because.validator, tuple(told), made_of)


def _because(ask: Read, part: Part, span: Span) -> Decided:
    """Return what decided, in the whole text's offsets."""
    here = replace(span, start=span.start - part.offset, end=span.end - part.offset)
    found = decided(ask, part.passage, here)
    return replace(found, words=tuple((start + part.offset, end + part.offset) for start, end in found.words))


def _tells(layers: Layers, passage: Passage, source: Span, remembered: Span) -> bool:
    """Tell whether the memory knows what it found from that span, elsewhere in the event."""
    known, found = (set(_WORD.findall(passage.text[at.start : at.end].lower())) for at in (source, remembered))
    if layers.memory is None or source.overlaps(remembered) or known.isdisjoint(found):
        return False
    memory = layers.memory.remember([passage], [[source]])
    return any(span.overlaps(remembered) for span in memory.recognize(passage))


def _candidate(report: _Report, place: Span, winner: _Report, winning: Span) -> Candidate:
    if report is winner:
        return Candidate(place, report.layer, Fate.DECIDED)
    fate = Fate.AGREED if place.type is winning.type else Fate.OUTRANKED
    why = "lower_score" if place.score < winning.score else "shorter"
    return Candidate(place, report.layer, fate, winning.recognizer, why if fate is Fate.OUTRANKED else None)
