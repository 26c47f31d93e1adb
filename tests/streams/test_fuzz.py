"""Known formats with anything anywhere: what a record holds never raises but to say that it is malformed."""

import copy
import random
from typing import Any

from schemas.errors import Malformed
from schemas.events import LLMEvent
from schemas.sources.all import recognise
from schemas.sources.pieces import holds_piece
from streams.demo.traffic import sample_lines
from streams.walk import Walker
from tests.schemas.sources.test_sources import CLAUDE, CLAUDE_ANSWER, REQUEST, RESPONSE

ODD: tuple[Any, ...] = (
    *(None, True, 0, -1.5, "", "x", "{", "[1]", '{"a": 1}'),
    *([], {}, [[]], [None], {"": None}, [{"text": 3}]),
)
COUNT = 10_000


def test_anything_anywhere_is_walked_and_described() -> None:
    """Ten thousand records with one to three nodes replaced: each is walked, rebuilt and described, or malformed."""
    rng = random.Random(11)  # noqa: S311 - test records, no secret.
    originals = [REQUEST, RESPONSE, CLAUDE, CLAUDE_ANSWER, {"request": REQUEST, "response": RESPONSE}, *_samples()]
    for _ in range(COUNT):
        document = copy.deepcopy(rng.choice(originals))
        for _ in range(rng.randint(1, 3)):
            document = _with_odd_node(rng, document)
        _walk(document)


def _walk(document: Any) -> None:
    source = recognise(document)
    walker = Walker(source, lambda _: False, lambda _: "digest")
    event = LLMEvent("e", "t", source.name, document)
    try:
        rebuilt = walker.rebuild(event, [text.text for text in walker.texts(event)]).document
    except Malformed:
        return
    holds_piece(document)
    source.describe(rebuilt)
    source.seed(document)


def _samples() -> list[Any]:
    from schemas.raw import decode_raw  # noqa: PLC0415

    documents = []
    for line in sample_lines():
        try:
            documents.append(decode_raw(line))
        except Malformed:
            continue
    return documents[:20]


def _with_odd_node(rng: random.Random, document: Any) -> Any:
    """Replace one node, found by walking down at random."""
    odd = copy.deepcopy(rng.choice(ODD))
    node: Any = document
    parent: Any = None
    where: Any = None
    while isinstance(node, (dict, list)) and node and rng.random() > 0.15:
        parent = node
        where = rng.choice(list(node)) if isinstance(node, dict) else rng.randrange(len(node))
        node = node[where]
    if parent is None:
        return odd
    parent[where] = odd
    return document
