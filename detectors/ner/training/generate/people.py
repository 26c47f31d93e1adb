"""People: one person keeps name, sex, age and birthday through a whole text."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from detectors.ner.training.generate import names
from detectors.ner.training.generate.lexicon import lexicon
from detectors.ner.training.generate.lists import Lists
from detectors.ner.training.generate.pieces import Piece, Pieces, marked, plain

FAMILY_FIRST = {"vi", "zh", "ko", "hm"}
SEXES = {
    "f": {"title": ("Ms.", "Mrs.", "Miss", "Ms"), "pro": "she", "obj": "her", "pos": "her", "letter": "F"},
    "m": {"title": ("Mr.", "Mr", "Mister"), "pro": "he", "obj": "him", "pos": "his", "letter": "M"},
}
NOUNS = {"f": ("female", "woman", "lady"), "m": ("male", "man", "gentleman")}


@dataclass(frozen=True, slots=True)
class Person:
    """One person of a text."""

    given: str = field(repr=False)
    middle: str = field(repr=False)
    family: str = field(repr=False)
    nick: str = field(repr=False)
    sex: str
    origin: str
    suffix: str
    age: int

    @property
    def initials(self) -> str:
        """The first letters of given and family name."""
        return self.given[0].upper() + self.family.lstrip("'-. ")[0].upper()


def draw(rng: random.Random, lists: Lists, kind: str = "") -> Person:
    """Return a new person; *kind* is an origin, which most then have, or "word" for names that are ordinary words."""
    source = rng.choices(names.SOURCES, names.SHARES)[0]
    origin = kind
    if kind == "word":
        source, origin = "word", ""
    elif kind and rng.random() < 0.8:
        source = "origin"
    else:
        origin = rng.choice(names.ORIGINS)
    sex = rng.choice("fm")
    return Person(
        given=names.given(rng, lists, sex, source, origin),
        middle=names.given(rng, lists, sex, "mixed" if source == "census" else source, origin),
        family=names.family(rng, lists, source, origin),
        nick=rng.choice(lexicon()["nicknames"]),
        sex=sex,
        origin=origin if source == "origin" else "",
        suffix=rng.choice(lexicon()["suffixes"]) if sex == "m" and rng.random() < 0.08 else "",
        age=rng.choice((rng.randint(1, 17), rng.randint(18, 89), rng.randint(18, 89), rng.randint(50, 89))),
    )


Attribute = Callable[[random.Random, Person], Pieces]


def _with_suffix(person: Person, core: str, joint: str = " ") -> Pieces:
    """Return the name; a numeral belongs to it, "Jr." stands outside the span."""
    if not person.suffix:
        return marked(core, "NAME")
    if "I" in person.suffix:
        return marked(f"{core} {person.suffix}", "NAME")
    return (Piece(core, "NAME"), Piece(f"{joint}{person.suffix}"))


def full(rng: random.Random, person: Person) -> Pieces:
    """Return a whole name in one of its usual forms."""
    first, last, middle = person.given, person.family, person.middle
    roll = rng.random()
    if person.origin in FAMILY_FIRST and roll < 0.3:
        return marked(f"{last} {first}", "NAME")
    if roll < 0.62:
        return _with_suffix(person, f"{first} {last}", rng.choice((" ", ", ")))
    if roll < 0.78:
        return _with_suffix(person, f"{first} {middle[0]}{rng.choice(('.', '.', ''))} {last}", ", ")
    rarer = (f"{first} {middle} {last}", f"{first[0]}. {last}", f"{first[0]}. {middle} {last}", f"{first} {last}")
    return marked(rng.choices((*rarer, f'{first} "{person.nick}" {last}'), (8, 4, 2, 6, 2))[0], "NAME")


def lastfirst(rng: random.Random, person: Person) -> Pieces:
    """Return the family name first, as in lists and records."""
    first, last, middle = person.given, person.family, person.middle
    tail = rng.choice(("", "", "", f" {middle[0]}", f" {middle[0]}.", f" {middle}"))
    return marked(f"{last}{rng.choice((', ', ', ', ', ', ','))}{first}{tail}", "NAME")


def initials(rng: random.Random, person: Person) -> Pieces:
    """Return initials that stand for the person."""
    two = person.initials
    three = two[0] + person.middle[0].upper() + two[1]
    return marked(rng.choice((two, f"{two[0]}.{two[1]}.", f"{two[0]}. {two[1]}.", three)), "NAME")


def spell(rng: random.Random, text: str) -> Pieces:
    """Spell *text* aloud: letters with hyphens, blanks or code words; each letter alone where words stand between."""
    letters = [char for char in text.upper() if char.isalpha()]
    if rng.random() < 0.65 or not letters:
        joint = rng.choice(("-", "-", " ", ", ", ". ", "... "))
        return marked(joint.join(letters), "NAME")
    pieces: list[Piece] = []
    asin = rng.choice((" as in ", " for ", " like "))
    for index, letter in enumerate(letters):
        pieces.append(Piece(letter, "NAME"))
        word = next((w for w in rng.sample(lexicon()["spelling"], 60) if w[0].upper() == letter), "")
        last = index == len(letters) - 1
        pieces.append(Piece((asin + word if word and rng.random() < 0.8 else "") + ("" if last else ", ")))
    return tuple(pieces)


def _relatives(rng: random.Random, person: Person) -> Pieces:
    return marked(rng.choice((person.given, person.given, person.nick)), "NAME")


def _sexed(kind: str) -> Attribute:
    def attribute(rng: random.Random, person: Person) -> Pieces:
        value = SEXES[person.sex][kind]
        return plain(value if isinstance(value, str) else rng.choice(value))

    return attribute


def _hl7(rng: random.Random, person: Person) -> Pieces:
    pieces = [Piece(person.family.upper(), "NAME"), Piece("^"), Piece(person.given.upper(), "NAME")]
    if rng.random() < 0.6:
        pieces += [Piece("^"), Piece(person.middle[0].upper(), "NAME")]
    return tuple(pieces)


ATTRIBUTES: Mapping[str, Attribute] = {
    "full": full,
    "first": lambda _, person: marked(person.given, "NAME"),
    "last": lambda _, person: marked(person.family, "NAME"),
    "mid": lambda _, person: marked(person.middle, "NAME"),
    "mi": lambda _, person: marked(person.middle[0], "NAME"),
    "fl": lambda _, person: marked(f"{person.given} {person.family}", "NAME"),
    "nick": lambda _, person: marked(person.nick, "NAME"),
    "call": _relatives,
    "lastfirst": lastfirst,
    "initials": initials,
    "ini": lambda _, person: marked(person.initials, "NAME"),
    "one": lambda _, person: marked(person.given[0].upper(), "NAME"),
    "lastone": lambda _, person: marked(person.initials[-1], "NAME"),
    "init": lambda _, person: marked(person.given[0].upper() + ".", "NAME"),
    "firstinit": lambda _, person: marked(f"{person.given} {person.family[0].upper()}.", "NAME"),
    "initlast": lambda _, person: marked(f"{person.given[0]}. {person.family}", "NAME"),
    "spellfirst": lambda rng, person: spell(rng, person.given),
    "spelllast": lambda rng, person: spell(rng, person.family),
    "hl7": _hl7,
    "title": _sexed("title"),
    "pro": _sexed("pro"),
    "obj": _sexed("obj"),
    "pos": _sexed("pos"),
    "sex": _sexed("letter"),
    "noun": lambda rng, person: plain(rng.choice(NOUNS[person.sex])),
    "gender": lambda _, person: plain(NOUNS[person.sex][0]),
    "age": lambda _, person: plain(str(person.age)),
}
