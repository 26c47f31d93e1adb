"""The safe list: eponyms, drugs, diseases, states and ordinary words that no list and no model may redact."""

import re

from detectors.gazetteers import cues
from detectors.gazetteers import masks as m
from detectors.gazetteers.lookup import Gazetteers, PhraseClass
from detectors.gazetteers.words import Shape, Words, scan
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_BEFORE, _AFTER = 24, 40  # Code points of context; a listed phrase seldom begins further away.
_PAIR = 2
_CERTAIN = 0.75  # A gazetteer recognizer that is so sure has read the context already.
_NAMES_OR_PLACES = frozenset({IdentifierType.NAME, IdentifierType.GEO})
_TITLED = re.compile(
    r"\b(?:dr|drs|doctor|mr|mrs|ms|miss|prof|professor|nurse|sgt|officer|judge|rev|pastor|rabbi|sra?|srta|dra)\.? ?$",
    re.IGNORECASE,
)

_PLACE = m.CITY | m.CITY_PART | m.COUNTY | m.FOREIGN_CITY | m.FACILITY_PART
_SAFE_PHRASE = int(
    PhraseClass.EPONYM
    | PhraseClass.DRUG
    | PhraseClass.DISEASE
    | PhraseClass.STATE
    | PhraseClass.COUNTRY
    | PhraseClass.ORGANISATION
    | PhraseClass.ABBREVIATION
)
_EPONYM_PHRASE = int(PhraseClass.EPONYM)
_TOWN_PHRASE = int(PhraseClass.CITY | PhraseClass.COUNTY | PhraseClass.FOREIGN_CITY | PhraseClass.FACILITY)
#: Nouns that make an eponym of any name or place before them.
_CERTAIN_NOUNS = frozenset(
    {
        "disease",
        "syndrome",
        "sign",
        "phenomenon",
        "anomaly",
        "reflex",
        "grade",
        "classification",
        "criteria",
        "chromosome",
        "scale",
        "virus",
        "fever",
        "flu",
        "protocol",
        "brace",
        "collar",
        "serology",
        "titer",
        "score",
        "maneuver",
        "fracture",
        "palsy",
        "wort",
    }
)


class SafeList:
    """Tells which spans of the gazetteers and the NER model are no identifiers."""

    def __init__(self, gazetteers: Gazetteers) -> None:
        self._gazetteers = gazetteers

    def vetoes(self, passage: Passage, span: Span) -> bool:
        """Tell whether a span is safe to leave: names and places only, and never one that a title introduces."""
        if span.type not in _NAMES_OR_PLACES:
            return False
        if span.recognizer.startswith("gazetteer.") and span.score >= _CERTAIN:
            return False
        text = passage.text
        left = max(0, span.start - _BEFORE)
        if span.type is IdentifierType.NAME and _TITLED.search(text[left : span.start]):
            return False
        words = scan(Passage(text[left : span.end + _AFTER]), self._gazetteers)
        inside = [
            index
            for index in range(len(words))
            if words.starts[index] < span.end - left and words.ends[index] > span.start - left
        ]
        if not inside:
            return False
        return self._listed(words, inside, span) or all(_is_safe(words, index, span.type) for index in inside)

    def _listed(self, words: Words, inside: list[int], span: Span) -> bool:
        """Tell whether the words are an eponym with its noun, or lie inside a listed phrase."""
        first, end = inside[0], inside[-1] + 1
        if cues.eponym_after(words, end) and all(_is_eponymous(words, index, end) for index in inside):
            return True
        for start in range(max(0, first - 3), first + 1):
            stop, classes = words.phrase(start)
            if stop < end or not classes & _SAFE_PHRASE or any(words.gap(at) == "\n" for at in range(start, stop - 1)):
                continue
            if classes & _TOWN_PHRASE and span.type is IdentifierType.GEO:
                continue
            full_name = (
                len(inside) == _PAIR and words.gap(first) == " " and all(words.masks[at] & m.NAME for at in inside)
            )
            if not full_name or stop - start > _PAIR or classes & ~_EPONYM_PHRASE:
                return True
        return False


def _is_eponymous(words: Words, index: int, end: int) -> bool:
    """Tell whether a word may be the person after whom the noun behind the span is called."""
    mask = words.masks[index]
    if mask & (m.EPONYM | m.MEDICAL):
        return True
    return words.word(end) in _CERTAIN_NOUNS and not mask & m.FREQUENT


def _is_safe(words: Words, index: int, kind: IdentifierType) -> bool:
    """Tell whether one word cannot be a name or a place."""
    mask, shape = words.masks[index], words.shapes[index]
    if not mask or shape in (Shape.INITIAL, Shape.DIGITS):
        return False
    if mask & m.LEFT or (mask & m.STATE_CODE and shape == Shape.UPPER):
        return not (_state_follows(words, index) if kind is IdentifierType.GEO else mask & m.COMMON_NAME)
    if mask & m.FREQUENT:
        return not mask & m.FIRST_COMMON and (shape == Shape.LOWER or not mask & m.COMMON_NAME)
    if mask & (m.NAME | _PLACE) and not (mask & m.EPONYM and mask & m.CLINICAL and not mask & m.COMMON_NAME):
        return bool(mask & m.MEDICAL) and shape == Shape.LOWER and not mask & m.COMMON_NAME
    return bool(mask & (m.MEDICAL | m.ORDINARY))


def _state_follows(words: Words, index: int) -> bool:
    """Tell whether a state stands after a comma, as in "Mexico, MO"."""
    after = index + 1
    if after >= len(words) or words.gap(index) != ", ":
        return False
    return words.shapes[after] == Shape.UPPER and bool(words.masks[after] & m.STATE_CODE)
