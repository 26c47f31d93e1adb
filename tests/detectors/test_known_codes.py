"""Codes, measures and words of formats are left, whoever found them; what looks alike and is somebody's is not."""

import pytest

from detectors.known_codes import is_known_code
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_NAME, _DATE, _ID, _GEO = IdentifierType.NAME, IdentifierType.DATE, IdentifierType.OTHER_ID, IdentifierType.GEO
_PHONE = IdentifierType.PHONE


def _left(marked: str, kind: IdentifierType, recognizer: str = "ner") -> bool:
    start, end = marked.index("⟨"), marked.index("⟩") - 1
    text = marked.replace("⟨", "").replace("⟩", "")
    return is_known_code(text, Span(start, end, kind, 0.6, recognizer))


@pytest.mark.parametrize(
    ("none", "some", "kind"),
    [
        ("SOPClassUID=⟨1.2.840.10008.5.1.4.1.1.2⟩", "uid ⟨1.2.826.0.1.3680043.8.498.77120034⟩", _ID),
        ("KIT ⟨p.D816V⟩ detected", "badge ⟨D816V⟩ of the guard", _ID),
        ("p.(Ser⟨1982⟩fs)", "serial (⟨1982⟩)", _ID),
        ("Growth ⟨US 32⟩ wk", "crash on ⟨US 32⟩ near the mill", _GEO),
        ("3-h ⟨91/178/161/139⟩.", "call ⟨01/23/45/67/89⟩", _PHONE),
        ("3-h 91/178/161/⟨139⟩.", "locker ⟨139⟩", _ID),
        ("at chr17:14,⟨194,598-15⟩,567,589", "at 17 Mill St, ⟨194,598-15⟩,567,589", _ID),
        ("15q11.2(22,⟨770,421-23,277,436)x1⟩;", "15 Main (22,⟨770,421-23,277,436)x1⟩;", _ID),
        ("denied ⟨PR-204⟩", "case ⟨QR-204⟩", _ID),
        ("check ⟨2010AA NM109⟩ of", "check ⟨2010AA 99109⟩ of", _ID),
        ("cron: */⟨10 6-22⟩ * * *", "open ⟨10 6-22⟩ only", _DATE),
        ("CHECK (dob > DATE '⟨1900-01-01⟩')", "dob: ⟨1900-01-01⟩", _DATE),
        ("a ⟨6th⟩-grade version", "seen the ⟨6th⟩ at noon", _DATE),
        ("I'm number ⟨thirty-one⟩.", "she was born in ⟨thirty-one⟩.", _DATE),
        ("plate ⟨VARCHAR⟩(10)", "plate of ⟨Vanchar⟩", _NAME),
        ("⟨Mernber⟩ name: x", "⟨Werner⟩ name: x", _NAME),
        ("⟨S.S.N⟩. 530", "⟨S.T.N⟩. 530", _NAME),
        ("prefix must be ⟨A, B, F⟩, G or M", "spelled ⟨Y, O, H⟩, double N", _NAME),
        ("| user | ⟨GRANT⟩ | src", "| user | ⟨GRANT⟩, CARY | src", _NAME),
        ("what ⟨AUGUSTUS⟩ suggests for triple therapy", "the chart of ⟨AUGUSTUS⟩ Bellweather", _NAME),
        ("his ⟨Parkinson⟩ since 2013", "saw ⟨Parkinson⟩ in clinic", _NAME),
        ("form BIO-12 rev ⟨C⟩", "seen by ⟨C⟩", _NAME),
    ],
)
def test_a_code_is_left_and_its_lookalike_is_not(none: str, some: str, kind: IdentifierType) -> None:
    """Of two spans of one kind only the code is left."""
    assert _left(none, kind)
    assert not _left(some, kind)


def test_a_captioned_number_is_no_claim_code() -> None:
    """What another layer reads behind a caption is never taken for a code of claims."""
    assert not _left("case no ⟨PR-204⟩", _ID, "other_id")


@pytest.mark.parametrize(
    "text",
    ["⟨Wilson⟩'s on 2 L, wife at bedside", "his daughter ⟨LUCY⟩ called about the ride", "seen with ⟨Isa⟩ at noon"],
)
def test_a_name_that_is_also_a_code_is_kept_where_nothing_says_code(text: str) -> None:
    """What is somebody's name as often as an illness, a trial or a segment stays found."""
    assert not _left(text, _NAME)


def test_a_day_by_which_something_is_due_is_a_day() -> None:
    """Benefit periods are counted; days are not."""
    assert not _left("recert due on the ⟨3rd⟩", _DATE)
    assert _left("F2F within 30 days before the ⟨3rd⟩", _DATE)


def test_a_captioned_number_is_no_series_of_results() -> None:
    """Figures between strokes are results, unless a caption says whose number they are."""
    assert _left("sugars ⟨91/178/161/139⟩", _ID)
    assert not _left("acct ⟨912/178/161/139⟩", _ID, "other_id")


def test_days_with_their_article_are_judged_like_days() -> None:
    """An article changes nothing: what counts periods or grades is no day."""
    assert _left("F2F within 30 days before ⟨the 3rd⟩", _DATE)
    assert not _left("recert due on ⟨the 3rd⟩", _DATE)


def test_a_test_that_is_called_like_a_woman() -> None:
    """ANA with its titer is the test, and somebody where none follows; a range of items is no number."""
    assert _left("mutual lupus pt: ⟨ANA⟩ 1:1280, dsDNA 410", _NAME)
    assert not _left("pt: ⟨ANA⟩, 44F, came with her sister", _NAME)
    assert _left("start of care: ⟨M1800-M1860⟩ at the first visit", _ID)
    assert not _left("badge ⟨M1800-K1860⟩ was found", _ID)
