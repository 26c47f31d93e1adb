"""Generates training texts: a template, its slots filled, then augmented; the same seed gives the same texts."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from detectors.ner.training.generate import augment, grammar, lists, templates
from detectors.ner.training.generate.fillers import Filler
from detectors.ner.training.generate.pieces import Draft, Example, Piece, joined

CLEAN_SHARE = 0.36
COMPOSED_SHARE = 0.2


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
        clean = rng.random() < clean_share
        size = rng.choice((2, 2, 3, 4, 6)) if rng.random() < COMPOSED_SHARE else 1
        chosen = [templates.choose(rng, clean=clean or rng.random() < (size > 1) / 3) for _ in range(size)]
        yield one(rng, chosen, sources, rates)


def one(
    rng: random.Random, chosen: Sequence[templates.Template], sources: lists.Lists, rates: augment.Rates
) -> Example:
    """Fill and augment templates, one after the other; the people of a text stay the same in all of them."""
    filler = Filler(rng, sources)
    joint = Piece(rng.choice((" ", "\n", "\n\n", ". ", "; ", "\n- ", "\n---\n")))
    pieces = grammar.render(chosen[0].nodes, rng, filler.fill)
    for template in chosen[1:]:
        pieces += [joint, *grammar.render(template.nodes, rng, filler.fill)]
    draft = Draft.of(joined(pieces))
    augment.apply(rng, draft, rates)
    return draft.example(chosen[0].kind)
