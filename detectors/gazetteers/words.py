"""A passage cut into words with their classes, all at once over its bytes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from detectors.gazetteers import masks as m
from detectors.gazetteers.hashing import (
    MAX_WORD_BYTES,
    SPREAD,
    Hashes,
    fold,
    hash_runs,
    hash_spread,
    hash_word,
    hash_words,
)
from detectors.gazetteers.lookup import Gazetteers, Masks
from detectors.recognizer import Passage

Indices = npt.NDArray[np.int64]

_SEPARATOR = 10
_LETTER, _UPPER, _DIGIT, _SLOW = 1, 2, 4, 8
_BETWEEN = b"\n\n"
_LAST_LATIN = "\u024f"  # No word that the recognizers compare with is written in other letters.
_NO_PHRASE = (0, 0)
_TOWNS = m.TOWN | m.CITY_PART
_SHORT = 120  # Up to so many code points the word-by-word scan is the faster one.
_WORD = re.compile(r"[A-Za-z0-9]+(?:(?<=[A-Za-z])'(?![sS](?![A-Za-z0-9]))(?=[A-Za-z])[A-Za-z0-9]+)*")
_APOSTROPHE = ord("'")


class Shape(IntEnum):
    """How a word is written."""

    LOWER = 0
    CAPITAL = 1
    UPPER = 2
    INITIAL = 3
    DIGITS = 4


def _kind(byte: int) -> int:
    char = chr(byte)
    if char.isdecimal():
        return _DIGIT
    if not char.isalpha() or byte in (0xAA, 0xB5, 0xBA):
        return 0
    kind = _LETTER | (_UPPER if char.isupper() else 0)
    # 0xFF stands for every letter beyond Latin-1; the other slow ones fold to two letters.
    return kind | (_SLOW if byte == 0xFF or len(fold(char)) != 1 else 0)  # noqa: PLR2004


_KINDS = np.array([_kind(byte) for byte in range(256)], dtype=np.uint8)
_KIND_TABLE = _KINDS.tobytes()
_BITS = 21
_COUNT = (1 << _BITS) - 1
_COUNTED = np.array(
    [bool(k & _UPPER) + (bool(k & _LETTER) << _BITS) + (bool(k & _DIGIT) << 2 * _BITS) for k in range(16)],
    dtype=np.int64,
)
_FOLDED = np.array(
    [ord(fold(chr(byte))) if _kind(byte) and not _kind(byte) & _SLOW else byte for byte in range(256)], dtype=np.uint8
)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one text: letters and digits with inner apostrophes; a possessive `'s` is no part of its word.

    `phrases` holds the end and the classes of the longest listed phrase at each word that begins one. `large` are the
    words written with a capital, `names` those that a name may be found at, `places` towns in lower case.
    """

    text: str = field(repr=False)
    starts: list[int]
    ends: list[int]
    shapes: list[int]
    masks: list[int]
    phrases: dict[int, tuple[int, int]] = field(repr=False)
    large: list[int] = field(repr=False)
    names: list[int] = field(repr=False)
    places: list[int] = field(repr=False)

    def __len__(self) -> int:
        return len(self.starts)

    def word(self, index: int) -> str:
        """Return one word, folded."""
        word = self.text[self.starts[index] : self.ends[index]]
        return word.lower() if word.isascii() or word[0] > _LAST_LATIN else fold(word)

    def gap(self, index: int) -> str:
        """Return what stands between a word and the next one, or the end of the text."""
        after = self.starts[index + 1] if index + 1 < len(self.starts) else len(self.text)
        return self.text[self.ends[index] : after]

    def phrase(self, index: int) -> tuple[int, int]:
        """Return the end and the classes of the longest phrase at a word, (0, 0) for none."""
        return self.phrases.get(index, _NO_PHRASE)


def scan(passage: Passage, gazetteers: Gazetteers) -> Words:
    """Cut a passage into words and look each up."""
    if len(passage.text) <= _SHORT and passage.text.isascii():
        return scan_short(passage.text, gazetteers)
    return scan_many([passage], gazetteers)[0]


def scan_short(text: str, gazetteers: Gazetteers) -> Words:
    """Do the same for ASCII word by word, which is faster for few of them."""
    starts, ends, shapes, masks, hashes = list[int](), list[int](), list[int](), list[int](), list[int]()
    for match in _WORD.finditer(text):
        start, end = match.span()
        if end - start == 1 and text[start] in "sS" and _possessive(text, start):
            continue
        value = hash_word(text[start:end])
        starts.append(start)
        ends.append(end)
        shapes.append(shape_of(text[start:end]))
        masks.append(gazetteers.words.find_one(value))
        hashes.append(value)
    matched = ((index, gazetteers.match_at(hashes, index)) for index in range(len(hashes) - 1))
    phrases = {index: phrase for index, phrase in matched if phrase[0]}
    large = [index for index, shape in enumerate(shapes) if shape in (Shape.CAPITAL, Shape.UPPER)]
    befores = [0, *masks[:-1]]
    names = [
        index
        for index, (mask, shape, before) in enumerate(zip(masks, shapes, befores, strict=False))
        if _may_name(mask, shape, before)
    ]
    places = [
        index for index, mask in enumerate(masks) if mask & _TOWNS and not mask & m.ORDINARY and not shapes[index]
    ]
    return Words(text, starts, ends, shapes, masks, phrases, large, names, places)


def _may_name(mask: int, shape: int, before: int) -> bool:
    """Tell whether a name may be found at a word."""
    if shape == Shape.DIGITS or mask & m.TITLE:
        return shape != Shape.DIGITS
    if shape == Shape.LOWER:
        return bool(mask & m.NAME) and not mask & m.SAFE
    if shape == Shape.INITIAL:
        return bool(before & m.KIN)
    return not mask or bool(mask & m.NAME and not mask & m.FREQUENT) or bool(before & m.KIN and mask & m.FIRST)


def _possessive(text: str, start: int) -> bool:
    return start > 1 and text[start - 1] == "'" and text[start - 2].isalpha()


def scan_many(passages: Sequence[Passage], gazetteers: Gazetteers) -> list[Words]:
    """Do the same over the bytes of many passages at once."""
    texts = [passage.text for passage in passages]
    latin = b"".join(_BETWEEN + _apostrophes_mended(passage) for passage in passages) + _BETWEEN
    letters = np.frombuffer(latin, dtype=np.uint8)
    kinds = np.frombuffer(latin.translate(_KIND_TABLE), dtype=np.uint8)
    inside = _inside(letters, kinds)
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    starts, ends = edges[::2], edges[1::2]
    if not len(starts):
        return [Words(text, [], [], [], [], {}, [], [], []) for text in texts]
    hashes = _hash(letters, inside, starts, ends)
    shapes = _shapes(kinds, inside, starts, ends)
    if (kinds & _SLOW).any():
        slow = np.flatnonzero(np.bitwise_or.reduceat(np.where(inside, kinds & _SLOW, 0), starts)).tolist()
        joined = "".join("\n\n" + text for text in texts)
        _mend(slow, [joined[starts[index] : ends[index]] for index in slow], hashes, shapes)
    masks = gazetteers.words.find(hashes)
    found = _Found(starts, ends, shapes, masks, *gazetteers.match(hashes), _pick(masks, shapes))
    return list(_split(texts, found, hashes, gazetteers))


def _apostrophes_mended(passage: Passage) -> bytes:
    return Passage(passage.text.replace("’", "'")).latin if "’" in passage.text else passage.latin


@dataclass(frozen=True, slots=True)
class _Found:
    """The words of several texts that stand one after the other."""

    starts: Indices
    ends: Indices
    shapes: npt.NDArray[np.uint8]
    masks: Masks
    phrase_ends: Indices
    phrase_masks: Masks
    picked: tuple[Indices, Indices, Indices]


def _split(texts: Sequence[str], found: _Found, hashes: Hashes, gazetteers: Gazetteers) -> Iterator[Words]:
    """Give each text its words; of a phrase across two texts, what lies in the first is looked up again."""
    lengths = np.array([len(text) + len(_BETWEEN) for text in texts])
    offsets = np.cumsum(lengths) - lengths + len(_BETWEEN)
    first = np.searchsorted(found.starts, offsets).tolist()
    begun = np.flatnonzero(found.phrase_ends)
    cuts = [np.searchsorted(chosen, first).tolist() for chosen in (begun, *found.picked)]
    for number, (text, offset) in enumerate(zip(texts, offsets.tolist(), strict=True)):
        low, high = first[number], first[number + 1] if number + 1 < len(texts) else len(found.starts)
        own = [
            chosen[cut[number] : cut[number + 1] if number + 1 < len(texts) else None]
            for chosen, cut in zip((begun, *found.picked), cuts, strict=True)
        ]
        begins, stops, classes = (
            own[0].tolist(),
            found.phrase_ends[own[0]].tolist(),
            found.phrase_masks[own[0]].tolist(),
        )
        phrases = {start - low: (end - low, mask) for start, end, mask in zip(begins, stops, classes, strict=True)}
        for start in [start for start, (end, _) in phrases.items() if end > high - low]:
            phrases[start] = gazetteers.match_at(hashes[low:high].tolist(), start)
        phrases = {start: phrase for start, phrase in phrases.items() if phrase[0]}
        starts, ends = (found.starts[low:high] - offset).tolist(), (found.ends[low:high] - offset).tolist()
        shapes, masks = found.shapes[low:high].tolist(), found.masks[low:high].tolist()
        yield Words(text, starts, ends, shapes, masks, phrases, *((chosen - low).tolist() for chosen in own[1:]))


def _pick(masks: Masks, shapes: npt.NDArray[np.uint8]) -> tuple[Indices, Indices, Indices]:
    """Return the words with a capital, those where a name may be found, and towns in lower case."""
    lower = shapes == Shape.LOWER
    large = (shapes == Shape.CAPITAL) | (shapes == Shape.UPPER)
    title, listed = (masks & m.TITLE) != 0, (masks & m.NAME) != 0
    after_kin = np.zeros(len(masks), dtype=np.bool_)
    after_kin[1:] = (masks[:-1] & m.KIN) != 0
    names = title | (lower & listed & ((masks & m.SAFE) == 0))
    names |= after_kin & (shapes == Shape.INITIAL)
    names |= large & ((masks == 0) | (listed & ((masks & m.FREQUENT) == 0)) | (after_kin & ((masks & m.FIRST) != 0)))
    places = lower & ((masks & _TOWNS) != 0) & ((masks & m.ORDINARY) == 0)
    return np.flatnonzero(large), np.flatnonzero(names & (shapes != Shape.DIGITS)), np.flatnonzero(places)


def _inside(letters: npt.NDArray[np.uint8], kinds: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Tell which bytes stand inside words."""
    inside: npt.NDArray[np.bool_] = kinds != 0
    marks = np.flatnonzero(letters == _APOSTROPHE)
    for at in marks.tolist():
        if not (kinds[at - 1] & _LETTER and kinds[at + 1] & _LETTER):
            continue
        if letters[at + 1] | 32 == ord("s") and not kinds[at + 2]:
            inside[at + 1] = False
        else:
            inside[at] = True
    return inside


def _hash(
    letters: npt.NDArray[np.uint8],
    inside: npt.NDArray[np.bool_],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
) -> Hashes:
    folded = np.where(inside, _FOLDED[letters], np.uint8(0))
    lengths = ends - starts
    if len(letters) <= SPREAD and lengths.max() <= MAX_WORD_BYTES:
        return hash_spread(folded, starts)
    folded[starts - 1] = _SEPARATOR
    return hash_runs(folded[folded != 0], np.cumsum(lengths + 1) - lengths - 1, lengths + 1)


def _shapes(
    kinds: npt.NDArray[np.uint8],
    inside: npt.NDArray[np.bool_],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
) -> npt.NDArray[np.uint8]:
    """Tell how each word is written, from its counts of letters, capitals and digits, packed into one number."""
    counts = np.add.reduceat(np.where(inside, _COUNTED[kinds], 0), starts)
    uppers, letters, digits = counts & _COUNT, (counts >> _BITS) & _COUNT, counts >> (2 * _BITS)
    shapes: npt.NDArray[np.uint8] = ((kinds[starts] & _UPPER) != 0).astype(np.uint8)  # LOWER or CAPITAL.
    shapes[(uppers == letters) & (uppers > 1)] = Shape.UPPER
    shapes[(uppers == 1) & (ends - starts == 1)] = Shape.INITIAL
    shapes[digits > 0] = Shape.DIGITS
    return shapes


def _mend(slow: Sequence[int], words: Sequence[str], hashes: Hashes, shapes: npt.NDArray[np.uint8]) -> None:
    """Hash and shape the words with letters that one byte cannot tell."""
    hashes[slow] = hash_words(words)
    for index, word in zip(slow, words, strict=True):
        if shapes[index] != Shape.DIGITS:
            shapes[index] = shape_of(word)


def shape_of(word: str) -> Shape:
    """Return how one word is written."""
    if any(map(str.isdecimal, word)):
        return Shape.DIGITS
    if not word[:1].isupper():
        return Shape.LOWER
    if len(word) == 1:
        return Shape.INITIAL
    return Shape.UPPER if word.isupper() else Shape.CAPITAL
