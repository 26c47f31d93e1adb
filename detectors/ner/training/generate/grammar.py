r"""The grammar of templates.

`{name.full}` or `{p.last:upper}` is a slot with modifiers; `(a|b|)` chooses one alternative (parentheses without a bar
are text, groups nest); `<<LABEL:...>>` makes everything inside one span; `\n`, `\t` and a backslash before any of
`(){|}<` stand for the character.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from detectors.ner.training.generate.pieces import LABELS, Piece, Pieces

SLOT = re.compile(r"\{([a-z][a-z0-9_.]*)((?::[a-z0-9_]+)*)\}")
MARK = re.compile(r"<<(" + "|".join(LABELS) + "):")
ESCAPES = {"n": "\n", "t": "\t"}
Fill = Callable[[str, tuple[str, ...]], Pieces]


class TemplateError(ValueError):
    """A template that does not parse, or names a slot that does not exist."""


@dataclass(frozen=True, slots=True)
class Text:
    """Literal text."""

    text: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a filler, with modifiers such as `upper`."""

    name: str
    modifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives, each a sequence of nodes."""

    options: tuple["Sequence", ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """Nodes whose whole text is one span of *label*."""

    label: str
    body: "Sequence"


Node = Text | Slot | Choice | Marked
Sequence = tuple[Node, ...]


def parse(source: str) -> Sequence:
    """Parse *source* into nodes; raise TemplateError where it is malformed."""
    nodes, position = _sequence(source, 0, "")
    if position != len(source):
        raise TemplateError(f"unexpected end at offset {position}")
    return nodes


def slots(nodes: Sequence) -> Iterator[str]:
    """Yield the name of every slot in *nodes*."""
    for node in nodes:
        if isinstance(node, Slot):
            yield node.name
        elif isinstance(node, Choice):
            for option in node.options:
                yield from slots(option)
        elif isinstance(node, Marked):
            yield from slots(node.body)


def marks(nodes: Sequence) -> bool:
    """Tell whether *nodes* hold a literal span."""
    return any(
        isinstance(node, Marked) or (isinstance(node, Choice) and any(marks(option) for option in node.options))
        for node in nodes
    )


def render(nodes: Sequence, rng: random.Random, fill: Fill) -> list[Piece]:
    """Choose alternatives and fill slots; return the pieces in order."""
    pieces: list[Piece] = []
    for node in nodes:
        if isinstance(node, Text):
            pieces.append(Piece(node.text))
        elif isinstance(node, Slot):
            pieces.extend(fill(node.name, node.modifiers))
        elif isinstance(node, Choice):
            pieces.extend(render(rng.choice(node.options), rng, fill))
        else:
            text = "".join(piece.text for piece in render(node.body, rng, fill))
            pieces.append(Piece(text, node.label))
    return pieces


def _sequence(source: str, position: int, stops: str) -> tuple[Sequence, int]:
    """Parse until one of the characters *stops* (or the two characters `>>` for ">") at this level."""
    nodes: list[Node] = []
    text: list[str] = []
    while position < len(source):
        char = source[position]
        if (char in stops and char != ">") or (">" in stops and source.startswith(">>", position)):
            break
        if char == "\\" and position + 1 < len(source):
            text.append(ESCAPES.get(source[position + 1], source[position + 1]))
            position += 2
        elif char in "{<(" and (found := _node(source, position)):
            if text:
                nodes.append(Text("".join(text)))
                text.clear()
            node, position = found
            nodes.append(node)
        else:
            text.append(char)
            position += 1
    return (*nodes, *([Text("".join(text))] if text else [])), position


def _node(source: str, position: int) -> tuple[Node, int] | None:
    """Parse a slot, a mark or a group at *position*, or return None where the character is text."""
    if source[position] == "(":
        return _choice(source, position)
    if match := SLOT.match(source, position):
        return Slot(match[1], tuple(match[2].split(":")[1:])), match.end()
    if match := MARK.match(source, position):
        body, position = _sequence(source, match.end(), ">")
        if not source.startswith(">>", position):
            raise TemplateError(f"open mark at offset {match.start()}")
        return Marked(match[1], body), position + 2
    return None


def _choice(source: str, position: int) -> tuple[Choice, int] | None:
    """Parse a group of alternatives at *position*, or return None when the parentheses are text."""
    options: list[Sequence] = []
    position += 1
    while True:
        nodes, position = _sequence(source, position, "|)")
        options.append(nodes)
        if position >= len(source):
            return None
        position += 1
        if source[position - 1] == ")":
            return (Choice(tuple(options)), position) if len(options) > 1 else None
