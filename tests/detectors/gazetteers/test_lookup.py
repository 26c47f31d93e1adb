"""What the lists say of words, phrases and ZIP codes."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.gazetteers.hashing import hash_words
from detectors.gazetteers.lookup import DATA, Gazetteers, Phrase, PhraseClass, WordClass
from schemas.errors import ModelUnavailable

_GAZETTEERS = Gazetteers.load()


@pytest.mark.parametrize(
    ("word", "classes"),
    [
        ("Jennifer", WordClass.FIRST | WordClass.FIRST_COMMON),
        ("SMITH", WordClass.SURNAME | WordClass.SURNAME_COMMON),
        ("Núñez", WordClass.SURNAME),
        ("Kowalczyk", WordClass.SURNAME),
        ("grace", WordClass.FIRST | WordClass.NAME_WORD | WordClass.ENGLISH),
        ("Tulsa", WordClass.CITY | WordClass.CITY_LARGE),
        ("Maricopa", WordClass.COUNTY),
        ("Oregon", WordClass.STATE),
        ("TX", WordClass.STATE_CODE),
        ("Canada", WordClass.COUNTRY),
        ("Hanoi", WordClass.FOREIGN_CITY),
        ("hospital", WordClass.FACILITY_HEAD),
        ("metoprolol", WordClass.DRUG),
        ("Xarelto", WordClass.DRUG),
        ("Parkinson", WordClass.EPONYM),
        ("COPD", WordClass.ABBREVIATION),
        ("hemoglobin", WordClass.CLINICAL),
        ("because", WordClass.ENGLISH_COMMON),
        ("org", WordClass.TLD),
        ("Mrs", WordClass.TITLE),
        ("RN", WordClass.CREDENTIAL),
        ("daughter", WordClass.KIN),
        ("Aetna", WordClass.ORGANISATION),
        ("Thursday", WordClass.CALENDAR),
        ("Hmong", WordClass.PEOPLE),
        ("van", WordClass.PARTICLE),
        ("blvd", WordClass.STREET),
    ],
)
def test_words_have_their_classes(gazetteers: Gazetteers, word: str, classes: WordClass) -> None:
    """Each class holds what its lists hold, whatever the case or accents."""
    assert gazetteers.classes(word) & classes == classes


def test_every_class_is_filled() -> None:
    """No list was lost while compiling."""
    manifest = json.loads((DATA / "manifest.json").read_bytes())

    assert {name for name, count in manifest["words"].items() if not count} == set()
    assert {name for name, count in manifest["phrases"].items() if not count} == {"PREFIX"}


@given(st.lists(st.one_of(st.text(max_size=12), st.sampled_from(["Smith's", "Smith-Jones", "O’Brien", "the", "Ana"]))))
def test_list_and_single_look_ups_agree(words: list[str]) -> None:
    """`classes_of` is `classes` of each word."""
    gazetteers = _GAZETTEERS
    clean = [word.replace("\n", " ") for word in words]

    assert gazetteers.classes_of(clean).tolist() == [int(gazetteers.classes(word)) for word in clean]


def test_possessives_and_compounds_have_the_classes_of_their_parts(gazetteers: Gazetteers) -> None:
    """A word that is not listed is what it is made of."""
    assert gazetteers.classes("Whitfield's") == gazetteers.classes("Whitfield")
    assert gazetteers.classes("Whitfield-Okafor") & WordClass.SURNAME


def test_longest_phrase_wins(gazetteers: Gazetteers) -> None:
    """At each word the longest listed phrase is told."""
    phrases = gazetteers.phrases(["in", "Salt", "Lake", "City", "for", "multiple", "sclerosis"])

    assert Phrase(1, 4, PhraseClass.CITY | PhraseClass.CITY_LARGE) in phrases
    assert any(phrase.start == 5 and phrase.classes & PhraseClass.DISEASE for phrase in phrases)


@given(
    st.lists(
        st.sampled_from(["new", "york", "salt", "lake", "city", "of", "the", "mercy", "hospital", "x"]), max_size=15
    )
)
def test_phrases_are_found_alike_one_by_one(words: list[str]) -> None:
    """Matching all words at once and from one word agree."""
    gazetteers = _GAZETTEERS
    hashes = hash_words(words)
    ends, masks = gazetteers.match(hashes)
    single = [gazetteers.match_at(hashes.tolist(), start) for start in range(len(words))]

    assert list(zip(ends.tolist(), masks.tolist(), strict=True)) == single


def test_small_areas_are_restricted(gazetteers: Gazetteers) -> None:
    """The union of the ZIP3 lists is restricted, and so is what no list knows."""
    listed = ["036", "059", "063", "102", "202", "203", "204", "205", "369", "556", "692", "753", "772", "790", "821"]
    listed += ["823", "830", "831", "878", "879", "884", "890", "893"]

    assert all(map(gazetteers.zip3_restricted, listed))
    assert gazetteers.zip3_restricted("000")
    assert gazetteers.zip3_restricted("7x1")
    assert not any(map(gazetteers.zip3_restricted, ["741", "100", "941", "606"]))


def test_zip_codes_exist_or_not(gazetteers: Gazetteers) -> None:
    """A ZIP code exists where the census counted people."""
    assert gazetteers.zip_exists("74103")
    assert not any(map(gazetteers.zip_exists, ["00000", "7410", "741033", "٧٤١٠٣", ""]))


def test_altered_lists_are_refused(tmp_path: Path) -> None:
    """One flipped byte stops the loading."""
    shutil.copytree(DATA, tmp_path / "data")
    path = tmp_path / "data" / "words.bin"
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)

    with pytest.raises(ModelUnavailable):
        Gazetteers.load(tmp_path / "data")


@pytest.mark.parametrize("name", ["manifest.json", "words.bin", "phrases.bin", "zips.bin"])
def test_missing_lists_are_refused(tmp_path: Path, name: str) -> None:
    """A missing file stops the loading."""
    shutil.copytree(DATA, tmp_path / "data")
    (tmp_path / "data" / name).unlink()

    with pytest.raises(ModelUnavailable):
        Gazetteers.load(tmp_path / "data")
