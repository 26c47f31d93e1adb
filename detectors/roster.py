"""The customer's own lists, given sealed: a roster of names, a deny list of any words, a safe list that only vetoes.

A list is a file of keyed digests of normalised entries, so that it can lie beside the worker without naming anybody:

    phistream-list 1 <salt in hex>
    <digest of an entry's first word, 8 hex digits> <digest of the whole entry, 32 hex digits> <its words>
    end <how many entries> <keyed digest of all lines above, 32 hex digits>

Digests are keyed by a secret that is kept apart. The last line tells a whole list from a torn one, and a list of this
key from one of another, which would find nothing. The file is read again when it changes; one that cannot be read
never takes the place of one that could.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from detectors.recognizer import Passage
from detectors.scoring import NAMED
from schemas.errors import ConfigError
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_MAGIC = "phistream-list 1"
_END = "end"
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
    body = "\n".join(lines) + "\n"
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_text(f"{body}{_END} {len(lines) - 1} {_seal(body, secret)}\n", encoding="ascii")
    temporary.replace(path)  # A reader sees the old list or the new one.
    return len(lines) - 1


class Reload(StrEnum):
    """What came of looking at a list's file again."""

    SAME = "same"
    CHANGED = "changed"
    REFUSED = "refused"


class SealedList:
    """Finds the entries of one list; an entry is found in any case, also with other blanks and punctuation.

    Raises ConfigError where the file cannot be read. `version` changes with the entries.
    """

    def __init__(self, name: str, path: Path, secret: bytes, type_: IdentifierType) -> None:
        self.name = name
        self._path = path
        self._secret = secret
        self._type = type_
        self._stamp = _stamp(path)
        try:
            self._entries = _read(path.read_text(encoding="ascii"), secret)
        except (OSError, ValueError) as error:
            facts = {"list": name, "path": str(path), "reason": type(error).__name__}
            raise ConfigError("a sealed list cannot be read, or is sealed under another key", **facts) from None

    def __len__(self) -> int:
        return self._entries.count

    @property
    def version(self) -> str:
        """What the answers depend on beside the text."""
        return f"{self.name} {self._entries.version}"

    def refresh(self) -> Reload:
        """Read the file again where it has changed; one that cannot be read is refused once, and the old list stays."""
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return Reload.SAME
        self._stamp = stamp
        try:
            entries = _read(self._path.read_text(encoding="ascii"), self._secret)
        except (OSError, ValueError):
            return Reload.REFUSED
        changed = entries.version != self._entries.version
        self._entries = entries
        return Reload.CHANGED if changed else Reload.SAME

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return the entries that stand in a passage."""
        entries = self._entries
        if not entries.by_first:
            return []
        words = list(_words(passage.text))
        plain = [word.plain for word in words]
        firsts = {word: entries.first(word) for word in set(plain)}
        spans = list[Span]()
        for index, word in enumerate(words):
            for length, wholes in entries.by_first.get(firsts[word.plain], {}).items():
                candidate = tuple(plain[index : index + length])
                if len(candidate) == length and _digests(candidate, self._secret, entries.salt)[1] in wholes:
                    spans.append(Span(word.start, words[index + length - 1].end, self._type, NAMED, self.name))
        return spans


class CustomerSafeList:
    """Vetoes what a gazetteer or a model reports where it lies inside an entry of a sealed list."""

    def __init__(self, entries: SealedList) -> None:
        self._entries = entries

    def vetoes_all(self, asked: Sequence[tuple[Passage, Span]]) -> list[bool]:
        """Tell of each span whether an entry covers it."""
        safe: dict[int, Sequence[Span]] = {}
        answers = list[bool]()
        for passage, span in asked:
            if id(passage) not in safe:
                safe[id(passage)] = self._entries.recognize(passage)
            answers.append(any(_covers(passage.text, entry, span) for entry in safe[id(passage)]))
        return answers


def _covers(text: str, entry: Span, span: Span) -> bool:
    """Tell whether a span lies inside an entry, a possessive behind it left out."""
    return entry.start <= span.start < entry.end and text[entry.end : span.end].lower() in ("", "'s")


@dataclass(frozen=True, slots=True)
class _Entries:
    """Digests of whole entries, by the digest of their first word and how many words they have."""

    salt: bytes = field(repr=False)
    by_first: dict[bytes, dict[int, set[bytes]]] = field(repr=False)
    count: int
    version: str
    begun: hashlib.blake2b = field(repr=False)  # Keyed and salted once, for the digest that each word takes.

    def first(self, word: str) -> bytes:
        """Return the digest of a word as the first of an entry."""
        state = self.begun.copy()
        state.update(word.encode())
        return state.digest()


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


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """Return what changes with every writing of a file, None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _read(content: str, secret: bytes) -> _Entries:
    body, _, end = content.rstrip("\n").rpartition("\n")
    body += "\n"
    header, *lines = body.splitlines()
    magic, _, salt = header.rpartition(" ")
    seal = _seal(body, secret)
    if magic != _MAGIC or not hmac.compare_digest(end, f"{_END} {len(lines)} {seal}"):
        raise ValueError("no sealed list, or not a whole one")
    by_first: dict[bytes, dict[int, set[bytes]]] = {}
    for line in lines:
        first, whole, length = line.split()
        by_first.setdefault(bytes.fromhex(first), {}).setdefault(int(length), set()).add(bytes.fromhex(whole))
    begun = hashlib.blake2b(key=secret[:64], salt=bytes.fromhex(salt)[:16], digest_size=_FIRST_BYTES)
    return _Entries(bytes.fromhex(salt), by_first, len(lines), seal, begun)


def _seal(body: str, secret: bytes) -> str:
    state = hashlib.blake2b(body.encode("ascii"), key=secret[:64], person=b"phistream-list", digest_size=_WHOLE_BYTES)
    return state.hexdigest()


def _digests(words: Sequence[str], secret: bytes, salt: bytes) -> tuple[bytes, bytes]:
    first = _digest(words[0].encode(), secret, salt, _FIRST_BYTES)
    return first, _digest("\x1f".join(words).encode(), secret, salt, _WHOLE_BYTES)


def _digest(content: bytes, secret: bytes, salt: bytes, size: int) -> bytes:
    return hashlib.blake2b(content, key=secret[:64], salt=salt[:16], digest_size=size).digest()
