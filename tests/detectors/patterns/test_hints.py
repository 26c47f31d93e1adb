"""Test what keys say of their values, and labels that hide identifiers."""

import pytest

from detectors.patterns.hints import KeyHintRecognizer, classify
from detectors.patterns.keyvalue import KeyValueRecognizer
from detectors.patterns.structured import holds_structured
from schemas.identifiers import IdentifierType
from tests.detectors.patterns.reading import read

HINTS = KeyHintRecognizer()


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        ("patient.name", IdentifierType.NAME),
        ("patientname", IdentifierType.NAME),
        ("birth_date", IdentifierType.DATE),
        ("medicalrecordnumber", IdentifierType.MRN),
        ("billing_zip", IdentifierType.GEO),
        ("fecha de nacimiento", IdentifierType.DATE),
        ("callbackDigits", IdentifierType.PHONE),
        ("home_phone.local", IdentifierType.PHONE),
        ("fax.formatted", IdentifierType.FAX),
        ("number.local", None),
        ("line", None),
        ("tool.name", None),
        ("name", None),
        ("model", None),
        ("status", None),
        ("updated", None),
    ],
)
def test_classify(hint: str, expected: IdentifierType | None) -> None:
    """A key names an identifier in any spelling; names of tools and models do not."""
    assert expected == classify(hint)


@pytest.mark.parametrize(
    ("hint", "value", "expected"),
    [
        ("mrn", "00418827", ["00418827"]),
        ("patient.name", "Ann Lee", ["Ann Lee"]),
        ("age", "93", ["93"]),
        ("age", "67", []),
        ("dob", "1961", []),
        ("dob", "19610509", ["19610509"]),
        ("license_plate", "KRB 447", ["KRB 447"]),
        ("city", "Dunmore", ["Dunmore"]),
        ("address.state", "PA", []),
        ("phone", "null", []),
        ("mrn", "pending", []),
    ],
)
def test_hinted_values(hint: str, value: str, expected: list[str]) -> None:
    """The whole value goes that its key names; statuses, years and ages under 90 stay."""
    assert expected == read(HINTS, value, hint)


def test_keys_inside_a_text() -> None:
    """Pieces of JSON, query strings and XML name their values too."""
    text = '{"member_id": "W2284", "tier": 3} x=1&mrn=4471&tab=2 <vin>1M8GDM9AXKP042788</vin>'

    assert ["W2284", "4471", "1M8GDM9AXKP042788"] == read(KeyValueRecognizer(), text)


@pytest.mark.parametrize(
    "label",
    [
        "gpt-4o-2024-08-06",
        "chatcmpl-AbC123",
        "us-east-1",
        "claude-3-5-sonnet-20241022",
        "req_011CSHoEeqs5C35K2UUqR7Fy",
        "anthropic.claude-v2:1",
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "1fe0da17-3b68-4086-9e7d-9437e6840eb9",
        "1731000000",
    ],
)
def test_plain_labels_pass(label: str) -> None:
    """Names of models, regions, request and trace ids hold no identifier."""
    assert not holds_structured(label)


@pytest.mark.parametrize(
    "label",
    [
        "ann.lee@example.org",
        "req-123-45-6789",
        "call_212-555-0142",
        "gw-192.0.2.44",
        "4111111111111111",
        "1M8GDM9AXKP042788",
        "x:1EG4-TE5-MK73",
        "phi_name_ca_bcdfghjklmnpqrstvwxz",
    ],
)
def test_labels_with_an_identifier_are_told(label: str) -> None:
    """An identifier with a form of its own is found inside a label."""
    assert holds_structured(label)
