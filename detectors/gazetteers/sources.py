"""Readers of the raw lists: each names its files and yields their entries, in the order of the file."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from detectors.gazetteers.hashing import fold

TABLES = Path(__file__).parent / "tables"

_WORD = re.compile(r"([^\W_]+(?:'(?!s\b)[^\W_]+)*)(?:'s\b)?")
_COMPANY_FORM = frozenset({"llc", "inc", "lp", "llp", "ltd", "corp", "pllc", "pc"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One listed thing: its text and, where the list has one, its share, population or state."""

    text: str
    weight: float = 0.0


def words_in(text: str) -> tuple[str, ...]:
    """Split an entry into folded words, as texts are split: at spaces, hyphens and points, without a possessive.

    >>> words_in("St. Mary's Hospital"), words_in("O'Neill-Baker")
    (('st', 'mary', 'hospital'), ("o'neill", 'baker'))
    """
    return tuple(_WORD.findall(fold(text)))


def table(name: str) -> list[str]:
    """Return the lines of a table of facts."""
    lines = (TABLES / f"{name}.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def read(path: Path) -> str:
    """Return a list's text, whatever its age made of its encoding."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def lines(path: Path) -> Iterator[Entry]:
    """Read one entry a line."""
    return (Entry(line.strip()) for line in read(path).splitlines() if line.strip() and not line.startswith("#"))


def census(path: Path) -> Iterator[Entry]:
    """Read name and share in percent, in columns."""
    for line in read(path).splitlines():
        fields = line.split()
        yield Entry(fields[0], float(fields[1]))


def keys(path: Path) -> Iterator[Entry]:
    """Read the keys of a JSON object."""
    return (Entry(word) for word in json.loads(read(path)))


def column(*names: str, weight: str = "") -> Callable[[Path], Iterator[Entry]]:
    """Return a reader of CSV columns."""

    def rows(path: Path) -> Iterator[Entry]:
        for row in csv.DictReader(io.StringIO(read(path))):
            for name in names:
                if row[name]:
                    yield Entry(row[name], float(row[weight]) if weight else 0.0)

    return rows


def eponyms(path: Path) -> Iterator[Entry]:
    """Read name and count, tab-separated."""
    for line in read(path).splitlines():
        name, _, count = line.partition("\t")
        yield Entry(name, float(count))


def hospital_cities(hospitals: Path, populations: Path) -> dict[tuple[str, ...], int]:
    """Return, for each city with a hospital, how many people live in the ZIP codes of its hospitals."""
    people = zip_populations(populations)
    zips: dict[tuple[str, ...], set[str]] = {}
    for row in csv.DictReader(io.StringIO(read(hospitals))):
        zips.setdefault(words_in(row["City"]), set()).add(row["ZIP Code"])
    return {city: sum(people.get(code, 0) for code in codes) for city, codes in zips.items()}


def zip_populations(path: Path) -> dict[str, int]:
    """Read ZIP code and population."""
    rows = (entry.text.split(",") for entry in lines(path))
    return {code: int(count) for code, count in rows}


def facility_words(name: str) -> tuple[str, ...]:
    """Return the words of a facility's name without its article, remarks in brackets and the company's form."""
    words = words_in(re.sub(r"\([^)]*\)", " ", name))
    while words and words[-1] in _COMPANY_FORM:
        words = words[:-1]
    return words[1:] if words[:1] == ("the",) else words


def unique(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries without repetition, the first of each text."""
    return list({entry.text: entry for entry in reversed(list(entries))}.values())[::-1]
