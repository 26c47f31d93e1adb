"""The recognizer over the shipped model."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.ner.recognizer import NerRecognizer
from detectors.ner.tagger import Tagger
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType

RECOGNIZER = NerRecognizer(Tagger.load())


def covered(text: str) -> list[tuple[str, IdentifierType]]:
    """Return what is found in a text."""
    return [(text[span.start : span.end], span.type) for span in RECOGNIZER.recognize(Passage(text))]


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_spans_lie_inside_any_text_and_do_not_change(text: str) -> None:
    """Whatever the text, spans are inside it and the same the second time."""
    spans = RECOGNIZER.recognize(Passage(text))

    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert list(spans) == list(RECOGNIZER.recognize(Passage(text)))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Please summarize the visit of Marguerite Oyelaran, 54F with asthma.", "Marguerite Oyelaran"),
        ("PATIENT: HALVORSEN, BRITTA   DOB 03/04/1961", "HALVORSEN, BRITTA"),
        ("dr. tamsin bexley told me to stop the lisinopril", "tamsin bexley"),
        ("Electronically signed by Rajesh Venkataraman, MD", "Rajesh Venkataraman"),
    ],
)
def test_names_are_found_in_any_case(text: str, name: str) -> None:
    """Every letter of a plain name in a plain place is covered."""
    spans = RECOGNIZER.recognize(Passage(text))
    places = [text.index(name) + place for place, char in enumerate(name) if char.isalpha()]

    assert all(any(span.start <= place < span.end for span in spans) for place in places)
    assert {"ner"} == {span.recognizer for span in spans}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("She lives in Waukesha, Wisconsin with her sister.", "Waukesha"),
        ("Transferred from Larkspur Memorial Hospital last night.", "Larkspur Memorial Hospital"),
    ],
)
def test_places_and_facilities_are_geography(text: str, place: str) -> None:
    """Towns and facilities are found as places."""
    assert (place, IdentifierType.GEO) in covered(text)


@pytest.mark.parametrize(
    "text",
    [
        "Hodgkin lymphoma, Crohn disease and a positive Babinski sign.",
        "Started metformin 500 mg BID; A1c 8.2 %, eGFR 54.",
        "What are the side effects of Humira and Eliquis?",
        "Hope this helps. May cause drowsiness. Will follow up in two weeks.",
    ],
)
def test_eponyms_drugs_and_ordinary_words_are_left(text: str) -> None:
    """What only looks like a name is not touched."""
    assert [] == covered(text)


def test_many_passages_get_what_each_gets_alone() -> None:
    """A batch is only faster."""
    passages = [Passage(text) for text in ("Ms. Ottoline Brandt", "", "no one here", "Dr. Pereira-Quist called")]

    assert [list(RECOGNIZER.recognize(passage)) for passage in passages] == RECOGNIZER.recognize_many(passages)


@pytest.mark.parametrize("text", ["", "  ", "4471123", "03/04/1961", "+1 (555) 555-0199", "\u2022 12 / 7"])
def test_texts_without_a_letter_are_left_to_the_rules(text: str) -> None:
    """Bare numbers carry nothing that a tagger of words could tell."""
    assert [] == covered(text)
