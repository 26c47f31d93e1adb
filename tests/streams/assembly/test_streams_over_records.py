"""Streams that go over several records: one event each, whenever the worker stops, starts or fails between them."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from schemas.topics import ASSEMBLY, BATCHES, QUARANTINE, REDACTED
from streams.assembly.pointers import open_pointers
from tests.schemas.sources.streamed.damage import ODD, places_of, replaced
from tests.schemas.sources.streamed.streams import (
    STREAMED,
    Streamed,
    Tree,
    chat,
    cut,
    event_stream,
    messages,
    responses,
)
from tests.streams.dying import Dying, Killed
from tests.streams.embedded_rig import EmbeddedRig, rig_at

TEXT = "Write to maria.quintana@example.org, SSN 521-44-9180, or jo@example.org"
CUTS = [12, 22, 30, 44, 52, 60]
NOW = 1_772_619_780_000
JOINED = [each for each in STREAMED if each.name != "gemini"]


@pytest.fixture
def rig(tmp_path: Path) -> EmbeddedRig:
    """Return an embedded deployment."""
    return rig_at(tmp_path / "state")


def values(pieces: Sequence[Tree]) -> list[bytes]:
    """Return one record a piece; a ping, which is nobody's, is none."""
    return [json.dumps(piece).encode() for piece in pieces if piece.get("type") != "ping"]


def events(rig: EmbeddedRig) -> list[dict[str, Any]]:
    """Return the redacted events."""
    return [tree for tree in rig.trees(REDACTED) if "record" in tree]


def withheld(rig: EmbeddedRig) -> dict[int, str]:
    """Return the reasons of withheld records, by offset."""
    return {tree["coordinates"]["offset"]: tree["reason"] for tree in rig.trees(REDACTED) if "reason" in tree}


def settled(rig: EmbeddedRig) -> list[int]:
    """Return the offsets that outcomes settle, as often as they do."""
    found = list(withheld(rig))
    for event in events(rig):
        runs = (event["assembly"] or {}).get("offsets") or [[event["coordinates"]["offset"]] * 2]
        found += [offset for first, last in runs for offset in range(first, last + 1)]
    return sorted(found)


def leaks(rig: EmbeddedRig) -> list[str]:
    """Return what of the text's identifiers stands in the redacted topic."""
    shown = json.dumps(rig.trees(REDACTED))
    return [value for value in ("maria", "quintana", "521-44", "44-9180", "jo@", "example.org") if value in shown]


def is_open(rig: EmbeddedRig) -> int:
    """Return how many streams are open, as the log tells."""
    return len(open_pointers(rig.records(ASSEMBLY)))


@pytest.mark.parametrize("streamed", JOINED, ids=lambda each: each.name)
def test_pieces_of_every_format_make_one_event(rig: EmbeddedRig, streamed: Streamed) -> None:
    """One piece a record, in one conversation: the event that the provider would have sent at once, redacted."""
    pieces = values(streamed.pieces(cut(TEXT, CUTS)))
    rig.feed(*pieces, key=b"conversation 7")
    rig.drain()
    (event,) = events(rig)

    assert {"pieces": len(pieces), "offsets": [[0, len(pieces) - 1]]} == {
        key: event["assembly"][key] for key in ("pieces", "offsets")
    }
    assert {"EMAIL": 2, "SSN": 1} == event["phi"]["counts"]
    assert [] == leaks(rig)
    assert streamed.text(event["record"]).startswith("Write to phi_email_")
    assert (0, 0) == (is_open(rig), len(rig.records(QUARANTINE)))


def test_streams_that_come_mixed_are_kept_apart(rig: EmbeddedRig) -> None:
    """Streams with ids, and one a record key, go through each other; other records pass between them."""
    one, two = chat(cut(TEXT, CUTS)), chat(cut(TEXT, CUTS[1:]), id_="chatcmpl-2")
    three = [piece for piece in messages(cut(TEXT, CUTS[2:])) if piece["type"] != "ping"]
    for number in range(len(three)):
        for pieces, key in ((one, None), (two, None), (three, b"c3")):
            rig.feed(*values(pieces[number : number + 1]), key=key)
        rig.feed(b'{"note": "between"}')
    rig.feed(*values(one[len(three) :]), *values(two[len(three) :]))
    rig.drain()
    found = [event for event in events(rig) if event["assembly"]]

    assert sorted(map(len, (one, two, three))) == sorted(event["assembly"]["pieces"] for event in found)
    assert [{"EMAIL": 2, "SSN": 1}] * 3 == [event["phi"]["counts"] for event in found]
    assert not any(event["incomplete"] for event in found)
    assert [] == leaks(rig)
    assert settled(rig) == sorted(set(settled(rig)))


def test_records_of_raw_events_make_one_event(rig: EmbeddedRig) -> None:
    """Server-sent events, one a record: usage and the end mark belong to the stream that they follow."""
    lines = [event_stream([piece]) for piece in chat(cut(TEXT, CUTS))]
    rig.feed(*(line.encode() for line in lines), b"data: [DONE]\n\n", key=b"k")
    rig.drain()
    (event,) = events(rig)

    assert [[0, len(lines)]] == event["assembly"]["offsets"]
    assert 3 == event["call"]["usage"]["total"]
    assert [] == leaks(rig)


def test_nothing_is_forwarded_before_the_end(rig: EmbeddedRig) -> None:
    """While a stream is open nothing of it is seen, and one pointer without text says where it begins."""
    rig.feed(*values(chat(cut(TEXT, CUTS))[:4]))
    worker = rig.worker()
    worker._step(until_drained=False)

    assert [] == rig.records(REDACTED)
    assert 1 == is_open(rig)
    assert [(4, 0)] == [(tree["held"], tree["released"]) for tree in rig.trees(BATCHES)]
    assert not any(part in json.dumps(rig.trees(ASSEMBLY)) for part in ("maria", "chatcmpl"))


@pytest.mark.parametrize("keep", [True, False])
def test_a_stream_without_end_is_closed_by_policy(rig: EmbeddedRig, *, keep: bool) -> None:
    """After the wait it is redacted as far as it came, and says so, or all of it goes to quarantine."""
    name = "redact" if keep else "quarantine"
    limits = rig.settings.limits.model_copy(update={"stream_without_end": name})
    rig.settings = rig.settings.model_copy(update={"limits": limits})
    pieces = chat(cut(TEXT, CUTS))[:-2]
    rig.feed(*values(pieces))
    rig.drain()

    assert keep == (len(events(rig)) == 1)
    assert [] == leaks(rig)
    assert list(range(len(pieces))) == settled(rig)
    assert all(event["incomplete"] for event in events(rig))
    assert 0 == is_open(rig)


@pytest.mark.parametrize("waited", [59_000, 61_000])
def test_waits_run_in_record_time(rig: EmbeddedRig, waited: int) -> None:
    """A record that is later than the longest pause closes the stream, one that is earlier does not."""
    pieces = values(chat(cut(TEXT, CUTS)))
    rig.feed(*pieces[:4], timestamp_ms=NOW)
    rig.feed(b'{"note": "later"}', timestamp_ms=NOW + waited)
    rig.feed(*pieces[4:], timestamp_ms=NOW + waited)
    rig.drain()
    joined = [event for event in events(rig) if event["assembly"]]

    assert [len(pieces) if waited < 60_000 else 4] == [event["assembly"]["pieces"] for event in joined]
    assert {"stream_piece"} >= set(withheld(rig).values())
    assert waited > 60_000 or leaks(rig) == []
    assert list(range(len(pieces) + 1)) == settled(rig)


@pytest.mark.parametrize(("steps", "pieces"), [([30_000], True), ([2_000] * 2, True), ([2_000] * 3, False)])
def test_an_outage_of_the_log_is_no_pause(rig: EmbeddedRig, steps: list[int], *, pieces: bool) -> None:
    """After the last choice counts of tokens may come 5 s later; however long the log stood still is one short step."""
    told = values(chat(cut(TEXT, CUTS)))
    rig.feed(*told[:-1], timestamp_ms=NOW)
    for number in range(1, len(steps) + 1):
        rig.feed(b'{"note": "later"}', timestamp_ms=NOW + sum(steps[:number]))
    rig.feed(told[-1], timestamp_ms=NOW + sum(steps))
    rig.drain()
    (joined,) = [event for event in events(rig) if event["assembly"]]

    assert len(told) - (not pieces) == joined["assembly"]["pieces"]
    assert ({} if pieces else {len(told) - 1 + len(steps): "stream_piece"}) == withheld(rig)


def test_a_turn_after_a_long_step_is_a_stream_of_its_own(rig: EmbeddedRig) -> None:
    """An id that comes again with a begin, long after all choices had ended, is another's."""
    rig.feed(*values(chat(["first"])[:-1]), timestamp_ms=NOW)
    rig.feed(*values(chat(["second"])), timestamp_ms=NOW + 30_000)
    rig.drain()

    assert ["first", "second"] == [event["record"]["choices"][0]["message"]["content"] for event in events(rig)]


def test_no_stream_is_open_for_ever(rig: EmbeddedRig) -> None:
    """However often a piece comes, the whole wait ends."""
    pieces = values(chat([f"part {number} " for number in range(40)])[:-2])
    for number, piece in enumerate(pieces):
        rig.feed(piece, timestamp_ms=NOW + 30_000 * number)
    rig.drain()

    assert 31 == events(rig)[0]["assembly"]["pieces"]
    assert list(range(len(pieces))) == settled(rig)


@pytest.mark.parametrize("stamp", [0, NOW - 10**9, 4_102_444_800_000])
def test_wrong_clocks_tear_no_stream(rig: EmbeddedRig, stamp: int) -> None:
    """A producer whose clock is years behind or ahead closes nobody's stream, its own neither."""
    one, two = values(chat(cut(TEXT, CUTS))), values(chat(cut(TEXT, CUTS), id_="chatcmpl-2"))
    for first, second in zip(one, two, strict=True):
        rig.feed(first)
        rig.feed(second, timestamp_ms=stamp)
    rig.drain()

    assert [len(one)] * 2 == [event["assembly"]["pieces"] for event in events(rig)]
    assert {} == withheld(rig)


def test_an_id_that_a_server_uses_again_is_a_new_stream(rig: EmbeddedRig) -> None:
    """What begins after another stream of that id has ended is no late piece of it."""
    rig.feed(*values(chat(["first"])), *values(chat(["second"])))
    rig.drain()

    assert ["first", "second"] == [event["record"]["choices"][0]["message"]["content"] for event in events(rig)]


def test_wall_time_closes_when_nothing_is_unread(rig: EmbeddedRig) -> None:
    """Where nothing more is written the clock closes what waits, in a transaction of its own."""
    limits = rig.settings.limits.model_copy(update={"stream_idle_seconds": 0.2, "poll_seconds": 0.05})
    rig.settings = rig.settings.model_copy(update={"limits": limits})
    rig.feed(*values(chat(cut(TEXT, CUTS))[:-2]))
    worker = rig.worker()
    until = time.monotonic() + 120
    while not rig.records(REDACTED) and time.monotonic() < until:
        worker._step(until_drained=False)

    assert 1 == len(events(rig))
    assert 0 == is_open(rig)
    assert [] == rig.trees(BATCHES)[-1]["inputs"]


def test_the_clock_settles_nothing_again(rig: EmbeddedRig) -> None:
    """What a new worker closes by the clock commits no older offset, whatever stands after the last piece."""
    limits = rig.settings.limits.model_copy(update={"stream_idle_seconds": 0.2, "poll_seconds": 0.05})
    rig.settings = rig.settings.model_copy(update={"limits": limits})
    rig.feed(*values(chat(cut(TEXT, CUTS))[:3]), b'{"n": 1}', b'{"n": 2}')
    rig.worker()._step(until_drained=False)
    worker, until = rig.worker(), time.monotonic() + 20
    while is_open(rig) and time.monotonic() < until:
        worker._step(until_drained=False)
    rig.drain()

    assert list(range(5)) == settled(rig)


def test_late_pieces_and_gaps_are_quarantined(rig: EmbeddedRig) -> None:
    """What comes after the end, and a stream without its begin, its middle or its order, is sealed piece by piece."""
    late = chat(cut(TEXT, CUTS))
    headless = chat(cut(TEXT, CUTS), id_="chatcmpl-9")[3:]
    turned = [*reversed(chat(cut(TEXT, CUTS), id_="chatcmpl-10"))]
    broken = [piece for piece in messages(cut(TEXT, CUTS)) if piece["type"] not in ("ping", "content_block_start")]
    missing = responses(cut(TEXT, CUTS))
    del missing[4]
    rig.feed(*values(late), *values(late[2:4]), *values(headless), *values(turned))
    rig.feed(*values(broken), key=b"b")
    rig.feed(*values(missing), key=b"m")
    rig.drain()

    assert [len(late)] == [event["assembly"]["pieces"] for event in events(rig)]
    assert {"stream_piece"} == set(withheld(rig).values())
    assert 2 + len(turned) + len(headless) + len(broken) + len(missing) == len(rig.records(QUARANTINE))
    assert settled(rig) == sorted(set(settled(rig)))
    assert [] == leaks(rig)


def test_two_streams_under_one_key_are_not_mixed(rig: EmbeddedRig) -> None:
    """Streams that name themselves only once, and go through each other under one key, become nobody's event."""
    one, two = messages(cut(TEXT, CUTS)), messages(cut(TEXT, CUTS))
    two[0] = {**two[0], "message": {**two[0]["message"], "id": "msg_2"}}
    mixed = [piece for pair in zip(one, two, strict=True) for piece in pair]
    rig.feed(*values(mixed), key=b"k")
    rig.drain()

    assert list(range(len(values(mixed)))) == sorted(withheld(rig))
    assert [] == leaks(rig)
    assert settled(rig) == sorted(set(settled(rig)))


def test_a_stream_that_grows_too_large_is_quarantined(rig: EmbeddedRig) -> None:
    """Past the bound all of it is sealed, and what still comes of it too."""
    limits = rig.settings.limits.model_copy(update={"stream_bytes": 2_000})
    rig.settings = rig.settings.model_copy(update={"limits": limits})
    pieces = values(chat(["word " * 20] * 20))
    rig.feed(*pieces, *values(chat(["short"], id_="chatcmpl-2")))
    rig.drain()

    assert ["chatcmpl-2"] == [event["record"]["id"] for event in events(rig)]
    assert {"too_large", "stream_piece"} == set(withheld(rig).values())
    assert len(pieces) == len(withheld(rig))


def test_the_event_stands_where_its_first_piece_does(rig: EmbeddedRig) -> None:
    """Id, time and coordinates are those of the first piece, so that a replay gives the same."""
    rig.feed(b'{"n": 1}', *values(chat(["a"])), timestamp_ms=NOW)
    rig.drain()
    event = events(rig)[1]

    assert (1, NOW) == (event["coordinates"]["offset"], event["coordinates"]["timestamp_ms"])
    assert event["event_id"] != events(rig)[0]["event_id"]


def test_a_pointer_to_what_is_gone_is_withdrawn(rig: EmbeddedRig) -> None:
    """Where retention took the first piece, the rest is sealed as the gap that it is, and nothing points there."""
    pieces = values(chat(cut(TEXT, CUTS)))
    rig.feed(*pieces[:3], timestamp_ms=1_000)
    rig.worker()._step(until_drained=False)
    store = rig.state.open_store()
    store.purge(NOW)
    store.close()
    rig.feed(*pieces[3:], timestamp_ms=NOW)
    rig.drain()

    assert [] == events(rig)
    assert 0 == is_open(rig)
    assert len(pieces) - 3 == len(withheld(rig))


@settings(max_examples=16, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(data=st.data())
def test_damaged_pieces_are_each_settled_once(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Whatever stands in pieces, of whatever formats, wherever they come: one outcome each, and the worker goes on."""
    rig = rig_at(tmp_path_factory.mktemp("damaged") / "state")
    records = []
    for streamed in (*data.draw(st.permutations(STREAMED))[:4], *STREAMED[:4]):
        pieces: Any = streamed.pieces(["Mar", "ia"])
        for _ in range(data.draw(st.integers(1, 3))):
            place = data.draw(st.sampled_from(places_of(pieces)[1:]))
            pieces = replaced(pieces, place, data.draw(st.sampled_from(ODD)))
        records += [json.dumps(piece).encode() for piece in pieces]
        records += [event_stream([piece]).encode() for piece in pieces[1:3] if isinstance(piece, dict)]
    rig.feed(*data.draw(st.permutations(records)))
    rig.drain()

    assert list(range(len(records))) == settled(rig)
    assert 0 == is_open(rig)


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(data=st.data())
def test_whenever_the_worker_dies_nothing_is_lost_or_torn(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Killed or failing before or after any transaction, with reads of any size: each record settled once."""
    rig = rig_at(tmp_path_factory.mktemp("dying") / "state")
    limits = rig.settings.limits.model_copy(
        update={"batch_records": data.draw(st.integers(1, 9)), "poll_seconds": 0.01}
    )
    rig.settings = rig.settings.model_copy(update={"limits": limits})
    one, two, three = chat(cut(TEXT, CUTS)), messages(cut(TEXT, CUTS)), chat(cut(TEXT, CUTS), id_="c3")[:5]
    queues = [
        (values(one), None),
        (values(two), b"two"),
        (values(three), None),
        ([b'{"mail": "jo@example.org"}'] * 3, None),
    ]
    while any(queue for queue, _ in queues):
        queue, key = data.draw(st.sampled_from([each for each in queues if each[0]]))
        rig.feed(queue.pop(0), key=key, timestamp_ms=NOW)
    fates = data.draw(st.lists(st.sampled_from(["", "", "before", "after", "failed", "unknown"]), max_size=14))
    left = iter(fates)

    for _ in range(40):
        try:
            with (worker := rig.worker(lambda log: Dying.over(log, lambda: next(left, "")))).log:
                worker.run(until_drained=True)
            break
        except Killed:
            continue

    joined = [event for event in events(rig) if event["assembly"]]
    total = len(one) + len(values(two)) + len(three) + 3
    assert list(range(total)) == settled(rig)
    assert sorted([len(one), len(values(two)), len(three)]) == sorted(event["assembly"]["pieces"] for event in joined)
    assert [] == leaks(rig)
    assert 0 == is_open(rig)
    assert {} == withheld(rig)
