"""Compare one redacted event with its record: what was left that had to go, what was lost that had to stay."""

import base64
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from benchmarks.accuracy.leaks import STANDING, YEAR
from benchmarks.raw.keeping import NUMBERS, STRUCTURE, Kept
from benchmarks.raw.leaves import KEY, Leaf, Pairs, walk
from benchmarks.raw.records import Planted, RawRecord

#: Shorter values are looked for only where they were planted; elsewhere they may stand by chance.
ANYWHERE, PART_ANYWHERE, BLOB = 5, 4, 60
TOKEN = re.compile(r"\[phi_[a-z]+_[a-z0-9]+_[a-z]+(?P<left>[^\]\[]*)\]|phi_[a-z]+_[a-z0-9]+_[a-z]+")
REMAINDER = re.compile(r"\s*(?:(?:19|20)\d\d|\d{3}[*x]{0,2}|90\+?|90 or older)?\s*")
CONSTANTS = frozenset({"true", "false", "null"})
SCHEMES = frozenset({"http", "https", "www"})
DIGITS_ONLY = frozenset({"D_PHONE", "E_FAX", "G_SSN", "H_MRN", "J_ACCOUNT"})


@dataclass(frozen=True, slots=True)
class Leak:
    """A planted value that came out: whole, or a part of it, and where."""

    planted: Planted
    found: str
    path: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one event leaks and loses."""

    leaks: tuple[Leak, ...]
    lost: tuple[Kept, ...]


@dataclass(frozen=True, slots=True)
class Texts:
    """The leaves of one document, by path and as a whole."""

    leaves: tuple[Leaf, ...] = field(repr=False)
    by_path: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, leaves: Iterable[Leaf]) -> "Texts":
        """Gather leaves; keys stand at the path of their object and are no text of it."""
        kept = tuple(Leaf(leaf.path, _without_tokens(leaf.text), leaf.kind) for leaf in leaves)
        by_path = defaultdict(list)
        for leaf in kept:
            if leaf.kind != KEY:
                by_path[leaf.path].append(leaf.text)
        return cls(kept, {path: "\n".join(texts) for path, texts in by_path.items()})

    def places(self, needle: str) -> list[str]:
        """Return the path of every leaf and key that holds *needle*, as often as it does."""
        return [leaf.path for leaf in self.leaves for _ in range(count(needle, leaf.text))]


def judge(record: RawRecord, line: Pairs) -> Verdict:
    """Judge one line of `redacted.jsonl`."""
    out = Texts.of(_event_leaves(line))
    before = Texts.of(record.blanked)
    leaks = (leak for planted in record.planted if (leak := _leak(planted, out, before)))
    return Verdict(tuple(leaks), tuple(kept for kept in record.keep if not _survives(kept, out)))


def forms(planted: Planted) -> Iterator[str]:
    """Yield every written form in which a planted value must not appear."""
    yield planted.value
    yield from planted.forms
    digits = re.sub(r"\D", "", planted.value)
    if planted.label in DIGITS_ONLY and len(digits) >= ANYWHERE + 2 and digits != planted.value:
        yield digits
    if len(planted.value) > BLOB and " " not in planted.value:
        yield planted.value[: BLOB // 2]


def parts(planted: Planted) -> Iterator[str]:
    """Yield the words of a planted value that may not stand alone either."""
    if len(planted.value) > BLOB and " " not in planted.value:
        return
    standing = SCHEMES if planted.label in {"N_URL", "Q_PHOTO"} else STANDING.get(planted.label, frozenset())
    for word in re.findall(r"[^\W_]+", planted.value):
        year = planted.label == "C_DATE" and YEAR.fullmatch(word)
        if len(word) > 1 and not year and word.lower() not in standing:
            yield word


def count(needle: str, text: str) -> int:
    """Count *needle* in *text* in any case, where no letter or digit of its own kind goes on before or behind it."""
    if needle.casefold() not in text.casefold():
        return 0
    before, after = ("", "") if len(needle) >= BLOB // 2 else (_kind(needle[0]), _kind(needle[-1]))
    pattern = (f"(?<!{before})" if before else "") + re.escape(needle) + (f"(?!{after})" if after else "")
    return len(re.findall(pattern, text, re.IGNORECASE))


def _kind(char: str) -> str:
    return r"\d" if char.isdigit() else r"[^\W\d_]" if char.isalpha() else ""


def _leak(planted: Planted, out: Texts, before: Texts) -> Leak | None:
    for form in forms(planted):
        places = out.places(form) if len(form) >= ANYWHERE else []
        if len(places) > len(before.places(form)):
            return Leak(planted, form, planted.path if planted.path in places else places[0])
    here, there = out.by_path.get(planted.path), before.by_path.get(planted.path, "")
    for part in parts(planted):
        if here is not None and count(part, here) > count(part, there):
            return Leak(planted, part, planted.path)
        if here is None and len(part) >= PART_ANYWHERE:
            places = out.places(part)
            if len(places) > len(before.places(part)):
                return Leak(planted, part, places[0])
    return None


def _survives(kept: Kept, out: Texts) -> bool:
    """Tell whether a value stands at its path, or anywhere in the record where a redacted key moved it."""
    if kept.category == STRUCTURE and kept.value not in CONSTANTS:
        keys = [leaf for leaf in out.leaves if leaf.kind == KEY]
        here = [leaf for leaf in keys if leaf.path == kept.path]
        return any(leaf.text == kept.value for leaf in here or keys)
    text = out.by_path.get(kept.path)
    if text is None:
        texts = [leaf.text for leaf in out.leaves if leaf.kind != KEY and leaf.path.startswith("$")]
        return kept.value in texts or (len(kept.value) >= PART_ANYWHERE and any(kept.value in text for text in texts))
    if kept.category == NUMBERS:
        return any(_same_number(kept.value, each) for each in text.split("\n"))
    return kept.value in text


def _same_number(one: str, other: str) -> bool:
    try:
        return one == other or Decimal(one) == Decimal(other)
    except InvalidOperation:
        return False


def _event_leaves(line: Pairs) -> Iterator[Leaf]:
    """Yield the leaves of an event: the record from `$`, the key, the headers decoded, and everything else."""
    fields: dict[str, Any] = dict(line)
    for name, encoded in fields.get("headers") or Pairs():
        yield Leaf("headers", name, KEY)
        yield from walk(base64.b64decode(encoded or "").decode(errors="replace"), f"headers.{name}")
    yield from walk(fields.get("key"), "key")
    event = fields["value"]
    yield from walk(dict(event).get("record"), "$")
    yield from walk(Pairs((name, value) for name, value in event if name != "record"), "event")


def _without_tokens(text: str) -> str:
    """Return *text* without tokens, and without the year, area or age that the rule lets stand beside one."""
    return TOKEN.sub(lambda token: "" if REMAINDER.fullmatch(token["left"] or "") else token["left"], text)


def missing(expected: Sequence[int], lines: Iterable[Sequence[int]]) -> tuple[list[int], list[int]]:
    """Return the inputs that have no outcome, and those that have several."""
    seen = [number for inputs in lines for number in inputs]
    return sorted(set(expected) - set(seen)), sorted({each for each in seen if seen.count(each) > 1})
