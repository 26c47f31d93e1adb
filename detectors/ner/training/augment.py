"""What happens to texts on their way: other names, other case, typing errors, lost blanks."""

import random
import re
import string
from collections.abc import Callable

from detectors.ner.training.generate.pieces import Draft, Example
from detectors.ner.training.values import Values

KEYS = "qwertyuiop asdfghjkl zxcvbnm"
NEAR = {key: (KEYS[at - 1] + KEYS[(at + 1) % len(KEYS)]).replace(" ", key) for at, key in enumerate(KEYS) if key != " "}
NAMES = frozenset({"NAME"})
EVERY = frozenset({"NAME", "GEO", "FACILITY", "EMPLOYER", "ID"})
ZIP = re.compile(r"\d{5}(?:-\d{4})?")
STREET = re.compile(r"\d{1,5} (?=.*[^\W\d_]{2})")
WORD = re.compile(r"[^\W\d_]{4}")
Change = Callable[[Draft, random.Random], None]


def augment(example: Example, values: Values, swap: float = 0.3, labels: frozenset[str] = NAMES) -> Example:
    """Return the example changed at random; most changes leave most texts alone.

    *swap* is the chance that new values stand in the place of those with one of the *labels*.
    """
    rng = values.rng
    if rng.random() < swap:
        example = with_other_values(example, values, labels)
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


def with_other_values(example: Example, values: Values, labels: frozenset[str] = NAMES) -> Example:
    """Put a new value in the place of each that has one of the labels; the same value gets the same one."""
    cast: dict[str, str] = {}
    parts: list[str] = []
    spans: list[tuple[int, int, str]] = []
    place = length = 0
    for start, end, label in sorted(example.spans):
        if start < place:
            continue
        old = example.text[start:end]
        new = cast.setdefault(old, _other(old, label, values)) if label in labels else old
        parts += [example.text[place:start], new]
        length += start - place
        spans.append((length, length + len(new), label))
        length, place = length + len(new), end
    return Example("".join([*parts, example.text[place:]]), tuple(spans), example.kind)


def _other(old: str, label: str, values: Values) -> str:
    """Return a new value of the same form, or the old one where its form is unusual."""
    if label == "ID":
        return _other_id(old, values.rng)
    new = _other_name(old, values) if label == "NAME" else _other_place(old, label, values)
    if old.islower():
        return new.lower()
    return new.upper() if old.isupper() and len(old) > 3 else new


def _other_name(old: str, values: Values) -> str:
    words = old.split()
    if not _plain(words) or not 0 < len(words) < 3:
        return old
    person = values.person()
    return f"{person.given} {person.family}" if len(words) > 1 else values.rng.choice((person.given, person.family))


def _other_place(old: str, label: str, values: Values) -> str:
    words = old.split()
    if label == "FACILITY":
        return values.facility()
    if label == "EMPLOYER":
        return values.employer()
    if _plain(words) and len(words) < 3:
        return values.city()
    if ZIP.fullmatch(old):
        return values.zip_code()
    return values.street() if STREET.match(old) else old


def _plain(words: list[str]) -> bool:
    return all(word.replace("-", "").replace("'", "").isalpha() for word in words)


def _other_id(old: str, rng: random.Random) -> str:
    """Return other digits and single letters; user names and addresses, which are words, stay."""
    if WORD.search(old):
        return old
    return "".join(
        rng.choice(string.digits) if char.isdigit() else rng.choice(string.ascii_uppercase) if char.isupper() else char
        for char in old
    )


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
