"""The customer's own lists, given sealed: a roster of names to find wherever they stand, and a deny list of any words.

A list is a file of keyed digests of normalised entries, so that it can lie beside the worker without naming anybody:

    phistream-list 1 <salt in hex>
    <digest of an entry's first word, 8 hex digits> <digest of the whole entry, 32 hex digits> <its words>

Digests are keyed by a secret that is kept apart (with the token keys); the file is read again when it changes.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from detectors.recognizer import Passage
from detectors.scoring import NAMED
from schemas.errors import ConfigError
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_MAGIC = "phistream-list 1"
_WORD = re.compile(r"[^\W_]+(?:'[^\W\d_]+)?")
_FIRST_BYTES, _WHOLE_BYTES = 4, 16
_MOST_WORDS = 8
_SHORTEST = 2


def normalize_entry(text: str) -> tuple[str, ...]:
    """Return the words of an entry as they are compared: without case, accents, punctuation and possessive.

    >>> normalize_entry("O’Brien-Núñez, ANA")
    ("o'brien", 'nunez', 'ana')
    """
    plain = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    stripped = "".join(char for char in plain if not unicodedata.combining(char))
    return tuple(word.removesuffix("'s") for word in _WORD.findall(stripped))


def write_list(path: Path, entries: Iterable[str], secret: bytes, salt: bytes) -> int:
    """Write the digests of *entries* to *path* and return how many there are; raises ConfigError for one too short."""
    lines = {f"{_MAGIC} {salt.hex()}": None}
    for number, entry in enumerate(entries, 1):
        words = normalize_entry(entry)
        if not words or len(words) > _MOST_WORDS or sum(map(len, words)) < _SHORTEST:
            raise ConfigError("a list entry is empty, too short or too long", line=number)
        first, whole = _digests(words, secret, salt)
        lines[f"{first.hex()} {whole.hex()} {len(words)}"] = None
    path.write_text("\n".join(lines) + "\n", encoding="ascii")
    return len(lines) - 1


class SealedList:
    """Finds the entries of one list; an entry is found in any case, also with other blanks and punctuation."""

    def __init__(self, name: str, path: Path, secret: bytes, type_: IdentifierType) -> None:
        self.name = name
        self._path = path
        self._secret = secret
        self._type = type_
        self._entries = _Entries(b"", {}, 0)
        self._stamp = (0, 0)

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return the entries that stand in a passage; raises ConfigError where the file cannot be read."""
        entries = self._current()
        if not entries.by_first:
            return []
        words = list(_words(passage.text))
        plain = [word.plain for word in words]
        firsts = {word: self._first(word, entries.salt) for word in set(plain)}
        spans = list[Span]()
        for index, word in enumerate(words):
            for length, wholes in entries.by_first.get(firsts[word.plain], {}).items():
                candidate = tuple(plain[index : index + length])
                if len(candidate) == length and _digests(candidate, self._secret, entries.salt)[1] in wholes:
                    spans.append(Span(word.start, words[index + length - 1].end, self._type, NAMED, self.name))
        return spans

    def _first(self, word: str, salt: bytes) -> bytes:
        return _digest(word.encode(), self._secret, salt, _FIRST_BYTES)

    def _current(self) -> "_Entries":
        """Return the entries, read again where the file has changed."""
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if stamp != self._stamp:
                self._entries = _read(self._path.read_text(encoding="ascii"))
                self._stamp = stamp
        except (OSError, ValueError) as error:
            raise ConfigError("a sealed list cannot be read", list=self.name, reason=type(error).__name__) from None
        return self._entries


@dataclass(frozen=True, slots=True)
class _Entries:
    """Digests of whole entries, by the digest of their first word and how many words they have."""

    salt: bytes = field(repr=False)
    by_first: dict[bytes, dict[int, set[bytes]]] = field(repr=False)
    count: int


@dataclass(frozen=True, slots=True)
class _Word:
    plain: str = field(repr=False)
    start: int
    end: int


def _words(text: str) -> Iterator[_Word]:
    for found in _WORD.finditer(text):
        plain = found[0].lower() if found[0].isascii() else "".join(normalize_entry(found[0]))
        if plain.endswith("'s"):
            yield _Word(plain[:-2], found.start(), found.end() - 2)
        else:
            yield _Word(plain, found.start(), found.end())


def _read(content: str) -> _Entries:
    header, *lines = content.splitlines()
    magic, _, salt = header.rpartition(" ")
    if magic != _MAGIC:
        raise ValueError("no sealed list")
    by_first: dict[bytes, dict[int, set[bytes]]] = {}
    for line in lines:
        first, whole, length = line.split()
        by_first.setdefault(bytes.fromhex(first), {}).setdefault(int(length), set()).add(bytes.fromhex(whole))
    return _Entries(bytes.fromhex(salt), by_first, len(lines))


def _digests(words: Sequence[str], secret: bytes, salt: bytes) -> tuple[bytes, bytes]:
    first = _digest(words[0].encode(), secret, salt, _FIRST_BYTES)
    return first, _digest("\x1f".join(words).encode(), secret, salt, _WHOLE_BYTES)


def _digest(content: bytes, secret: bytes, salt: bytes, size: int) -> bytes:
    return hashlib.blake2b(content, key=secret[:64], salt=salt[:16], digest_size=size).digest()
