"""The safe list: eponyms, drugs, diseases, states and ordinary words that no list and no model may redact."""

import re
from collections.abc import Sequence

from detectors.gazetteers import cues
from detectors.gazetteers import masks as m
from detectors.gazetteers.lookup import Gazetteers, PhraseClass
from detectors.gazetteers.technical import is_technical
from detectors.gazetteers.words import Shape, Words, scan, scan_many
from detectors.patterns.endings import Ending
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_BEFORE, _AFTER = 24, 40  # Code points of context; a listed phrase seldom begins further away.
_PAIR = 2
_FEW = 5  # So many or more are scanned faster at once.
_SURE = 0.55  # What a model is less sure of, and no list holds as a name, is none.
_HALF_SURE = 0.4
_DOUBTED = 0.5
_COMPARED = frozenset({"vs", "versus"})
_LISTING = frozenset({", ", " or ", " and ", ", and ", ", or ", "/", " / "})
_UNCUED = 0.6  # A listed first name without any cue: a brand or a word as often; the model sees its sentence.
_CERTAIN = 0.75  # A gazetteer recognizer that is so sure has read the context already.
_NAMES_OR_PLACES = frozenset({IdentifierType.NAME, IdentifierType.GEO})
#: The points of a scale behind the name of who made it: "Berg 41/56", "Braden 18,".
_POINTS = re.compile(
    r"(?: score| scale| index| stage| grade)?(?: of| is| was)?[ :=]{1,2}\d{1,3}(?:/\d{1,3}|\+\d)?"
    r"(?=[,;.)\s]|\Z)(?! ?(?:y|[MF]\b))"
)
_LETTERS = 3  # An abbreviation of so many letters is hardly ever a name in capitals.
_JOINED = re.compile(r"[^\W\d_](?:, |-)[A-Z]")
_TITLED = Ending(
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
        return self.vetoes_all([(passage, span)])[0]

    def vetoes_all(self, asked: Sequence[tuple[Passage, Span]]) -> list[bool]:
        """Return `vetoes` of each span, what stands around all of them read at once."""
        answers = [_at_sight(passage.text, span) for passage, span in asked]
        around = [_around(*one) for one, answer in zip(asked, answers, strict=True) if answer is None]
        read = iter(self._scan(around))
        return [
            self._vetoes(next(read), passage.text, span) if answer is None else answer
            for (passage, span), answer in zip(asked, answers, strict=True)
        ]

    def _scan(self, around: Sequence[Passage]) -> list[Words]:
        if len(around) < _FEW:
            return [scan(passage, self._gazetteers) for passage in around]
        return scan_many(around, self._gazetteers)

    def _vetoes(self, words: Words, text: str, span: Span) -> bool:
        left = max(0, span.start - _BEFORE)
        inside = [
            index
            for index in range(len(words))
            if words.starts[index] < span.end - left and words.ends[index] > span.start - left
        ]
        if not inside:
            return False
        if span.recognizer == "ner" and _is_titled(text, span):
            return _is_brand(words, inside)
        if span.recognizer.startswith("gazetteer.") and span.score >= _CERTAIN:
            return _is_list_of_eponyms(words, inside)
        safe = self._listed(words, inside, span) or all(_is_safe(words, index, span.type) for index in inside)
        return safe or _is_doubtful(words, inside, text, span)

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
                span.type is IdentifierType.NAME
                and len(inside) == _PAIR
                and words.gap(first) == " "
                and all(words.masks[at] & m.NAME for at in inside)
            )
            if not full_name or stop - start > _PAIR or classes & ~_EPONYM_PHRASE:
                return True
        return False


def _at_sight(text: str, span: Span) -> bool | None:
    """Tell whether a span is vetoed where that needs no look at the words, else None."""
    if is_technical(text, span):
        return True
    if span.type not in _NAMES_OR_PLACES:
        return False
    if span.recognizer.startswith("gazetteer.") and not _UNCUED < span.score < _CERTAIN:
        joined = span.score >= _CERTAIN and _JOINED.search(text, span.start, span.end) is not None
        return None if joined else span.score <= _UNCUED
    return None


def _is_titled(text: str, span: Span) -> bool:
    before = text[max(0, span.start - _BEFORE) : span.start]
    return span.type is IdentifierType.NAME and _TITLED.search(before) is not None


def _is_brand(words: Words, inside: list[int]) -> bool:
    """Tell whether a title and the words behind it are a brand: "Dr. Scholl's"."""
    end, classes = words.phrase(max(0, inside[0] - 1))
    return end > inside[-1] and bool(classes & m.ORGANISATION_PHRASE)


def _around(passage: Passage, span: Span) -> Passage:
    return Passage(passage.text[max(0, span.start - _BEFORE) : span.end + _AFTER])


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


def _is_doubtful(words: Words, inside: list[int], text: str, span: Span) -> bool:
    """Tell whether words that no list declares safe are no name all the same, by their neighbours or their score."""
    if cues.CAPTION.before(text, span.start) or cues.NAMED.before(text, span.start):
        return False
    guessed = span.recognizer == "ner"
    if guessed and len(inside) == 1 and _is_scale_or_letters(words, inside[0], text, span):
        return True
    if span.type is not IdentifierType.NAME:
        return guessed and span.score < _DOUBTED and not any(words.masks[at] for at in inside)
    return (
        (guessed and _is_unsure(words, inside, span.score))
        or _is_compared(words, inside)
        or _is_among_eponyms(words, inside)
    )


def _is_scale_or_letters(words: Words, index: int, text: str, span: Span) -> bool:
    """Tell whether a model's name is a scale with its points, a word of kinship, or a short abbreviation."""
    mask = words.masks[index]
    if mask & m.EPONYM and not mask & m.FIRST_COMMON and _POINTS.match(text, span.end):
        return True
    named = span.type is IdentifierType.NAME
    if named and mask & m.EPONYM and not mask & (m.NAME | m.TOWN) and words.shapes[index] != Shape.LOWER:
        return True  # "13 Fr Mahurkar", "Tourette's".
    following = index + 1 < len(words) and words.shapes[index + 1] != Shape.LOWER
    if mask & m.KIN and not following and words.shapes[index] == Shape.CAPITAL:
        return True  # "Son at bedside".
    short = span.end - span.start <= _LETTERS and words.shapes[index] == Shape.UPPER and mask & m.ABBREVIATION
    around = text[max(0, span.start - _BEFORE) : span.start] + text[span.end : span.end + _BEFORE]
    return bool(short) and sum(map(str.islower, around)) > sum(map(str.isupper, around))


def _is_unsure(words: Words, inside: list[int], score: float) -> bool:
    """Tell whether a model's name is too doubtful: words of the language, unlisted words, letters, abbreviations."""
    if all(words.shapes[at] == Shape.LOWER for at in inside):
        return _is_unsure_lower([words.masks[at] for at in inside], score)
    if len(inside) > 1:
        return False
    mask, shape = words.masks[inside[0]], words.shapes[inside[0]]
    if shape == Shape.UPPER:
        return bool(mask & (m.ABBREVIATION | m.FREQUENT)) and not mask & m.COMMON_NAME
    if shape == Shape.INITIAL:
        return score < _SURE
    return score < _HALF_SURE and bool(mask & (m.ORDINARY | m.EPONYM)) and not mask & m.FIRST_COMMON


def _is_unsure_lower(masks: list[int], score: float) -> bool:
    if all(mask & m.SAFE and not mask & m.FIRST_COMMON for mask in masks):
        return True
    if score < _DOUBTED and all(mask & m.FREQUENT for mask in masks):
        return True
    return score < _SURE and not any(mask & m.COMMON_NAME for mask in masks)


def _is_compared(words: Words, inside: list[int]) -> bool:
    """Tell whether a drug, a firm or a thing called after somebody is compared with the words: "Lily vs Medtronic"."""
    first, end = inside[0], inside[-1] + 1
    if end + 1 < len(words) and words.word(end) in _COMPARED and _is_thing(words, end + 1):
        return True
    return first > 1 and words.word(first - 1) in _COMPARED and _is_thing(words, first - 2)


def _is_list_of_eponyms(words: Words, inside: list[int]) -> bool:
    """Tell whether two words of one list, or joined by a hyphen, are what things are called after: "Breslow, Clark"."""
    if not all(words.masks[at] & m.EPONYM for at in inside):
        return False
    first, end = inside[0], inside[-1] + 1
    listed = len(inside) > 1 and all(words.gap(at) in _LISTING for at in range(first, end - 1))
    if listed and cues.eponym_after(words, end):
        return True  # "no Osler, Roth spots".
    before = first > 0 and words.gap(first - 1) in _LISTING and _is_thing(words, first - 1)
    after = end < len(words) and words.gap(end - 1) in _LISTING and _is_thing(words, end)
    return before or after


def _is_among_eponyms(words: Words, inside: list[int]) -> bool:
    """Tell whether an unlisted name goes on a list of things called after somebody: "Epley, Semont, Gufoni"."""
    if any(words.masks[at] & m.FIRST_COMMON for at in inside):
        return False
    first, end = inside[0], inside[-1] + 1
    before = first > 0 and words.gap(first - 1) in _LISTING and _is_eponym_alone(words, first - 1)
    return before or (end < len(words) and words.gap(end - 1) in _LISTING and _is_eponym_alone(words, end))


def _is_thing(words: Words, index: int) -> bool:
    mask = words.masks[index]
    thing = mask & (m.MEDICAL | m.ORGANISATION | m.EPONYM) and words.shapes[index] != Shape.LOWER
    return bool(thing) and not mask & (m.FIRST_COMMON | m.FREQUENT)


def _is_eponym_alone(words: Words, index: int) -> bool:
    mask = words.masks[index]
    return bool(mask & m.EPONYM) and not mask & (m.COMMON_NAME | m.ORDINARY | m.TOWN)


def _state_follows(words: Words, index: int) -> bool:
    """Tell whether a state stands after a comma, as in "Mexico, MO"."""
    after = index + 1
    if after >= len(words) or words.gap(index) != ", ":
        return False
    return words.shapes[after] == Shape.UPPER and bool(words.masks[after] & m.STATE_CODE)
