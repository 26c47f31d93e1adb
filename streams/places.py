"""Where a leaf stands in a record: its JSON pointer and hint, and the label and rules that hold there."""

import re
from typing import Any, NamedTuple

from schemas.sources.all import VOCABULARY, recognise
from schemas.sources.generic import GENERIC
from schemas.sources.otel_rules import numbered
from schemas.sources.source import Path

_HINT_KEYS = 3
#: Keys that a request or response of a known format has at its top.
_MARKS = frozenset({"messages", "choices", "content", "contents", "candidates", "input", "output"})
_LABELS = ("name", "key", "label", "field", "question", "system", "column")
_SOME_LABEL = frozenset(_LABELS)
_LABEL_LENGTH = 64
_URI = re.compile(r"[a-z][a-z0-9+.-]*:\S+\Z")
_URI_PARTS = re.compile(r"[/:#]")
#: Objects whose keys are the persons that they are about.
_PERSONS = frozenset(
    "patients patient members member persons person people residents subjects enrollees beneficiaries clients".split()
)


class Place(NamedTuple):
    """Where the children of one object or list stand: asked for each text beneath, and made once.

    `pointer` shows vocabulary only; a key that may be text is an asterisk. `keys` are the innermost object keys,
    lower-cased. `key` is that of a child; None stands for the place itself.
    """

    path: Path = ()
    pointer: str = ""
    keys: tuple[str, ...] = ()

    def below(self, key: str | int | None) -> "Place":
        """Return the place of a child."""
        if key is None:
            return self
        keys = (*self.keys[1 - _HINT_KEYS :], key.lower()) if isinstance(key, str) else self.keys
        return Place((*self.path, key), self._pointer_to(key), keys)

    def path_of(self, key: str | int | None) -> Path:
        """Return the path of a child."""
        return self.path if key is None else (*self.path, key)

    def pointer_of(self, key: str | int | None) -> str:
        """Return the JSON pointer of a child."""
        return (self.pointer or "/") if key is None else self._pointer_to(key)

    def hint_of(self, key: str | int | None) -> str:
        """Return the dotted object keys under which a child stands, innermost last."""
        keys = (*self.keys[1 - _HINT_KEYS :], key.lower()) if isinstance(key, str) else self.keys
        return ".".join(keys)

    def _pointer_to(self, key: str | int) -> str:
        return f"{self.pointer}/{key if isinstance(key, int) or key in VOCABULARY else '*'}"


class _Unasked(Place):
    """A place that nobody asks for: rebuilding names none."""

    __slots__ = ()

    def below(self, key: str | int | None) -> Place:
        """Return a place that is not the record's own, unless it is asked for the place itself."""
        return self if key is None else _UNASKED_BELOW


#: Where a whole record stands.
ROOT = Place()
UNASKED = _Unasked()
_UNASKED_BELOW = _Unasked(("*",))


def label_of(node: dict[str, Any]) -> str:
    """Return what an object of the shape {"label": "Date of birth", "value": …} says its value is."""
    if len(node) > len(_LABELS) or _SOME_LABEL.isdisjoint(node):
        return ""
    for key in _LABELS:
        found = node.get(key)
        if isinstance(found, str):
            return found[:_LABEL_LENGTH].lower()
    return ""


def value_hint(label: str, hint: str) -> str:
    """Return what says most of a value: its label, its own keys, or the end of a label that is a URI.

    >>> value_hint("date of birth", "items.value"), value_hint("urn:x:mrn", "identifier.value")
    ('date of birth', 'identifier.value')
    """
    if not label or not _URI.match(label):
        return label or hint
    end = _URI_PARTS.split(label)[-1]
    return hint if "identifier" in hint or not end.isalpha() else end


def key_hint(above: str) -> str:
    """Return what a key that is a number says of somebody, by the keys above it.

    >>> key_hint("payload.patients"), key_hint("index.by_mrn")
    ('patient_id', 'mrn')
    """
    if above.rpartition(".")[2] in _PERSONS:
        return "patient_id"
    return above.rpartition("by_")[2]


def by_name(rules: Any) -> bool:
    """Tell whether rules go by the name of an attribute."""
    return isinstance(rules, dict) and "=" in rules


def rules_of(node: Any, rules: Any) -> Any:
    """Return the rules of an attribute by its name, and of a known format that stands where no rule reaches."""
    if rules is None:
        if not isinstance(node, dict) or _MARKS.isdisjoint(node):
            return None
        source = recognise(node)
        return None if source is GENERIC else source.rules
    if not by_name(rules) or not isinstance(node, dict):
        return rules
    name = node.get("key")
    if not isinstance(name, str):
        return rules
    return rules["="].get(name) or rules["="].get(numbered(name)) or rules
