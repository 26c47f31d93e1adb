"""Test the sealed lists."""

from pathlib import Path

import pytest

from detectors.recognizer import Passage
from detectors.roster import CustomerSafeList, Reload, SealedList, write_list
from schemas.errors import ConfigError
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SECRET, SALT = b"s" * 32, b"salt"


def sealed(folder: Path, *entries: str) -> SealedList:
    """Return a list that holds *entries*."""
    path = folder / "list"
    write_list(path, entries, SECRET, SALT)
    return SealedList("roster", path, SECRET, IdentifierType.NAME)


def found(roster: SealedList, text: str) -> list[str]:
    """Return what the list finds in a text."""
    return [text[span.start : span.end] for span in roster.recognize(Passage(text))]


@pytest.mark.parametrize(
    "text",
    ["Adaeze Okonkwo came", "ADAEZE  OKONKWO", "adaeze-okonkwo's son", "adaeze\nokonkwo", "Adáeze (Okonkwo)"],
)
def test_an_entry_is_found_however_it_is_written(tmp_path: Path, text: str) -> None:
    """Case, accents, blanks, punctuation and possessive do not count."""
    assert len(found(sealed(tmp_path, "Adaeze Okonkwo"), text)) == 1


def test_only_whole_entries_are_found(tmp_path: Path) -> None:
    """A part of an entry, or an entry inside a word, is not one."""
    assert found(sealed(tmp_path, "Adaeze Okonkwo", "lee"), "Adaeze called; leeward; Okonkwo Adaeze") == []


def test_a_possessive_stays_outside(tmp_path: Path) -> None:
    """The 's belongs to no name."""
    assert found(sealed(tmp_path, "Okonkwo"), "Okonkwo's knee") == ["Okonkwo"]


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    """A new list counts without a restart, once it is asked for, and has another version."""
    roster = sealed(tmp_path, "Okonkwo")
    before = roster.version
    write_list(tmp_path / "list", ["Bjornstad", "Kowalczyk"], SECRET, SALT)
    assert (roster.version, found(roster, "Okonkwo and Bjornstad")) == (before, ["Okonkwo"])

    assert [roster.refresh(), roster.refresh()] == [Reload.CHANGED, Reload.SAME]
    assert found(roster, "Okonkwo and Bjornstad") == ["Bjornstad"]
    assert roster.version != before


def test_a_file_written_again_with_the_same_entries_is_the_same(tmp_path: Path) -> None:
    """What is remembered need not be forgotten for a new date."""
    roster = sealed(tmp_path, "Okonkwo")
    write_list(tmp_path / "list", ["Okonkwo"], SECRET, SALT)

    assert roster.refresh() is Reload.SAME


@pytest.mark.parametrize("damage", ["gone", "torn", "other key", "empty"])
def test_a_broken_file_leaves_the_old_list(tmp_path: Path, damage: str) -> None:
    """It is refused once, however often it is looked at; mended, it counts."""
    path = tmp_path / "list"
    roster = sealed(tmp_path, "Adaeze Okonkwo", "Bjornstad")
    before = roster.version
    whole = path.read_text(encoding="ascii").splitlines(keepends=True)
    if damage == "gone":
        path.unlink()
    elif damage == "other key":
        write_list(path, ["Kowalczyk"], b"t" * 32, SALT)
    else:
        path.write_text("".join((*whole[:1], *whole[2:])) if damage == "torn" else "", encoding="ascii")

    assert [roster.refresh(), roster.refresh()] == [Reload.REFUSED, Reload.SAME]
    assert (roster.version, found(roster, "Bjornstad")) == (before, ["Bjornstad"])
    write_list(path, ["Kowalczyk"], SECRET, SALT)
    assert roster.refresh() is Reload.CHANGED
    assert found(roster, "Bjornstad, Kowalczyk") == ["Kowalczyk"]


def test_the_file_names_nobody(tmp_path: Path) -> None:
    """Only digests lie on disk, and with another secret they are no list."""
    sealed(tmp_path, "Adaeze Okonkwo")

    assert "okonkwo" not in (tmp_path / "list").read_text(encoding="ascii").lower()
    with pytest.raises(ConfigError):
        SealedList("roster", tmp_path / "list", b"t" * 32, IdentifierType.NAME)


@pytest.mark.parametrize("content", ["", "nonsense\n", "phistream-list 1 zz\n", "phistream-list 1 00\nnot digests\n"])
def test_a_broken_file_is_an_error(tmp_path: Path, content: str) -> None:
    """A list that cannot be read never counts as empty."""
    path = tmp_path / "list"
    path.write_text(content, encoding="ascii")
    with pytest.raises(ConfigError):
        SealedList("deny_list", path, SECRET, IdentifierType.OTHER_ID)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    """A list that is configured has to be there."""
    with pytest.raises(ConfigError):
        SealedList("deny_list", tmp_path / "none", SECRET, IdentifierType.OTHER_ID)


@pytest.mark.parametrize("entry", ["", "  ", "x", "a b c d e f g h i"])
def test_an_entry_that_would_find_too_much_is_refused(tmp_path: Path, entry: str) -> None:
    """The error names the line, not the entry."""
    with pytest.raises(ConfigError) as caught:
        write_list(tmp_path / "list", ["Okonkwo", entry], SECRET, SALT)
    assert caught.value.facts == {"line": 2}


@pytest.mark.parametrize(
    ("text", "guess", "vetoed"),
    [
        ("at Mercy Point today", "Mercy Point", True),
        ("at Mercy Point today", "Mercy", True),
        ("at MERCY POINT's desk", "MERCY POINT's", True),
        ("at Mercy Point Denver", "Mercy Point Denver", False),
        ("Ann Mercy Point", "Ann Mercy", False),
        ("at Mercy General", "Mercy", False),
    ],
)
def test_a_safe_entry_vetoes_what_lies_inside_it(tmp_path: Path, text: str, guess: str, vetoed: bool) -> None:
    """A guess that reaches beyond the entry, or stands elsewhere, is left to count."""
    start = text.index(guess)
    span = Span(start, start + len(guess), IdentifierType.GEO, 0.7, "ner")
    safe = CustomerSafeList(sealed(tmp_path, "Mercy Point"))

    assert safe.vetoes_all(
        [(Passage("Mercy Point"), Span(0, 5, IdentifierType.GEO, 0.7, "ner")), (Passage(text), span)]
    ) == [
        True,
        vetoed,
    ]
