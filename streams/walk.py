"""From an event to its texts and back: default deny, every leaf is text unless its exact path says otherwise."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas.errors import Malformed, QuarantineReason
from schemas.events import FieldKind, LLMEvent, Side, TextField
from schemas.raw import DEFAULT_BOUNDS, Bounds, encode_raw, free_key, parse_json
from schemas.sources.all import VOCABULARY, recognise
from schemas.sources.generic import GENERIC
from schemas.sources.otel_rules import numbered
from schemas.sources.pieces import holds_piece
from schemas.sources.shapes import Shape, Treatment, fits
from schemas.sources.source import Path, Source
from streams.leaves import Leaf, Reading, Why
from streams.opaque import count_logprobs, describe_blob, is_media

#: Headers whose values may pass in the shape of a label; all others are text.
PASSING_HEADERS = frozenset({"content-type", "content-encoding", "traceparent", "schema-version", "x-request-id"})
#: Headers of ours, dropped from raw records: only phistream may say what they say.
OWN_HEADERS = "phistream-"

_HINT_KEYS = 3
#: Keys that a request or response of a known format has at its top.
_MARKS = frozenset({"messages", "choices", "content", "contents", "candidates", "input", "output"})
#: What repeats a completion token by token, whoever wrote it.
_PER_TOKEN = frozenset({"logprobs", "logprobsResult", "logprobs_result"})
_LABELLED = frozenset({"value", "answer", "valuestring", "val", "content", "text"})
#: What OTLP/JSON wraps the value of an attribute in (opentelemetry-proto, common.proto, AnyValue).
_WRAPPERS = frozenset("stringValue intValue doubleValue boolValue bytesValue arrayValue kvlistValue values".split())
_LABELS = ("name", "key", "label", "field", "question", "system", "column")
_SMALL = 1000.0

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
        document = visit.node(event.document, self.source.rules, (), 0)
        key = event.record_key
        if key is not None:
            key = visit.text(lambda: TextField("key", event.record_key or "", "record_key", FieldKind.RECORD_KEY))
        headers: dict[str, str | None] = {}
        for name, value in event.headers:
            if not name.lower().startswith(OWN_HEADERS):
                headers[free_key(visit.header_name(name), headers)] = visit.header_value(name, value)
        return Rebuilt(document, key, headers, visit.incomplete)


@dataclass(slots=True)
class _Visit:
    """One pass over one event."""

    walker: Walker
    on_text: OnText
    on_leaf: OnLeaf | None = None
    following: Iterator[str] | None = None
    incomplete: bool = False
    decoded_bytes: int = 0
    attribute: str = ""
    labels: dict[str, bool] = field(default_factory=dict, repr=False)

    def node(self, node: Any, rules: Any, path: Path, decoded: int, label: str = "") -> Any:
        """Return *node* with its texts replaced; one frame a level, so that the bounds fit the stack."""
        if isinstance(node, dict):
            return self._object(node, rules, path, decoded, label)
        if isinstance(node, list):
            below = rules.get("[]") if isinstance(rules, dict) else None
            return [self.node(child, below, (*path, index), decoded, label) for index, child in enumerate(node)]
        if node is None or isinstance(node, bool):
            self._note(path, Reading.CONSTANT, Why.NO_TEXT)
            return node
        if isinstance(rules, Shape) and self._passes(rules, node):
            self._note(path, Reading.PASSES, rules)
            return node
        if isinstance(node, str):
            return self._string(node, rules, path, decoded, label)
        return self._number(node, rules, path, label)

    def _object(self, node: dict[str, Any], rules: Any, path: Path, decoded: int, above: str) -> dict[str, Any]:
        labels, wrapped = _label_of(node), _WRAPPERS.issuperset(node)
        outer, self.attribute = self.attribute, self.attribute or (labels if _by_name(rules) else "")
        rules = _rules_of(node, rules) if path else rules
        out: dict[str, Any] = {}
        for key, child in node.items():
            below = (rules.get(key) or rules.get("*")) if isinstance(rules, dict) else None
            name = free_key(self._key(key, path), out)
            if (key in _PER_TOKEN or below is Treatment.LOGPROBS) and isinstance(child, (dict, list)):
                self._note((*path, key), Reading.DROPPED, Why.REPEATED)
                out[name] = None
                out[free_key(f"{name}_count", out)] = count_logprobs(child)
                continue
            if key == "data" and node.get("type") == "text":
                below = None  # A document given as text, where other sources stand in base64.
            if key == "bytesValue" and wrapped:
                below = Treatment.OPAQUE
            label = above if wrapped else labels if key.lower() in _LABELLED else ""
            out[name] = self.node(child, below, (*path, key), decoded, label)
        self.attribute = outer
        return out

    def text(self, field_: Callable[[], TextField]) -> str:
        """Return what stands in place of a text: the next of those given, or what its reader says."""
        return self.on_text(field_()) if self.following is None else next(self.following)

    def _key(self, key: str, path: Path) -> str:
        if key in VOCABULARY:
            return key
        self._note((*path, key), Reading.KEY, Why.UNKNOWN_KEY)
        return self.text(lambda: TextField(_pointer(path), key, "", FieldKind.KEY, self._side(path)))

    def _string(self, text: str, rules: Any, path: Path, decoded: int, label: str) -> str:
        blob = self._treat(text, rules)
        if blob is not None:
            self._note(path, Reading.REPLACED, rules if isinstance(rules, Treatment) else Treatment.MEDIA)
            return blob
        inner = self._inner_json(text, decoded)
        if inner is not None:
            self._note(path, Reading.OPENED, Why.JSON)
            below = rules if isinstance(rules, dict) else None
            replaced = self.node(inner, _rules_of(inner, below), path, decoded + 1)
            return text if replaced == inner else encode_raw(replaced).decode()
        self._note(path, Reading.TEXT, self._why_text(text, rules))
        return self.text(lambda: TextField(_pointer(path), text, _hint(path, label), FieldKind.VALUE, self._side(path)))

    def _number(self, number: float, rules: Any, path: Path, label: str) -> Any:
        if isinstance(number, float) and abs(number) < _SMALL and path and isinstance(path[-1], int):
            self._note(path, Reading.PASSES, Why.COMPONENT)
            return number  # A vector's component; no identifier is a small fraction without a key.
        self._note(path, Reading.NUMBER, self._why_text(number, rules))
        source = repr(number)
        text = self.text(
            lambda: TextField(_pointer(path), source, _hint(path, label), FieldKind.NUMBER, self._side(path))
        )
        return number if text == source else text

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

    def _inner_json(self, text: str, decoded: int) -> Any:
        """Return the tree of a string that is a JSON object or array, or None."""
        ends = text[:1] + text[-1:] if text[:1] in "{[" else text.strip()[:1] + text.strip()[-1:]
        if ends not in ("{}", "[]"):
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
        if decoded >= bounds.decoding_depth or self.decoded_bytes > bounds.growth * bounds.record_bytes:
            raise Malformed(QuarantineReason.DECODING_LIMIT, depth=decoded + 1)
        return tree

    def _passes(self, shape: Shape, node: Any) -> bool:
        if not fits(shape, node):
            return False
        if shape is not Shape.LABEL:
            return True
        if node not in self.labels:
            self.labels[node] = "phi_" not in node.lower() and not self.walker.holds_structured(node)
        return self.labels[node]

    def _note(self, path: Path, reading: Reading, why: Why | Shape | Treatment) -> None:
        if self.on_leaf is not None:
            self.on_leaf(Leaf(_pointer(path), reading, why.value, self.attribute))

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
        return self.text(lambda: TextField("headers", name, "", FieldKind.KEY))

    def header_value(self, name: str, value: str | None) -> str | None:
        """Return a header's value; only labels of passing headers stay unread."""
        if value is None or (name.lower() in PASSING_HEADERS and self._passes(Shape.LABEL, value)):
            return value
        return self.text(lambda: TextField("headers", value, name.lower(), FieldKind.HEADER))


def _nothing(field_: TextField) -> str:
    raise AssertionError(field_.path)


def _hint(path: Path, label: str) -> str:
    """Return the dotted object keys under which a value stands, innermost last, or the label beside it."""
    if label:
        return label
    keys = [part.lower() for part in path if isinstance(part, str)]
    return ".".join(keys[-_HINT_KEYS:])


def _rules_of(node: Any, rules: Any) -> Any:
    """Return the rules of an attribute by its name, and of a known format that stands where no rule reaches."""
    if _by_name(rules) and isinstance(node, dict):
        name = node.get("key")
        if not isinstance(name, str):
            return rules
        return rules["="].get(name) or rules["="].get(numbered(name)) or rules
    if rules is not None or not isinstance(node, dict) or _MARKS.isdisjoint(node):
        return rules
    source = recognise(node)
    return None if source is GENERIC else source.rules


def _by_name(rules: Any) -> bool:
    """Tell whether rules go by the name of an attribute."""
    return isinstance(rules, dict) and "=" in rules


def _label_of(node: dict[str, Any]) -> str:
    """Return what an object of the shape {"label": "Date of birth", "value": …} says its value is."""
    if len(node) > len(_LABELS):
        return ""
    found = (node[key] for key in _LABELS if isinstance(node.get(key), str))
    return next(found, "")[:64].lower()


def _pointer(path: Path) -> str:
    """Return a JSON pointer in which only vocabulary shows; a key that may be text is an asterisk."""
    parts = (str(part) if isinstance(part, int) or part in VOCABULARY else "*" for part in path)
    return "".join(f"/{part}" for part in parts) or "/"
