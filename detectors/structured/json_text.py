"""JSON inside a text, whole or torn: each object with its path and its values, and where they stand.

Read by one pattern from left to right, so that a missing bracket or a cut end costs nothing but itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from detectors.gazetteers.lookup import Gazetteers
from detectors.recognizer import Passage
from detectors.structured.headings import Heading, heading_of
from detectors.structured.values import Values
from schemas.spans import Span

_LOOKS = re.compile(r"[\"']\s*:")
_DOUBLE = re.compile(
    r'"(?=\s*[{\[]\s*")|(?<=[}\]])"|"(?P<text>(?:[^"\\\n]|\\.)*)"|(?P<mark>[{}\[\]:,])|(?:(?<=[:,{\[])|(?<=[:,{\[]\s))(?P<word>-?\w[\w.+-]*)'
)
_SINGLE = re.compile(_DOUBLE.pattern.replace('"(?P<text>(?:[^"', "'(?P<text>(?:[^'").replace(')*)"', ")*)'"))
_DEEPEST = 200
_PARENTLESS = frozenset(
    {"", "data", "result", "results", "arguments", "args", "input", "output", "params", "fields", "items"}
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value of an object: its key and its range."""

    key: str
    start: int
    end: int
    text: str = field(repr=False)
    is_text: bool


@dataclass(slots=True)
class JsonObject:
    """One object: the keys above it, and its own values."""

    path: tuple[str, ...]
    leaves: list[Leaf] = field(default_factory=list, repr=False)

    def text_of(self, key: str) -> str:
        """Return the first value of a key, or ""."""
        return next((leaf.text for leaf in self.leaves if leaf.key == key), "")


def objects(text: str) -> Iterator[JsonObject]:
    """Yield every object of a text, inner ones first; what is never closed comes at the end."""
    if not _LOOKS.search(text):
        return
    reader = _Reader()
    for token in (_DOUBLE if '"' in text else _SINGLE).finditer(text):
        yield from reader.take(token)
    yield from reader.rest()


class _Reader:
    """The state while reading: open brackets with the key they stand under, and the last word, which may be a key."""

    def __init__(self) -> None:
        self._open: list[tuple[str, JsonObject | None]] = []
        self._outside = JsonObject(())
        self._key = ""
        self._last: re.Match[str] | None = None

    def take(self, token: re.Match[str]) -> Iterator[JsonObject]:
        mark = token["mark"]
        if mark is None:
            if token["text"] is not None or token["word"] is not None:
                self._settle()
                self._last = token
            return
        if mark == ":":
            self._key = _content(self._last)[0] if self._last else ""
            self._last = None
            return
        self._settle()
        if mark in "{[" and len(self._open) < _DEEPEST:
            inner = JsonObject((*self._path(), self._key) if self._key else self._path()) if mark == "{" else None
            self._open.append((self._key, inner))
            self._key = ""
        elif mark in "}]":
            closed = self._open.pop()[1] if self._open else None
            self._key = ""
            if closed is not None:
                yield closed
        elif mark == "," and not (self._open and self._open[-1][1] is None):
            self._key = ""

    def rest(self) -> Iterator[JsonObject]:
        self._settle()
        yield from (inner for _, inner in reversed(self._open) if inner is not None)
        yield self._outside

    def _settle(self) -> None:
        """Take the last word as a value of the key before it, or of the list that it stands in."""
        token, self._last = self._last, None
        if token is None:
            return
        in_list = bool(self._open) and self._open[-1][1] is None
        key = self._open[-1][0] if in_list else self._key
        if key:
            value, start, end = _content(token)
            self._object().leaves.append(Leaf(key, start, end, value, token["text"] is not None))

    def _object(self) -> JsonObject:
        return next((inner for _, inner in reversed(self._open) if inner is not None), self._outside)

    def _path(self) -> tuple[str, ...]:
        return tuple(key for key, _ in self._open if key)


def _content(token: re.Match[str]) -> tuple[str, int, int]:
    group = "text" if token["text"] is not None else "word"
    return token[group], token.start(group), token.end(group)


class JsonTextRecognizer:
    """Finds values in JSON inside a text whose key, or the key above it, says what they are."""

    name = "json_keys"

    def __init__(self, gazetteers: Gazetteers) -> None:
        self._values = Values(gazetteers)

    def recognize(self, passage: Passage) -> list[Span]:
        """Return the identifying values of every object."""
        spans = list[Span]()
        for found in objects(passage.text):
            parent = next((key for key in reversed(found.path) if key.lower() not in _PARENTLESS), "")
            for leaf in found.leaves:
                heading = _heading(leaf, parent, found)
                if heading is not None:
                    spans += self._values.read(passage.text, leaf.start, leaf.end, heading, self.name)
        return spans


def _heading(leaf: Leaf, parent: str, found: JsonObject) -> Heading | None:
    """Return what a value is by its key, and by the key above where the key alone says little."""
    if leaf.text.startswith(_CALLS):
        return None
    if leaf.key in _FIRST_LAST and all(map(found.text_of, _FIRST_LAST)):
        return Heading.PERSON
    if leaf.key.lower() in _VAGUE and parent:
        return heading_of(f"{parent} {leaf.key}")
    heading = heading_of(leaf.key)
    return None if heading in _NEEDS_DIGIT and not any(map(str.isdigit, leaf.text)) else heading


#: What a model's interface calls its answers and calls of tools.
_CALLS = ("call_", "toolu_", "chatcmpl-", "msg_", "resp_", "req_", "run_", "asst_", "thread_", "tool_call_")
_FIRST_LAST = ("first", "last")
_VAGUE = frozenset({"name", "id", "number", "value", "text", "display", "no", "address", "first", "last"})
_NEEDS_DIGIT = frozenset({Heading.NUMBER, Heading.PLAN, Heading.ACCOUNT, Heading.LICENSE, Heading.DEVICE, Heading.MRN})
