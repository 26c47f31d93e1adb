"""Test Presidio's recognizers in our place for them."""

from dataclasses import replace

import pytest

from detectors.analyzer import Analyzer
from detectors.explain import explain
from detectors.layers import Layers
from detectors.presidio import PresidioRecognizer, PresidioRule
from detectors.proof import Proof
from detectors.recognizer import Passage
from schemas.errors import ConfigError, DetectionError
from schemas.identifiers import IdentifierType
from streams.detection.analyzers import build_analyzer
from streams.detection.settings import DetectorSettings
from tests.contracts import recognizer as contract

pytest.importorskip("presidio_analyzer", reason="the extra `presidio` is not installed")

BADGE = PresidioRule(
    name="badge",
    path="tests.detectors.foreign.BadgeRecognizer",
    options={},
    entities={"BADGE": IdentifierType.OTHER_ID},
    least_score=0.5,
    proof=Proof(("BDG-0042",), ("BDG-42",)),
)
ODD = PresidioRule(
    "odd", "tests.detectors.foreign.OddRecognizer", {}, {"ODD": IdentifierType.DEVICE}, 0.5, Proof(("odd",))
)
SHIPPED = PresidioRule(
    "passport",
    "presidio_analyzer.predefined_recognizers.CreditCardRecognizer",
    {},
    {"CREDIT_CARD": IdentifierType.ACCOUNT},
    0.5,
    Proof(("card 4111 1111 1111 1111",), ("card 4111 1111 1111 1112",)),
)


def made(rule: PresidioRule, **changes: object) -> PresidioRecognizer:
    """Return the recognizer of a rule that differs in some facts."""
    return PresidioRecognizer(replace(rule, **changes), "detector.presidio.0")  # type: ignore[arg-type]


def test_entities_become_spans() -> None:
    """Those that are mapped, from the least score on, and never an empty one."""
    (span,) = made(ODD).recognize(Passage("an odd one"))

    assert (3, 6, IdentifierType.DEVICE, 1.0, "presidio.odd") == (
        span.start,
        span.end,
        span.type,
        span.score,
        span.recognizer,
    )


def test_a_shipped_recognizer_is_run_by_its_path() -> None:
    """With Presidio's own validation of what it finds."""
    text = "pay with 4111-1111-1111-1111 now"

    assert ["4111-1111-1111-1111"] == [text[s.start : s.end] for s in made(SHIPPED).recognize(Passage(text))]


def test_arguments_are_handed_on() -> None:
    """A recognizer may be made in many ways."""
    recognizer = made(BADGE, options={"prefix": "QX"}, proof=Proof(("QX-1234",)))

    assert [] == list(recognizer.recognize(Passage("BDG-1234")))
    assert recognizer.digest != made(BADGE).digest


def test_what_fails_or_leaves_out_is_an_error_without_text() -> None:
    """Presidio goes on with less where a pattern takes too long; here that is no answer."""
    recognizer = made(ODD)
    for text in ("slow Adaeze", "fail Adaeze"):
        with pytest.raises(DetectionError) as caught:
            recognizer.recognize(Passage(text))

        assert "Adaeze" not in f"{caught.value!r} {caught.value} {caught.value.__cause__!r}"
    assert 1 == len(recognizer.recognize(Passage("odd")))


def test_its_log_lines_go_nowhere(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    """They may hold text."""
    with pytest.raises(DetectionError):
        made(ODD).recognize(Passage("slow Adaeze"))

    assert ("", "", []) == (*capfd.readouterr(), caplog.records)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"path": "tests.detectors.foreign.Nothing"}, "recognizer"),
        ({"path": "nowhere.at.All"}, "recognizer"),
        ({"path": "pathlib.Path"}, "recognizer"),
        ({"path": "tests.detectors.foreign.Brittle"}, ""),
        ({"options": {"nonsense": 1}}, ""),
        ({"entities": {"NONE": IdentifierType.MRN}}, "entities.NONE"),
        ({"proof": Proof(("BDG-0042", "none"))}, "examples.1"),
        ({"proof": Proof(("BDG-0042",), ("BDG-0043",))}, "near_misses.0"),
    ],
)
def test_a_rule_that_cannot_be_run_is_refused_by_its_place(changes: dict[str, object], where: str) -> None:
    """No such class, none of Presidio's, one that cannot be made, an unknown entity, a failed proof."""
    with pytest.raises(ConfigError) as caught:
        made(BADGE, **changes)

    assert f"detector.presidio.0.{where}".rstrip(".") == caught.value.facts["setting"]
    assert "Adaeze" not in str(caught.value)


@pytest.mark.parametrize("rule", [BADGE, SHIPPED], ids=["own", "shipped"])
def test_presidio_recognizers_keep_the_contract(rule: PresidioRule, capfd: pytest.CaptureFixture[str]) -> None:
    """They are recognizers like all others."""
    recognizer = made(rule)
    for sample in contract.SAMPLES:
        contract.check_spans_inside(recognizer, Passage(sample))
        contract.check_same_twice(recognizer, Passage(sample))
    for sample in contract.SAMPLES[3:]:
        contract.check_long_texts(recognizer, sample)
    contract.check_any_text(recognizer)
    assert ("", "") == capfd.readouterr()


@pytest.mark.parametrize(("guesses", "layer"), [(False, "patterns"), (True, "taggers")])
def test_presidio_recognizers_are_read_from_the_settings(guesses: bool, layer: str) -> None:
    """They know, or they guess; they are explained, and they count in the fingerprint."""
    one = {
        "name": "odd",
        "recognizer": "tests.detectors.foreign.OddRecognizer",
        "entities": {"ODD": "NAME"},
        "guesses": guesses,
        "examples": ["odd"],
    }
    analyzer = build_analyzer(DetectorSettings.model_validate({"presidio": [one]}))
    made_of = [item.layer for each in explain(analyzer, "the odd hour").spans for item in each.made_of]
    dropped = [item.layer for item in explain(analyzer, "the odd hour").dropped]

    assert [layer] == made_of + dropped
    assert build_analyzer(DetectorSettings()).fingerprint != analyzer.fingerprint


def test_layers_take_a_presidio_recognizer_as_it_is() -> None:
    """An analyzer needs nothing of the settings."""
    spans = Analyzer(Layers(patterns=(made(BADGE),))).analyze("seen BDG-0042 there")

    assert [(5, 13)] == [(span.start, span.end) for span in spans]
