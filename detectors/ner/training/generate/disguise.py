"""Ways to write a name so that it is still read: spaced, leetspeak, full-width, lookalikes, escapes, markup inside."""

import random
from collections.abc import Callable

from detectors.ner.training.generate.pieces import Draft

LEET = str.maketrans("aeiostAEIOS", "43105743105")
LOOKALIKES = str.maketrans("aceopxyiABCEHKMOPTX", "асеорхуіАВСЕНКМОРТХ")
ZERO_WIDTH = ("\u200b", "\u200c", "\u2060", "\u00ad")


def _spaced(rng: random.Random, text: str) -> list[str]:
    joint = rng.choice((" ", " ", ".", "-", " - ", "*"))
    return [char + joint if index + 1 < len(text) else char for index, char in enumerate(text)]


def _zero_width(rng: random.Random, text: str) -> list[str]:
    return [char + rng.choice(ZERO_WIDTH) if index + 1 < len(text) else char for index, char in enumerate(text)]


def _wide(_: random.Random, text: str) -> list[str]:
    return [chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text]


def _escaped(rng: random.Random, text: str) -> list[str]:
    blank = rng.choice(("%20", "+", "&nbsp;", "_", ".", ""))
    return [blank if char == " " else f"\\u{ord(char):04x}" if not char.isascii() else char for char in text]


def _marked(rng: random.Random, text: str) -> list[str]:
    mark, place = rng.choice(("**", "*", "__", "~~")), rng.randrange(len(text))
    return [mark + char + mark if index == place else char for index, char in enumerate(text)]


def _broken(rng: random.Random, text: str) -> list[str]:
    place = rng.randrange(len(text))
    return [char + "-\n" if index == place and index + 1 < len(text) else char for index, char in enumerate(text)]


WAYS: tuple[Callable[[random.Random, str], list[str]], ...] = (
    _spaced,
    _spaced,
    lambda _, text: list(text.translate(LEET)),
    lambda _, text: list(text.translate(LOOKALIKES)),
    _zero_width,
    _wide,
    _escaped,
    _escaped,
    _marked,
    _broken,
)


def disguise(rng: random.Random, draft: Draft) -> None:
    """Write one span, or in a text without spans one word, in one of these ways."""
    runs = _spans(draft) or _words(draft)
    if not runs:
        return
    start, end = rng.choice(runs)
    kept = list(draft.items())
    ways = rng.choice(WAYS)(rng, "".join(draft.chars[start:end]))
    kept[start:end] = [(text, draft.owners[start]) for text in ways]
    draft.keep(kept)


def _spans(draft: Draft) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for index, owner in enumerate(draft.owners):
        if owner and index and draft.owners[index - 1] == owner:
            runs[-1] = (runs[-1][0], index + 1)
        elif owner:
            runs.append((index, index + 1))
    return [run for run in runs if draft.labels[draft.owners[run[0]]] != "ID"]


def _words(draft: Draft) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for index, (char, owner) in enumerate(draft.items()):
        if owner or not char.isalpha():
            continue
        if runs and runs[-1][1] == index:
            runs[-1] = (runs[-1][0], index + 1)
        else:
            runs.append((index, index + 1))
    return [run for run in runs if run[1] - run[0] > 4]
