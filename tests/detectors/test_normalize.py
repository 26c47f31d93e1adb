"""Test normalisation and its way back to the original."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.normalize import Normalized, normalize
from schemas.identifiers import IdentifierType
from schemas.spans import Span

ODD = st.text(
    st.one_of(
        st.sampled_from('aбоJo5 *_&;#<>b/\\"u004anx-‘–\u200b\u00ad\u0301ﬁＡ５…½\U000e0041\u2028\xa0'),
        st.characters(codec="utf-8"),
    ),
    max_size=60,
)


def covered(text: str, plain: str) -> str:
    """Return what of the original stands for *plain* in its normalised form."""
    normal = normalize(text)
    start = normal.text.index(plain)
    return text[slice(*normal.original(start, start + len(plain)))]


@pytest.mark.parametrize(
    ("text", "plain", "original"),
    [
        ("seen by J\u200bo\u200bh\u200bn.", "John", "J\u200bo\u200bh\u200bn"),
        ("Sm\u00adith", "Smith", "Sm\u00adith"),
        ("J\u043ehn Sm\u0456th", "John Smith", "J\u043ehn Sm\u0456th"),
        (
            "tel \uff15\uff15\uff15\uff0d\uff10\uff11\uff12\uff13",
            "555-0123",
            "\uff15\uff15\uff15\uff0d\uff10\uff11\uff12\uff13",
        ),
        ("tel ٥٥٥-٠١٢٣", "555-0123", "٥٥٥-٠١٢٣"),
        ("Jose\u0301 Nun\u0303ez", "José Nuñez", "Jose\u0301 Nun\u0303ez"),
        ("\U0001d409\U0001d428\U0001d421\U0001d427", "John", "\U0001d409\U0001d428\U0001d421\U0001d427"),
        ("ﬁona", "fiona", "ﬁona"),
        ("O’Brien", "O'Brien", "O’Brien"),
        ("2024–03–04", "2024-03-04", "2024–03–04"),
        ("John\u00a0Smith", "John Smith", "John\u00a0Smith"),
        ("**Jo**hn Smith", "John Smith", "Jo**hn Smith"),
        ("__Jo__ and ~~Ann~~", "Jo and Ann", "Jo__ and ~~Ann"),
        ("*Smith*", "Smith", "Smith"),
        ("<b>Jo</b>hn", "John", "Jo</b>hn"),
        ("John&nbsp;Smith", "John Smith", "John&nbsp;Smith"),
        ("&#74;ohn", "John", "&#74;ohn"),
        ("&amp;#x4A;ohn", "John", "&amp;#x4A;ohn"),
        (r"\u004aohn", "John", r"\u004aohn"),
        (r"\ud83d\ude00!", "😀!", r"\ud83d\ude00!"),
        (r'{"a":"Smith\nMRN 5"}', "Smith\nMRN", r"Smith\nMRN"),
        (r'{"a":"{\"b\":\"Jo\\u0068n\"}"}', "John", r"Jo\\u0068n"),
        ("Dear Mar=C3=ADa,", "María", "Mar=C3=ADa"),
        ("MRN 00912=\n88 of", "0091288", "00912=\n88"),
        (r"john\_doe@example.org", "john_doe@example.org", r"john\_doe@example.org"),
        (
            "".join(chr(0xE0000 + ord(char)) for char in "John"),
            "John",
            "".join(chr(0xE0000 + ord(char)) for char in "John"),
        ),
    ],
)
def test_disguises_become_plain_and_map_back(text: str, plain: str, original: str) -> None:
    """A disguised word is read plainly, and its range covers the disguise."""
    assert original == covered(text, plain)


@pytest.mark.parametrize(
    "text",
    [
        "plain text, 5 * 3 = 15 and 2*3*4",
        "* a list item\n* another",
        "SSN ***-**-1234",
        "snake_case_name and a__b__c",
        r"C:\notes\tom.txt is a path",
        "NM1*IL*1*QUILL*TOBY*A***MI*W2209~REF*SY**123**X~",
        "a=3D; b=20\nPASSWORD=\nHOST=x",
        '"C:\\notes\\tom.txt" is a path',
        "AT&T; & so on",
        "10³ cells, ½ tablet, m²",
        "Росс Иванов и Smith",
        "陈丽华",
        "β-blocker",
        "a < b > c",
    ],
)
def test_what_is_no_disguise_stays(text: str) -> None:
    """Lists, masks, snake case, paths, powers and other scripts are left as they are."""
    assert text == normalize(text).text


def test_plain_ascii_is_the_same_object_without_a_map() -> None:
    """The common case costs nothing."""
    text = "Nothing to see here."
    normal = normalize(text)

    assert normal.text is text
    assert normal.starts is None


@given(ODD)
def test_ranges_lie_in_the_original_and_keep_its_order(text: str) -> None:
    """Every code point comes from a range of the original, and ranges never go backwards."""
    normal = normalize(text)
    ranges = [normal.original(at, at + 1) for at in range(len(normal.text))]

    assert all(0 <= start < end <= len(text) for start, end in ranges)
    assert ranges == sorted(ranges)


@given(ODD)
def test_the_whole_text_is_covered_but_for_what_was_dropped_at_its_ends(text: str) -> None:
    """A span over everything that remains covers every letter and digit of the original, unless markup held it."""
    normal = normalize(text)
    if not normal.text:
        return
    start, end = normal.original(0, len(normal.text))
    outside = text[:start] + text[end:]

    assert not any(char.isdigit() for char in outside)


@given(ODD, st.data())
def test_restored_spans_cover_what_the_plain_ones_cover(text: str, data: st.DataObject) -> None:
    """Going back loses no letter or digit of a span."""
    normal = normalize(text)
    if not normal.text:
        return
    start = data.draw(st.integers(0, len(normal.text) - 1))
    end = data.draw(st.integers(start + 1, len(normal.text)))
    restored = normal.restored(text, (Span(start, end, IdentifierType.NAME, 0.5, "test"),))
    low, high = normal.original(start, end)
    inside = {at for span in restored for at in range(span.start, span.end)}

    assert all(at in inside for at in range(low, high) if text[at].isalnum()) or normal.starts is None


def test_an_edit_that_overlaps_an_earlier_one_does_not_count() -> None:
    """Edits never tear each other."""
    assert Normalized("abcdef").edited([(0, 3, "x"), (2, 4, "y")]).text == "xdef"


def test_a_normalised_text_prints_nothing_of_it() -> None:
    """Text never stands in a repr."""
    assert "Smith" not in repr(normalize("**Smith**"))


def test_a_share_is_no_escape() -> None:
    """A network path between quotes keeps its backslashes, whatever letter follows them."""
    path = r'"img": "\\nas7\new\ria.bmp"'

    assert path == normalize(path).text
