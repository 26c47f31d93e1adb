"""Text inside text: Base64, hex, ciphers and URL escapes are read, and redacted whole where an identifier is in them.

A blob that cannot be read as text is left to other recognizers; URL escapes are read in place, so that only the
identifier in them is covered.
"""

import base64
import binascii
import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import unquote_to_bytes

from detectors.normalize import Normalized, normalize
from detectors.recognizer import Passage
from detectors.scoring import LIKELY, PROBABLE
from schemas.identifiers import IdentifierType
from schemas.raw import DEFAULT_BOUNDS
from schemas.spans import Span

Analyze = Callable[[str], Sequence[Span]]

_BASE64 = re.compile(
    r"(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/_-]{12,}(?:[ \t]?\r?\n[A-Za-z0-9+/_-]{16,})*={0,2}|[A-Za-z0-9+/_-]{7,}={1,2})"
    r"(?![A-Za-z0-9+/=])"
)
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:0x)?((?:[0-9a-fA-F]{2}[ :]?){6,})(?![0-9A-Za-z])")
_UNBROKEN = re.compile(r"[^\s\"'<>]+")
_ESCAPE = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_ESCAPE_LENGTH = 3
_QUERY = str.maketrans("&?", "\n\n")
_CIPHER = re.compile(
    r"\brot-?13\b|\bcaesar (?:cipher|shift)|\b(?:spelled|spelt|written|typed|read|name|text|string) (?:is |it )?"
    r"(?:in reverse|backwards?|reversed)\b|\b(?:backwards?|reversed) ?(?:text|string|name|:)|\bbackwards? as\b",
    re.IGNORECASE,
)
_CIPHER_REACH = 160
_CIPHER_CUES = ("rot", "caesar", "reverse", "backward")  # One of these stands in every word for a cipher.
_PHRASE = re.compile(r"[^\s\"'`:,;()][^\n\"'`:()]{4,80}")
_SHORTEST = 5
_WORDS = 0.7  # The share of letters, digits and blanks in what reads as text.
_STANDARD = str.maketrans("-_", "+/")
_SPACES = re.compile(rb"[ :\r\n\t]")


@dataclass(frozen=True, slots=True)
class Blob:
    """Encoded text: where it stands, and what it says."""

    start: int
    end: int
    text: str = field(repr=False)
    ciphered: bool = False


class EncodedRecognizer:
    """Finds identifiers in encoded text with the layers that it is given, up to a depth and a growth."""

    name = "encoded"

    def __init__(self, analyze: Analyze, depth: int = DEFAULT_BOUNDS.decoding_depth) -> None:
        self._analyze = analyze
        self._depth = depth

    def recognize(self, passage: Passage) -> list[Span]:
        """Return each blob in which something is found, and what is found behind URL escapes."""
        return self._inside(passage.text, self._depth, DEFAULT_BOUNDS.growth * len(passage.text))

    def _inside(self, text: str, depth: int, room: int) -> list[Span]:
        spans = self._unescaped(text)
        for blob in blobs(text):
            room -= len(blob.text)
            if depth == 0 or room < 0:
                spans.append(Span(blob.start, blob.end, IdentifierType.OTHER_ID, LIKELY, self.name))
                continue
            hit = self._first(blob.text, depth - 1, room)
            if hit is not None and (not blob.ciphered or hit.score >= PROBABLE):
                spans.append(Span(blob.start, blob.end, hit.type, max(hit.score, LIKELY), self.name))
        return spans

    def _first(self, text: str, depth: int, room: int) -> Span | None:
        plain = normalize(text)
        spans = [*self._analyze(plain.text), *self._inside(plain.text, depth, room)]
        return min(spans, key=lambda span: span.start, default=None)

    def _unescaped(self, text: str) -> list[Span]:
        """Return what is found in words with URL escapes, where it stands."""
        spans = list[Span]()
        if "%" not in text:
            return spans
        for word in _UNBROKEN.finditer(text):
            if not _ESCAPE.search(word[0]):
                continue
            plain = Normalized(word[0]).edited(_unescapes(word[0]))
            if plain.starts is not None:
                found = plain.restored(word[0], self._analyze(plain.text.translate(_QUERY)))
                spans += [
                    replace(span, start=span.start + word.start(), end=span.end + word.start(), recognizer=self.name)
                    for span in found
                ]
        return spans


def blobs(text: str) -> Iterator[Blob]:
    """Yield every run that reads as text once decoded."""
    for match in _BASE64.finditer(text):
        decoded = _from_base64(match[0])
        if decoded:
            yield Blob(match.start(), match.end(), decoded)
    for match in _HEX.finditer(text):
        decoded = _readable(binascii.unhexlify(_SPACES.sub(b"", match[1].encode())))
        if decoded:
            yield Blob(match.start(), match.end(), decoded)
    yield from _ciphered(text)


def _ciphered(text: str) -> Iterator[Blob]:
    """Yield phrases near words that say so, with every letter turned by 13 places, and turned round."""
    lower = text.lower()
    if text.isascii() and not any(cue in lower for cue in _CIPHER_CUES):
        return
    for told in _CIPHER.finditer(text):
        before = _PHRASE.finditer(text, max(0, told.start() - _CIPHER_REACH), told.start())
        after = _PHRASE.finditer(text, told.end(), told.end() + _CIPHER_REACH)
        for match in (*before, *after):
            yield Blob(match.start(), match.end(), codecs.encode(match[0], "rot13"), ciphered=True)
            yield Blob(match.start(), match.end(), match[0][::-1], ciphered=True)


def _unescapes(word: str) -> Iterator[tuple[int, int, str]]:
    for match in _ESCAPE.finditer(word):
        meant = unquote_to_bytes(match[0]).decode("utf-8", "replace")
        if meant.isascii():
            for index, char in enumerate(meant):
                start = match.start() + _ESCAPE_LENGTH * index
                yield start, start + _ESCAPE_LENGTH, char
        else:
            yield match.start(), match.end(), meant
    if "=" in word:
        for at, char in enumerate(word):
            if char == "+":
                yield at, at + 1, " "


def _from_base64(blob: str) -> str | None:
    if blob.isalpha() and (blob.islower() or blob.isupper()):
        return None  # A long word; almost every run is one.
    content = "".join(blob.split())
    body = content.rstrip("=").translate(_STANDARD)
    if len(body) % 4 == 1 or (body.isalpha() and (body.islower() or body.isupper())) or body.isdigit():
        return None
    return _readable(base64.b64decode(body + "=" * (-len(body) % 4)))


def _reads(text: str) -> bool:
    """Tell whether a text is made of words and numbers, most of them in ASCII or most of them not."""
    words = sum(char.isalnum() or char in " \n" for char in text)
    plain = sum(map(str.isascii, text))
    return words >= _WORDS * len(text) and not (1 - _WORDS) * len(text) < plain < _WORDS * len(text)


def _readable(content: bytes) -> str | None:
    """Return the bytes as text where they are text, or None."""
    for encoding in ("utf-8", "utf-16") if b"\0" in content else ("utf-8",):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if len(text) >= _SHORTEST and all(char.isprintable() or char in "\r\n\t" for char in text) and _reads(text):
            return text
    return None
