"""Test credentials, pictures of a face, and lookalikes of our tokens."""

import pytest

from detectors.patterns.credentials import CredentialRecognizer
from detectors.patterns.lookalike import LookalikeRecognizer
from detectors.patterns.photo import PhotoRecognizer
from tests.detectors.patterns.reading import read

CREDENTIALS = CredentialRecognizer()
PHOTOS = PhotoRecognizer()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("key AKIAIOSFODNN7EXAMPLE leaked", ["AKIAIOSFODNN7EXAMPLE"]),
        ("password: Tr0ub4dor&3", ["Tr0ub4dor&3"]),
        ("my pin is 4471", ["4471"]),
        ("postgres://app:s3cr3t-x@db.example.org/ehr", ["app", "s3cr3t-x"]),
        ('{"client_secret": "abc-EXAMPLE-9"}', ["abc-EXAMPLE-9"]),
        ("Sig: take one tablet; token economy; pass 2 stools; PIN: n/a", []),
    ],
)
def test_credentials(text: str, expected: list[str]) -> None:
    """Secrets are covered by form, key or sentence; the words alone stay."""
    assert expected == read(CREDENTIALS, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("selfie IMG_12.jpg attached", ["IMG_12.jpg"]),
        ("face before: a.png and b.png", ["a.png", "b.png"]),
        ("wound photo IMG_2210.jpg, heel ulcer", []),
        ("ecg_12lead.pdf, logo.svg", []),
    ],
)
def test_photos(text: str, expected: list[str]) -> None:
    """A file is covered where it shows a face, not where it shows a wound or a tracing."""
    assert expected == read(PHOTOS, text)


@pytest.mark.parametrize(
    "text",
    [
        "phi_name_ca_bcdfghjklmnpqrstvwxz",
        "PHI_NAME_CA_BCDFGHJKLMNPQRSTVWXZ",
        "[phi_date_ca_bcdfghjklmnpqrstvwxz 2024]",
        "phi-ssn-ra-bcdfghjklmnp",
    ],
)
def test_lookalikes_are_covered_whole(text: str) -> None:
    """What resembles a token goes, brackets and remainder included, in any case."""
    assert [text] == read(LookalikeRecognizer(), text)
