"""Run the contract of recognizers over every one that is shipped: a new one joins through its layer."""

import functools
from dataclasses import fields
from pathlib import Path

import pytest

from detectors.decode import EncodedRecognizer
from detectors.layers import Layers, default_layers
from detectors.reading import read_text
from detectors.recognizer import Passage, Recognizer
from detectors.roster import SealedList, write_list
from schemas.identifiers import IdentifierType
from tests.contracts import recognizer as contract


@functools.cache
def shipped() -> tuple[Recognizer, ...]:
    """Return every recognizer of every layer."""
    layers = default_layers()
    found: list[Recognizer] = []
    for field in fields(Layers):
        value = getattr(layers, field.name)
        if isinstance(value, tuple):
            found += [item for item in value if hasattr(item, "recognize")]
    return (*found, EncodedRecognizer(functools.partial(read_text, Layers(patterns=layers.patterns))))


NAMES = [recognizer.name for recognizer in shipped()]


@pytest.fixture(params=range(len(NAMES)), ids=NAMES)
def recognizer(request: pytest.FixtureRequest) -> Recognizer:
    """Return one recognizer after the other."""
    number: int = request.param
    return shipped()[number]


@pytest.fixture
def roster(tmp_path: Path) -> Recognizer:
    """Return a sealed list with one name."""
    path = tmp_path / "roster"
    write_list(path, ["Adaeze Okonkwo"], b"k" * 32, b"salt")
    return SealedList("roster", path, b"k" * 32, IdentifierType.NAME)


def test_names_are_unique() -> None:
    """Spans tell who found them."""
    assert len(NAMES) == len(set(NAMES))


@pytest.mark.parametrize("hint", contract.HINTS)
def test_spans_lie_inside_the_text(recognizer: Recognizer, hint: str) -> None:
    """No span reaches beyond its text, under any hint."""
    for sample in contract.SAMPLES:
        contract.check_spans_inside(recognizer, Passage(sample, hint))


def test_the_same_text_gives_the_same_spans(recognizer: Recognizer) -> None:
    """A recognizer remembers nothing that changes its answer."""
    for sample in contract.SAMPLES:
        contract.check_same_twice(recognizer, Passage(sample))


def test_any_text_is_read(recognizer: Recognizer) -> None:
    """Odd Unicode, torn formats and random text raise nothing."""
    contract.check_any_text(recognizer)


@pytest.mark.parametrize("number", range(3, len(contract.SAMPLES)))
def test_long_texts_take_linear_steps(recognizer: Recognizer, number: int) -> None:
    """No input makes a recognizer run away."""
    contract.check_long_texts(recognizer, contract.SAMPLES[number])


def test_nothing_is_printed(recognizer: Recognizer, capfd: pytest.CaptureFixture[str]) -> None:
    """Text goes nowhere but into spans."""
    for sample in contract.SAMPLES:
        recognizer.recognize(Passage(sample))
    assert capfd.readouterr() == ("", "")


def test_a_recognizer_prints_no_text(recognizer: Recognizer) -> None:
    """What a recognizer keeps does not show in its repr."""
    recognizer.recognize(Passage("Patient: Adaeze Okonkwo, MRN 00482917"))

    assert "Okonkwo" not in repr(recognizer)
    assert "00482917" not in repr(vars(recognizer)) if hasattr(recognizer, "__dict__") else True


def test_a_sealed_list_keeps_the_contract(roster: Recognizer) -> None:
    """The customer's lists are recognizers like all others."""
    for sample in contract.SAMPLES:
        contract.check_spans_inside(roster, Passage(sample))
        contract.check_same_twice(roster, Passage(sample))
    contract.check_any_text(roster)
