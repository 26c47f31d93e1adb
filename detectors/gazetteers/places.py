"""Towns, counties and facilities from the lists, where the words beside them make them places of somebody."""

import re
from collections.abc import Iterator, Sequence

from detectors.gazetteers import cues
from detectors.gazetteers import masks as m
from detectors.gazetteers.facilities import Range, find_facilities
from detectors.gazetteers.lookup import Gazetteers, PhraseClass, WordClass
from detectors.gazetteers.words import Shape, Words, scan
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_SEED = m.TOWN | m.COUNTY | m.CITY_PART
_LEFT = m.LEFT | m.TITLE | m.KIN | int(WordClass.DRUG | WordClass.DISEASE)
_TOWN_PHRASE = int(PhraseClass.CITY | PhraseClass.CITY_LARGE | PhraseClass.FOREIGN_CITY)
_LARGE_PHRASE = int(PhraseClass.CITY_LARGE | PhraseClass.FOREIGN_CITY)
_LEFT_PHRASE = int(PhraseClass.STATE | PhraseClass.COUNTRY | PhraseClass.EPONYM | PhraseClass.DISEASE)
_TOWN_SERVICES = frozenset({"police", "fire", "pd", "ems", "sheriff", "airport", "schools"})
_DIVISIONS = frozenset({"county", "parish", "borough", "township", "reservation", "rancheria", "pueblo"})
_AMBIGUOUS_CODES = frozenset(
    {"pa", "ma", "md", "nd", "ms", "or", "in", "me", "hi", "ok", "oh", "de", "la", "al", "co", "id"}
)
_SHORT_CODE = 4
_STATE_PARTS = frozenset({"north", "south", "west", "new", "rhode"})
_SIZE = re.compile(r" \d{1,2}\.\d{1,2} ?(?:x|mm\b|atm\b)")
_LARGE_WRITTEN = (Shape.CAPITAL, Shape.UPPER)


class PlaceRecognizer:
    """Finds towns, counties and facilities; states, countries and departments are left."""

    name = "gazetteer.places"

    def __init__(self, gazetteers: Gazetteers) -> None:
        self._gazetteers = gazetteers

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return the places in a passage."""
        return self.find(scan(passage, self._gazetteers))

    def find(self, words: Words) -> list[Span]:
        """Return the places among words."""
        ranges = _widest([*find_facilities(words), *_towns(words)])
        return [
            Span(words.starts[start], words.ends[end - 1], IdentifierType.GEO, score, self.name)
            for start, end, score in ranges
        ]


def _towns(words: Words) -> Iterator[Range]:
    """Yield the towns and counties."""
    done = 0
    for index in sorted(words.large + words.places):
        if index < done:
            continue
        found = _lower(words, index) if words.shapes[index] == Shape.LOWER else _large(words, index)
        if found is not None:
            done = found[1]
            yield found


def _begins_town(words: Words, index: int) -> bool:
    """Tell whether an ordinary word begins a town of several ("New Haven")."""
    following = index + 1 < len(words) and words.shapes[index + 1] in _LARGE_WRITTEN
    return following and bool(words.phrase(index)[1] & _TOWN_PHRASE)


def _large(words: Words, index: int) -> Range | None:
    """Judge the town or county that begins at a capitalised word."""
    mask = words.masks[index]
    if mask & m.ORDINARY and not mask & _SEED and not _begins_town(words, index):
        return None
    division = _division(words, index)
    if division is not None:
        return division
    end, classes = words.phrase(index)
    if not classes & (_TOWN_PHRASE | _LEFT_PHRASE) or not _written_large(words, index, end):
        end, classes = index + 1, 0
    if cues.eponym_after(words, end) or _inside_name(words, index, end):
        return None
    if not classes and mask & m.EPONYM and words.gap(index)[:2] in ("'s", "’s"):
        return None  # "died of Huntington's".
    state = _state_after(words, end)
    stated = state and not _in_state(words, index, classes)  # "Blue Cross of North Dakota, ID 2288".
    if stated and _before_state(words, index, end, classes, state):
        return index, end, 0.9
    score = _cued(words, index, classes)
    return (index, end, score) if score else None


def _before_state(words: Words, index: int, end: int, classes: int, state: str) -> bool:
    """Tell whether a town stands before a state, rather than a person before a degree."""
    mask = words.masks[index]
    if not classes and mask & m.ABBREVIATION and words.shapes[index] == Shape.UPPER:
        return False  # "GI, GU".
    short = words.ends[index] - words.starts[index] <= _SHORT_CODE
    if not mask and words.shapes[index] == Shape.UPPER and (short or words.shapes[end] == Shape.CAPITAL):
        return False  # "PPO, ID", "FODMAP, Mediterranean".
    if len(state) > 2 and not classes and mask & (m.STATE | m.COUNTRY):  # noqa: PLR2004
        return False  # A list of countries or states.
    if classes & _TOWN_PHRASE or (mask & m.TOWN and not mask & m.ORDINARY):
        return len(words.word(index)) > 2  # noqa: PLR2004
    if mask & (_LEFT | m.ORDINARY) or (len(state) == 2 and state in _AMBIGUOUS_CODES):  # noqa: PLR2004
        return bool(mask & m.TOWN) and words.gap(end - 1) == ", "
    return words.gap(end - 1) == ", "


def _in_state(words: Words, index: int, classes: int) -> bool:
    """Tell whether a word is, or belongs to, a state of two words that is no town."""
    if index and not classes & _TOWN_PHRASE:
        end, before = words.phrase(index - 1)
        if end > index and before & int(PhraseClass.STATE):
            return True
    return bool(classes & int(PhraseClass.STATE)) and not classes & _TOWN_PHRASE


def _state_after(words: Words, end: int) -> str:
    """Return the state that follows a town, folded, or an empty string."""
    if end >= len(words) or words.gap(end - 1) not in (", ", " ", ",", "; "):
        return ""
    word, mask, shape = words.word(end), words.masks[end], words.shapes[end]
    if mask & m.STATE_CODE and shape == Shape.UPPER and len(word) == 2:  # noqa: PLR2004
        if _SIZE.match(words.text, words.ends[end]):
            return ""  # A balloon: "Sierra, NC 3.25x12".
        comma = "," in words.gap(end - 1)
        zip_after = words.gap(end) in (" ", "  ", ", ") and _is_zip(words, end + 1)
        return word if comma or zip_after else ""
    if "," not in words.gap(end - 1) or shape == Shape.LOWER or cues.eponym_after(words, end + 1):
        return ""  # "Blakemore, Minnesota tube".
    _, classes = words.phrase(end)
    one = mask & (m.STATE | m.COUNTRY) and not mask & m.ORDINARY and word not in _STATE_PARTS
    return word + "." if classes & int(PhraseClass.STATE | PhraseClass.COUNTRY) or one else ""


def _lower(words: Words, index: int) -> Range | None:
    """Judge a town in lower case: before its state, or where somebody lives."""
    end, classes = words.phrase(index)
    mask = words.masks[index]
    if not classes & _TOWN_PHRASE:
        end, classes = index + 1, 0
        if not mask & m.TOWN:
            return None
    if classes & _LEFT_PHRASE or (not classes and mask & (_LEFT | m.EPONYM)):
        return None
    listed = end < len(words) and words.masks[end] & m.STATE and not words.masks[end] & m.SAFE
    if listed and words.gap(end - 1) in (", ", " ") and not cues.eponym_after(words, end):
        return index, end, 0.7
    likely = classes & _LARGE_PHRASE or (mask & (m.LARGE_CITY | m.FOREIGN_CITY) or not mask & (m.SAFE | m.FIRST_COMMON))
    if likely and not cues.eponym_after(words, end) and cues.DWELLS.before(words.text, words.starts[index]):
        return index, end, 0.7
    return None


def _widest(ranges: list[Range]) -> Iterator[Range]:
    """Yield the ranges that lie in no other."""
    reached = 0
    for start, end, score in sorted(ranges, key=lambda found: (found[0], -found[1], -found[2])):
        if end > reached:
            reached = end
            yield start, end, score


def _cued(words: Words, index: int, classes: int) -> float:
    """Return how surely a town is somebody's by what stands before it, 0.0 for too little."""
    mask, start = words.masks[index], words.starts[index]
    if classes & _LEFT_PHRASE or (not classes and mask & _LEFT):
        return 0.0
    if words.word(index - 1 if index else 0) == "the":
        return 0.7 if mask & m.LARGE_CITY and cues.DWELLS.before(words.text, start) else 0.0
    if cues.DWELLS.before(words.text, start) or cues.PLACE_CAPTION.before(words.text, start):
        return 0.8 if classes & _TOWN_PHRASE or mask & m.TOWN or not mask & m.ORDINARY else 0.0
    town = classes & _TOWN_PHRASE and not classes & _LEFT_PHRASE
    large = mask & (m.LARGE_CITY | m.FOREIGN_CITY) and not mask & (m.ORDINARY | m.FIRST_COMMON)
    if (large or town) and cues.LOCATED.before(words.text, start):
        return 0.7
    return 0.6 if classes & _LARGE_PHRASE else 0.0


def _division(words: Words, index: int) -> Range | None:
    """Find "Yavapai County", "Saint Tammany Parish", "Boone Township"."""
    end = index
    while end < len(words) and end - index < 3 and words.shapes[end] in _LARGE_WRITTEN and words.gap(end) == " ":  # noqa: PLR2004
        end += 1
        if end < len(words) and words.word(end) in _DIVISIONS and words.shapes[end] in _LARGE_WRITTEN:
            masks = words.masks[index:end]
            known = any(mask & (m.COUNTY | m.CITY | m.NAME) or not mask for mask in masks)
            plain = not any(mask & (m.FREQUENT | _LEFT & ~m.STATE) for mask in masks[:1])
            return (index, end + 1, 0.85) if known and plain else None
    return None


def _is_zip(words: Words, index: int) -> bool:
    return index < len(words) and words.shapes[index] == Shape.DIGITS and len(words.word(index)) == 5  # noqa: PLR2004


def _written_large(words: Words, start: int, end: int) -> bool:
    """Tell whether a phrase of several words is written as a name, on one line."""
    return all(words.shapes[at] != Shape.LOWER or len(words.word(at)) < 4 for at in range(start, end)) and all(  # noqa: PLR2004
        words.gap(at) in (" ", "-", ". ", "'s ") for at in range(start, end - 1)
    )


def _inside_name(words: Words, start: int, end: int) -> bool:
    """Tell whether more capitals touch, so that the town is part of a longer name."""
    if end < len(words) and words.gap(end - 1) in (" ", "-") and words.shapes[end] == Shape.CAPITAL:
        return not words.masks[end] & m.STATE and words.word(end) not in _TOWN_SERVICES
    before = start - 1
    return before >= 0 and words.gap(before) in (" ", "-") and words.shapes[before] == Shape.INITIAL
