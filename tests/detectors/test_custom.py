"""Test the recognizers that settings describe."""

from dataclasses import replace
from typing import get_args

import pytest
from pydantic import ValidationError

from detectors.analyzer import Analyzer
from detectors.checks import CHECKS
from detectors.custom import CustomRecognizer, CustomRule
from detectors.explain import explain
from detectors.layers import Layers
from detectors.proof import Proof
from detectors.recognizer import Passage
from schemas.errors import ConfigError
from schemas.identifiers import IdentifierType
from streams.detection.analyzers import build_analyzer, build_recognizers
from streams.detection.settings import DetectorSettings, Validator
from tests.contracts import recognizer as contract

RULE = CustomRule(
    name="study",
    type=IdentifierType.OTHER_ID,
    pattern=r"ST-[0-9]{4}",
    context=(),
    validator=None,
    score=0.7,
    ignore_case=True,
    whole=True,
    proof=Proof(("ST-0042",), ("ST-042",)),
)


def made(**changes: object) -> CustomRecognizer:
    """Return the recognizer of a rule that differs in some facts."""
    vectors = {field: changes.pop(field) for field in ("examples", "near_misses") if field in changes}
    rule = replace(RULE, **changes, proof=replace(RULE.proof, **vectors))  # type: ignore[arg-type]
    return CustomRecognizer(rule, "detector.recognizers.0")


def found(recognizer: CustomRecognizer, text: str) -> list[str]:
    """Return what is found in a text."""
    return [text[span.start : span.end] for span in recognizer.recognize(Passage(text))]


def test_a_pattern_is_found_wherever_it_stands_alone() -> None:
    """In any case, and never inside a longer word or number."""
    assert ["ST-0042", "st-1234"] == found(made(), "ST-0042, st-1234; BEST-0042 ST-00421")


def test_parts_of_words_count_where_the_rule_says_so() -> None:
    """`whole = false` and `ignore_case = false` do what they say."""
    recognizer = made(whole=False, ignore_case=False)

    assert ["ST-0042", "ST-0043"] == found(recognizer, "BEST-0042 ST-00431 st-0044")


def test_the_group_is_the_value() -> None:
    """What announces a value stays."""
    recognizer = made(
        pattern=r"enrol(?:l?ed|ment) as ([a-z0-9]+-[0-9]+)", examples=("enrolled as ab-7",), near_misses=()
    )

    assert ["kx-12"] == found(recognizer, "She was enrolled as kx-12 in May")


def test_a_word_has_to_stand_near() -> None:
    """Whole words, with any blanks between them, before or behind."""
    recognizer = made(
        pattern="[0-9]{4}",
        context=("study id", "c+b"),
        examples=("study  id 0042", "0042 (C+B)"),
        near_misses=("0042",),
    )

    assert ["0042"] == found(recognizer, "Study_ID: 0042")
    assert [] == found(recognizer, "study idea 0042")
    assert [] == found(recognizer, "study id" + " " * 60 + "0042")


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        ("npi", "1234567893", "1234567894"),
        ("luhn", "79927398713", "79927398714"),
        ("gtin", "00012345600012", "00012345600013"),
        ("vin", "1M8GDM9AXKP042788", "1M8GDM9AXKP042789"),
        ("dea", "AB1234563", "AB1234564"),
        ("iban", "GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 33"),
        ("mod97", "123456789012334", "123456789012335"),
    ],
)
def test_a_check_digit_has_to_fit(check: str, good: str, bad: str) -> None:
    """Every check that settings may name, on a value with its separators."""
    made(pattern="[A-Z0-9][A-Z0-9 ]+[A-Z0-9]", validator=check, examples=(good,), near_misses=(bad,))


def test_settings_know_every_check() -> None:
    """What may be written is what can be run."""
    assert set(CHECKS) == set(get_args(Validator))


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"pattern": "(?=x)a"}, "pattern"),
        ({"pattern": r"(a)\1"}, "pattern"),
        ({"pattern": "a(b"}, "pattern"),
        ({"pattern": "x*"}, "pattern"),
        ({"pattern": "\u3042"}, "pattern"),
        ({"pattern": "[0-9]{2,3}", "examples": ("12",), "near_misses": ()}, ""),
        ({"context": ("\u3042",)}, "context"),
        ({"examples": ("ST-0042", "none")}, "examples.1"),
        ({"near_misses": ("none", "ST-0042")}, "near_misses.1"),
    ],
)
def test_a_rule_that_cannot_be_run_is_refused_by_its_place(changes: dict[str, object], where: str) -> None:
    """Look-around, back references, patterns of nothing, other scripts, doses, and failed proofs."""
    with pytest.raises(ConfigError) as caught:
        made(**changes)

    assert f"detector.recognizers.0.{where}".rstrip(".") == caught.value.facts["setting"]


def test_every_fact_of_a_rule_counts_in_its_digest() -> None:
    """Another detector has another fingerprint; other vectors make no other detector."""
    changes: tuple[dict[str, object], ...] = (
        {},
        {"name": "other"},
        {"type": IdentifierType.MRN},
        {"pattern": "ST-[0-9]{4,4}"},
        {"context": ("study",), "examples": ("study ST-0042",)},
        {"score": 0.8},
        {"ignore_case": False},
        {"whole": False, "near_misses": ()},
    )

    assert len(changes) == len({made(**each).digest for each in changes})
    assert made().digest == made(near_misses=()).digest


def test_custom_recognizers_keep_the_contract() -> None:
    """They are recognizers like all others."""
    recognizer = made(pattern=r"(?:mrn|id)[: #]*([a-z0-9-]+)", context=("patient",), examples=("patient id 7",))
    for sample in contract.SAMPLES:
        contract.check_spans_inside(recognizer, Passage(sample))
        contract.check_same_twice(recognizer, Passage(sample))
    for sample in contract.SAMPLES[3:]:
        contract.check_long_texts(recognizer, sample)
    contract.check_any_text(recognizer)


def test_custom_recognizers_are_read_from_the_settings() -> None:
    """They find, they are explained, and they count in the fingerprint."""
    settings = DetectorSettings.model_validate(
        {"recognizers": [{"name": "sky", "identifier": "DEVICE", "pattern": "sky [a-z]{3}", "examples": ["sky abc"]}]}
    )
    analyzer = build_analyzer(settings)
    text = "the sky xyz was dark"

    assert [(IdentifierType.DEVICE, "custom.sky")] == [(span.type, span.recognizer) for span in analyzer.analyze(text)]
    assert ["patterns"] == [one.layer for one in explain(analyzer, text).spans]
    assert build_analyzer(DetectorSettings()).fingerprint != analyzer.fingerprint


def test_two_recognizers_of_one_name_are_refused() -> None:
    """Spans tell who found them."""
    one = {"name": "study", "identifier": "MRN", "pattern": "sky [a-z]{3}", "examples": ["sky abc"]}
    settings = DetectorSettings.model_validate({"recognizers": [one, one]})

    with pytest.raises(ConfigError) as caught:
        build_recognizers(settings)
    assert "detector.recognizers.1.name" == caught.value.facts["setting"]


def test_an_explanation_names_the_words_of_a_rule() -> None:
    """A custom recognizer is explained like any other: the word and the check without which it would find nothing."""
    rule = made(
        pattern="[0-9]{10}", context=("enrolment",), validator="npi", examples=("enrolment 1234567893",), near_misses=()
    )
    text = "her enrolment was 1234567893 then"
    (explained,) = explain(Analyzer(Layers(patterns=(rule,))), text).spans

    assert (["enrolment"], "npi") == ([text[start:end] for start, end in explained.words], explained.validator)


@pytest.mark.parametrize("word", ["", "#", "id:", " id"])
def test_a_word_begins_and_ends_with_a_letter_or_digit(word: str) -> None:
    """Words are bounded by what is none, so a sign at an edge would never be found."""
    one = {"name": "s", "identifier": "MRN", "pattern": "sky", "examples": ["sky"], "context": [word]}

    with pytest.raises(ValidationError):
        DetectorSettings.model_validate({"recognizers": [one]})
