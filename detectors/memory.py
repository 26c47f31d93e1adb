"""Conversation memory: what is found once in an event is found again wherever it stands in it, also in part.

Takes one look at each text: its words are looked up in what the event has told.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from detectors.gazetteers.lookup import Gazetteers, WordClass
from detectors.recognizer import Passage
from detectors.scoring import PROBABLE, REMEMBERED
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_WORD = re.compile(r"[^\W_]+(?:'[^\W\d_]{2,})?")
_POSSESSIVE = re.compile(r"'s\Z", re.IGNORECASE)
_ORDINARY = int(
    WordClass.ENGLISH
    | WordClass.ENGLISH_COMMON
    | WordClass.CLINICAL
    | WordClass.DRUG
    | WordClass.DISEASE
    | WordClass.EPONYM
    | WordClass.ABBREVIATION
    | WordClass.STATE
    | WordClass.STATE_CODE
    | WordClass.COUNTRY
    | WordClass.TITLE
    | WordClass.CREDENTIAL
    | WordClass.KIN
    | WordClass.ORGANISATION
    | WordClass.CALENDAR
    | WordClass.PEOPLE
    | WordClass.PARTICLE
    | WordClass.STREET
    | WordClass.FACILITY_HEAD
    | WordClass.TLD
)
_NAMES = int(WordClass.FIRST | WordClass.SURNAME)
_HEAD = int(WordClass.FACILITY_HEAD)
_WORDED = frozenset({IdentifierType.NAME, IdentifierType.GEO})
_WRITTEN_EACH_TIME = frozenset({IdentifierType.DATE, IdentifierType.AGE})  # Their patterns need no reminder.
_LONGEST = 120
_ID_CHARS, _ID_DIGITS = 5, 3
_SHORTEST_WORD = 2


@dataclass(slots=True)
class Memory:
    """What one event has told: single words, words that need a capital, sequences of words, and numbers as written."""

    words: dict[str, IdentifierType] = field(default_factory=dict, repr=False)
    capitals: dict[str, IdentifierType] = field(default_factory=dict, repr=False)
    phrases: dict[str, dict[tuple[str, ...], IdentifierType]] = field(default_factory=dict, repr=False)
    values: dict[str, dict[str, IdentifierType]] = field(default_factory=dict, repr=False)

    name = "memory"

    def __bool__(self) -> bool:
        return bool(self.words or self.capitals or self.phrases or self.values)

    def recognize(self, passage: Passage) -> list[Span]:
        """Return what is remembered and stands in a passage."""
        text = passage.text
        if not self or self._strange(text):
            return []
        found = list[Span]()
        runs = list(_WORD.finditer(text))
        lowered = [run[0].lower() for run in runs]
        known = {*self.words, *self.capitals, *self.phrases, *self.values}
        for index, word in enumerate(lowered):
            if word not in known:
                continue
            for end, type_ in self._at(text, runs, lowered, index, word):
                found.append(Span(runs[index].start(), end, type_, PROBABLE, self.name))
        return found

    def _strange(self, text: str) -> bool:
        seen = set(_WORD.findall(text.lower()))
        return all(seen.isdisjoint(known) for known in (self.words, self.capitals, self.phrases, self.values))

    def _at(
        self, text: str, runs: Sequence[re.Match[str]], lowered: Sequence[str], index: int, word: str
    ) -> Iterator[tuple[int, IdentifierType]]:
        run = runs[index]
        if word in self.words:
            yield run.end(), self.words[word]
        elif word in self.capitals and (
            _capital_inside_sentence(text, run) or _beside(text, runs, lowered, index, self.words)
        ):
            yield run.end(), self.capitals[word]
        for phrase, type_ in self.phrases.get(word, {}).items():
            last = index + len(phrase) - 1
            if tuple(lowered[index : last + 1]) == phrase:
                yield runs[last].end(), type_
        for value, type_ in self.values.get(word, {}).items():
            end = run.start() + len(value)
            if text[run.start() : end].lower() == value and not text[end : end + 1].isalnum():
                yield end, type_


@dataclass(frozen=True, slots=True)
class Rememberer:
    """Takes up what an event tells; knows from the lists which words are too ordinary to stand for a name alone."""

    gazetteers: Gazetteers

    def remember(self, passages: Sequence[Passage], found: Sequence[Sequence[Span]]) -> Memory:
        """Return the memory of an event's passages and their resolved spans."""
        memory = Memory()
        for passage, spans in zip(passages, found, strict=True):
            for span in spans:
                if span.score >= REMEMBERED and len(span) <= _LONGEST:
                    self._take(memory, passage.text[span.start : span.end], span.type)
        return memory

    def _take(self, memory: Memory, value: str, type_: IdentifierType) -> None:
        words = [_POSSESSIVE.sub("", word) for word in _WORD.findall(value.lower())]
        if type_ in _WORDED:
            classes = [self.gazetteers.mask(word) for word in words]
            _take_phrase(memory, words, type_)
            if type_ is IdentifierType.GEO:
                _take_place(memory, words, classes)
            elif not any(mask & _HEAD for mask in classes):
                _take_names(memory, words, classes)
        elif type_ not in _WRITTEN_EACH_TIME and words and _is_telling(value):
            memory.values.setdefault(words[0], {})[value.lower()] = type_


def _take_phrase(memory: Memory, words: Sequence[str], type_: IdentifierType) -> None:
    if len(words) > 1 and sum(map(len, words)) > len(words) + _SHORTEST_WORD:
        memory.phrases.setdefault(words[0], {})[tuple(words)] = type_


def _take_place(memory: Memory, words: Sequence[str], classes: Sequence[int]) -> None:
    """Remember a place, and a facility without what it is."""
    kept = len(words)
    while kept and classes[kept - 1] & _HEAD:
        kept -= 1
    if kept > 1 and kept < len(words):
        _take_phrase(memory, words[:kept], IdentifierType.GEO)
    if kept == 1 and not classes[0] & _ORDINARY and words[0].isalpha() and len(words[0]) > _SHORTEST_WORD:
        memory.words.setdefault(words[0], IdentifierType.GEO)


def _take_names(memory: Memory, words: Sequence[str], classes: Sequence[int]) -> None:
    """Remember each part of a name; a part that is an ordinary word counts only where a capital shows the name."""
    for word, mask in zip(words, classes, strict=True):
        if len(word) < _SHORTEST_WORD or not word[0].isalpha():
            continue
        if not mask & _ORDINARY:
            memory.words[word] = IdentifierType.NAME
        elif mask & _NAMES:
            memory.capitals[word] = IdentifierType.NAME


def _is_telling(value: str) -> bool:
    return sum(map(str.isalnum, value)) >= _ID_CHARS and sum(map(str.isdigit, value)) >= _ID_DIGITS


def _capital_inside_sentence(text: str, run: re.Match[str]) -> bool:
    """Tell whether a word is written with a capital where only names are: after a word in lower case."""
    before = text[max(0, run.start() - 2) : run.start()]
    return run[0][0].isupper() and not run[0].isupper() and len(before) > 1 and before[0].islower() and before[1] == " "


def _beside(
    text: str, runs: Sequence[re.Match[str]], lowered: Sequence[str], index: int, words: dict[str, IdentifierType]
) -> bool:
    """Tell whether a remembered word stands right before or after, one blank or hyphen apart."""
    run = runs[index]
    if not run[0][0].isupper():
        return False
    if index and lowered[index - 1] in words and text[runs[index - 1].end() : run.start()] in (" ", "-"):
        return True
    following = runs[index + 1] if index + 1 < len(runs) else None
    return following is not None and lowered[index + 1] in words and text[run.end() : following.start()] in (" ", "-")
