r"""Reads the template files: `templates/*.txt`.

A file is a list of one-line templates, or of blocks parted by lines `===` when it begins with `#blocks`. Lines that
begin with `# ` are comments. A file whose name ends in `_clean` holds no identifier at all.
"""

import functools
import random
from dataclasses import dataclass, field
from pathlib import Path

from detectors.ner.training.generate import grammar

FOLDER = Path(__file__).with_name("templates")
# Kinds that are drawn so many times as often: what the tagger before this one missed or took for a name.
EMPHASIS = {
    **dict.fromkeys(("beside", "casual"), 4.0),
    **dict.fromkeys(("hurried", "firms"), 2.5),
    **dict.fromkeys(("ledger", "letters", "crew", "cells", "worn", "wordly", "aloud", "daily", "book"), 2.0),
    "diario": 1.5,
}


@dataclass(frozen=True, slots=True)
class Template:
    """One parsed template, the kind of text it is and whether it must stay without an identifier."""

    kind: str
    clean: bool
    source: str = field(repr=False)
    nodes: grammar.Sequence = field(repr=False)


@functools.cache
def load() -> tuple[Template, ...]:
    """Return all templates in a fixed order; raise TemplateError with file and number of one that does not parse."""
    found: list[Template] = []
    for path in sorted(FOLDER.glob("*.txt")):
        kind = path.stem.removesuffix("_clean")
        for number, source in enumerate(_sources(path.read_text(encoding="utf-8")), 1):
            try:
                nodes = grammar.parse(source)
            except grammar.TemplateError as error:
                raise grammar.TemplateError(f"{path.name}, template {number}: {error}") from None
            found.append(Template(kind, path.stem.endswith("_clean"), source, nodes))
    return tuple(found)


def _sources(text: str) -> list[str]:
    if text.startswith("#blocks"):
        blocks = text.split("\n", 1)[1].split("\n===\n")
        return [block.strip("\n") for block in blocks if block.strip()]
    return [line for line in text.splitlines() if line.strip() and not line.startswith("# ")]


@functools.cache
def by_kind(*, clean: bool) -> dict[str, tuple[Template, ...]]:
    """Return the templates of each kind, with or without identifiers."""
    kinds: dict[str, list[Template]] = {}
    for template in load():
        if template.clean == clean:
            kinds.setdefault(template.kind, []).append(template)
    return {kind: tuple(templates) for kind, templates in kinds.items()}


def choose(rng: random.Random, *, clean: bool) -> Template:
    """Pick a template: kinds weigh by the square root of their number of templates, a few more than that."""
    kinds = by_kind(clean=clean)
    weights = [len(templates) ** 0.5 * EMPHASIS.get(kind, 1.0) for kind, templates in kinds.items()]
    kind = rng.choices(tuple(kinds), weights)[0]
    return rng.choice(kinds[kind])
