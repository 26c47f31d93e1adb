"""From words to 64-bit hashes, alike for one word, a list of words and a whole text.

A word is hashed in its folded form (lower case, accents and typographic apostrophes removed). The hash of the bytes
`b0 b1 ...` is `mix(SEED + b0*M + b1*M**2 + ...)` modulo 2**64: a sum, so that numpy can hash all words of a text
at once.
"""

import operator
import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]

MAX_WORD_BYTES = 63  # No listed word is longer; the tail of a longer one does not count.
_WRAP = (1 << 64) - 1
_MULTIPLIER = 0x9E3779B97F4A7C15
_MIX = 0xD6E8FEB86659FD93
_SHIFT = 32
_SEPARATOR = 10
SPREAD = 1 << 17  # Bytes of text that are hashed at once.
_POWERS = np.array([pow(_MULTIPLIER, i, 1 << 64) for i in range(MAX_WORD_BYTES + 1)], dtype=np.uint64)
_PLACES = np.full(SPREAD, _MULTIPLIER, dtype=np.uint64).cumprod()
_UNPLACES = np.full(SPREAD, pow(_MULTIPLIER, -1, 1 << 64), dtype=np.uint64).cumprod() * np.uint64(_MULTIPLIER)
_POWER_INTS = tuple(int(power) for power in _POWERS[1:])
_STEP_INT = 0xC2B2AE3D27D4EB4F
_PHRASE_STEP = np.uint64(_STEP_INT)

_LETTERS = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ł": "l",
    "ı": "i",
    "’": "'",
    "ʼ": "'",
}
_LOWER = bytes(byte + 32 if ord("A") <= byte <= ord("Z") else byte for byte in range(256))


def fold(word: str) -> str:
    """Return the form in which a word is listed.

    >>> fold("Núñez"), fold("O’BRIEN")
    ('nunez', "o'brien")
    """
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word).casefold()
    plain = "".join(_LETTERS.get(char, char) for char in plain)
    return "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))


def hash_word(word: str) -> int:
    """Return the hash of one word."""
    return hash_folded(fold(word))


def hash_folded(word: str) -> int:
    """Return the hash of a word that is in its folded form already."""
    total = _SEPARATOR + sum(map(operator.mul, word.encode("utf-8", "replace"), _POWER_INTS))
    return _mix_int(total & _WRAP)


def hash_words(words: Sequence[str]) -> Hashes:
    """Return the hash of each word, all at once."""
    if not words:
        return np.zeros(0, dtype=np.uint64)
    joined = "\n" + "\n".join(words)
    if joined.count("\n") != len(words):
        words = [word.replace("\n", " ") for word in words]
        joined = "\n" + "\n".join(words)
    if not joined.isascii():
        joined = "\n" + "\n".join([word if word.isascii() else fold(word) for word in words])
    letters = np.frombuffer(joined.encode("utf-8", "replace").translate(_LOWER), dtype=np.uint8)
    starts = np.flatnonzero(letters == _SEPARATOR)
    return hash_runs(letters, starts, np.diff(starts, append=len(letters)))


def hash_runs(letters: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> Hashes:
    """Return the hash of adjoining runs of folded bytes, each of which begins with one separator."""
    within = np.arange(len(letters)) - np.repeat(starts, lengths)
    if int(lengths.max()) > MAX_WORD_BYTES + 1:
        weights = np.where(within <= MAX_WORD_BYTES, _POWERS[np.minimum(within, MAX_WORD_BYTES)], np.uint64(0))
    else:
        weights = _POWERS[within]
    return _mix(np.add.reduceat(letters * weights, starts))


def hash_spread(letters: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64]) -> Hashes:
    """Return the hash of the words that begin at *starts* in folded bytes that are zero outside words.

    The whole text is weighted once and each word's sum divided by the weight of its place, so the text has at most
    SPREAD bytes; no word may be longer than MAX_WORD_BYTES.
    """
    sums = np.add.reduceat(letters * _PLACES[: len(letters)], starts)
    return _mix(sums * _UNPLACES[starts] + np.uint64(_SEPARATOR))


def extend_phrase(prefix: Hashes, word: Hashes) -> Hashes:
    """Return the hash of each phrase that goes on with a word."""
    return _mix(prefix * _PHRASE_STEP + word)


def extend_one(prefix: int, word: int) -> int:
    """Return the hash of one phrase that goes on with a word."""
    return _mix_int((prefix * _STEP_INT + word) & _WRAP)


def hash_phrase(words: Sequence[str]) -> int:
    """Return the hash of a sequence of words.

    >>> hash_phrase(["Cedar", "Rapids"]) == hash_phrase(["cedar", "rapids"]) != hash_phrase(["rapids", "cedar"])
    True
    """
    total = hash_word(words[0])
    for word in words[1:]:
        total = extend_one(total, hash_word(word))
    return total


def _mix(total: Hashes) -> Hashes:
    total = (total ^ (total >> np.uint64(_SHIFT))) * np.uint64(_MIX)
    mixed: Hashes = total ^ (total >> np.uint64(_SHIFT))
    return mixed


def _mix_int(total: int) -> int:
    total = ((total ^ (total >> _SHIFT)) * _MIX) & _WRAP
    return total ^ (total >> _SHIFT)
