"""Test what holds for every recognizer of the pattern layer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.patterns.all import pattern_recognizers
from detectors.recognizer import Passage, Recognizer

RECOGNIZERS = [pytest.param(recognizer, id=recognizer.name) for recognizer in pattern_recognizers()]
WORDS = """
    MRN SSN: call fax password born age plate serial no. DOB @ :// # ( ) - / . one two double dash 555-0142 4471 12/3
    2024 IMG_1.jpg face é — 日 ٣ | %20
""".split()
PIECES = (*WORDS, " ", "\n", "X" * 9, "0" * 40, "a" * 60, '{"id": "', "\x00")


@pytest.mark.parametrize("recognizer", RECOGNIZERS)
@settings(max_examples=60, deadline=None)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=30))
def test_spans_lie_inside_and_repeat(recognizer: Recognizer, pieces: list[str]) -> None:
    """Spans lie inside the text, carry the recognizer's name, and the same text gives the same spans."""
    passage = Passage("".join(pieces))
    spans = list(recognizer.recognize(passage))

    assert all(span.end <= len(passage.text) and span.recognizer == recognizer.name for span in spans)
    assert spans == list(recognizer.recognize(passage))


def test_names_are_distinct() -> None:
    """Each recognizer can be told from the others by its name."""
    names = [recognizer.name for recognizer in pattern_recognizers()]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "text",
    [
        "The patient takes metoprolol 25 mg BID and lisinopril 10 mg daily; BP 128/82, HR 72, SpO2 97%.",
        "Glasgow Coma Scale 15, MMSE 28/30, pain 3/10, strength 5/5, vision 20/40 OD.",
        "ICD-10 E11.9, CPT 99213, HCPCS G0439, LOINC 4548-4, NDC 00093-1048-01, SNOMED 73211009.",
        "Use of the model gpt-4o-2024-08-06 with temperature 0.2 and max_tokens 1024.",
        "Call 911 or 988; Poison Control is at 1-800-222-1222.",
        "She is 67 years old, smoked since the 1990s, follow up in 3 weeks, next Tuesday.",
        "Summer 2019, POD 3, hospital day 11, 32w4d, C1D15, 90+ years.",
    ],
)
def test_ordinary_medicine_stays(text: str) -> None:
    """Doses, codes, scores, vital signs, relative dates and model names are no identifiers."""
    passage = Passage(text)

    assert [] == [span for recognizer in pattern_recognizers() for span in recognizer.recognize(passage)]
