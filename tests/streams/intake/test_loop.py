"""Intake: all that belongs together comes into one partition, unchanged, once, and is redacted as if never moved."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from schemas.codec import ORIGIN, decode, encode
from schemas.errors import ConfigError, UnknownVersion
from schemas.origin import KEY_HEADER, ORIGIN_HEADER, Origin
from schemas.topics import KEYED, QUARANTINE
from streams.clock import SystemClock
from streams.config import RetentionSettings, Settings, TopicSettings, refuse_contradictions
from streams.intake.loop import Intake
from streams.intake.merging import Merging
from streams.intake.origins import believed
from streams.log.ports import Publication, Record, TopicPartition
from streams.log.sqlite import SqliteTransactionalLog
from streams.log.startup import check_retention
from streams.worker import Worker
from tests.schemas.sources.streamed.streams import STREAMED, Streamed, Tree, chat, cut
from tests.streams.dying import Dying, Killed
from tests.streams.intake_rig import DIRECT, MORE, PARTITIONS, TOPIC, IntakeRig, Wrap, intake_rig_at, raw, settled

TEXT = "Write to maria.quintana@example.org, SSN 521-44-9180, or jo@example.org"
CUTS = [12, 22, 30, 44, 52, 60]
NOW = 1_772_619_780_000
NAMED = [each for each in STREAMED if each.name in ("chat", "tool call")]
NAMING = ("chat", "tool call", "gemini", "assistants", "run", "run of strings")
KEYED_ONLY = [each for each in STREAMED if each.name not in NAMING]
UNNAMED = [each for each in STREAMED if each.name in ("messages", "tool use")]
ODD = (
    None,
    b"",
    b"\xff\xfe no JSON",
    b'{"open": ',
    b"data: [DONE]\n\n",
    b'{"number": 1e400, "mail": "jo@example.org"}',
    b"[" * 5_000,
)


@pytest.fixture
def rig(tmp_path: Path) -> IntakeRig:
    """Return intake and a redactor."""
    return intake_rig_at(tmp_path / "state")


def values(pieces: list[Tree]) -> list[bytes]:
    """Return one record a piece; a ping, which is nobody's, is none."""
    return [json.dumps(piece).encode() for piece in pieces if piece.get("type") != "ping"]


def shown(event: dict[str, Any]) -> dict[str, Any]:
    """Return what an event says beside where, when and in which batch."""
    assembly = {key: event["assembly"][key] for key in ("pieces", "whole")} if event["assembly"] else None
    kept = ("record", "call", "phi", "tenant", "source", "time", "key", "headers", "incomplete", "payload_digest")
    return {"assembly": assembly, **{key: event[key] for key in kept}}


def alike(event: dict[str, Any]) -> str:
    """Return an event with its tokens numbered and without its time: tokens of an event alone hang on its id."""
    tokens: dict[str, str] = {}
    text = json.dumps({**shown(event), "time": None}, sort_keys=True)
    return re.sub(r"phi_(\w+?)_c\w_\w+", lambda found: tokens.setdefault(found[0], f"{found[1]} {len(tokens)}"), text)


def leaks(rig: IntakeRig) -> list[str]:
    """Return what of the text's identifiers stands in the redacted topic."""
    told = json.dumps(rig.trees())
    return [value for value in ("maria", "quintana", "521-44", "44-9180", "jo@", "example.org") if value in told]


def test_records_go_on_byte_by_byte(rig: IntakeRig) -> None:
    """What intake cannot read goes on like the rest: value, headers, record key and time as they were, once each."""
    headers = (("traceparent", b"00-a"), ("empty", None), ("traceparent", b"again"))
    rig.feed(*(raw(value, number % 3, NOW + number, b"mrn 4471123", headers) for number, value in enumerate(ODD)))
    rig.feed(raw(b'{"note": "no key"}', 1, NOW))
    before = {(each.partition, each.offset): each for each in rig.records(TOPIC)}
    rig.take_in()
    after = [believed(record) for record in rig.records(KEYED)]
    found = {(each.origin.partition, each.origin.offset): each for each in after if each.origin is not None}

    assert len(after) == len(found) == len(before)
    assert sorted(each.timestamp_ms for each in rig.records(KEYED)) == sorted(
        each.timestamp_ms for each in before.values()
    )
    for where, record in before.items():
        moved = found[where]
        assert (record.key, record.value, record.headers) == (moved.key, moved.value, moved.headers)
        assert record.timestamp_ms == moved.timestamp_ms


def test_no_record_key_is_clear(rig: IntakeRig) -> None:
    """Ids, conversations and record keys that anybody gave stand in no key; of what belongs to nothing, coordinates."""
    rig.feed(
        *(raw(value, 0, NOW, b"maria") for value in values(chat(["a"], id_="maria"))),
        raw(b'{"type": "message_stop"}', 1, NOW, b"maria"),
        raw(b'{"conversation_id": "maria", "messages": [{"role": "user", "content": "maria"}]}', 2, NOW, b"maria"),
        raw(b"maria", 0, NOW, b"maria"),
    )
    rig.take_in()
    keys = {record.key or b"" for record in rig.records(KEYED)}

    assert not any(b"maria" in key for key in keys)
    assert sorted(key.split(b"_")[0] for key in keys) == [b"conv", f"{TOPIC}/0/4".encode(), b"stream", b"stream"]


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(data=st.data())
def test_any_split_over_records_and_partitions_is_the_whole(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """However a stream is cut and spread, its event is the one of the same pieces in one partition, without intake."""
    rig = intake_rig_at(tmp_path_factory.mktemp("split") / "state")
    rig.limit(batch_records=data.draw(st.integers(1, 12)), poll_seconds=0.01)
    places = data.draw(st.lists(st.integers(1, len(TEXT) - 1), max_size=8))
    streamed = data.draw(st.sampled_from(NAMED + KEYED_ONLY))
    pieces = values(streamed.pieces(cut(TEXT, places)))
    key = None if streamed in NAMED else b"conversation 7"
    clock, fed = count(NOW), list[Publication]()
    for value in pieces:
        fed.append(Publication(DIRECT, key, value, timestamp_ms=NOW))
        fed.append(raw(value, data.draw(st.integers(0, PARTITIONS - 1)), next(clock), key))
        if data.draw(st.booleans()):
            fed.append(raw(b'{"note": "between"}', data.draw(st.integers(0, PARTITIONS - 1)), next(clock)))
    rig.feed(*fed)
    rig.drain()
    direct, moved = (
        [each for each in rig.trees() if each.get("assembly") and each["coordinates"]["topic"] == topic]
        for topic in (DIRECT, TOPIC)
    )

    assert [alike(event) for event in direct] == [alike(event) for event in moved]
    assert {"EMAIL": 2, "SSN": 1} == moved[0]["phi"]["counts"]
    assert leaks(rig) == []
    assert not rig.records(QUARANTINE)


def run_to_the_end(make: Callable[[Wrap], Intake | Worker], fates: Iterator[str]) -> None:
    """Run one process after the other until one ends by itself."""
    for _ in range(40):
        try:
            with (running := make(lambda log: Dying.over(log, lambda: next(fates, "")))).log:
                running.run(until_drained=True)
        except Killed:
            continue
        else:
            return


@settings(max_examples=5, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(data=st.data())
def test_whenever_a_process_dies_nothing_is_lost_torn_or_doubled(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Intake and worker killed or failing around any transaction, in turns: each raw record is settled once."""
    rig = intake_rig_at(tmp_path_factory.mktemp("dying") / "state")
    rig.limit(batch_records=data.draw(st.integers(1, 9)), poll_seconds=0.01)
    streams = [values(chat(cut(TEXT, CUTS), id_=f"c{number}")) for number in range(3)]
    clock, fed = count(NOW), list[Publication]()
    while any(streams):
        value = data.draw(st.sampled_from([each for each in streams if each])).pop(0)
        fed.append(raw(value, data.draw(st.integers(0, PARTITIONS - 1)), next(clock)))
    rig.feed(*fed)
    fates = st.lists(st.sampled_from(["", "", "before", "after", "failed", "unknown"]), max_size=10)
    for make in (rig.intake, rig.worker):
        run_to_the_end(make, iter(data.draw(fates)))
    events = rig.trees()

    assert len(events) == 3
    assert settled(events) == sorted((each.partition, each.offset) for each in rig.records(TOPIC))
    assert len(rig.records(KEYED)) == len(fed) == len(settled(events))
    assert [{"EMAIL": 2, "SSN": 1}] * 3 == [event["phi"]["counts"] for event in events]
    assert leaks(rig) == []


def test_pieces_of_one_moment_in_two_partitions_are_sealed(rig: IntakeRig) -> None:
    """Where nothing tells which piece came first, none is shown; pieces with numbers of their own need no time."""
    for number, value in enumerate(values(chat(cut(TEXT, CUTS)))):
        rig.feed(raw(value, int(number == 1), NOW + (1 if number == 2 else number)))
    numbered = next(each for each in STREAMED if each.name == "completed")
    for number, value in enumerate(values(numbered.pieces(cut(TEXT, CUTS)))):
        rig.feed(raw(value, number % 2, NOW, b"k"))
    rig.drain()
    events = [event for event in rig.trees() if "record" in event]

    assert [numbered.text(event["record"])[:19] for event in events] == ["Write to phi_email_"]
    assert {"stream_piece"} == {event["reason"] for event in rig.trees() if "reason" in event}
    assert leaks(rig) == []


@pytest.mark.parametrize("streamed", KEYED_ONLY, ids=lambda each: each.name)
def test_pieces_without_a_name_go_by_their_record_key(rig: IntakeRig, streamed: Streamed) -> None:
    """Pieces that name no stream are one under one record key, and one a partition where there is none."""
    pieces = values(streamed.pieces(cut(TEXT, CUTS)))
    for partition, key in ((0, b"a"), (0, b"b"), (1, None), (2, None)):
        rig.feed(*(raw(value, partition, NOW, key) for value in pieces))
    rig.drain()

    assert 4 == len(rig.trees())
    assert [{"EMAIL": 2, "SSN": 1}] * 4 == [event["phi"]["counts"] for event in rig.trees()]
    assert leaks(rig) == []


def test_a_conversation_keeps_its_tokens_and_its_event_ids(rig: IntakeRig) -> None:
    """Tokens, conversation and id are those that the record would have had without intake."""
    value = json.dumps({"conversation_id": "c-1", "messages": [{"role": "user", "content": TEXT}]}).encode()
    rig.feed(raw(value, 2, NOW), Publication(DIRECT, None, value, timestamp_ms=NOW))
    rig.drain()
    direct, moved = sorted(rig.trees(), key=lambda event: str(event["coordinates"]["topic"]))
    origin = next(record.origin for record in map(believed, rig.records(KEYED)) if record.origin is not None)

    assert shown(direct) == shown(moved)
    assert direct["event_id"] != moved["event_id"] == origin.event_id
    assert (origin.conversation or "").startswith("conv_")
    assert {"topic": TOPIC, "partition": 2, "offset": 0, "timestamp_ms": NOW} == moved["coordinates"]


def test_calls_of_strangers_in_one_record_go_by_coordinates(rig: IntakeRig) -> None:
    """A record that tells of several calls belongs to none of their conversations."""
    spans = [
        {
            "traceId": f"{number:032x}",
            "spanId": f"{number:016x}",
            "name": "chat",
            "attributes": [
                {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
                {"key": "gen_ai.conversation.id", "value": {"stringValue": f"c{number}"}},
            ],
        }
        for number in (1, 2)
    ]
    for told in (spans[:1], spans, [spans[0], {**spans[0], "spanId": "f" * 16}]):
        rig.feed(raw(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": told}]}]}).encode(), 0, NOW))
    rig.take_in()
    keys = sorted(record.key or b"" for record in rig.records(KEYED))

    assert [b"conv_", f"{TOPIC}/0/1".encode(), f"{TOPIC}/0/2".encode()] == [keys[0][:5], *keys[1:]]


def _forged(version: int = ORIGIN.version) -> Publication:
    """Return what somebody wrote who would like to pass for intake, under his own event id and tenant."""
    origin = Origin(version, "00000000-0000-5000-8000-000000000000", TOPIC, 0, 0, NOW, "local", None)
    headers = ((ORIGIN_HEADER, encode(origin)), (KEY_HEADER, b"k"), ("own", b"kept"))
    return Publication(KEYED, b"x", b'{"note": "forged"}', headers, NOW, 0)


@pytest.mark.parametrize("topic", [TOPIC, DIRECT])
def test_headers_of_ours_are_nothing_on_raw_topics(rig: IntakeRig, topic: str) -> None:
    """Who may write a raw topic can give no event its id, time or tenant; the header goes, others stay."""
    forged = _forged()
    rig.feed(Publication(topic, None, forged.value, forged.headers, NOW + 5, 0))
    rig.drain()
    (event,) = rig.trees()

    assert "00000000-0000-5000-8000-000000000000" != event["event_id"]
    assert {"own": "kept"} == event["headers"]
    assert (topic, NOW + 5) == (event["coordinates"]["topic"], event["coordinates"]["timestamp_ms"])


def test_what_intake_did_not_write_has_no_tenant(rig: IntakeRig) -> None:
    """A record in intake's topic without an origin goes to quarantine under the operator."""
    rig.feed(Publication(KEYED, b"x", b'{"note": "stray"}', (), NOW, 0))
    rig.drain()

    assert ["unknown_tenant"] == [tree["reason"] for tree in rig.trees()]


def test_a_newer_intake_stops_the_reader(rig: IntakeRig) -> None:
    """An origin of an unknown version is never guessed at, and never quarantined."""
    rig.feed(_forged(ORIGIN.version + 1))
    with pytest.raises(UnknownVersion):
        rig.drain()

    assert [] == rig.trees()


def test_partitions_are_read_in_the_order_of_time(rig: IntakeRig) -> None:
    """Far more of a late partition than may wait is behind an early one: the order holds, and little is kept."""
    rig.feed(*(raw(b"late", 0, NOW + 10_000 + number) for number in range(5_000)))
    rig.feed(*(raw(b"early", 1, NOW + number) for number in range(3_000)))
    log = SqliteTransactionalLog(rig.state.open_store(), "merging", [TOPIC])
    merging, order, most = Merging(log, SystemClock()), list[Record](), 0
    while len(order) < 8_000:
        order += merging.read(500, 0.0)
        most = max(most, len(merging))

    assert [record.timestamp_ms for record in order] == sorted(record.timestamp_ms for record in order)
    assert most <= 3_500
    assert set(log.assigned()) == {TopicPartition(TOPIC, number) for number in range(PARTITIONS)}


def test_topics_are_caught_up_with_as_one(rig: IntakeRig) -> None:
    """What stands in one topic after an outage passes nothing older of another; later none waits for the other."""
    rig.feed(*(Publication(MORE, None, b"late", (), NOW + 10_000 + number) for number in range(50)))
    rig.feed(*(raw(b"early", number % PARTITIONS, NOW + number) for number in range(3_000)))
    log = SqliteTransactionalLog(rig.state.open_store(), "merging", [MORE, TOPIC])
    merging, order = Merging(log, SystemClock()), list[Record]()
    while len(order) < 3_050:
        order += merging.read(500, 0.0)
    rig.feed(*(raw(b"old", number % PARTITIONS, NOW) for number in range(3_000)))
    rig.feed(Publication(MORE, None, b"new", (), NOW + 20_000))
    found = merging.read(500, 0.0)

    assert [record.timestamp_ms for record in order] == sorted(record.timestamp_ms for record in order)
    assert b"new" in [record.value for record in found]
    assert any(log.lag().values())


def test_an_outage_of_intake_tears_no_stream_of_another_topic(rig: IntakeRig) -> None:
    """Records of one topic that were written long after pieces of another come to workers after them, too."""
    pieces = values(chat(cut(TEXT, CUTS)))
    rig.limit(batch_records=30)
    rig.feed(*(raw(value, 0, NOW + number) for number, value in enumerate(pieces[:4])))
    rig.take_in()
    rig.worker()._step(until_drained=False)
    rig.feed(*(Publication(MORE, None, b'{"note": "late"}', (), NOW + 600_000) for _ in range(30)))
    rig.feed(*(raw(value, 0, NOW + number) for number, value in enumerate(pieces[4:], 4)))
    rig.drain()
    (event,) = [tree for tree in rig.trees() if tree.get("assembly")]

    assert {"EMAIL": 2, "SSN": 1} == event["phi"]["counts"]
    assert not rig.records(QUARANTINE)


@pytest.mark.parametrize("streamed", UNNAMED, ids=lambda each: each.name)
def test_turns_that_name_no_stream_are_kept_apart(rig: IntakeRig, streamed: Streamed) -> None:
    """Under one record key the next turn begins after the end of the one before, however long nothing was written."""
    for turn in range(2):
        pieces = values(streamed.pieces(cut(TEXT, CUTS)))
        rig.feed(*(raw(value, 0, NOW + 20_000 * turn + number, b"k") for number, value in enumerate(pieces)))
    rig.drain()

    assert 2 == len([tree for tree in rig.trees() if tree.get("assembly")])
    assert not rig.records(QUARANTINE)


def test_a_log_that_moves_back_doubles_nothing(rig: IntakeRig) -> None:
    """A log may go back to what is committed at any read: what waits for other partitions is not taken twice."""
    rig.feed(*(raw(b"late", 0, NOW + 100 + number) for number in range(5)), *(raw(b"x", 1, NOW) for _ in range(5)))
    log = SqliteTransactionalLog(rig.state.open_store(), "merging", [TOPIC])
    merging, order = Merging(log, SystemClock()), list[Record]()
    for _ in range(3):
        order += merging.read(100, 0.0)
        log.rewind()

    assert [record.value for record in order] == [b"x"] * 5 + [b"late"] * 5


def test_a_piece_that_comes_after_the_last_is_waited_for(rig: IntakeRig) -> None:
    """Partitions do not come at one speed: a piece in the middle that is read after the end belongs to its stream."""
    pieces = values(chat(cut(TEXT, CUTS)))
    rig.feed(*(raw(value, 0, NOW + number) for number, value in enumerate(pieces) if number != 3))
    rig.take_in()
    with (worker := rig.worker()).log:
        worker._step(until_drained=False)
        worker._step(until_drained=False)
        assert [] == rig.trees()
    rig.feed(raw(pieces[3], 1, NOW + 3))
    rig.drain()
    (event,) = rig.trees()

    assert {"EMAIL": 2, "SSN": 1} == event["phi"]["counts"]
    assert not event["incomplete"]
    assert leaks(rig) == []


def test_a_topic_of_ours_is_no_raw_one() -> None:
    """Nobody declares a topic as raw that phistream alone writes."""
    with pytest.raises(ConfigError, match="alone writes"):
        refuse_contradictions(Settings(topics={KEYED: TopicSettings(tenant="t")}, tenants={"t": {}}))  # type: ignore[dict-item]


@pytest.mark.parametrize(("hours", "refused"), [(71.7, False), (71.8, True)])
def test_raw_records_outlive_waits_and_outages(*, hours: float, refused: bool) -> None:
    """Three days are no time where an outage of three days less the longest wait of a stream is to be survived."""
    retention = RetentionSettings(outage_hours=hours)
    with pytest.raises(ConfigError, match="raw_days") if refused else nullcontext():
        check_retention(Settings(retention=retention))


def test_the_origin_can_be_read_again() -> None:
    """What is written is what is read."""
    origin = Origin(ORIGIN.version, "e", TOPIC, 1, 2, NOW, None, "conv_x")

    assert decode(ORIGIN, encode(origin)) == origin
