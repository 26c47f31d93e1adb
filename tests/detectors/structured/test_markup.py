"""Test XML and C-CDA inside a text."""

import pytest

from detectors.gazetteers.lookup import Gazetteers
from detectors.recognizer import Passage
from detectors.structured.markup import MarkupRecognizer

DOCUMENT = """<recordTarget><patientRole><id root="2.16.840.1.113883.4.1" extension="219-09-9998"/>
<id root="1.2.36" extension="PT0098"/>
<addr use="HP"><streetAddressLine>12 Elm St</streetAddressLine><city>Gunnison</city>
<state>CO</state><postalCode>81230</postalCode></addr><telecom value="tel:+1(555)555-0147" use="HP"/>
<patient><name><prefix>Dr.</prefix><given>Adaeze</given><family>Okonkwo</family></name>
<administrativeGenderCode code="F" codeSystemName="AdministrativeGender"/><birthTime value="19580604"/></patient>
<providerOrganization><name>Twin Forks Clinic</name></providerOrganization></patientRole></recordTarget>
<templateId root="2.16.840.1" extension="2015-08-01"/><code code="48765-2" displayName="Allergies"/>
<low value="201"/>"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            DOCUMENT,
            [
                *("219-09-9998", "PT0098", "12 Elm St", "Gunnison", "81230", "+1(555)555-0147", "Adaeze", "Okonkwo"),
                *("19580604", "Twin Forks Clinic"),
            ],
        ),
        ("<patientId>30058841</patientId><sex>M</sex>", ["30058841"]),
        ("<Patient Name='Adaeze Okonkwo'>", []),
        ("<row patientName='Adaeze Okonkwo' dose='5'>", ["Adaeze Okonkwo"]),
        ("<p>Adaeze</p><b>5</b> if a < b and b > c", []),
        ("<manufacturedMaterial><name>Lisinopril</name></manufacturedMaterial>", []),
        ("<employer>Halloran Roofing</employer>", ["Halloran Roofing"]),
        ("<given>Adaeze", []),
    ],
)
def test_tags_say_what_they_hold(gazetteers: Gazetteers, text: str, expected: list[str]) -> None:
    """Contents and attributes of known tags go; codes, systems, template numbers and plain markup stay."""
    spans = MarkupRecognizer(gazetteers).recognize(Passage(text))

    assert sorted(expected) == sorted(text[span.start : span.end] for span in spans)
