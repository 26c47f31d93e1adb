"""When everything that came in pieces is settled, and what is there of it then."""

import time
from collections.abc import Callable, Iterator, Sequence

from benchmarks.campaign.seen import Output, offsets
from benchmarks.campaign.services import ServiceLost
from benchmarks.campaign.stream_checker import StreamEvidence
from benchmarks.campaign.streams import StreamLoad
from schemas.topics import ASSEMBLY, KEYED
from streams.assembly.pointers import open_pointers
from streams.intake.origins import believed
from streams.log.kafka import read_whole_topic
from streams.log.ports import Record
from streams.log.startup import INTAKES, REDACTORS
from tests.e2e.deployment import Deployment

_PAUSE_SECONDS = 1.0


def await_streams(deployment: Deployment, topic: str, check: Callable[[], None], seconds: float) -> None:
    """Wait until intake has written everything on and no stream of it is open; raises ServiceLost."""
    until = time.monotonic() + seconds
    steps: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("intake does not write everything on", lambda: _is_moved(deployment, topic)),
        ("streams stay unread or open", lambda: _is_settled(deployment, topic)),
    )
    for name, is_done in steps:
        while not is_done():
            check()
            if time.monotonic() > until:
                raise ServiceLost(name)
            time.sleep(_PAUSE_SECONDS)


def stream_evidence(deployment: Deployment, load: StreamLoad, outputs: Sequence[Output]) -> StreamEvidence:
    """Return what was written in pieces, what intake made of it, and what came out."""
    written = load.written(read_whole_topic(deployment.admin, load.topic))
    moved = tuple(_moved(deployment, load.topic))
    return StreamEvidence(tuple(load.answers), written, moved, tuple(outputs), load.failures)


def _is_moved(deployment: Deployment, topic: str) -> bool:
    committed, ends = offsets(deployment, INTAKES, topic)
    return all(committed[partition] >= end for partition, end in ends.items())


def _is_settled(deployment: Deployment, topic: str) -> bool:
    """Tell whether redactors have read what intake wrote, and wait for no more of it."""
    committed, _ = offsets(deployment, REDACTORS, KEYED)
    places = {(record.partition, record.offset) for record in _moved(deployment, topic)}
    pointers = open_pointers(read_whole_topic(deployment.admin, ASSEMBLY)).values()
    waiting = any((each.partition, each.first) in places for each in pointers if each.topic == KEYED)
    return not waiting and all(committed[partition] > offset for partition, offset in places)


def _moved(deployment: Deployment, topic: str) -> Iterator[Record]:
    """Yield what intake wrote on of a topic."""
    for record in map(believed, read_whole_topic(deployment.admin, KEYED)):
        if record.origin is not None and record.origin.topic == topic:
            yield record
