"""Texts without an identifier that look as if they had one: eponyms, drugs, organisations, chats, code."""

import json
import random
import re
import string
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from detectors.gazetteers.lookup import Gazetteers, WordClass
from detectors.ner.training.carriers import kept_for_development
from detectors.ner.training.datasets import MASK
from detectors.ner.training.generate.pieces import Example
from detectors.ner.training.values import Values

FRAMES = Path(__file__).parent / "negative_frames.txt"
TABLES = Path(__file__).parents[2] / "gazetteers" / "tables"
WHENS = ("in two weeks", "next Monday", "tomorrow", "PRN", "in 3 months", "after labs", "Friday", "Tuesday morning")
SLOT = re.compile(r"\{(\w|#)\}")
CAPITALISED = re.compile(r"\b[A-Z][a-z]+\b")
MAYBE = WordClass.FIRST | WordClass.SURNAME | WordClass.CITY | WordClass.CITY_PART | WordClass.FOREIGN_CITY


def _number(rng: random.Random) -> str:
    return str(rng.choice((rng.randint(1, 9), rng.randint(1, 99), rng.randint(1, 999), rng.randint(1000, 99999))))


def _catalogue(rng: random.Random) -> str:
    letters = "".join(rng.choices(string.ascii_uppercase, k=rng.randint(1, 3)))
    return rng.choice((f"{letters}{_number(rng)}", f"{letters}-{_number(rng)}", f"{_number(rng)}{letters}"))


UNITS = ("mg", "mcg", "mL", "Fr", "units", "g")
NUMBERS: dict[str, Callable[[random.Random], str]] = {
    "#": _number,
    "I": lambda rng: (
        f"{rng.choice('ABCEGIJKMNRSZ')}{rng.randint(0, 99):02}{rng.choice(('', f'.{rng.randint(0, 999)}'))}"
    ),
    "C": lambda rng: str(rng.randint(10000, 99999)),
    "L": lambda rng: f"{rng.randint(1000, 99999)}-{rng.randint(0, 9)}",
    "X": _catalogue,
    "V": lambda rng: ".".join(str(rng.randint(0, 30)) for _ in range(rng.randint(2, 4))),
    "D": lambda rng: f"{rng.choice((0.5, 1, 2.5, 5, 10, 12.5, 40, 325, 500))} {rng.choice(UNITS)}",
    "T": lambda rng: f"{rng.randint(0, 23):02}{rng.choice((':', ''))}{rng.randint(0, 59):02}",
}


class Negatives:
    """Draws near misses from lists of eponyms, drugs, diseases, organisations and peoples.

    Some eponyms and drugs are made up on the spot, so that what stands beside them has to tell.
    """

    def __init__(self, corpora: Path, values: Values, gazetteers: Gazetteers) -> None:
        lists = corpora / "gazetteers"
        self._values = values
        self._rng: random.Random = values.rng
        self._frames = [line.replace("\\n", "\n") for line in _lines(FRAMES)]
        words = [word.capitalize() for word in _lines(TABLES / "name_words.txt")]
        eponyms = [line.split("\t")[0] for line in _lines(lists / "eponym_candidates_dev.tsv")]
        drugs = _lines(lists / "drug_names_medquad_dev.txt")
        self._slots: dict[str, Sequence[str]] = {
            "e": eponyms + _lines(TABLES / "eponyms.txt"),
            "n": _lines(TABLES / "eponym_nouns.txt"),
            "g": [name.split("(")[0].removesuffix(" Injection").strip() for name in drugs]
            + 3 * _lines(TABLES / "drug_brands.txt"),
            "d": [line for line in _lines(lists / "disease_names_medquad_dev.txt") if len(line) < 45],
            "s": [line.split(",")[0] for line in _lines(TABLES / "states.txt")],
            "c": _lines(TABLES / "countries.txt"),
            "r": _lines(TABLES / "regions.txt"),
            "o": _lines(TABLES / "organisations.txt"),
            "p": _lines(TABLES / "peoples.txt"),
            "a": [*words, *("Hope", "Will", "May", "Grant", "Mark", "Thank", "Art", "Rose", "Green", "Brown", "Gray")],
            "w": WHENS,
            "k": _clinical(lists / "raw", gazetteers),
            "y": [str(year) for year in range(1960, 2027)],
        }

    def draw(self) -> Example:
        """Return one to four lines."""
        lines = self._rng.choices(self._frames, k=self._rng.choice((1, 1, 2, 3, 4)))
        text = self._rng.choice(("\n", " ", " ")).join(lines)
        return Example(SLOT.sub(lambda match: self._fill(match[1]), text), (), "negative")

    def _fill(self, slot: str) -> str:
        roll = self._rng.random()
        if slot in NUMBERS:
            return NUMBERS[slot](self._rng)
        if slot == "k":
            word = self._rng.choice(self._slots["k"])
            return word if roll < 0.4 else word.capitalize() if roll < 0.85 else word.upper()
        if slot == "e" and roll < 0.4:
            return self._values.person().family
        if slot == "g" and roll < 0.15:
            stem = self._values.person().given[:5].rstrip("aeiou")
            return stem + self._rng.choice(("mab", "tinib", "xa", "zole", "vir", "tide", "pril", "statin", "ra", "ya"))
        return self._rng.choice(self._slots[slot])


def _clinical(folder: Path, gazetteers: Gazetteers) -> list[str]:
    """Return words proven no name in clinical notes that are on a list of names all the same."""
    content = json.loads((folder / "philter_whitelist_plus_fps_091718_nonames.json").read_bytes())
    words = sorted(word for word in content if word.isalpha() and len(word) > 2)
    named = WordClass.FIRST | WordClass.SURNAME
    classes = gazetteers.classes_of(words).tolist()
    return [word for word, bits in zip(words, classes, strict=True) if bits & named and bits & WordClass.CLINICAL]


def _lines(path: Path) -> list[str]:
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def chats(corpora: Path, gazetteers: Gazetteers) -> Iterator[Example]:
    """Yield general chats; capitalised words that may be a name or a place are not learnt from."""
    with (corpora / "hh_rlhf" / "text.jsonl").open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            if not kept_for_development(record["id"]):
                yield _masked(record["text"], "chat", gazetteers)


def code(gazetteers: Gazetteers) -> Iterator[Example]:
    """Yield modules of Python's standard library, with the same words masked."""
    for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        yield _masked(path.read_text(encoding="utf-8", errors="replace")[:40_000], "code", gazetteers)


def _masked(text: str, kind: str, gazetteers: Gazetteers) -> Example:
    found = [match for match in CAPITALISED.finditer(text) if match[0] not in {"Human", "Assistant"}]
    classes = gazetteers.classes_of([match[0] for match in found])
    spans = tuple(
        (*match.span(), MASK)
        for match, bits in zip(found, classes.tolist(), strict=True)
        if bits & MAYBE and not bits & WordClass.ENGLISH_COMMON
    )
    return Example(text, spans, kind)
