"""Test forms and key-value lines."""

import pytest

from detectors.gazetteers.lookup import Gazetteers
from detectors.recognizer import Passage
from detectors.structured.forms import FormRecognizer
from detectors.structured.headings import Heading, heading_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Patient: John Smith DOB: 1/2/58 MRN: 555\nProvider: Dr. A. Kowalski, MD",
            ["John Smith", "1/2/58", "A. Kowalski"],
        ),
        ("PATIENT NAME: VANDERHEIDE, PETRONELLA J   SEX: F", ["VANDERHEIDE, PETRONELLA J"]),
        ("Name:\nAda Obi\nAddress:\n12 Elm St, Reno, NV 89501", ["Ada Obi", "12 Elm St", "Reno", "89501"]),
        ("SURGEON: H. Lindqvist  ASSIST: P. Okonjo  ANES: M. Tran", ["H. Lindqvist", "P. Okonjo", "M. Tran"]),
        ("Employer: Halloran & Sons Roofing   Occupation: roofer", ["Halloran & Sons Roofing"]),
        ("patient: marisol ortiz", ["marisol ortiz"]),
        ("Emergency contact: Xóchitl Ibarra-Quiñones (sister)", ["Xóchitl Ibarra-Quiñones"]),
        ("From: Front desk\nTo: Kwame Asante\nCc: billing", ["Kwame Asante"]),
        ("Facility: Twin Forks Med Ctr, Room 5", ["Twin Forks Med Ctr"]),
        ("Address: 12 Elm St. Apt 4, Bellingham, WA 98225. Lives alone", ["12 Elm St. Apt 4", "Bellingham", "98225"]),
        ("Paciente: Evaristo Domínguez\nFecha de nacimiento: 3/4/50", ["Evaristo Domínguez", "3/4/50"]),
        ("Attending............ Priya Raghunathan", ["Priya Raghunathan"]),
        ("PATlENT: K1MBERLEE STAHL-R0J0 D0B 7/7/71", ["K1MBERLEE STAHL-R0J0"]),
        ("Signed by: Nils Aberg, RN", ["Nils Aberg"]),
        ("Age: 94", ["94"]),
        ("Hospital course: uneventful. Family history of patient: none", []),
        ("Patient: reports feeling better. Provider: Emergency Medicine", []),
        ("Nurse: Good. Doctor: Okay, she said so.", []),
        ("PT: 12.1 INR: 1.1, time: 10:30, ratio a:b, https://example.org", []),
        ("DOB: 1958", []),
        ("Employer: none. Facility: see above", []),
        ("Age: 49", []),
    ],
)
def test_captions_say_what_follows(gazetteers: Gazetteers, text: str, expected: list[str]) -> None:
    """The value of a known caption goes, without titles and degrees; remarks, speech and other captions stay."""
    spans = FormRecognizer(gazetteers).recognize(Passage(text))

    assert expected == [text[span.start : span.end].strip() for span in spans]


@pytest.mark.parametrize(("said", "expected"), [("Can I Stop", []), ("OK. Her visit", []), ("Ada Moss.", ["Ada Moss"])])
def test_what_a_physician_says_is_no_value(gazetteers: Gazetteers, said: str, expected: list[str]) -> None:
    """In a conversation what stands behind a speaker is said, and is a name only where it reads as one."""
    text = (
        "Reviewer: And he tried prednisone before this request or did he not?\n"
        f"Physician: {said}\n"
        "Reviewer: Criteria want a diffusing capacity under a given percent of it.\n"
    )
    spans = FormRecognizer(gazetteers).recognize(Passage(text))

    assert expected == [text[span.start : span.end] for span in spans]


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("Patient_Name", Heading.PERSON),
        ("patientId", Heading.MRN),
        ("Member ID #", Heading.PLAN),
        ("Date of Birth", Heading.DATE),
        ("emergencyContactPhone", Heading.PHONE),
        ("Emp1oyer", Heading.EMPLOYER),
        ("orderNumber", Heading.NUMBER),
        ("IP Address", Heading.IP),
        ("user name", Heading.USER),
        ("drugName", None),
        ("model number", None),
        ("history", None),
        ("lotNumber", None),
        ("Hospital course", None),
        ("", None),
    ],
)
def test_headings_are_known_in_every_spelling(text: str, heading: Heading | None) -> None:
    """Case, underscores, humps and owners do not hide what a heading means."""
    assert heading is heading_of(text)
