"""The open streams of partitions that came, read again from the log: no clear text is stored a second time."""

import gc
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from schemas.assembly import StreamPointer
from schemas.errors import LogRefused
from schemas.topics import ASSEMBLY
from streams.assembly.open_streams import OpenStreams
from streams.assembly.pointers import is_unread, pointer_key, standing_pointers
from streams.assembly.stream import Held
from streams.intake.origins import believed
from streams.log.ports import Record, TopicPartition, TransactionalLog
from streams.pipeline import Pipeline
from streams.tenants import Tenant

#: A piece, what is none, and what nobody may read.
_Again = Held | Record | tuple[Record, Tenant]


def follow(streams: OpenStreams, log: TransactionalLog, pipeline: Pipeline) -> None:
    """Forget the streams of partitions that went, and read those of partitions that came.

    What was open when the offsets were last committed is open again, neither more nor less: a stream is begun by the
    record that its pointer names, and goes on with each later piece of it. What nobody may read stays unread.
    """
    assigned, known = log.assigned(), streams.epochs()
    for place in [place for place, epoch in known.items() if assigned.get(place) != epoch]:
        streams.forget(place)
    fresh = [place for place in assigned if place not in streams.epochs()]
    if not fresh:
        return
    pointers = standing_pointers(log.everything(ASSEMBLY))
    try:
        for place in fresh:
            streams.begin(place, assigned[place])
            _restore(streams, _held_again(log, pipeline, place, pointers), pointers)
    except BaseException:
        for place in fresh:
            streams.forget(place)  # Half of it would be taken for all.
        raise
    restored = streams.standing()
    for key, pointer in pointers.items():
        if TopicPartition(pointer.topic, pointer.partition) in fresh and key not in restored:
            streams.withdraw(key)  # The log no longer holds its record.


def _restore(
    streams: OpenStreams,
    parts: Iterable[_Again],
    pointers: Mapping[bytes, StreamPointer],
) -> None:
    """Open what was open.

    The collector of cycles rests meanwhile: nothing here makes any, and it would go over all that is held ever again.
    """
    collected = gc.isenabled()
    gc.disable()
    try:
        for held in parts:
            if isinstance(held, Held):
                streams.restore(held, begins=pointer_key(held.record) in pointers)
            elif isinstance(held, Record):
                streams.restore_record(held)
            else:
                streams.restore_unread(*held)
    finally:
        if collected:
            gc.enable()


def _held_again(
    log: TransactionalLog, pipeline: Pipeline, place: TopicPartition, pointers: Mapping[bytes, StreamPointer]
) -> Iterator[_Again]:
    """Yield what was settled of a partition since the first record of an open stream, after what is unread before it.

    What is no piece is yielded too: the last record tells how far the partition is settled.

    A record that killed workers would kill this one too: it is yielded with its tenant, and nothing looks into it.
    """
    here = {key: each.first for key, each in pointers.items() if TopicPartition(each.topic, each.partition) == place}
    first = min((first for key, first in here.items() if not is_unread(key)), default=None)
    unread = {offset for key, offset in here.items() if is_unread(key)}
    for offset in sorted(unread):
        if first is None or offset < first:
            found = [believed(record) for record in islice(log.settled(place, offset), 1)]
            yield from ((record, pipeline.tenants.of(record)) for record in found if record.offset == offset)
    if first is None:
        return
    for record in map(believed, log.settled(place, first)):
        tenant = pipeline.tenants.of(record)
        if record.offset in unread:
            yield record, tenant
            continue
        part = pipeline.decoder.part(record, tenant)
        if part is None and pointer_key(record) in pointers:
            raise LogRefused("open stream begins with what is no piece to this version", offset=record.offset)
        yield record if part is None else Held(record, tenant, part)
