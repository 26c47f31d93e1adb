"""The raw exam: hand-written records, what must become of each, what must go and what must stay.

`records/*.txt` hold the records, each after a header line `=== {"id": ...}` whose other fields are `expect` (default
redacted), `why`, `key`, `headers`, `tombstone` and `forms` (other written forms of a planted value). Below it stands
the record as it is sent, but for the marks of `marks.py`; `made.py` adds those that cannot be written as text.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.accuracy.marked import MarkError
from benchmarks.raw.keeping import Kept, kept_of
from benchmarks.raw.leaves import KEY, STRING, Leaf, parse, walk
from benchmarks.raw.made import made
from benchmarks.raw.marks import read_marks, unmark

FOLDER = Path(__file__).parent / "records"
KINDS = ("malformed", "generic", "openai", "anthropic")
REDACTED, QUARANTINED, EITHER = "redacted", "quarantined", "either"
KEY_PATH, HEADERS_PATH = "key", "headers."


@dataclass(frozen=True, slots=True)
class Planted:
    """An identifier in a record: its label, where it stands, and every form in which it must not come out."""

    label: str
    value: str = field(repr=False)
    path: str = field(repr=False)
    forms: tuple[str, ...] = field(repr=False, default=())


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record of the exam; *blanked* holds its leaves with the planted values out."""

    id: str
    kind: str
    expect: str
    value: bytes | None = field(repr=False)
    why: str = ""
    key: str | None = field(repr=False, default=None)
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)
    planted: tuple[Planted, ...] = field(repr=False, default=())
    keep: tuple[Kept, ...] = field(repr=False, default=())
    blanked: tuple[Leaf, ...] = field(repr=False, default=())


@cache
def all_records() -> tuple[RawRecord, ...]:
    """Return the whole exam, in a fixed order that mixes nothing: kind by kind."""
    written = [record for kind in KINDS for record in _written(kind)]
    extra = [
        RawRecord(each.id, each.kind, each.expect, each.value, each.why, planted=tuple(_in_bytes(each.value)))
        for each in made()
    ]
    return tuple(sorted([*written, *extra], key=lambda record: (KINDS.index(record.kind), record.id)))


def _in_bytes(value: bytes) -> Iterator[Planted]:
    """Yield the identifiers that `made.py` puts into its records, where one can be read."""
    for label, text in (("A_NAME", "Ottilie Brandvold"), ("D_PHONE", "212-555-0143")):
        if text.encode() in value:
            yield Planted(label, text, "$")


def _written(kind: str) -> Iterator[RawRecord]:
    """Yield the records of one file."""
    for header, source in _blocks(FOLDER / f"{kind}.txt"):
        try:
            yield build(kind, header, source)
        except (MarkError, KeyError) as error:
            raise MarkError(f"{kind}: {header.get('id')}: {error}") from None


def _blocks(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each header and the source below it, without its last line end."""
    for block in ("\n" + path.read_text(encoding="utf-8")).split("\n=== ")[1:]:
        header, _, source = block.partition("\n")
        yield json.loads(header), source.rstrip("\n")


def build(kind: str, header: dict[str, Any], source: str) -> RawRecord:
    """Build one record from its header and its marked source."""
    tombstone = header.get("tombstone", False)
    leaves = [*_outside(header), *([] if tombstone else _inside(source))]
    forms = header.get("forms", {})
    marked = [(leaf, read_marks(leaf.text)) for leaf in leaves]
    planted = [
        Planted(label, value, unmark(leaf.path), tuple(forms.get(value, ())))
        for leaf, marks in marked
        for label, value in marks.planted
    ]
    unused = forms.keys() - {each.value for each in planted}
    if unused:
        raise MarkError(f"{len(unused)} forms belong to nothing planted")
    return RawRecord(
        id=header["id"],
        kind=kind,
        expect=header.get("expect", QUARANTINED if kind == "malformed" else REDACTED),
        value=None if tombstone else unmark(source).encode(),
        why=header.get("why", ""),
        key=unmark(header["key"]) if header.get("key") is not None else None,
        headers={unmark(name): unmark(value) for name, value in header.get("headers", {}).items()},
        planted=tuple(planted),
        keep=tuple(kept for leaf, marks in marked for kept in kept_of(kind, leaf, marks)),
        blanked=tuple(Leaf(unmark(leaf.path), marks.blanked, leaf.kind) for leaf, marks in marked),
    )


def _outside(header: dict[str, Any]) -> Iterator[Leaf]:
    """Yield the record key and the headers as leaves."""
    if header.get("key") is not None:
        yield from walk(header["key"], KEY_PATH)
    for name, value in header.get("headers", {}).items():
        yield from walk(value, HEADERS_PATH + name)
        yield Leaf("headers", name, KEY)


def _inside(source: str) -> list[Leaf]:
    """Return the leaves of a record, or the whole of one that is no JSON as a single leaf."""
    try:
        return list(walk(parse(source)))
    except ValueError:
        return [Leaf("$", source, STRING)]
