"""The packed records of an open stream: what comes out is what went in."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.origin import Origin
from streams.assembly.kept import KeptRecords
from streams.log.ports import Headers, Record

_BYTES = st.none() | st.binary(max_size=40)
_NUMBERS = st.integers(0, 2**62)
_HEADERS: st.SearchStrategy[Headers] = st.lists(st.tuples(st.text(max_size=5), _BYTES), max_size=3).map(tuple)
_TEXTS = st.none() | st.text(max_size=8)
_ORIGINS = st.builds(Origin, st.just(1), st.text(), st.text(), _NUMBERS, _NUMBERS, _NUMBERS, _TEXTS, _TEXTS)
_RECORDS = st.builds(
    Record, st.just("own"), st.just(3), _NUMBERS, _NUMBERS, _BYTES, _BYTES, _HEADERS, st.none() | _ORIGINS
)
_POP = None


@settings(max_examples=60)
@given(st.lists(st.just(_POP) | _RECORDS | _RECORDS | _RECORDS, max_size=60))
def test_records_are_kept_as_they_came(steps: list[Record | None]) -> None:
    """Whatever is kept and let go of again, what is left is every record as it came, in its order."""
    kept, wanted = KeptRecords(), list[Record]()
    for record in steps:
        if record is not None:
            kept.append(record)
            wanted.append(record)
        elif wanted:
            kept.pop()
            wanted.pop()

        assert len(wanted) == len(kept)
        assert wanted == list(kept)
        assert wanted[:1] == ([kept.first] if len(kept) else [])


@pytest.mark.parametrize("count", [1, 8, 9, 10, 17, 25])
def test_all_can_be_let_go_of_again(count: int) -> None:
    """What was packed together is let go of one by one, and what comes afterwards is kept as before."""
    records = [Record("own", 0, number, number, None, b"%d" % number) for number in range(count)]
    kept = KeptRecords()
    for record in records:
        kept.append(record)
    for left in reversed(range(count)):
        kept.pop()

        assert records[:left] == list(kept)
    kept.append(records[-1])

    assert records[-1:] == list(kept)


def test_what_never_came_is_no_record() -> None:
    """A stream without records has no first one."""
    with pytest.raises(IndexError):
        assert KeptRecords().first


def test_pieces_that_repeat_each_other_take_little_room() -> None:
    """Many pieces of one stream are kept in less than half of what they say."""
    pieces = [
        b'{"id": "chatcmpl-1", "choices": [{"index": 0, "delta": {"content": "word %d"}}]}' % n for n in range(160)
    ]
    kept = KeptRecords()
    for number, piece in enumerate(pieces):
        kept.append(Record("own", 0, number, number, None, piece))
    room = sum(sys.getsizeof(block) for block in (*kept._blocks, *kept._loose))

    assert 2 * room < sum(map(len, pieces))
