"""Test the sealed lists."""

import os
from pathlib import Path

import pytest

from detectors.recognizer import Passage
from detectors.roster import SealedList, write_list
from schemas.errors import ConfigError
from schemas.identifiers import IdentifierType

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
    """A new list counts without a restart."""
    roster = sealed(tmp_path, "Okonkwo")
    assert found(roster, "Okonkwo and Bjornstad") == ["Okonkwo"]

    write_list(tmp_path / "list", ["Bjornstad", "Kowalczyk"], SECRET, SALT)
    os.utime(tmp_path / "list", ns=(1, 1))

    assert found(roster, "Okonkwo and Bjornstad") == ["Bjornstad"]


def test_the_file_names_nobody(tmp_path: Path) -> None:
    """Only digests lie on disk, and another secret finds nothing."""
    sealed(tmp_path, "Adaeze Okonkwo")
    other = SealedList("roster", tmp_path / "list", b"t" * 32, IdentifierType.NAME)

    assert "okonkwo" not in (tmp_path / "list").read_text(encoding="ascii").lower()
    assert found(other, "Adaeze Okonkwo") == []


@pytest.mark.parametrize("content", ["", "nonsense\n", "phistream-list 1 zz\n", "phistream-list 1 00\nnot digests\n"])
def test_a_broken_file_is_an_error(tmp_path: Path, content: str) -> None:
    """A list that cannot be read never counts as empty."""
    path = tmp_path / "list"
    path.write_text(content, encoding="ascii")
    with pytest.raises(ConfigError):
        SealedList("deny_list", path, SECRET, IdentifierType.OTHER_ID).recognize(Passage("Okonkwo"))


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    """A list that is configured has to be there."""
    with pytest.raises(ConfigError):
        SealedList("deny_list", tmp_path / "none", SECRET, IdentifierType.OTHER_ID).recognize(Passage("Okonkwo"))


@pytest.mark.parametrize("entry", ["", "  ", "x", "a b c d e f g h i"])
def test_an_entry_that_would_find_too_much_is_refused(tmp_path: Path, entry: str) -> None:
    """The error names the line, not the entry."""
    with pytest.raises(ConfigError) as caught:
        write_list(tmp_path / "list", ["Okonkwo", entry], SECRET, SALT)
    assert caught.value.facts == {"line": 2}
