"""Linear-time patterns over a passage's bytes; the only user of re2 in the pattern layer."""

import functools
from collections.abc import Iterable, Iterator, Mapping

import re2  # type: ignore[import-untyped]

from detectors.patterns.figures import least_figures
from detectors.recognizer import Latin, Passage

#: A digit, or a letter that a scanner read where a digit stood.
SCANNED = "[0-9OoQlISB]"


_ANYWHERE, _HERE, _WHOLE = re2._Anchor.UNANCHORED, re2._Anchor.ANCHOR_START, re2._Anchor.ANCHOR_BOTH  # noqa: SLF001
_MOST_MEMORY = 64 << 20


class Match:
    """One match; offsets are code points of the passage."""

    __slots__ = ("_spans", "_text")

    def __init__(self, text: bytes, spans: list[tuple[int, int]]) -> None:
        self._text = text
        self._spans = spans

    def start(self, group: int = 0) -> int:
        """Return where the group begins, or -1."""
        return self._spans[group][0]

    def end(self, group: int = 0) -> int:
        """Return where the group ends, or -1."""
        return self._spans[group][1]

    def group(self, group: int = 0) -> bytes:
        """Return the bytes of the group, or None where it took no part."""
        start, end = self._spans[group]
        return self._text[start:end] if start >= 0 else None  # type: ignore[return-value]


class Pattern:
    """A compiled pattern; the time of each call is linear in what it reads.

    A whole passage with fewer figures than every match has is not read at all.
    """

    __slots__ = ("_run", "figures", "groups", "ignore_case", "pattern")

    def __init__(self, pattern: str, *, ignore_case: bool) -> None:
        compiled = re2.compile(pattern.encode("latin-1"), _options(ignore_case=ignore_case))
        self._run = compiled._regexp.Match  # noqa: SLF001  # The methods around it take longer than itself.
        self.pattern, self.ignore_case = pattern, ignore_case
        self.groups: int = compiled.groups
        self.figures = least_figures(pattern)

    def search(self, text: bytes, pos: int = 0, endpos: int | None = None) -> Match | None:
        """Find the first match."""
        if endpos is None and not pos and isinstance(text, Latin) and text.figures < self.figures:
            return None
        return self._once(_ANYWHERE, text, pos, endpos)

    def occurs(self, text: bytes) -> bool:
        """Tell whether there is a match; a whole passage keeps the answer for the next recognizer that asks."""
        if not isinstance(text, Latin):
            return self.search(text) is not None
        known = text.occurring.get(self)
        if known is None:
            known = text.occurring[self] = self.search(text) is not None
        return known

    def match(self, text: bytes, pos: int = 0, endpos: int | None = None) -> Match | None:
        """Match at *pos*."""
        return self._once(_HERE, text, pos, endpos)

    def fullmatch(self, text: bytes, pos: int = 0, endpos: int | None = None) -> Match | None:
        """Match from *pos* to *endpos*."""
        return self._once(_WHOLE, text, pos, endpos)

    def finditer(self, text: bytes, pos: int = 0, endpos: int | None = None) -> Iterator[Match]:
        """Find every match, left to right, without overlap."""
        if endpos is None and not pos and isinstance(text, Latin) and text.figures < self.figures:
            return iter(())
        return self._each(text, pos, endpos)

    def _once(self, anchor: object, text: bytes, pos: int, endpos: int | None) -> Match | None:
        length = len(text)
        if endpos is None or endpos > length:
            endpos = length
        if pos > endpos:
            return None
        spans = self._run(anchor, text, pos, endpos)
        return Match(text, spans) if spans[0][0] >= 0 else None

    def _each(self, text: bytes, pos: int, endpos: int | None) -> Iterator[Match]:
        while (found := self._once(_ANYWHERE, text, pos, endpos)) is not None:
            yield found
            end = found.end()
            pos = end + 1 if end == pos else end


def _options(*, ignore_case: bool) -> re2.Options:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.case_sensitive = not ignore_case
    options.log_errors = False
    options.max_mem = _MOST_MEMORY
    return options


def compile_latin(pattern: str, *, ignore_case: bool = True) -> Pattern:
    """Compile a pattern over `passage.latin`; signs outside Latin-1 cannot stand in it.

    >>> compile_latin("a{2}").search(b"xAAx").start()
    1
    """
    return Pattern(pattern, ignore_case=ignore_case)


def any_of(patterns: Iterable[Pattern]) -> Pattern:
    """Compile patterns into one that reads a text once for all of them, whatever the case of its letters.

    Where it finds nothing, none of them does.
    """
    return compile_latin("|".join(f"(?:{pattern.pattern})" for pattern in patterns))


class PatternSet:
    """Patterns that are looked for all at one reading, which tells the ones that occur.

    >>> PatternSet([compile_latin("a1"), compile_latin("b2", ignore_case=False)]).occurring(b"A1 B2")
    [0]
    """

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._patterns = tuple(patterns)

    def occurring(self, latin: bytes) -> list[int]:
        """Return the numbers of the patterns that occur, in order."""
        return sorted(number for group in self._groups for number in group.occurring(latin))

    @functools.cached_property
    def _groups(self) -> tuple["_Group", ...]:
        """Return the patterns that want figures apart from the others: many texts have none."""
        numbers = range(len(self._patterns))
        plain = [number for number in numbers if not self._patterns[number].figures]
        figured = [number for number in numbers if self._patterns[number].figures]
        return tuple(_Group({at: self._patterns[at] for at in group}) for group in (plain, figured) if group)


class _Group:
    """Some patterns of a set by number, read at once."""

    def __init__(self, patterns: Mapping[int, Pattern]) -> None:
        self._numbers = tuple(patterns)
        self._figures = min(pattern.figures for pattern in patterns.values())
        self._set = re2.Set.SearchSet(_options(ignore_case=False))
        for pattern in patterns.values():
            self._set.Add((f"(?i:{pattern.pattern})" if pattern.ignore_case else pattern.pattern).encode("latin-1"))
        self._set.Compile()

    def occurring(self, latin: bytes) -> Iterable[int]:
        """Return the numbers of those that occur."""
        if isinstance(latin, Latin) and latin.figures < self._figures:
            return ()
        return map(self._numbers.__getitem__, self._set.Match(latin) or ())


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
    return _DIGIT.occurs(passage.latin)


def trim(latin: bytes, start: int, end: int) -> tuple[int, int]:
    """Drop what is neither letter nor digit from both ends of a range."""
    while start < end and not is_word(latin[start]):
        start += 1
    while start < end and not is_word(latin[end - 1]):
        end -= 1
    return start, end


_FIGURES = b"0123456789"
_OTHERS = bytes(byte for byte in range(256) if byte not in _FIGURES)
_DIGIT = compile_latin("[0-9]")
