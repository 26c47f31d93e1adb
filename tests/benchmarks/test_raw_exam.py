"""Test that the raw exam is well formed, and that its judge sees what it has to see."""

import base64
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.raw.figures import SHAPED
from benchmarks.raw.judge import judge, missing
from benchmarks.raw.leaves import KEY, Leaf, parse, walk
from benchmarks.raw.marks import read_marks, unmark
from benchmarks.raw.records import EITHER, QUARANTINED, REDACTED, RawRecord, all_records, build

VALID = [record for record in all_records() if record.kind != "malformed" and record.value is not None]
MALFORMED = [record for record in all_records() if record.kind == "malformed"]
TOKEN = "phi_name_ca_qwertyuiopasdfghjklz"


def test_the_exam_is_large_enough() -> None:
    """Every kind of record and of identifier has its share."""
    kinds = Counter(record.kind for record in all_records())
    labels = Counter(planted.label for record in all_records() for planted in record.planted)

    assert all(
        kinds[kind] >= least for kind, least in {"malformed": 70, "generic": 60, "openai": 70, "anthropic": 60}.items()
    )
    assert sum(labels[label] for label in SHAPED) >= 150
    assert labels.total() - sum(labels[label] for label in SHAPED) >= 200
    assert min(labels[label] for label in SHAPED | {"A_NAME", "B_GEO", "C_DATE", "H_MRN", "R_OTHER"}) >= 10


def test_ids_are_unique() -> None:
    """An id names one record, and begins with the letter of its kind."""
    ids = [record.id for record in all_records()]

    assert len(ids) == len(set(ids))
    assert all(record.id[0] == record.kind[0] for record in all_records())


@pytest.mark.parametrize("record", all_records(), ids=lambda record: record.id)
def test_outcomes_fit_the_kind(record: RawRecord) -> None:
    """What is no JSON is held back; the rest says what it expects, and why."""
    assert record.expect in {REDACTED, QUARANTINED, EITHER}
    assert record.why
    assert record.kind != "malformed" or record.expect == QUARANTINED


@pytest.mark.parametrize("record", VALID, ids=lambda record: record.id)
def test_valid_records_are_json(record: RawRecord) -> None:
    """A record that has to pass is strict JSON in UTF-8."""
    parse((record.value or b"").decode())


@pytest.mark.parametrize("record", MALFORMED, ids=lambda record: record.id)
def test_malformed_records_are_not(record: RawRecord) -> None:
    """A record that has to be held is no strict JSON in UTF-8, or deeper than any bound."""
    with pytest.raises((ValueError, RecursionError)):
        parse((record.value or b"").decode())


@pytest.mark.parametrize("record", VALID, ids=lambda record: record.id)
def test_marks_name_what_is_there(record: RawRecord) -> None:
    """Every planted and every kept value stands where it says, after decoding."""
    leaves = [*walk(parse((record.value or b"").decode())), *_outside(record)]
    there = {(leaf.path, leaf.text) for leaf in leaves}
    said = [(each.path, each.value) for each in record.planted] + [(each.path, each.value) for each in record.keep]
    absent = [path for path, value in said if not any(path == at and value in text for at, text in there)]

    assert [] == absent


@pytest.mark.parametrize("record", all_records(), ids=lambda record: record.id)
def test_no_mark_is_sent(record: RawRecord) -> None:
    """What is sent holds no mark."""
    sent = [record.value or b"", (record.key or "").encode(), *(value.encode() for value in record.headers.values())]

    assert not any(mark in part for part in sent for mark in (b"_NAME|", b"_PHONE|", b"_EMAIL|", b"<<", b">>"))


def _outside(record: RawRecord) -> Iterator[Leaf]:
    yield from walk(record.key, "key")
    for name, value in record.headers.items():
        yield Leaf("headers", name, KEY)
        yield from walk(value, f"headers.{name}")


def _line(record: object, **outside: object) -> Any:
    headers = {name: base64.b64encode(str(value).encode()).decode() for name, value in outside.items()}
    return parse(json.dumps({"inputs": [1], "key": None, "headers": headers, "value": {"record": record}}))


def _record(source: str) -> RawRecord:
    """Return a record as the exam's files make it."""
    return build("generic", {"id": "g-test"}, source)


@pytest.mark.parametrize(
    ("text", "leaks"),
    [
        (f"see {TOKEN}, then", 0),
        ("see Ann Lee, then", 1),
        (f"see {TOKEN} Lee, then", 1),
        (f"see [{TOKEN}], then Ann", 1),
        ("", 0),
    ],
)
def test_judge_sees_what_is_left_of_a_name(text: str, leaks: int) -> None:
    """A name and every part of it is a leak."""
    verdict = judge(_record('{"a":"see [[A_NAME|Ann Lee]], then"}'), _line({"a": text}))

    assert leaks == len(verdict.leaks)


@pytest.mark.parametrize(
    ("text", "leaks"),
    [(f"on [{TOKEN} 2024]", 0), (f"on March {TOKEN}", 1), (f"on [{TOKEN} March 2024]", 1)],
)
def test_judge_lets_a_year_stand(text: str, leaks: int) -> None:
    """Of a date, only its year may stay."""
    verdict = judge(_record('{"a":"on [[C_DATE|March 4, 2024]]"}'), _line({"a": text}))

    assert leaks == len(verdict.leaks)


def test_judge_sees_other_places() -> None:
    """A value that comes out in a header, a key or another form is a leak."""
    record = _record('{"a":"[[D_PHONE|212-555-0143]]"}')

    assert 1 == len(judge(record, _line({"a": TOKEN}, phone="2125550143")).leaks)
    assert 1 == len(judge(record, _line({"a": TOKEN, "212-555-0143": 1})).leaks)
    assert 0 == len(judge(record, _line({"a": TOKEN})).leaks)


def test_judge_sees_what_is_lost() -> None:
    """Marked text, numbers and keys have to survive; a number may be written in another way."""
    record = _record('{"a":"take <<20 mg>>","n":1e5,"m":7,"k":null}')

    assert () == judge(record, _line({"a": "take 20 mg", "n": 100000.0, "m": 7, "k": None})).lost
    lost = judge(record, _line({"a": f"take {TOKEN}", "n": TOKEN, "m": 8})).lost
    assert ["$", "$.a", "$.k", "$.m", "$.n"] == sorted(each.path for each in lost)


def test_marks_become_numbers() -> None:
    """A marked number is sent bare, also within JSON in a string."""
    assert '{"a":12,"b":"{\\"c\\":34}"}' == unmark('{"a":"#[[G_SSN|12]]","b":"{\\"c\\":\\"#[[G_SSN|34]]\\"}"}')
    assert "12" == read_marks("#[[G_SSN|12]]").plain


def test_missing_counts_outcomes() -> None:
    """An input without an outcome and one with two are both told."""
    assert ([3], [2]) == missing([1, 2, 3], [[1, 2], [2]])
