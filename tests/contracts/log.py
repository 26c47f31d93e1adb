"""What every log promises (streams/log/ports.py); a subclass gives the bench and runs it over its implementation."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

import pytest

from schemas.errors import Fenced, LogError, LogRefused
from streams.log.partition import partition_of
from streams.log.ports import Publication, Reader, Record, TopicPartition, TransactionalLog

PARTITIONS = 3
#: What is waited for comes at once where little else runs, and in a fraction of this elsewhere.
_SECONDS = 180.0


class LogBench(Protocol):
    """A log under test: one input topic of three partitions, two output topics of three, and ways to open it."""

    raw: str
    out: str
    more: str

    def write(self, values: Sequence[bytes], partition: int = 0, topic: str | None = None) -> None:
        """Append records to the input topic, or to another."""
        ...

    def open(self) -> TransactionalLog:
        """Open the slot as a new process would, as a second holder where the first still lives."""
        ...

    def fed(self) -> TransactionalLog:
        """Open the slot as one whose input topic intake writes, from what stands in *more*."""
        ...

    def intake(self) -> TransactionalLog:
        """Open the one member of intake's group, over *more*."""
        ...

    def reader(self, consumers: str, *, start: str = "earliest") -> Reader:
        """Open a reader of the input topic in a group."""
        ...

    def visible(self, topic: str) -> list[Record]:
        """Return everything that a reader of committed records sees of a topic."""
        ...


def read(log: TransactionalLog | Reader, count: int, limit: int = 1000) -> list[Record]:
    """Read until *count* records came; fail where they do not."""
    records: list[Record] = []
    until = time.monotonic() + _SECONDS
    while len(records) < count:
        assert time.monotonic() < until, f"{len(records)} of {count} records came"
        records += log.read(limit, 0.5)
    return records


def drains(*logs: TransactionalLog) -> bool:
    """Read on until all slots say that everything is settled; tell whether they do. No record may come."""
    return _reads_on(logs, lambda: not [log for log in logs if not log.drained()])


def catches_up(log: TransactionalLog) -> bool:
    """Read on until nothing stands after the positions; tell whether that comes. No record may come."""
    return _reads_on([log], lambda: set(log.lag().values()) == {0})


def _reads_on(logs: Sequence[TransactionalLog], done: Callable[[], bool]) -> bool:
    until = time.monotonic() + _SECONDS
    while not done():
        if any(log.read(1000, 0.2) for log in logs) or time.monotonic() > until:
            return False
    return True


def hears(log: TransactionalLog, since: float, partitions: int = PARTITIONS) -> bool:
    """Read on until every partition was read up to a moment after *since*; tell whether that comes. None may come."""
    return _reads_on([log], lambda: len([1 for moment in log.heard().values() if moment > since]) == partitions)


def heard(log: TransactionalLog) -> Mapping[TopicPartition, float]:
    """Return what a log tells of moments, without reading; one that was asked a moment ago is asked again."""
    until = time.monotonic() + _SECONDS
    while not (moments := log.heard()):
        assert time.monotonic() < until, "nothing is heard"
        time.sleep(0.05)
    return moments


def nothing_more(log: TransactionalLog | Reader) -> bool:
    """Tell whether nothing is left to read."""
    return not log.read(1000, 1.0)


def copies(topic: str, records: Sequence[Record]) -> list[Publication]:
    """Return one publication for each record."""
    return [Publication(topic, record.key, record.value) for record in records]


def values(records: Sequence[Record]) -> list[bytes]:
    """Return what the records hold, sorted."""
    return sorted(record.value for record in records if record.value is not None)


class LogContract:
    """The suite."""

    @pytest.fixture
    def bench(self) -> Iterator[LogBench]:
        """Return the log under test."""
        raise NotImplementedError

    def test_a_held_partition_waits(self, bench: LogBench) -> None:
        """Nothing of a held partition is read, all of the others is, and nothing is lost once it goes on."""
        with bench.open() as log:
            for partition in range(PARTITIONS):
                bench.write([f"{partition}-first".encode()], partition)
            read(log, PARTITIONS)
            log.hold([TopicPartition(bench.raw, 1)])
            for partition in range(PARTITIONS):
                bench.write([f"{partition}-{number}".encode() for number in range(5)], partition)
            others = read(log, 5 * (PARTITIONS - 1))
            assert nothing_more(log)
            log.hold([])
            held = read(log, 5)

        assert {record.partition for record in others} == {0, 2}
        assert [record.value for record in held] == [f"1-{number}".encode() for number in range(5)]

    def test_a_rewound_log_holds_nothing(self, bench: LogBench) -> None:
        """After going back every partition is read again."""
        bench.write([b"a"], 1)
        with bench.open() as log:
            read(log, 1)
            log.hold([TopicPartition(bench.raw, 1)])
            log.rewind()

            assert values(read(log, 1)) == [b"a"]

    def test_order_within_a_partition(self, bench: LogBench) -> None:
        """Records of one partition come in offset order, and all of them."""
        for partition in range(PARTITIONS):
            bench.write([f"{partition}-{number:03}".encode() for number in range(40)], partition)
        with bench.open() as log:
            records = read(log, 40 * PARTITIONS, limit=17)

        for partition in range(PARTITIONS):
            came = [record for record in records if record.partition == partition]
            assert [record.value for record in came] == [f"{partition}-{number:03}".encode() for number in range(40)]
            assert [record.offset for record in came] == sorted({record.offset for record in came})

    def test_at_most_the_limit(self, bench: LogBench) -> None:
        """One read returns no more records than were asked for."""
        bench.write([b"x"] * 20)
        with bench.open() as log:
            first = read(log, 1, limit=7)

        assert len(first) <= 7

    def test_parts_of_a_record_survive(self, bench: LogBench) -> None:
        """Record key, value, headers and timestamp come out as they went in, missing ones as missing."""
        publication = Publication(
            bench.out,
            b"\x00key",
            b"\xff\x00",
            (("a", b""), ("a", None), ("b", b"\x01")),
            timestamp_ms=1_700_000_000_000,
        )
        with bench.open() as log:
            bench.write([b"x"])
            log.publish([publication, Publication(bench.more, None, None)], read(log, 1))
        written, tombstone = bench.visible(bench.out)[0], bench.visible(bench.more)[0]

        assert (written.key, written.value) == (publication.key, publication.value)
        assert written.headers == publication.headers
        assert written.timestamp_ms == 1_700_000_000_000
        assert (tombstone.key, tombstone.value, tombstone.headers) == (None, None, ())

    def test_partition_follows_from_the_record_key(self, bench: LogBench) -> None:
        """Every log puts one record key into the same partition."""
        keys = [f"key-{number}".encode() for number in range(30)]
        bench.write([b"x"])
        with bench.open() as log:
            log.publish([Publication(bench.out, key, b"v") for key in keys], read(log, 1))

        assert {record.key: record.partition for record in bench.visible(bench.out)} == {
            key: partition_of(key, PARTITIONS) for key in keys
        }

    def test_a_transaction_is_seen_whole(self, bench: LogBench) -> None:
        """Publications to several topics and the offsets become visible together."""
        bench.write([b"a", b"b"])
        with bench.open() as log:
            records = read(log, 2)
            log.publish([*copies(bench.out, records), *copies(bench.more, records)], records)

        assert values(bench.visible(bench.out)) == [b"a", b"b"]
        assert values(bench.visible(bench.more)) == [b"a", b"b"]
        with bench.open() as log:
            assert nothing_more(log)

    def test_a_failed_transaction_is_never_seen(self, bench: LogBench) -> None:
        """Where one publication cannot be written, none is seen, and the records are read again."""
        bench.write([b"a", b"b"])
        with bench.open() as log:
            records = read(log, 2)
            with pytest.raises(LogError):
                log.publish([*copies(bench.out, records), Publication("no.such.topic.v1", b"k", b"v")], records)
            log.rewind()
            again = read(log, 2)
            log.publish(copies(bench.more, again), again)

        assert bench.visible(bench.out) == []
        assert values(bench.visible(bench.more)) == [b"a", b"b"]

    def test_an_oversize_publication_is_refused_first(self, bench: LogBench) -> None:
        """What is too large is refused before anything is written, and the log goes on."""
        bench.write([b"a"])
        with bench.open() as log:
            records = read(log, 1)
            large = Publication(bench.out, b"k", bytes(log.max_record_bytes + 1))
            with pytest.raises(LogRefused):
                log.publish([*copies(bench.out, records), large], records)
            log.publish(copies(bench.out, records), records)

        assert values(bench.visible(bench.out)) == [b"a"]

    def test_rewind_reads_again(self, bench: LogBench) -> None:
        """After a rewind everything since the committed offsets comes again, and nothing before them."""
        bench.write([b"a", b"b", b"c", b"d"])
        with bench.open() as log:
            first = read(log, 1, limit=2)
            log.publish([], first)
            rest = read(log, 4 - len(first))
            log.rewind()

            assert read(log, 4 - len(first)) == rest

    def test_what_was_settled_is_read_again(self, bench: LogBench) -> None:
        """A range of what was settled comes again up to the committed offset, and the position stays where it was."""
        bench.write([f"{number}".encode() for number in range(9)], partition=1)
        bench.write([b"another"])
        with bench.open() as log:
            records = read(log, 10)
            mine = [record for record in records if record.partition == 1]
            log.publish([], mine[:6])
            place = TopicPartition(bench.raw, 1)
            again = list(log.settled(place, mine[2].offset))
            bench.write([b"later"], partition=1)

            assert mine[2:6] == again
            assert [] == list(log.settled(place, mine[6].offset))
            assert values(read(log, 1)) == [b"later"]

    def test_everything_that_was_committed_is_read(self, bench: LogBench) -> None:
        """A whole topic comes with its tombstones, and with nothing of what failed."""
        bench.write([b"x"])
        written = [Publication(bench.out, f"{number}".encode(), b"v") for number in range(20)]
        with bench.open() as log:
            assert [] == list(log.everything(bench.out))
            with pytest.raises(LogError):
                log.publish([*written, Publication("no.such.topic.v1", b"k", b"v")], read(log, 1))
            log.rewind()
            log.publish([*written, Publication(bench.out, b"7", None)], read(log, 1))
            found = list(log.everything(bench.out))

        assert 21 == len(found)
        assert [b"v", None] == [record.value for record in found if record.key == b"7"]

    def test_assigned_partitions_keep_their_numbers(self, bench: LogBench) -> None:
        """While a partition stays, so does its number: only one that went and came back has another."""
        bench.write([b"a"])
        with bench.open() as log:
            records = read(log, 1)
            first = log.assigned()
            log.publish([], records)
            log.rewind()
            bench.write([b"b"])
            read(log, 1)

            assert first == log.assigned()
            assert {TopicPartition(bench.raw, number) for number in range(PARTITIONS)} == set(first)

    def test_offsets_are_those_of_the_batch(self, bench: LogBench) -> None:
        """What was read and not published is read by the next holder, however far the first one had read."""
        bench.write([b"a", b"b", b"c"])
        with bench.open() as log:
            records = read(log, 3)
            log.publish(copies(bench.out, records[:1]), records[:1])
        with bench.open() as log:
            assert values(read(log, 2)) == [b"b", b"c"]

    def test_nothing_is_committed_by_reading(self, bench: LogBench) -> None:
        """Reading and leaving commits nothing."""
        bench.write([b"a"])
        with bench.open() as log:
            read(log, 1)
        with bench.open() as log:
            assert values(read(log, 1)) == [b"a"]

    def test_lag_ends_at_nothing(self, bench: LogBench) -> None:
        """The lag counts what was not read, and is nothing when everything was."""
        bench.write([b"x"] * 10)
        bench.write([b"y"] * 5, partition=1)
        with bench.open() as log:
            first = read(log, 1, limit=4)
            left = sum(log.lag().values())
            records = [*first, *read(log, 15 - len(first))]
            log.publish([], records)

            assert left == 15 - len(first)
            assert nothing_more(log)
            assert catches_up(log)

    def test_a_partition_is_heard_up_to_where_it_was_read(self, bench: LogBench) -> None:
        """Of what is unread no moment is told, and of the others one that goes on."""
        with bench.open() as log:
            assert hears(log, time.monotonic())
            bench.write([b"a"], 1)
            written = time.monotonic()
            unread = heard(log)
            read(log, 1)

            assert {0, 2} == {place.partition for place in unread}
            assert min(unread.values()) > written
            assert hears(log, time.monotonic())

    def test_nothing_is_heard_past_what_intake_has_left(self, bench: LogBench) -> None:
        """While something waits for intake moments stand still, and go on once it was written on and read."""
        with bench.fed() as log, bench.intake() as intake:
            assert hears(log, time.monotonic())
            bench.write([b"a"], 1, bench.more)
            written = time.monotonic()
            before = [heard(log) for _ in range(3)]
            records = read(intake, 1)
            meanwhile = heard(log)
            intake.publish([Publication(bench.raw, None, b"a", partition=0)], records)

            assert max(moment for moments in (*before, meanwhile) for moment in moments.values()) < written
            assert [b"a"] == values(read(log, 1))
            assert hears(log, written)

    def test_intake_has_nothing_left_where_no_record_is(self, bench: LogBench) -> None:
        """What a transaction leaves behind its last record is nothing to wait for, once intake looked whether it is."""
        with bench.open() as log:
            log.publish([Publication(bench.more, None, b"a", partition=1)], [])
        with bench.fed() as log, bench.intake() as intake:
            records = read(intake, 1)
            intake.publish([Publication(bench.raw, None, b"a", partition=0)], records)
            read(log, 1)
            assert drains(intake)

            assert hears(log, time.monotonic())

    def test_drained_when_everything_is_settled(self, bench: LogBench) -> None:
        """Read is not settled: a log is drained when all that its topic holds was published, and then again not."""
        for partition in range(PARTITIONS):
            bench.write([b"a"], partition)
        with bench.open() as log:
            records = read(log, PARTITIONS)
            assert nothing_more(log)
            assert not log.drained()
            log.publish([], records)
            assert drains(log)
            bench.write([b"b"])
            assert not log.drained()

    def test_a_second_holder_fences_the_first(self, bench: LogBench) -> None:
        """Once another holds the slot, the first publishes nothing and ends with Fenced."""
        bench.write([b"a"])
        with bench.open() as first:
            records = read(first, 1)
            with bench.open() as second:
                taken = read(second, 1)
                with pytest.raises(LogError):
                    first.publish(copies(bench.out, records), records)
                second_published = _publish(second, bench.more, taken)
                _await_fenced(first, bench.out)

        assert bench.visible(bench.out) == []
        assert second_published
        assert values(bench.visible(bench.more)) == [b"a"]

    def test_identity_is_stable(self, bench: LogBench) -> None:
        """Cluster and topic ids are the same for every process, and differ between topics."""
        with bench.open() as log:
            first = log.cluster_id, log.topic_id(bench.raw)
        with bench.open() as log:
            assert (log.cluster_id, log.topic_id(bench.raw)) == first
        assert all(first)
        assert len(set(first)) == 2

    def test_reader_goes_on_after_what_it_committed(self, bench: LogBench) -> None:
        """A reader's group begins where it committed; what was only read comes again."""
        bench.write([b"a", b"b", b"c"])
        reader = bench.reader("readers")
        records = read(reader, 3)
        reader.commit(records[:2])
        reader.rewind()
        assert values(read(reader, 1)) == [b"c"]
        reader.close()
        other = bench.reader("readers")

        assert values(read(other, 1)) == [b"c"]
        other.close()

    def test_reader_from_the_end(self, bench: LogBench) -> None:
        """A group that begins at the end reads what comes later and nothing else."""
        bench.write([b"old"])
        reader = bench.reader("late", start="latest")
        assert nothing_more(reader)
        written, came = list[bytes](), list[bytes]()
        until = time.monotonic() + _SECONDS
        while not came:  # What was written before the group had its place, which takes a while, is old, too.
            assert time.monotonic() < until
            written.append(f"new-{len(written)}".encode())
            bench.write(written[-1:])
            came = values(reader.read(1000, 1.0))

        assert set(came) <= set(written)
        reader.close()

    def test_waiting_moves_nothing(self, bench: LogBench) -> None:
        """A reader that waits has read nothing meanwhile."""
        bench.write([b"a"])
        reader = bench.reader("slow")
        read(reader, 1)
        bench.write([b"b"])
        reader.wait(0.5)
        came = list[Record]()
        while b"b" not in values(came):
            came += read(reader, 1)

        assert values(came) in ([b"b"], [b"a", b"b"])
        reader.close()


def _publish(log: TransactionalLog, topic: str, records: Sequence[Record]) -> bool:
    """Publish as a worker does: after a failed transaction read again and try again."""
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        try:
            log.publish(copies(topic, records), records)
        except Fenced:
            raise
        except LogError:
            records = read(log, len(records))
        else:
            return True
    return False


def _await_fenced(log: TransactionalLog, topic: str) -> None:
    """Work on until the log says that the slot is another's."""
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        try:
            records = log.read(10, 0.2)
            log.publish(copies(topic, records), records)
        except Fenced:
            return
        except LogError:
            continue
    pytest.fail("the first holder was never fenced")
