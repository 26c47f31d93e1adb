"""What may remain of an identifier: the year, three digits, 90+; in doubt nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.gazetteers.lookup import Gazetteers
from schemas.identifiers import IdentifierType
from streams.generalize import Generalizer
from streams.policy import Kept
from tests.streams.vault.fixed import NOVEMBER

IN_2026 = NOVEMBER
KNOWING = Generalizer(lambda zip3: zip3 in ("036", "821"), lambda text: text in ("Springfield", "São Paulo"))
DATE, GEO, AGE = IdentifierType.DATE, IdentifierType.GEO, IdentifierType.AGE


@pytest.mark.parametrize(
    ("value", "year"),
    [
        ("2024-03-04", "2024"),
        ("03/04/2024", "2024"),
        ("March 4th, 2024", "2024"),
        ("March 2024", "2024"),
        ("２０２４-03-04", "2024"),
        ("20240304", "2024"),
        ("20240304103000", "2024"),
        ("20240304103000.123-0500", "2024"),
        ("2024-03-04T20:15:00Z", "2024"),
        ("2024-03-04T2015Z", "2024"),
        ("1937-12-31", "1937"),
        ("1936-12-31", ""),
        ("born 1/2/1850", ""),
        ("March 4", ""),
        ("3/4/24", ""),
        ("5 May 2024 at 2030", ""),
        ("1445-07-12", ""),
        ("12345-6", ""),
        ("1202403045", ""),
    ],
)
def test_the_year_of_a_date(value: str, year: str) -> None:
    """A four-digit year stays where it is beyond doubt and shows no age over 89."""
    assert KNOWING.remainder(DATE, value, IN_2026) == year


@pytest.mark.parametrize(("timestamp", "year"), [(IN_2026, "1937"), (0, "1937"), (10**18, "")])
def test_age_is_counted_from_the_record(timestamp: int, year: str) -> None:
    """The record's own time tells how old a year is; one without a time counts as the oldest there can be."""
    assert KNOWING.remainder(DATE, "4 March 1937", timestamp) == year


@given(year=st.integers(1800, 2099), month=st.integers(1, 12), day=st.integers(1, 28))
def test_no_year_shows_an_age_over_89(year: int, month: int, day: int) -> None:
    """Whatever the date, a year that remains is at most 89 years before the record's."""
    shown = KNOWING.remainder(DATE, f"{month}/{day}/{year}", IN_2026)

    assert shown == ("" if year < 2026 - 89 else str(year))


@pytest.mark.parametrize(
    ("value", "zip3"),
    [
        ("02139", "021"),
        ("02139-1234", "021"),
        ("021391234", "021"),
        ("０２１３９", "021"),
        ("03601", ""),
        ("82190-0001", ""),
        ("2139", ""),
        ("12 Example Street", ""),
        ("Boston 02139", ""),
        ("K1A 0B1", ""),
        ("٠٢١٣٩", ""),
    ],
)
def test_three_digits_of_a_zip(value: str, zip3: str) -> None:
    """A ZIP code alone keeps three digits, unless its area is restricted."""
    assert KNOWING.remainder(GEO, value, IN_2026) == zip3


def test_without_a_list_every_area_is_restricted() -> None:
    """Nobody who knows the areas: no digits."""
    assert Generalizer().remainder(GEO, "02139", IN_2026) == ""


@pytest.mark.parametrize(
    ("value", "category"),
    [
        ("94", "90+"),
        ("ninety-four", "90+"),
        ("94 years", "90+"),
        ("101", "90+"),
        ("1931", "90+"),
        ("89", ""),
        ("1990", ""),
        ("94 and 12", ""),
    ],
)
def test_the_category_of_an_age(value: str, category: str) -> None:
    """An age over 89 becomes 90+; a number that is none stays without."""
    assert KNOWING.remainder(AGE, value, IN_2026) == category


@given(
    value=st.text(max_size=20),
    type_=st.sampled_from([type_ for type_ in IdentifierType if type_ not in (DATE, GEO, AGE)]),
)
def test_nothing_remains_of_the_others(value: str, type_: IdentifierType) -> None:
    """Only dates, places and ages have a part that may stand."""
    assert KNOWING.remainder(type_, value, IN_2026) == ""


@pytest.mark.parametrize(
    ("value", "kept", "stays"),
    [
        ("Springfield", {Kept.TOWN}, True),
        (" Springfield ", {Kept.TOWN}, True),
        ("São Paulo", {Kept.TOWN}, True),
        ("Springfield", {Kept.ZIP}, False),
        ("Springfield General Hospital", {Kept.TOWN, Kept.ZIP}, False),
        ("02139", {Kept.ZIP}, True),
        ("02139-1234", {Kept.ZIP}, True),
        ("02139", {Kept.TOWN}, False),
        ("12 Example Street", {Kept.TOWN, Kept.ZIP}, False),
        ("42.36, -71.05", {Kept.TOWN, Kept.ZIP}, False),
    ],
)
def test_what_a_limited_data_set_keeps(value: str, kept: set[Kept], stays: bool) -> None:
    """Listed towns and whole ZIP codes stay, by policy; everything else does not."""
    assert KNOWING.keeps(frozenset(kept), value) is stays


@pytest.fixture(scope="module")
def listed() -> Generalizer:
    """Return a generalizer over the shipped gazetteers."""
    return Generalizer.of(Gazetteers.load())


@pytest.mark.parametrize(
    ("value", "stays"),
    [
        ("Springfield", True),
        ("New York", True),
        ("SAN FRANCISCO", True),
        ("12 Main Street", False),
        ("Main Street", False),
        ("Springfield Medical Center", False),
        ("Massachusetts General Hospital", False),
        ("Xqzzvtown", False),
        ("Springfield Xqzzv", False),
        ("", False),
    ],
)
def test_listed_towns(listed: Generalizer, value: str, stays: bool) -> None:
    """A place that the gazetteers list as a town in all its words is one; streets and facilities are not."""
    assert listed.keeps(frozenset({Kept.TOWN}), value) is stays


@pytest.mark.parametrize(("value", "zip3"), [("02139", "021"), ("03601", ""), ("82190", "")])
def test_listed_areas(listed: Generalizer, value: str, zip3: str) -> None:
    """The shipped list of restricted areas is the one that counts."""
    assert listed.remainder(GEO, value, IN_2026) == zip3
