"""Linear-time patterns over a passage's bytes; the only user of re2 in the pattern layer."""

from collections.abc import Iterable, Iterator
from typing import Protocol

import re2  # type: ignore[import-untyped]

from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

#: What stands between two groups of one number: also the byte of every sign outside Latin-1 (dashes, odd spaces).
SEPARATOR = r"[-. \t\xa0\xad\x1a/_]"
#: A digit, or a letter that a scanner read where a digit stood.
SCANNED = "[0-9OoQlISB]"


class Match(Protocol):
    """One match; offsets are code points of the passage."""

    def start(self, group: int = 0) -> int:
        """Return where the group begins, or -1."""
        ...

    def end(self, group: int = 0) -> int:
        """Return where the group ends, or -1."""
        ...

    def group(self, group: int = 0) -> bytes:
        """Return the bytes of the group, or None where it took no part."""
        ...


class Options(Protocol):
    """How a pattern was compiled."""

    @property
    def case_sensitive(self) -> bool:
        """Tell whether the case of letters counts."""
        ...


class Pattern(Protocol):
    """A compiled pattern; the time of each call is linear in what it reads."""

    @property
    def pattern(self) -> bytes:
        """Return what was compiled."""
        ...

    @property
    def options(self) -> Options:
        """Return how it was compiled."""
        ...

    def search(self, text: bytes, pos: int = 0, endpos: int = ...) -> Match | None:
        """Find the first match."""
        ...

    def match(self, text: bytes, pos: int = 0, endpos: int = ...) -> Match | None:
        """Match at *pos*."""
        ...

    def fullmatch(self, text: bytes, pos: int = 0, endpos: int = ...) -> Match | None:
        """Match from *pos* to *endpos*."""
        ...

    def finditer(self, text: bytes, pos: int = 0, endpos: int = ...) -> Iterator[Match]:
        """Find every match, left to right, without overlap."""
        ...


def compile_latin(pattern: str, *, ignore_case: bool = True) -> Pattern:
    """Compile a pattern over `passage.latin`; signs outside Latin-1 cannot stand in it.

    >>> compile_latin("a{2}").search(b"xAAx").start()
    1
    """
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.case_sensitive = not ignore_case
    options.log_errors = False
    options.max_mem = 64 << 20
    compiled: Pattern = re2.compile(pattern.encode("latin-1"), options)
    return compiled


def any_of(patterns: Iterable[Pattern]) -> Pattern:
    """Compile patterns into one that reads a text once for all of them, whatever the case of its letters.

    Where it finds nothing, none of them does; to run a pattern costs more than to read a short text.
    """
    return compile_latin("|".join(f"(?:{pattern.pattern.decode('latin-1')})" for pattern in patterns))


class PatternSet:
    """Patterns that are looked for all at one reading, which tells the ones that occur.

    >>> PatternSet([compile_latin("a1"), compile_latin("b2", ignore_case=False)]).occurring(b"A1 B2")
    [0]
    """

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.log_errors = False
        options.max_mem = 64 << 20
        self._set = re2.Set.SearchSet(options)
        for pattern in patterns:
            text = pattern.pattern.decode("latin-1")
            self._set.Add((text if pattern.options.case_sensitive else f"(?i:{text})").encode("latin-1"))
        self._set.Compile()

    def occurring(self, latin: bytes) -> list[int]:
        """Return the numbers of the patterns that occur, in order."""
        return sorted(self._set.Match(latin) or ())


def phrases(text: str) -> tuple[str, ...]:
    """Return the phrases of a list with semicolons between them; line ends count as spaces.

    >>> phrases("medical record; chart")
    ('medical record', 'chart')
    """
    return tuple(part.strip() for part in " ".join(text.split()).split(";") if part.strip())


def compile_words(phrases: Iterable[str]) -> Pattern:
    """Compile a list of phrases, each bounded by what is no letter, digit or underscore."""
    alternatives = "|".join(phrase.replace(" ", r"[\s_-]+") for phrase in phrases)
    return compile_latin(rf"(?:\b|_)(?:{alternatives})(?:\b|_|$)")


def is_word(byte: int) -> bool:
    """Tell whether a byte of `passage.latin` is a letter or digit."""
    return 48 <= byte <= 57 or 65 <= byte <= 90 or 97 <= byte <= 122 or byte >= 0xC0 or byte in (0xAA, 0xB5, 0xBA)


def stands_alone(latin: bytes, start: int, end: int) -> bool:
    """Tell whether no letter or digit touches the range."""
    return not (start and is_word(latin[start - 1])) and not (end < len(latin) and is_word(latin[end]))


def behind(pattern: Pattern, latin: bytes, end: int, reach: int) -> tuple[Match, int] | None:
    """Match a pattern that ends with `$` on the *reach* bytes before *end*.

    Returns the match and what has to be added to its offsets; a word that the reach cuts is left out.
    """
    start = max(0, end - reach)
    if start and is_word(latin[start - 1]):
        while start < end and is_word(latin[start]):
            start += 1
    found = pattern.search(latin[start:end])
    return None if found is None else (found, start)


def follows(pattern: Pattern, latin: bytes, end: int, reach: int) -> bool:
    """Tell whether what stands before *end* ends as the pattern wants."""
    return behind(pattern, latin, end, reach) is not None


def count_digits(value: bytes) -> int:
    """Count the ASCII digits of a value."""
    return len(value) - len(value.translate(None, _FIGURES))


def only_digits(value: bytes) -> str:
    """Return the digits of a value.

    >>> only_digits(b"12-3 4")
    '1234'
    """
    return value.translate(None, _OTHERS).decode("ascii")


def has_digit(passage: Passage) -> bool:
    """Tell cheaply whether a passage holds a digit."""
    return _DIGIT.search(passage.latin) is not None


def trim(latin: bytes, start: int, end: int) -> tuple[int, int]:
    """Drop what is neither letter nor digit from both ends of a range."""
    while start < end and not is_word(latin[start]):
        start += 1
    while start < end and not is_word(latin[end - 1]):
        end -= 1
    return start, end


def spans_of(ranges: Iterable[tuple[int, int]], type_: IdentifierType, score: float, name: str) -> list[Span]:
    """Make a span of each range that is not empty."""
    return [Span(start, end, type_, score, name) for start, end in ranges if start < end]


_FIGURES = b"0123456789"
_OTHERS = bytes(byte for byte in range(256) if byte not in _FIGURES)
_DIGIT = compile_latin("[0-9]")
