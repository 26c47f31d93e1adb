"""Test JSON inside a text."""

import pytest

from detectors.gazetteers.lookup import Gazetteers
from detectors.recognizer import Passage
from detectors.structured.fhir import FhirRecognizer
from detectors.structured.json_text import JsonTextRecognizer, objects

PATIENT = """Summarise: {"resourceType": "Patient", "id": "f3b0c442-98fc", "identifier": [{"type": {"coding":
[{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}, "system": "urn:oid:1.2.36",
"value": "00773812"}],
"name": [{"use": "official", "family": "Achterberg", "given": ["Liesel", "Ute"], "prefix": ["Dr."]}],
"telecom": [{"system": "phone", "value": "555-0147"}, {"system": "email", "value": "liesel@example.org"}],
"address": [{"line": ["12 Elm St", "Apt 4"], "city": "Gunnison", "state": "CO", "postalCode": "81230"}],
"managingOrganization": {"reference": "Organization/88123", "display": "Twin Forks Hospital"},
"maritalStatus": {"coding": [{"code": "M", "display": "Married"}]}}"""


def fhir(text: str) -> list[str]:
    """Return what FHIR says of *text*."""
    return [text[span.start : span.end] for span in FhirRecognizer().recognize(Passage(text))]


def test_objects_have_their_path_and_values() -> None:
    """Nested objects, lists and numbers are told apart."""
    read = [inner for inner in objects('{"a": {"b": [1, "c"]}, "d": true}') if inner.leaves]

    assert [(inner.path, [(leaf.key, leaf.text) for leaf in inner.leaves]) for inner in read] == [
        (("a",), [("b", "1"), ("b", "c")]),
        ((), [("d", "true")]),
    ]


@pytest.mark.parametrize("cut", [0, 1, 7])
def test_a_torn_resource_is_read_as_far_as_it_goes(cut: int) -> None:
    """A cut end hides nothing that stands before it."""
    assert {"Achterberg", "Liesel", "Ute", "00773812", "555-0147", "81230"} <= set(fhir(PATIENT[: len(PATIENT) - cut]))


def test_a_resource_keeps_what_identifies_nobody() -> None:
    """States, codes, systems, prefixes and statuses stay."""
    expected = [
        "00773812",
        "12 Elm St",
        "81230",
        "88123",
        "Achterberg",
        "Apt 4",
        "Gunnison",
        "Liesel",
        "Twin Forks Hospital",
    ]

    assert sorted([*expected, "Ute", "555-0147", "liesel@example.org", "f3b0c442-98fc"]) == sorted(fhir(PATIENT))


def test_text_that_is_no_resource_is_not_read() -> None:
    """Other JSON is left to its keys."""
    assert fhir('{"id": "abc-123", "value": "x1"}') == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"patient": {"name": "Adaeze Okonkwo", "age": 44}}', ["Adaeze Okonkwo"]),
        ('{"patient_name": "okonkwo, adaeze", "drug_name": "Ozempic"}', ["okonkwo, adaeze"]),
        ('{"function": {"name": "get_patient"}, "tool": {"name": "Search"}}', []),
        ('{"first": "Adaeze", "last": "Okonkwo"}', ["Adaeze", "Okonkwo"]),
        ('{"first": "page", "next": "page"}', []),
        ("call f({'patient_name': 'Adaeze Okonkwo'})", ["Adaeze Okonkwo"]),
        ('{"provider": "Dr. Nils Aberg, MD", "facility": "Twin Forks Clinic"}', ["Nils Aberg", "Twin Forks Clinic"]),
        ('{"patient": "reports feeling better today", "provider": "n/a"}', []),
        ('{"mrn": 482917, "room": 12, "memberId": "W2277"}', ["482917", "W2277"]),
        ('{"age": 94}', ["94"]),
        ('{"age": 49}', []),
        ('{"city": "Gunnison", "state": "CO", "country": "US"}', ["Gunnison"]),
        ('{"interpreter": "Farsi", "contact": "none"}', []),
    ],
)
def test_keys_say_what_values_are(gazetteers: Gazetteers, text: str, expected: list[str]) -> None:
    """A key, with the one above it, names its value; a value that cannot be one stays."""
    spans = JsonTextRecognizer(gazetteers).recognize(Passage(text))

    assert expected == [text[span.start : span.end] for span in spans]
