"""What happens to texts on their way: other names, other case, typing errors, lost blanks."""

import random
from collections.abc import Callable

from detectors.ner.training.generate.pieces import Draft, Example
from detectors.ner.training.values import Values

KEYS = "qwertyuiop asdfghjkl zxcvbnm"
NEAR = {key: (KEYS[at - 1] + KEYS[(at + 1) % len(KEYS)]).replace(" ", key) for at, key in enumerate(KEYS) if key != " "}
Change = Callable[[Draft, random.Random], None]


def augment(example: Example, values: Values, swap: float = 0.3) -> Example:
    """Return the example changed at random; most changes leave most texts alone."""
    rng = values.rng
    if rng.random() < swap:
        example = with_other_names(example, values)
    changes = [change for change, share in CHANGES if rng.random() < share]
    if not changes:
        return example
    draft = draft_of(example)
    for change in changes:
        change(draft, rng)
    return draft.example(example.kind)


def draft_of(example: Example) -> Draft:
    """Lay an example out for changes."""
    owners = [0] * len(example.text)
    labels = [""]
    for start, end, label in example.spans:
        labels.append(label)
        owners[start:end] = [len(labels) - 1] * (end - start)
    return Draft(list(example.text), owners, labels)


def with_other_names(example: Example, values: Values) -> Example:
    """Put a new name in the place of each name; the same name gets the same one."""
    cast: dict[str, str] = {}
    parts: list[str] = []
    spans: list[tuple[int, int, str]] = []
    place = length = 0
    for start, end, label in sorted(example.spans):
        if start < place:
            continue
        old = example.text[start:end]
        new = cast.setdefault(old, _other(old, values)) if label == "NAME" else old
        parts += [example.text[place:start], new]
        length += start - place
        spans.append((length, length + len(new), label))
        length, place = length + len(new), end
    return Example("".join([*parts, example.text[place:]]), tuple(spans), example.kind)


def _other(old: str, values: Values) -> str:
    """Return a new name of the same form, or the old one where its form is unusual."""
    words = old.split()
    if not all(word.replace("-", "").replace("'", "").isalpha() for word in words) or not 0 < len(words) < 3:
        return old
    person = values.person()
    new = f"{person.given} {person.family}" if len(words) > 1 else values.rng.choice((person.given, person.family))
    if old.islower():
        return new.lower()
    return new.upper() if old.isupper() and len(old) > 3 else new


def _lower(draft: Draft, _: random.Random) -> None:
    draft.keep((char.lower(), owner) for char, owner in list(draft.items()))


def _upper(draft: Draft, _: random.Random) -> None:
    draft.keep((char.upper(), owner) for char, owner in list(draft.items()))


def _lower_identifiers(draft: Draft, rng: random.Random) -> None:
    chosen = {owner for owner in range(1, len(draft.labels)) if rng.random() < 0.7}
    draft.keep((char.lower() if owner in chosen else char, owner) for char, owner in list(draft.items()))


def _upper_identifiers(draft: Draft, rng: random.Random) -> None:
    chosen = {owner for owner in range(1, len(draft.labels)) if rng.random() < 0.5}
    draft.keep((char.upper() if owner in chosen else char, owner) for char, owner in list(draft.items()))


def _mistype(draft: Draft, rng: random.Random) -> None:
    rate = rng.choice((0.01, 0.02, 0.04))
    draft.keep(
        [(_slip(char, rng) if char.isalpha() and rng.random() < rate else char, owner) for char, owner in draft.items()]
    )


def _slip(char: str, rng: random.Random) -> str:
    roll = rng.random()
    if roll < 0.3:
        return ""
    if roll < 0.5:
        return char + char.lower()
    near = rng.choice(NEAR.get(char.lower(), char))
    return near.upper() if char.isupper() else near


def _glue(draft: Draft, rng: random.Random) -> None:
    """Lose blanks after marks, between words in or out of a span, but not between a span and what is outside."""
    kept: list[tuple[str, int]] = []
    chars, owners = draft.chars, draft.owners
    for at, (char, owner) in enumerate(zip(chars, owners, strict=True)):
        after_mark = at > 0 and chars[at - 1] in ",.:;)"
        inside = 0 < at < len(chars) - 1 and owners[at - 1] == owners[at + 1]
        if char == " " and rng.random() < (0.25 if after_mark else 0.03 if inside else 0.0):
            continue
        kept.append((char, owner))
    draft.keep(kept)


def _wrap(draft: Draft, rng: random.Random) -> None:
    draft.keep([("\n" if char == " " and rng.random() < 0.06 else char, owner) for char, owner in draft.items()])


def _capitalise(draft: Draft, _: random.Random) -> None:
    before = [" ", *draft.chars]
    draft.keep(
        [
            (char if old.isalnum() else char.upper(), owner)
            for old, (char, owner) in zip(before, draft.items(), strict=False)
        ]
    )


def _emphasise(draft: Draft, rng: random.Random) -> None:
    """Begin words with a capital at random, outside spans."""
    before = [(" ", 0), *draft.items()]
    share = rng.choice((0.1, 0.3))
    chosen = [
        not old.isalnum() and not owner and rng.random() < share
        for (old, _), (_, owner) in zip(before, draft.items(), strict=False)
    ]
    draft.keep(
        [(char.upper() if yes else char, owner) for yes, (char, owner) in zip(chosen, draft.items(), strict=True)]
    )


def _strip_marks(draft: Draft, _: random.Random) -> None:
    draft.keep([("" if char in ",.;:!?" else char, owner) for char, owner in draft.items()])


CHANGES: tuple[tuple[Change, float], ...] = (
    (_lower_identifiers, 0.09),
    (_upper_identifiers, 0.02),
    (_mistype, 0.07),
    (_glue, 0.05),
    (_wrap, 0.04),
    (_strip_marks, 0.04),
    (_capitalise, 0.02),
    (_emphasise, 0.06),
    (_upper, 0.04),
    (_lower, 0.25),
)
