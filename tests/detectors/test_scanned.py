"""Test the reading of scanned words and numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.scanned import unscan


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("9O2 W Ma1n", "902 W Main"),
        ("TEL 5O9-555-Ol39", "TEL 509-555-0139"),
        ("DATE: O2/l8/2O26", "DATE: 02/18/2026"),
        ("MCCUL1OUGH", "MCCULLOUGH"),
        ("Ta1iesin Wh1tef0rd", "Taliesin Whiteford"),
        ("P0licy UN-OO44l8", "Policy UN-004418"),
        ("h4ck3r", "hacker"),
        ("0RTH0 & Sp0rts", "ORTHO & Sports"),
        ("P1ain Mac|aren", "Plain Maclaren"),
        ("Re1ease: Gr!mes, Steph@nie, Bhatt@ 2", "Release: Grimes, Stephanie, Bhatta 2"),
        ("Th1s NOTlCE", "This NOTICE"),
        ("Garza-0choa", "Garza-Ochoa"),
    ],
)
def test_scanned_words_and_numbers_are_read(text: str, plain: str) -> None:
    """A digit among letters is a letter, a letter among digits is a digit."""
    assert plain == unscan(text)


@pytest.mark.parametrize(
    "text",
    [
        "H1N1 CYP2C19 p53 B12 A1c T2DM IL-6 L5-S1 covid19 mp3",
        "SpO2 98% on O2, 2l of it, 10l",
        "uuid 3f0a1bcd-aa10-4b1c, abc1de0f",
        "user1, v1.0.1, S26-1184, 5days, 3yr, 1st",
        "kaylee_22 a1b@example.org https://example.org/a1bcd",
        "username: d4n13l_q, login m4r1g0ld, password P4ssw0rd",
        "plain words and 12/31/2020",
        "Yes|no, Wow!so, Sam@host, PhD, MclNN, 0mg, 0units",
    ],
)
def test_what_is_written_so_stays(text: str) -> None:
    """Genes, viruses, volumes, hex, names that somebody chose, addresses and versions are no scans."""
    assert text == unscan(text)


@given(st.text(st.sampled_from("aBlO01 35-./xyzZ\n"), max_size=60))
def test_every_code_point_stays_in_its_place(text: str) -> None:
    """Spans of the reading are spans of the text."""
    plain = unscan(text)

    assert len(plain) == len(text)
    assert all(old == new or old.isalnum() for old, new in zip(text, plain, strict=True))
