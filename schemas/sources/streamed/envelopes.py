"""Pieces of a stream that a gateway logs one a record, each in an envelope of its own that names the stream."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas.errors import Unjoinable

#: What gateways call the id of one call, at the top of the envelope.
_NAMES = (
    "request_id requestId RequestId call_id callId litellm_call_id correlation_id correlationId CorrelationId "
    "stream_id streamId response_id responseId invocation_id invocationId"
).split()
_NUMBERS = ("sequence_number", "sequenceNumber", "sequence", "seq", "chunk_index", "chunkIndex", "index")
_DEPTH = 4
#: What may differ from piece to piece and is no text that was cut: times, and ids under a name that says so.
_TIME = re.compile(r"[\d.:+TZ-]+")
_ID = re.compile(r"[A-Za-z0-9._:/@-]{1,128}")
_OTHERS = "other_envelopes"

Keys = tuple[str, ...]
IsPiece = Callable[[dict[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands around one piece: the record without it, and the keys that lead to it."""

    name: str | None = field(repr=False)
    path: Keys = field(repr=False)
    rest: dict[str, Any] = field(repr=False)


def unfolded(tree: dict[str, Any], is_piece: IsPiece) -> tuple[dict[str, Any], Envelope] | None:
    """Return the one piece in a record that is none itself, and its envelope; None where there is none, or several."""
    found = list(_pieces(tree, (), is_piece))
    if len(found) != 1 or not found[0][0]:
        return None
    path, piece = found[0]
    name = next((tree[key] for key in _NAMES if isinstance(tree.get(key), str) and tree[key]), None)
    return piece, Envelope(name, path, _without(tree, path))


def in_number_order(pieces: Sequence[tuple[Envelope, Any]]) -> list[tuple[Envelope, Any]]:
    """Return pieces in the order of the numbers that their envelopes give, where these tell the pieces apart."""
    for key in _NUMBERS:
        numbers = [envelope.rest.get(key) for envelope, _ in pieces]
        if all(isinstance(number, int) and not isinstance(number, bool) for number in numbers):
            numbered = dict(zip(reversed(numbers), reversed(pieces), strict=True))
            if all(numbered[number][1] == piece[1] for number, piece in zip(numbers, pieces, strict=True)):
                return [numbered[number] for number in sorted(numbered)]
    return list(pieces)


def folded(envelopes: Sequence[Envelope], document: dict[str, Any]) -> dict[str, Any]:
    """Return the first envelope around what the pieces make, and what the others say otherwise.

    Raises Unjoinable where a text differs from piece to piece: it may be what the pieces say, cut like them.
    """
    first = envelopes[0]
    said: dict[Keys, Any] = {}
    others: list[dict[str, Any]] = []
    for envelope in envelopes:
        for path, leaf in _leaves(envelope.rest, ()):
            if said.setdefault(path, leaf) != leaf and not _is_closed(path, leaf):
                raise Unjoinable("envelopes differ in a text")
        other = {key: value for key, value in envelope.rest.items() if first.rest.get(key) != value}
        if other:
            others.append(other)
    whole = _with(first.rest, first.path, document)
    return {**whole, _OTHERS: others} if others else whole


def _pieces(node: dict[str, Any], path: Keys, is_piece: IsPiece) -> Iterator[tuple[Keys, dict[str, Any]]]:
    if is_piece(node):
        yield path, node
    elif len(path) < _DEPTH:
        for key, child in node.items():
            if isinstance(child, dict):
                yield from _pieces(child, (*path, key), is_piece)


def _without(node: dict[str, Any], path: Keys) -> dict[str, Any]:
    rest = {key: child for key, child in node.items() if key != path[0]}
    if len(path) > 1:
        rest[path[0]] = _without(node[path[0]], path[1:])
    return rest


def _with(node: dict[str, Any], path: Keys, document: dict[str, Any]) -> dict[str, Any]:
    inner = document if len(path) == 1 else _with(node.get(path[0], {}), path[1:], document)
    return {**node, path[0]: inner}


def _leaves(node: Any, path: Keys) -> Iterator[tuple[Keys, Any]]:
    """Yield everything that is no object, a list as a whole."""
    if isinstance(node, dict):
        for key, child in node.items():
            yield from _leaves(child, (*path, key))
    else:
        yield path, node


def _is_closed(path: Keys, leaf: Any) -> bool:
    if leaf is None or isinstance(leaf, (bool, int, float)):
        return True
    if not isinstance(leaf, str):
        return False
    return _TIME.fullmatch(leaf) is not None or (path[-1].lower().endswith("id") and _ID.fullmatch(leaf) is not None)
