"""Changes of a whole text that keep its spans exact: case, typos, OCR damage, lost punctuation, wraps, markup."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from detectors.ner.training.generate.disguise import disguise
from detectors.ner.training.generate.pieces import Draft

NEIGHBOURS = {
    "a": "sqz",
    "b": "vn",
    "c": "xv",
    "d": "sf",
    "e": "wr",
    "f": "dg",
    "g": "fh",
    "h": "gj",
    "i": "uo",
    "j": "hk",
    "k": "jl",
    "l": "k",
    "m": "n",
    "n": "bm",
    "o": "ip",
    "p": "o",
    "q": "w",
    "r": "et",
    "s": "ad",
    "t": "ry",
    "u": "yi",
    "v": "cb",
    "w": "qe",
    "x": "zc",
    "y": "tu",
    "z": "x",
}
OCR = {
    "0": "O",
    "O": "0",
    "1": "l",
    "l": "1",
    "I": "l",
    "5": "S",
    "S": "5",
    "8": "B",
    "B": "8",
    "m": "rn",
    "d": "cl",
    "o": "0",
    "e": "c",
    "h": "b",
    "i": "l",
    "2": "Z",
    "6": "G",
    "g": "q",
    "u": "ii",
    "w": "vv",
    "4": "A",
    "7": "/",
    ",": ".",
}


@dataclass(frozen=True, slots=True)
class Rates:
    """How often each change is made to a text."""

    lower: float = 0.24
    upper: float = 0.05
    typos: float = 0.08
    unpunctuated: float = 0.04
    glued: float = 0.04
    wrapped: float = 0.05
    ocr: float = 0.04
    markup: float = 0.04
    unaccented: float = 0.25
    spaced: float = 0.03
    cropped: float = 0.04
    disguised: float = 0.03


DEFAULT = Rates()
NONE = Rates(**dict.fromkeys(Rates.__slots__, 0.0))
FOLD = str.maketrans("áàâäãéèêëíîïóòôöõøúüûñçšćčžźżśłęąńÁÉÍÓÚÑŁŠŽ", "aaaaaeeeeiiioooooouuuncscczzzsleanAEIOUNLSZ")


def apply(rng: random.Random, draft: Draft, rates: Rates) -> None:
    """Make each change to *draft* with its rate."""
    for rate, change in (
        (rates.unaccented, unaccent),
        (rates.disguised, disguise),
        (rates.markup, markup),
        (rates.typos, typos),
        (rates.unpunctuated, unpunctuate),
        (rates.glued, glue),
        (rates.spaced, space),
        (rates.ocr, ocr),
        (rates.wrapped, wrap),
        (rates.cropped, crop),
    ):
        if rng.random() < rate:
            change(rng, draft)
    roll = rng.random()
    if roll < rates.lower:
        recase(draft, str.lower)
    elif roll < rates.lower + rates.upper:
        recase(draft, str.upper)


def recase(draft: Draft, change: Callable[[str], str]) -> None:
    """Change the case of the whole text."""
    draft.keep([(change(char), owner) for char, owner in draft.items()])


def unaccent(_: random.Random, draft: Draft) -> None:
    """Write letters without their accents."""
    draft.keep([(char.translate(FOLD), owner) for char, owner in draft.items()])


def typos(rng: random.Random, draft: Draft) -> None:
    """Drop, double, swap or mistype some letters."""
    kept = list(draft.items())
    rate = rng.choice((0.004, 0.01, 0.02))
    for index, (char, owner) in enumerate(kept):
        if not char.isalpha() or rng.random() > rate:
            continue
        kind = rng.randrange(4)
        if kind == 0 and _inside(kept, index):
            kept[index] = ("", owner)
        elif kind == 1:
            kept[index] = (char * 2, owner)
        elif kind == 2 and index + 1 < len(kept) and kept[index + 1][1] == owner and kept[index + 1][0].isalpha():
            kept[index], kept[index + 1] = kept[index + 1], kept[index]
        elif char.lower() in NEIGHBOURS:
            near = rng.choice(NEIGHBOURS[char.lower()])
            kept[index] = (near.upper() if char.isupper() else near, owner)
    draft.keep(kept)


def _inside(kept: list[tuple[str, int]], index: int) -> bool:
    """Tell whether the character has a letter of the same owner on both sides."""
    return 0 < index < len(kept) - 1 and all(
        kept[near][0].isalpha() and kept[near][1] == kept[index][1] for near in (index - 1, index + 1)
    )


def unpunctuate(_: random.Random, draft: Draft) -> None:
    """Drop commas, full stops, colons and the like outside spans, as hurried writers do."""
    kept = list(draft.items())
    size = len(kept)
    for index, (char, owner) in enumerate(kept):
        ends = index + 1 == size or kept[index + 1][0].isspace()
        if not owner and char in ".,;:!?'" and ends:
            kept[index] = ("", owner)
    draft.keep(kept)


def glue(rng: random.Random, draft: Draft) -> None:
    """Drop some blanks between words."""
    rate = rng.choice((0.02, 0.05, 0.1))
    draft.keep([("" if char == " " and rng.random() < rate else char, owner) for char, owner in draft.items()])


def space(rng: random.Random, draft: Draft) -> None:
    """Double some blanks, or write all of them as tabs or fixed blanks."""
    kind = rng.choice(("  ", "  ", "   ", "\t", "\u00a0"))
    rate = 1.0 if kind == "\u00a0" else 0.15
    draft.keep([(kind if char == " " and rng.random() < rate else char, owner) for char, owner in draft.items()])


def ocr(rng: random.Random, draft: Draft) -> None:
    """Mistake characters as a scanner does, and break some words."""
    rate = rng.choice((0.01, 0.03, 0.06))
    kept = list(draft.items())
    for index, (char, owner) in enumerate(kept):
        roll = rng.random()
        if roll < rate and char in OCR:
            kept[index] = (OCR[char], owner)
        elif roll > 1 - rate / 6 and _inside(kept, index):
            kept[index] = (f"{char} ", owner)
    draft.keep(kept)


def wrap(rng: random.Random, draft: Draft) -> None:
    """Break lines at a fixed width, also inside spans; a quoted mail gets its marks."""
    width = rng.randint(28, 80)
    joint = rng.choice(("\n", "\n", "\n", "\r\n", "\n> "))
    kept: list[tuple[str, int]] = []
    column = 0
    for char, owner in draft.items():
        column = 0 if char == "\n" else column + 1
        if (char == " " and column > width - 8 and rng.random() < 0.4) or (char == " " and column > width):
            kept.append((joint, 0))
            column = 0
        else:
            kept.append((char, owner))
    draft.keep(kept)


def markup(rng: random.Random, draft: Draft) -> None:
    """Put Markdown, quotes or tags around some spans; the marks stay outside."""
    left, right = rng.choice(
        (
            ("**", "**"),
            ("**", "**"),
            ("*", "*"),
            ("`", "`"),
            ('"', '"'),
            ("_", "_"),
            ("<b>", "</b>"),
            ("[", "]"),
            ("“", "”"),
        )
    )
    chosen = {owner for owner in set(draft.owners) if owner and rng.random() < 0.6}
    kept: list[tuple[str, int]] = []
    before = 0
    for char, owner in draft.items():
        if owner != before:
            if before in chosen:
                kept.append((right, 0))
            if owner in chosen:
                kept.append((left, 0))
        kept.append((char, owner))
        before = owner
    if before in chosen:
        kept.append((right, 0))
    draft.keep(kept)


def crop(rng: random.Random, draft: Draft) -> None:
    """Cut the text at blanks outside spans, as streams and windows do."""
    cuts = [index for index, (char, owner) in enumerate(draft.items()) if char == " " and not owner]
    if len(cuts) < 8:
        return
    start, end = sorted(rng.sample(cuts, 2))
    if end - start > 40:
        draft.keep(list(draft.items())[start + 1 : end])
