"""Damage to records: anything anywhere in a tree, and bytes turned, cut out and put in; and where canaries go."""

import copy
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from benchmarks.fuzz import canaries
from streams.places import ROOT

_ODD: tuple[Any, ...] = (
    *(None, True, 0, -1.5, 1e300, 2**70, "", " ", "x", "{", "[1]", '{"a": 1}', "[DONE]", "data: {", "\ud800", "a\x00b"),
    *([], {}, [[]], [None], {"": None}, [{"text": 3}], {"key": 1}, {"stringValue": {}}, {"choices": [{"delta": 1}]}),
    *("A" * 300, "data:image/png;base64,AAAA", "=" * 300, "https://example.org/a?b=c", "<p>x</p>", "MSH|^~\\&|a"),
)
_STOP = 0.15
_DEEP = 150
#: Nesting beyond the bounds ends all that is of interest in its record.
_SHARE_DEEP = 0.01


class Spot(NamedTuple):
    """A node of a tree: what holds it, under which key, and the keys from the root to it."""

    parent: Any
    key: Any
    path: tuple[str | int, ...]


@dataclass(slots=True)
class Tree:
    """A copy of a tree that is damaged step by step; `numbers` are the JSON pointers where a canary number stands."""

    root: Any = field(repr=False)
    rng: random.Random
    pool: Sequence[Any] = field(repr=False)
    numbers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Copy: a seed is used many times."""
        self.root = copy.deepcopy(self.root)

    def damage(self, steps: int) -> None:
        """Damage some nodes."""
        for _ in range(steps):
            self._at(_deep if self.rng.random() < _SHARE_DEEP else self.rng.choice(_STEPS))

    def plant(self) -> None:
        """Put a canary somewhere: as a string, in one, as a key, or as a number; the last damage that is done."""
        kind = self.rng.random()
        if kind < 0.15:
            spot = self._at(lambda rng, _: canaries.number(rng))
            place = ROOT
            for key in spot.path:
                place = place.below(key)
            self.numbers.append(place.pointer_of(None))
        elif kind < 0.3:
            self._at(lambda rng, node: {**(node if isinstance(node, dict) else {}), canaries.word(rng): node})
        else:
            self._at(lambda rng, _: told(rng))

    def _at(self, step: Callable[[random.Random, Any], Any]) -> Spot:
        """Replace a node, found by walking down at random, by what *step* makes of it."""
        spot = Spot(None, None, ())
        node = self.root
        while isinstance(node, (dict, list)) and node and self.rng.random() > _STOP:
            key = self.rng.choice(list(node)) if isinstance(node, dict) else self.rng.randrange(len(node))
            spot = Spot(node, key, (*spot.path, key))
            node = node[key]
        made = self._other() if step is _anything else step(self.rng, node)
        if spot.parent is None:
            self.root = made
        else:
            spot.parent[spot.key] = made
        return spot

    def _other(self) -> Any:
        return copy.deepcopy(self.rng.choice(self.pool if self.rng.random() < 0.5 else _ODD))


def told(rng: random.Random) -> Any:
    """Return a string with a canary in it, alone, in prose, or in JSON, HTML, CSV or HL7 that stands in the string."""
    word = canaries.word(rng)
    return rng.choice(
        (
            word,
            f"Please call {word} before noon.",
            json.dumps({"note": word, word: [1, word]}),
            json.dumps([json.dumps({"inner": f"for {word}"})]) + "\n",
            f"<p class='note'>{word}</p>",
            f"name,room\r\n{word},4\r\n",
            f"PID|1||{word}^^^A||",
            f"https://example.org/of?who={word}",
        )
    )


def damaged(value: bytes, rng: random.Random) -> bytes:
    """Return bytes of which some are turned, cut out, doubled or put in."""
    out = bytearray(value)
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(out) + 1)
        end = min(len(out), start + rng.randrange(1, 9))
        match rng.randrange(5):
            case 0:
                del out[start:end]
            case 1:
                out[start:end] = out[start:end] * 2
            case 2:
                out[start:start] = rng.randbytes(rng.randint(1, 3))
            case 3 if start < len(out):
                out[start] ^= 1 << rng.randrange(8)
            case _:
                if rng.random() < 0.3:
                    del out[start:]
    return bytes(out)


def _anything(_: random.Random, node: Any) -> Any:
    """Stand for another node, of this record's kind or odd."""
    return node


def _in_a_list(_: random.Random, node: Any) -> Any:
    return [node, node]


def _in_an_object(rng: random.Random, node: Any) -> Any:
    return {rng.choice(("content", "value", "data", "text", "messages", "a b", "")): node}


def _in_a_string(_: random.Random, node: Any) -> Any:
    return json.dumps(node)


def _less(rng: random.Random, node: Any) -> Any:
    if isinstance(node, dict) and node:
        gone = rng.choice(list(node))
        return {key: child for key, child in node.items() if key != gone}
    return node[: rng.randrange(len(node))] if isinstance(node, (list, str)) and node else None


def _turned(rng: random.Random, node: Any) -> Any:
    if isinstance(node, list):
        return rng.sample(node, len(node))
    return dict(rng.sample(list(node.items()), len(node))) if isinstance(node, dict) else node


def _deep(_rng: random.Random, node: Any) -> Any:
    for _ in range(_DEEP):
        node = [node]
    return node


_STEPS: tuple[Callable[[random.Random, Any], Any], ...] = (
    *(_anything, _anything, _anything, _anything, _in_a_list, _in_an_object, _in_a_string, _less, _less, _turned),
)
