"""The name and place lists that fill slots, read from a folder given as an argument; nothing of them is shipped."""

import csv
import functools
import itertools
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from detectors.ner.training.generate.lexicon import lexicon

ORIGINS = ("cn", "cz", "de", "es", "eus", "fr", "gk", "hi", "ie", "il", "it", "kr", "ne", "pl", "pt", "ru", "uk")
CLEAN = re.compile(r"[^\W\d_]([^\W\d_]|[' -](?=[^\W\d_]))+")


@dataclass(frozen=True, slots=True)
class Weighted:
    """Values with cumulative weights, as random.choices takes them."""

    values: Sequence[str] = field(repr=False)
    cumulative: Sequence[float] = field(repr=False)


@dataclass(frozen=True, slots=True)
class City:
    """A US city, its county and its state, as words and as two letters."""

    name: str
    county: str
    state: str
    code: str


@dataclass(frozen=True, slots=True)
class Lists:
    """Every list the fillers draw from."""

    female: Weighted
    male: Weighted
    surnames: Weighted
    rare_given: tuple[str, ...] = field(repr=False)
    rare_surnames: tuple[str, ...] = field(repr=False)
    by_origin: dict[str, tuple[str, ...]] = field(repr=False)
    cities: tuple[City, ...] = field(repr=False)
    zips: tuple[str, ...] = field(repr=False)
    hospitals: tuple[str, ...] = field(repr=False)
    streets: tuple[str, ...] = field(repr=False)
    conditions: tuple[str, ...] = field(repr=False)
    drugs: tuple[str, ...] = field(repr=False)
    eponyms: tuple[str, ...] = field(repr=False)
    abbreviations: tuple[str, ...] = field(repr=False)
    rare_words: tuple[str, ...] = field(repr=False)


@functools.cache
def load(folder: Path) -> Lists:
    """Read the lists under *folder*; raise FileNotFoundError naming the file that lacks."""
    raw = folder / "raw"
    hospitals, streets = _hospitals(raw)
    given = {name.title() for name in _lines(raw / "phileas_first-names.txt")}
    for name in ("smashew_first_names_all.txt", "smashew_first_names_us.txt"):
        given.update(_lines(raw / name))
    return Lists(
        female=_weighted(raw / "census1990_dist_female_first.txt"),
        male=_weighted(raw / "census1990_dist_male_first.txt"),
        surnames=_weighted(raw / "census1990_dist_all_last.txt", limit=30000),
        rare_given=tuple(sorted(filter(_is_name, given))),
        rare_surnames=tuple(sorted(filter(_is_name, _lines(raw / "smashew_surnames_all.txt")))),
        by_origin={
            origin: tuple(filter(_is_name, _lines(raw / f"smashew_surnames_{origin}.txt"))) for origin in ORIGINS
        },
        cities=_cities(raw / "kelvins_us_cities.csv"),
        zips=tuple(line[:5] for line in _lines(raw / "phileas_zip-code-population.csv") if line[:5].isdigit()),
        hospitals=hospitals,
        streets=streets,
        conditions=tuple(name for name in _lines(folder / "disease_names_medquad_dev.txt") if len(name) < 45),
        drugs=tuple(_lines(folder / "drug_names_medquad_dev.txt")),
        eponyms=tuple(line.split("\t")[0] for line in _lines(folder / "eponym_candidates_dev.tsv")),
        abbreviations=_abbreviations(raw),
        rare_words=_rare_words(raw / "philter_whitelist_plus_fps_091718_nonames.json"),
    )


def _lines(path: Path) -> list[str]:
    if not path.is_file():
        raise FileNotFoundError(f"the folder of lists holds no {path.parent.name}/{path.name}")
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    return [line.strip() for line in text.splitlines() if line.strip() and "\ufffd" not in line]


def _is_name(text: str) -> bool:
    return 1 < len(text) < 24 and CLEAN.fullmatch(text) is not None


def _weighted(path: Path, limit: int = 1 << 30) -> Weighted:
    """Read a census list; the square root of the frequency, so that rare names come up too."""
    values, weights = [], []
    for line in _lines(path)[:limit]:
        name, share, *_ = line.split()
        values.append(recase(name))
        weights.append(math.sqrt(float(share) + 0.0005))
    return Weighted(tuple(values), tuple(itertools.accumulate(weights)))


def recase(name: str) -> str:
    """Return a name written in capitals as it is usually written: "MCDONALD" is "McDonald"."""
    name = re.sub(r"[^\W\d_]+", lambda match: match[0].capitalize(), name)
    return re.sub(r"^Mc([a-z])", lambda match: "Mc" + match[1].upper(), name)


def _cities(path: Path) -> tuple[City, ...]:
    """Return the cities, without those that are called as a state or a country is."""
    rows = list(csv.DictReader(_lines(path)))
    large = {row["STATE_NAME"] for row in rows} | set(lexicon()["country"])
    return tuple(
        City(row["CITY"], row["COUNTY"], row["STATE_NAME"], row["STATE_CODE"])
        for row in rows
        if row["CITY"] not in large
    )


def _abbreviations(raw: Path) -> tuple[str, ...]:
    """Return medical abbreviations, as many look like initials or a hospital's letters."""
    found = {row[0].strip() for path in sorted(raw.glob("abbr_*.csv")) for row in csv.reader(_lines(path)[1:]) if row}
    return tuple(sorted(text for text in found if 1 < len(text) < 9))


def _rare_words(path: Path) -> tuple[str, ...]:
    """Return medical words that are no names."""
    words = json.loads("".join(_lines(path)) or "{}")
    return tuple(sorted(word for word in words if 4 < len(word) < 16 and word.isascii() and word.isalpha()))


def _hospitals(raw: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return hospital names in usual case, and the names of the streets they stand in."""
    names, streets = set(), set()
    for row in csv.DictReader(_lines(raw / "cms_hospital_general_information.csv")):
        names.add(title(row["Facility Name"]))
        if match := re.fullmatch(r"\d+ ([A-Z .]{4,28})", row["Address"]):
            streets.add(title(match[1]))
    names.update(_lines(raw / "phileas_hospitals.txt"))
    return tuple(sorted(names)), tuple(sorted(streets))


def title(name: str) -> str:
    """Return a name in capitals with small joining words and short forms kept."""
    small = {"Of", "And", "The", "At", "For", "In", "De"}
    large = {"LLC", "Inc", "VA", "UPMC", "UCSF", "HCA", "NW", "NE", "SW", "SE", "US", "II", "III"}
    words = []
    for index, word in enumerate(name.split()):
        bare = word.strip(",.()").upper()
        cased = word.upper() if bare in large else recase(word) if word.isupper() else word
        words.append(cased.lower() if index and cased in small else cased)
    return " ".join(words).replace("'S", "'s")
