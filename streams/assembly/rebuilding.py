"""The open streams of partitions that came, read again from the log: no clear text is stored a second time."""

import gc
from collections.abc import Iterable, Iterator, Mapping

from schemas.assembly import StreamPointer
from schemas.codec import STREAM_POINTER
from schemas.errors import LogRefused
from schemas.topics import ASSEMBLY
from streams.assembly.open_streams import OpenStreams, pointer_key
from streams.assembly.stream import Held
from streams.intake.origins import believed
from streams.log.our_records import read_own
from streams.log.ports import Record, TopicPartition, TransactionalLog
from streams.pipeline import Pipeline


def follow(streams: OpenStreams, log: TransactionalLog, pipeline: Pipeline) -> None:
    """Forget the streams of partitions that went, and read those of partitions that came.

    What was open when the offsets were last committed is open again, neither more nor less: a stream is begun by the
    record that its pointer names, and goes on with each later piece of it.
    """
    assigned, known = log.assigned(), streams.epochs()
    for place in [place for place, epoch in known.items() if assigned.get(place) != epoch]:
        streams.forget(place)
    fresh = [place for place in assigned if place not in streams.epochs()]
    if not fresh:
        return
    pointers = open_pointers(log.everything(ASSEMBLY))
    try:
        for place in fresh:
            streams.begin(place, assigned[place])
            _restore(streams, _held_again(log, pipeline, place, pointers), pointers)
    except BaseException:
        for place in fresh:
            streams.forget(place)  # Half of it would be taken for all.
        raise
    restored = streams.open_pointers()
    for key, pointer in pointers.items():
        if TopicPartition(pointer.topic, pointer.partition) in fresh and key not in restored:
            streams.withdraw(key)  # The log holds its first record no longer.


def _restore(streams: OpenStreams, parts: Iterable[Held], pointers: Mapping[bytes, StreamPointer]) -> None:
    """Open what was open.

    The collector of cycles rests meanwhile: nothing here makes any, and it would go over all that is held ever again.
    """
    collected = gc.isenabled()
    gc.disable()
    try:
        for held in parts:
            streams.restore(held, begins=pointer_key(held.record) in pointers)
    finally:
        if collected:
            gc.enable()


def open_pointers(records: Iterable[Record]) -> Mapping[bytes, StreamPointer]:
    """Return the pointers that no later record withdrew, by their record key; only these are read."""
    found: dict[bytes, Record] = {}
    for record in records:
        if record.value is None:
            found.pop(record.key or b"", None)
        else:
            found[record.key or b""] = record
    return {key: read_own(STREAM_POINTER, record) for key, record in found.items()}


def _held_again(
    log: TransactionalLog, pipeline: Pipeline, place: TopicPartition, pointers: Mapping[bytes, StreamPointer]
) -> Iterator[Held]:
    """Yield what was settled of a partition since the first piece of its oldest open stream."""
    firsts = [each.first for each in pointers.values() if TopicPartition(each.topic, each.partition) == place]
    if not firsts:
        return
    for record in map(believed, log.settled(place, min(firsts))):
        tenant = pipeline.tenants.of(record)
        part = pipeline.decoder.part(record, tenant)
        if part is None and pointer_key(record) in pointers:
            raise LogRefused("open stream begins with what is no piece to this version", offset=record.offset)
        if part is not None:
            yield Held(record, tenant, part)
