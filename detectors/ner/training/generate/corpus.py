"""Generates training texts: a template, its slots filled, then augmented; the same seed gives the same texts."""

import random
from collections.abc import Iterator
from pathlib import Path

from detectors.ner.training.generate import augment, grammar, lists, templates
from detectors.ner.training.generate.fillers import Filler
from detectors.ner.training.generate.pieces import Draft, Example, joined

CLEAN_SHARE = 0.36


def generate(
    seed: int, count: int, folder: Path, *, rates: augment.Rates = augment.DEFAULT, clean_share: float = CLEAN_SHARE
) -> Iterator[Example]:
    """Yield *count* examples; *folder* holds the name and place lists.

    Every example has a generator of its own, seeded with *seed* and its number, so that texts do not depend on how
    many stood before them. About *clean_share* of them hold no identifier, only near misses.
    """
    sources = lists.load(folder)
    for number in range(count):
        rng = random.Random(f"{seed}:{number}")
        template = templates.choose(rng, clean=rng.random() < clean_share)
        yield one(rng, template, sources, rates)


def one(rng: random.Random, template: templates.Template, sources: lists.Lists, rates: augment.Rates) -> Example:
    """Fill and augment one template."""
    pieces = grammar.render(template.nodes, rng, Filler(rng, sources).fill)
    draft = Draft.of(joined(pieces))
    augment.apply(rng, draft, rates)
    return draft.example(template.kind)
