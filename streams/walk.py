"""From an event to its texts and back: default deny, every leaf is text unless its exact path says otherwise."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas.errors import Malformed, QuarantineReason
from schemas.events import FieldKind, LLMEvent, Side, TextField
from schemas.raw import DEFAULT_BOUNDS, Bounds, encode_raw, free_key, parse_json
from schemas.sources.all import VOCABULARY
from schemas.sources.pieces import holds_piece
from schemas.sources.shapes import Shape, Treatment, fits
from schemas.sources.source import Path, Source
from streams.places import ROOT, UNASKED, Place, by_name, key_hint, label_of, rules_of, value_hint
from streams.record.leaves import Leaf, Reading, Why
from streams.record.opaque import count_logprobs, describe_blob, is_media, repeats_tokens

#: Headers whose values may pass in the shape of a label; all others are text.
PASSING_HEADERS = frozenset({"content-type", "content-encoding", "traceparent", "schema-version", "x-request-id"})
#: Headers of ours, dropped from raw records: only phistream may say what they say.
OWN_HEADERS = "phistream-"

_LABELLED = frozenset({"value", "answer", "valuestring", "val", "content", "text"})
#: What OTLP/JSON wraps the value of an attribute in (opentelemetry-proto, common.proto, AnyValue).
_WRAPPERS = frozenset("stringValue intValue doubleValue boolValue bytesValue arrayValue kvlistValue values".split())
_SMALL = 1000.0
#: What JSON in a string may begin with.
_OPENING = frozenset("{[ \t\r\n")

#: A key that is somebody's number where the key above it says so.
_NUMBER_KEY = re.compile(r"[\d./ -]{5,40}")

OnText = Callable[[TextField], str]
OnLeaf = Callable[[Leaf], None]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A redacted record: the document, key and headers, and whether a pointer hides part of the call."""

    document: Any = field(repr=False)
    record_key: str | None = field(repr=False)
    headers: dict[str, str | None] = field(repr=False)
    incomplete: bool


@dataclass(frozen=True, slots=True)
class Walker:
    """Finds the texts of an event and puts redacted ones in their place.

    `holds_structured` tells whether a label holds an identifier with a structure of its own; `digest` is the tenant's
    keyed digest of bytes. Both passes visit in one order: the n-th text of the second replaces that of the first.
    """

    source: Source
    holds_structured: Callable[[str], bool]
    digest: Callable[[bytes], str]
    bounds: Bounds = DEFAULT_BOUNDS

    def texts(self, event: LLMEvent) -> tuple[TextField, ...]:
        """Return every text of *event*; raises Malformed where JSON strings nest too deep or grow too large."""
        found: list[TextField] = []

        def collect(field_: TextField) -> str:
            found.append(field_)
            return field_.text

        self._visit_event(event, collect)
        return tuple(found)

    def rebuild(self, event: LLMEvent, texts: Sequence[str]) -> Rebuilt:
        """Return *event* with each of its texts replaced by that of *texts* at the same position."""
        following = iter(texts)
        rebuilt = self._visit_event(event, _nothing, following=following)
        if next(following, None) is not None:
            raise AssertionError("more texts than places")
        return rebuilt

    def leaves(self, event: LLMEvent) -> tuple[Leaf, ...]:
        """Return what becomes of every leaf and unknown key of *event*, and why; raises Malformed as texts() does."""
        found: list[Leaf] = []
        self._visit_event(event, lambda field_: field_.text, found.append)
        return tuple(found)

    def _visit_event(
        self,
        event: LLMEvent,
        on_text: OnText,
        on_leaf: OnLeaf | None = None,
        following: Iterator[str] | None = None,
    ) -> Rebuilt:
        visit = _Visit(self, on_text, on_leaf, following)
        document = visit.node(event.document, self.source.rules, ROOT if following is None else UNASKED)
        key = event.record_key
        if key is not None:
            key = visit.text(TextField("key", key, "record_key", FieldKind.RECORD_KEY))
        headers: dict[str, str | None] = {}
        for name, value in event.headers:
            if not name.lower().startswith(OWN_HEADERS):
                headers[free_key(visit.header_name(name), headers)] = visit.header_value(name, value)
        return Rebuilt(document, key, headers, visit.incomplete)


@dataclass(slots=True)
class _Visit:
    """One pass over one event: it collects texts, or puts redacted ones in their place.

    Collecting, each text goes to `on_text`; rebuilding, the next of `following` takes its place. `decoded` is how many
    JSON strings the current leaf stands in, `decoded_bytes` the size of all that were opened, `attribute` the name of
    the OTLP attribute around the leaf. `labels` remembers which values passed as a label.
    """

    walker: Walker
    on_text: OnText
    on_leaf: OnLeaf | None = None
    following: Iterator[str] | None = None
    incomplete: bool = False
    decoded: int = 0
    decoded_bytes: int = 0
    attribute: str = ""
    labels: dict[str, bool] = field(default_factory=dict, repr=False)

    def node(self, node: Any, rules: Any, place: Place, key: str | int | None = None, label: str = "") -> Any:
        """Return *node*, which stands at *key* of a place, with its texts replaced.

        Each level of nesting takes one frame of the stack, so that the bound on depth holds.
        """
        if isinstance(node, dict):
            return self._object(node, rules, place.below(key), label)
        if isinstance(node, list):
            rules, place = rules.get("[]") if isinstance(rules, dict) else None, place.below(key)
            return [self.node(child, rules, place, index, label) for index, child in enumerate(node)]
        if node is None or isinstance(node, bool):
            self._note(place, key, Reading.CONSTANT, Why.NO_TEXT)
            return node
        if isinstance(rules, Shape) and self._passes(rules, node):
            if self.on_leaf is not None:
                self._note(place, key, Reading.PASSES, rules)
            return node
        if isinstance(node, str):
            return self._string(node, rules, place, key, label)
        return self._number(node, rules, place, key, label)

    def _object(self, node: dict[str, Any], rules: Any, place: Place, above: str) -> dict[str, Any]:
        wrapped = _WRAPPERS.issuperset(node)
        if wrapped and len(node) == 1:
            return self._wrapper(node, rules, place, above)
        labels = label_of(node)
        outer, named = self.attribute, by_name(rules)
        if named and labels and not outer:
            self.attribute = labels
        if (named or rules is None) and place.path:
            rules = rules_of(node, rules)
        ruled = isinstance(rules, dict)
        out: dict[str, Any] = {}
        for key, child in node.items():
            below = (rules.get(key) or rules.get("*")) if ruled else None
            name = key if key in VOCABULARY else self._key(key, place)
            if name in out:
                name = free_key(name, out)
            if isinstance(child, (dict, list)) and (below is Treatment.LOGPROBS or repeats_tokens(key, child)):
                self._note(place, key, Reading.DROPPED, Why.REPEATED)
                out[name] = None
                out[free_key(f"{name}_count", out)] = count_logprobs(child)
                continue
            if key == "data" and node.get("type") == "text":
                below = None  # A document given as text, where other sources stand in base64.
            if key == "bytesValue" and wrapped:
                below = Treatment.OPAQUE
            label = above if wrapped else labels if labels and key.lower() in _LABELLED else ""
            out[name] = self.node(child, below, place, key, label)
        self.attribute = outer
        return out

    def _wrapper(self, node: dict[str, Any], rules: Any, place: Place, label: str) -> dict[str, Any]:
        """Return an AnyValue: what its one key says of the value is what OTLP says, and is no text."""
        ((key, child),) = node.items()
        below = (rules.get(key) or rules.get("*")) if isinstance(rules, dict) else None
        if key == "bytesValue":
            below = Treatment.OPAQUE
        return {key: self.node(child, below, place, key, label)}

    def text(self, field_: TextField) -> str:
        """Return what stands in place of a text: the next of those given, or what its reader says."""
        return self.on_text(field_) if self.following is None else next(self.following)

    def _key(self, key: str, place: Place) -> str:
        self._note(place, key, Reading.KEY, Why.UNKNOWN_KEY)
        if self.following is not None:
            return next(self.following)
        hint = key_hint(place.hint_of(None)) if _NUMBER_KEY.fullmatch(key) else ""
        return self.on_text(TextField(place.pointer_of(None), key, hint, FieldKind.KEY, self._side(place.path)))

    def _string(self, text: str, rules: Any, place: Place, key: str | int | None, label: str) -> str:
        blob = self._treat(text, rules)
        if blob is not None:
            self._note(place, key, Reading.REPLACED, rules if isinstance(rules, Treatment) else Treatment.MEDIA)
            return blob
        inner = self._inner_json(text)
        if inner is not None:
            self._note(place, key, Reading.OPENED, Why.JSON)
            self.decoded += 1
            below = rules_of(inner, rules if isinstance(rules, dict) else None)
            replaced = self.node(inner, below, place, key)
            self.decoded -= 1
            return text if replaced == inner else encode_raw(replaced).decode()
        if self.on_leaf is not None:
            self._note(place, key, Reading.TEXT, self._why_text(text, rules))
        return self._read(text, place, key, label, FieldKind.VALUE)

    def _number(self, number: float, rules: Any, place: Place, key: str | int | None, label: str) -> Any:
        if isinstance(number, float) and abs(number) < _SMALL and isinstance(key, int):
            self._note(place, key, Reading.PASSES, Why.COMPONENT)
            return number  # A vector's component; no identifier is a small fraction without a key.
        if self.on_leaf is not None:
            self._note(place, key, Reading.NUMBER, self._why_text(number, rules))
        source = repr(number)
        text = self._read(source, place, key, label, FieldKind.NUMBER)
        return number if text == source else text

    def _read(self, text: str, place: Place, key: str | int | None, label: str, kind: FieldKind) -> str:
        """Return what stands in place of a leaf's text; where it is given, nobody asks for more."""
        if self.following is not None:
            return next(self.following)
        hint, side = value_hint(label, place.hint_of(key)), self._side(place.path_of(key))
        return self.on_text(TextField(place.pointer_of(key), text, hint, kind, side))

    def _treat(self, text: str, rules: Any) -> str | None:
        """Return what stands in place of a blob or pointer, or None where the string is text."""
        if is_media(text) or rules is Treatment.MEDIA:
            return describe_blob("media", text, self.walker.digest)
        if rules is Treatment.OPAQUE:
            return describe_blob("opaque", text, self.walker.digest)
        if rules is Treatment.POINTER:
            self.incomplete = True
            return describe_blob("pointer", text, self.walker.digest)
        return None

    def _inner_json(self, text: str) -> Any:
        """Return the tree of a string that is a JSON object or array, or None."""
        if text[:1] not in _OPENING:
            return None
        stripped = text.strip()
        if stripped[:1] + stripped[-1:] not in ("{}", "[]"):
            return None
        try:
            tree = parse_json(text, self.walker.bounds)
        except Malformed as error:
            if error.reason is QuarantineReason.TOO_DEEP:
                raise
            return None
        if holds_piece(tree):
            raise Malformed(QuarantineReason.STREAM_PIECE, size=len(text))
        bounds = self.walker.bounds
        self.decoded_bytes += len(text)
        if self.decoded >= bounds.decoding_depth or self.decoded_bytes > bounds.growth * bounds.record_bytes:
            raise Malformed(QuarantineReason.DECODING_LIMIT, depth=self.decoded + 1)
        return tree

    def _passes(self, shape: Shape, node: Any) -> bool:
        if not fits(shape, node):
            return False
        if shape is not Shape.LABEL:
            return True
        if node not in self.labels:
            self.labels[node] = "phi_" not in node.lower() and not self.walker.holds_structured(node)
        return self.labels[node]

    def _note(self, place: Place, key: str | int | None, reading: Reading, why: Why | Shape | Treatment) -> None:
        if self.on_leaf is not None:
            self.on_leaf(Leaf(place.pointer_of(key), reading, why.value, self.attribute))

    @staticmethod
    def _why_text(value: Any, rules: Any) -> Why:
        if not isinstance(rules, Shape):
            return Why.NO_RULE
        return Why.STRUCTURED if fits(rules, value) else Why.NOT_IN_SHAPE

    def _side(self, path: Path) -> Side:
        return self.walker.source.side((*path, self.attribute) if self.attribute else path)

    def header_name(self, name: str) -> str:
        """Return a header's name, redacted unless it is one that may pass."""
        if name.lower() in PASSING_HEADERS:
            return name
        return self.text(TextField("headers", name, "", FieldKind.KEY))

    def header_value(self, name: str, value: str | None) -> str | None:
        """Return a header's value; only labels of passing headers stay unread."""
        if value is None or (name.lower() in PASSING_HEADERS and self._passes(Shape.LABEL, value)):
            return value
        return self.text(TextField("headers", value, name.lower(), FieldKind.HEADER))


def _nothing(field_: TextField) -> str:
    raise AssertionError(field_.path)
