"""Facilities and employers: by pattern and by list, with the short forms and acronyms people use."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from detectors.ner.training.generate import names, places
from detectors.ner.training.generate.lexicon import lexicon
from detectors.ner.training.generate.lists import Lists
from detectors.ner.training.generate.pieces import Pieces, marked
from detectors.ner.training.generate.words import coined

GENERIC = {"hospital", "medical", "center", "health", "system", "the", "of", "and", "&", "at", "inc", "llc", "clinic"}
HEADS = frozenset(
    "St Saint Mt Mount Our Holy Fort Port San Santa Dr Drs Mc Mac Van De La El Los Las New North South East West "
    "Lake Good Sacred Great Upper Lower Big Little Red Blue White Black Golden Silver Sta Nuestra First".split()
)


# Kinds that have names without the usual ending, by the section of what ends them, and how often they do.
ODD = {"clinic": "odd.care", "home": "odd.venue", "other": "odd.venue"}
ODD_SHARE = 0.18


@dataclass(frozen=True, slots=True)
class Facility:
    """One facility of a text: its full name, what people call it, and its letters."""

    full: str = field(repr=False)
    short: str = field(repr=False)
    letters: str = field(repr=False)


def stem(rng: random.Random, lists: Lists) -> str:
    """Return what a facility is called before its type: a saint, a city, a person, something in nature."""
    roll = rng.random()
    if roll < 0.45:
        return rng.choice(lexicon()["fac.nature" if roll < 0.28 else "fac.saint"])
    if roll < 0.65:
        return places.city(rng, lists).name
    if roll < 0.75:
        return places.city(rng, lists).county + rng.choice((" County", ""))
    if roll < 0.9:
        return names.family(rng, lists, rng.choice(("census", "mixed", "origin")), rng.choice(names.ORIGINS))
    if roll < 0.95:
        return f"{names.given(rng, lists, rng.choice('fm'), 'census', '')} {names.family(rng, lists, 'census', '')}"
    return rng.choice(("Dr. ", "Drs. ", "")) + " & ".join(names.family(rng, lists, "census", "") for _ in range(2))


def odd(rng: random.Random, lists: Lists, end: str) -> str:
    """Return a name without the usual ending: a sign's picture, a brand, two words; *end* names a section of ends."""
    words = lexicon()
    head, noun = rng.choice(words["odd.head"]), rng.choice(words["odd.noun"])
    if rng.random() < 0.25:
        head = names.family(rng, lists, rng.choice(("census", "rare", "origin")), rng.choice(names.ORIGINS))
    last = rng.choice(words[end])
    name = rng.choice(
        (f"{head} {noun}", f"{head} {last}", f"{head} {noun} {last}", f"{noun} {last}", f"{noun}'s {last}")
    )
    return f"the {name}" if rng.random() < 0.1 else name


def draw(rng: random.Random, lists: Lists, kind: str = "") -> Facility:
    """Return a facility of *kind*, or of any kind."""
    kind = kind or rng.choice(("hospital", "hospital", "clinic", "clinic", "home", "school", "church", "other"))
    if kind in ODD and rng.random() < ODD_SHARE:
        full = odd(rng, lists, ODD[kind])
    elif kind == "hospital" and rng.random() < 0.4:
        full = rng.choice(lists.hospitals)
    else:
        base = stem(rng, lists)
        full = f"{base} {rng.choice(lexicon()['fac.' + kind])}"
        roll = rng.random()
        if roll < 0.04:
            full = f"{rng.choice(lexicon()['fac.' + kind])} of {base}"
        elif roll < 0.07:
            full = f"{full} at {rng.choice(lexicon()['fac.nature'])}"
        elif roll < 0.09:
            full = f"{full} - {rng.choice(lexicon()['fac.nature'])} Campus"
        elif roll < 0.11:
            full = f"The {full}"
    return Facility(full, _short(rng, full), letters(full))


def _short(rng: random.Random, full: str) -> str:
    """Return the first words of a name, as people shorten it; a first word that cannot stand alone keeps its second."""
    words = [word for word in full.split() if word.lower().strip(",.") not in GENERIC]
    if not words:
        return full
    size = 2 if words[0].rstrip(".") in HEADS or len(words[0]) < 3 else rng.choice((1, 1, 2))
    return " ".join(words[:size]).strip(",-& ") or full


def letters(full: str) -> str:
    """Return the acronym of a facility's name."""
    parts = [
        word
        for word in full.replace("-", " ").split()
        if word[0].isalpha() and word.lower() not in {"of", "the", "and", "at"}
    ]
    text = "".join(word[0].upper() for word in parts)
    return text if 2 <= len(text) <= 6 else text[:4] if len(text) > 6 else full


def employer(rng: random.Random, lists: Lists) -> Pieces:
    """Somebody's employer, a small firm or a large one."""
    words = lexicon()
    roll = rng.random()
    if roll < 0.25:
        name = rng.choice(words["employer.big"])
        if name.startswith("the "):
            return marked(name[4:], "EMPLOYER")
        return marked(name, "EMPLOYER")
    if roll < 0.35:
        return marked(draw(rng, lists).full, "EMPLOYER")
    if roll < 0.55:
        return _odd_employer(rng, lists)
    return marked(f"{stem(rng, lists)} {rng.choice(words['employer.firm'])}", "EMPLOYER")


def _odd_employer(rng: random.Random, lists: Lists) -> Pieces:
    if rng.random() < 0.2:
        return marked(names.family(rng, lists, rng.choice(("census", "rare")), ""), "EMPLOYER")
    return marked(odd(rng, lists, "odd.firm").removeprefix("the "), "EMPLOYER")


def _bare_employer(rng: random.Random, lists: Lists) -> Pieces:
    """Return an employer that is called by a family name alone, by two, or by a word that its founders made up."""
    roll = rng.random()
    if roll < 0.3:
        return marked(coined(rng), "EMPLOYER")
    one = names.family(rng, lists, rng.choice(("census", "rare", "origin", "invented")), rng.choice(names.ORIGINS))
    if roll < 0.8:
        return marked(one + rng.choice(("", "", "'s", "s")), "EMPLOYER")
    joint = rng.choice((" & ", " and ", "-", " "))
    return marked(f"{one}{joint}{names.family(rng, lists, 'census', '')}", "EMPLOYER")


def _odd_place(rng: random.Random, lists: Lists) -> Pieces:
    name = odd(rng, lists, rng.choice(("odd.care", "odd.venue")))
    return marked(name.removeprefix("the "), "FACILITY")


def _of(kind: str) -> Callable[[random.Random, Lists], Pieces]:
    def filler(rng: random.Random, lists: Lists) -> Pieces:
        return marked(draw(rng, lists, kind).full, "FACILITY")

    return filler


def _acronym(rng: random.Random, lists: Lists) -> Pieces:
    known = rng.choice(lexicon()["hosp.acronym"])
    text = known if rng.random() < 0.6 else draw(rng, lists, "hospital").letters
    return marked(text.removeprefix("the "), "FACILITY")


def _clinica(rng: random.Random, lists: Lists) -> Pieces:
    words = lexicon()
    base = rng.choice((rng.choice(words["calle"]), rng.choice(words["fac.saint"]), places.city(rng, lists).name))
    return marked(f"{rng.choice(words['fac.es'])} {base}", "FACILITY")


FILLERS: Mapping[str, Callable[[random.Random, Lists], Pieces]] = {
    "hosp": _of("hospital"),
    "clinic": _of("clinic"),
    "home": _of("home"),
    "school": _of("school"),
    "church": _of("church"),
    "venue": _of("other"),
    "fac": _of(""),
    "hosp.short": lambda rng, lists: marked(draw(rng, lists, "hospital").short, "FACILITY"),
    "clinic.short": lambda rng, lists: marked(draw(rng, lists, "clinic").short, "FACILITY"),
    "home.short": lambda rng, lists: marked(draw(rng, lists, "home").short, "FACILITY"),
    "hosp.acr": _acronym,
    "shelter": lambda rng, _: marked(rng.choice(lexicon()["shelter"]), "FACILITY"),
    "clinic.es": _clinica,
    "odd": _odd_place,
    "emp.odd": _odd_employer,
    "emp.bare": _bare_employer,
    "emp": employer,
    "emp.big": lambda rng, _: marked(rng.choice(lexicon()["employer.big"]).removeprefix("the "), "EMPLOYER"),
    "emp.firm": lambda rng, lists: marked(f"{stem(rng, lists)} {rng.choice(lexicon()['employer.firm'])}", "EMPLOYER"),
}
