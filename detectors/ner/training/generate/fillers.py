"""Fills the slots of one text: people and facilities stay the same throughout, all else is drawn anew."""

import random
from collections.abc import Mapping

from detectors.ner.training.generate import dates, facilities, ids, people, places, words
from detectors.ner.training.generate.grammar import TemplateError
from detectors.ner.training.generate.lexicon import lexicon
from detectors.ner.training.generate.lists import Lists
from detectors.ner.training.generate.pieces import Piece, Pieces, marked

# People of a text by letter: patients p q, doctors d e, nurse n, relatives r s, caller or agent c, others t x,
# h k m with Hispanic names for the most part, v and w with names that are ordinary words.
PEOPLE = tuple("pqdenrsctxhkmvw")
KINDS = {"h": "es", "k": "es", "m": "es", "v": "word", "w": "word"}
FACILITIES = tuple("fg")
SHAPES = ("full", "short", "acr")
OWN_DATES = {"dob": "usual", "dobiso": "iso", "dobspoken": "spoken", "dobflat": "flat", "dobmd": "month_day"}
MODIFIERS = ("upper", "lower", "title", "raw")


ALIASES = {"alias": "an unknown patient's name", "script": "a name in another script"}
TABLES: tuple[Mapping[str, object], ...] = (
    *(ALIASES, dates.FILLERS, ids.FILLERS, ids.ANY, places.FILLERS, facilities.FILLERS, words.FILLERS),
)


class Filler:
    """The fillers of one text."""

    def __init__(self, rng: random.Random, lists: Lists) -> None:
        self._rng = rng
        self._lists = lists
        self._people: dict[str, people.Person] = {}
        self._facilities: dict[str, facilities.Facility] = {}

    def fill(self, name: str, modifiers: tuple[str, ...]) -> Pieces:
        """Return the pieces of slot *name*; raise TemplateError when there is no such slot."""
        pieces = self._pieces(name)
        for modifier in modifiers:
            pieces = tuple(_modified(piece, modifier) for piece in pieces)
        return pieces

    def _pieces(self, name: str) -> Pieces:
        head, _, tail = name.partition(".")
        if head in (*PEOPLE, "name") and (tail in people.ATTRIBUTES or tail in OWN_DATES or tail in ("email", "login")):
            return self._of_person(head, tail)
        if head in FACILITIES and tail in SHAPES:
            return self._of_facility(head, tail)
        return self._of_table(name)

    def _of_table(self, name: str) -> Pieces:
        rng, lists = self._rng, self._lists
        if name in ALIASES:
            return marked(rng.choice(lexicon()[name]), "NAME")
        for table in (dates.FILLERS, ids.FILLERS, ids.ANY):
            if name in table:
                return table[name](rng)
        for placed in (places.FILLERS, facilities.FILLERS, words.FILLERS):
            if name in placed:
                return placed[name](rng, lists)
        raise TemplateError(f"no slot {name}")

    def _of_person(self, head: str, tail: str) -> Pieces:
        if head == "name":
            person = people.draw(self._rng, self._lists)
        else:
            if head not in self._people:
                self._people[head] = people.draw(self._rng, self._lists, KINDS.get(head, ""))
            person = self._people[head]
        if tail in people.ATTRIBUTES:
            return people.ATTRIBUTES[tail](self._rng, person)
        if tail in OWN_DATES:
            return marked(self._birthday(person, tail), "DATE")
        login = _login(self._rng, person)
        return marked(login if tail == "login" else f"{login}@{self._rng.choice(ids.HOSTS)}", "ID")

    def _birthday(self, person: people.Person, tail: str) -> str:
        day = dates.birthday(self._rng, person.age)
        if tail == "dobiso":
            return day.isoformat()
        if tail == "dobflat":
            return f"{day:%Y%m%d}"
        if tail == "dobspoken":
            return dates.spoken(self._rng, day)
        if tail == "dobmd":
            return dates.month_day(self._rng, day)
        return dates.usual(self._rng, day)

    def _of_facility(self, head: str, tail: str) -> Pieces:
        if head not in self._facilities:
            kind = "hospital" if head == "f" else ""
            self._facilities[head] = facilities.draw(self._rng, self._lists, kind)
        facility = self._facilities[head]
        text = {"full": facility.full, "short": facility.short, "acr": facility.letters}[tail]
        return marked(text, "FACILITY")


def _login(rng: random.Random, person: people.Person) -> str:
    first = "".join(char for char in person.given.lower() if char.isascii() and char.isalpha()) or "user"
    last = "".join(char for char in person.family.lower() if char.isascii() and char.isalpha()) or "name"
    number = ids.shaped(rng, rng.choice(("", "", "9", "99", "9999")))
    return rng.choice((f"{first}.{last}", f"{first[0]}{last}", f"{first}_{last}", f"{last}{first[0]}", first)) + number


def _modified(piece: Piece, modifier: str) -> Piece:
    if modifier == "raw":
        return Piece(piece.text)
    change = {"upper": str.upper, "lower": str.lower, "title": str.title}[modifier]
    return Piece(change(piece.text), piece.label)


def known(name: str, modifiers: tuple[str, ...] = ()) -> bool:
    """Tell whether a slot of this name and these modifiers exists."""
    head, _, tail = name.partition(".")
    personal = tail in people.ATTRIBUTES or tail in OWN_DATES or tail in ("email", "login")
    return all(modifier in MODIFIERS for modifier in modifiers) and (
        (head in (*PEOPLE, "name") and personal)
        or (head in FACILITIES and tail in SHAPES)
        or any(name in table for table in TABLES)
    )
