"""Inputs of every parser of formats: records, streams over several of them, bodies and files, damaged and planted."""

import gzip
import json
import random
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.fuzz import canaries
from benchmarks.fuzz.damage import Tree, damaged, told
from benchmarks.fuzz.otlp import export_request
from schemas.errors import Malformed
from schemas.raw import decode_raw
from schemas.sources.all import SOURCES, recognise
from streams.demo.traffic import sample_lines
from streams.ingest.bodies import PROTOBUF
from tests.schemas.sources.streamed.streams import STREAMED, Streamed, cut, event_stream
from tests.schemas.sources.test_sources import CLAUDE, CLAUDE_ANSWER, REQUEST, RESPONSE

_GOLDEN = Path(__file__).parents[2] / "tests" / "schemas" / "sources" / "golden"
_OF_DAMAGE = (0, 0, 1, 1, 2, 3)
_TYPES = (PROTOBUF, "application/json", "application/x-ndjson", "text/plain", "image/png", "")
_ENCODINGS = ("", "identity", "gzip", "x-gzip", "deflate", "br")


@dataclass(frozen=True, slots=True)
class Case:
    """One input: records that follow each other, a request's body, or a file.

    `numbers` are the JSON pointers at which a canary number stands: a path that is declared a number may keep it.
    """

    records: tuple[bytes, ...] = field(default=(), repr=False)
    numbers: tuple[str, ...] = ()
    body: bytes | None = field(default=None, repr=False)
    content_type: str = ""
    encoding: str = ""
    is_file: bool = False


def parsers() -> Mapping[str, Callable[[random.Random], Case]]:
    """Return what makes an input of each parser, by the parser's name."""
    formats = {f"format {source.name}": _of_source(source.name) for source in SOURCES}
    streams = {f"stream of {streamed.name}": _of_stream(streamed) for streamed in STREAMED}
    others = {
        "OTLP protobuf": lambda rng: Case((_maybe_damaged(export_request(rng), rng, 0.4),)),
        "JSON bytes": _json_bytes,
        "server-sent events": _events,
        "rows of Azure": _rows,
        "ingest body": _body,
        "ingest file": _file,
    }
    return formats | streams | others


@cache
def seeds() -> Mapping[str, Sequence[Any]]:
    """Return trees of each format: the golden records and the sample traffic."""
    golden = [json.loads(path.read_text(encoding="utf-8"))["input"] for path in sorted(_GOLDEN.glob("*.json"))]
    found: dict[str, list[Any]] = {source.name: [] for source in SOURCES}
    pair = {"request": REQUEST, "response": RESPONSE}
    for tree in [*golden, REQUEST, RESPONSE, CLAUDE, CLAUDE_ANSWER, pair, *_samples()]:
        found[recognise(tree).name].append(tree)
    return found


def _samples() -> list[Any]:
    documents = []
    for line in sample_lines():
        try:
            documents.append(decode_raw(line))
        except Malformed:
            continue
    return documents[:40]


def _of_source(name: str) -> Callable[[random.Random], Case]:
    def make(rng: random.Random) -> Case:
        tree = Tree(rng.choice(seeds()[name]), rng, _nodes(name))
        tree.damage(rng.choice(_OF_DAMAGE))
        tree.plant()
        return Case((_maybe_damaged(_written(tree.root, rng), rng, 0.05),), tuple(tree.numbers))

    return make


@cache
def _nodes(name: str) -> Sequence[Any]:
    """Return every node of a format's trees that is no scalar."""
    found: list[Any] = []
    todo = list(seeds()[name])
    while todo:
        node = todo.pop()
        if isinstance(node, (dict, list)):
            found.append(node)
            todo.extend(node.values() if isinstance(node, dict) else node)
    return found or [None]


def _of_stream(streamed: Streamed) -> Callable[[random.Random], Case]:
    def make(rng: random.Random) -> Case:
        text = f"{told(rng)} then {told(rng)}"
        pieces = streamed.pieces(cut(text, [rng.randrange(len(text)) for _ in range(rng.randint(0, 6))]))
        return Case(_sent(_rearranged(pieces, rng), rng))

    return make


def _rearranged(pieces: list[Any], rng: random.Random) -> list[Any]:
    """Return pieces of which some are gone, doubled, in another place, or damaged."""
    kind = rng.random()
    if kind < 0.4:
        return pieces
    at = rng.randrange(len(pieces))
    if kind < 0.5:
        return pieces[:at] + pieces[at + 1 :]
    if kind < 0.6:
        return pieces[: at + 1] + pieces[at:]
    if kind < 0.7:
        return pieces[at:] + pieces[:at]
    tree = Tree(pieces, rng, pieces)
    tree.damage(rng.randint(1, 2))
    return tree.root if isinstance(tree.root, list) and tree.root else [tree.root]


def _sent(pieces: list[Any], rng: random.Random) -> tuple[bytes, ...]:
    """Return pieces as one record or several, as JSON or as events."""
    objects = [piece for piece in pieces if isinstance(piece, dict)]
    match rng.randrange(6):
        case 0:
            return (_written(pieces, rng),)
        case 1:
            return (_written({"timestamp": 1_772_619_780, "output": {"outputBodyJson": pieces}}, rng),)
        case 2:
            return (_written({"request": {}, "response": event_stream(objects, done=rng.random() < _HALF)}, rng),)
        case 3:
            return (_maybe_damaged(event_stream(objects, done=True).encode("utf-8", "surrogatepass"), rng, 0.3),)
        case 4:
            return (_written({"body": json.dumps(pieces), "chunks": [json.dumps(each) for each in pieces]}, rng),)
        case _:
            return tuple(_maybe_damaged(_written(piece, rng), rng, 0.05) for piece in pieces)


_HALF = 0.5


def _events(rng: random.Random) -> Case:
    streamed = rng.choice(STREAMED)
    text = f"{told(rng)} then {told(rng)}"
    pieces = _rearranged(streamed.pieces(cut(text, [rng.randrange(len(text)) for _ in range(3)])), rng)
    objects = [piece for piece in pieces if isinstance(piece, dict)]
    events = [f"id: {rng.randrange(3)}\n{event_stream([piece])}" for piece in objects]
    events.insert(rng.randrange(len(events) + 1), f": {canaries.word(rng)}\nretry: 5\n\n")
    value = ("".join(events) + "data: [DONE]\n\n").encode("utf-8", "surrogatepass")
    value = value.replace(b"\n", rng.choice((b"\n", b"\r\n", b"\r")))
    return Case(tuple(_maybe_damaged(each, rng, 0.4) for each in _split(value, rng)))


def _split(value: bytes, rng: random.Random) -> list[bytes]:
    """Return an event stream whole, or each event in a record of its own."""
    if rng.random() < _HALF:
        return [value]
    return [event + b"\n\n" for event in value.split(b"\n\n") if event]


def _rows(rng: random.Random) -> Case:
    text = json.dumps([{"role": "user", "content": f"{told(rng)} then {told(rng)}"}])
    parts = cut(text, [rng.randrange(len(text)) for _ in range(rng.randint(1, 4))])
    rows: list[Any] = [
        {"SequenceNumber": number, "CorrelationId": "c1", "ModelName": "gpt-4o", "RequestMessages": part}
        for number, part in enumerate(parts)
    ]
    rows = _rearranged(rows, rng)
    if rng.random() < _HALF:
        return Case((_written({"records": rows}, rng),))
    return Case(tuple(_written(row, rng) for row in rows))


def _json_bytes(rng: random.Random) -> Case:
    tree = Tree(rng.choice(seeds()[rng.choice([name for name, trees in seeds().items() if trees])]), rng, _ODD_SEEDS)
    spot = told(rng)
    tree.root = {"first": spot, "second": tree.root} if rng.random() < _HALF else [tree.root, spot]
    return Case((damaged(_written(tree.root, rng), rng),))


_ODD_SEEDS: Sequence[Any] = (None,)


def _body(rng: random.Random) -> Case:
    """Return a body whose type and encoding are told rightly, or not."""
    kind, encoding = rng.choice(_TYPES), rng.choice(_ENCODINGS)
    cases = [_of_source(rng.choice(("openai", "otel")))(rng) for _ in range(rng.randint(1, 3))]
    body = export_request(rng) if kind == PROTOBUF else b"\n".join(case.records[0] for case in cases)
    numbers = tuple(place for case in cases for place in case.numbers)
    if encoding in ("gzip", "x-gzip"):
        body = gzip.compress(body, 1, mtime=0)
    elif encoding == "deflate":
        body = zlib.compress(body, 1)
    return Case(numbers=numbers, body=_maybe_damaged(body, rng, 0.3), content_type=kind, encoding=encoding)


def _file(rng: random.Random) -> Case:
    """Return a file: lines, one document over several lines, or OTLP; packed or not."""
    trees = [Tree(rng.choice(seeds()["openai"]), rng, _nodes("openai")) for _ in range(rng.randint(1, 3))]
    for tree in trees:
        tree.plant()
    body = rng.choice(
        (
            b"\n".join(_written(tree.root, rng) for tree in trees),
            json.dumps([tree.root for tree in trees]).replace("[", "[\n", 1).encode(),
            export_request(rng),
        )
    )
    body = _maybe_damaged(body, rng, 0.3)
    if rng.random() < _HALF:
        body = _maybe_damaged(gzip.compress(body, 1, mtime=0), rng, 0.2)
    numbers = [(index, place) for index, tree in enumerate(trees) for place in tree.numbers]
    in_a_list = [f"/{index}{place.rstrip('/')}" for index, place in numbers]
    return Case(body=body, is_file=True, numbers=(*(place for _, place in numbers), *in_a_list))


def _written(tree: Any, rng: random.Random) -> bytes:
    """Write a tree as some producer would; what UTF-8 cannot write is escaped."""
    return json.dumps(tree, ensure_ascii=rng.random() < _HALF).encode("utf-8", "surrogatepass")


def _maybe_damaged(value: bytes, rng: random.Random, share: float) -> bytes:
    return damaged(value, rng) if rng.random() < share else value
