"""What becomes of an input in the product's own pipeline: its fate, or an exception nobody declared, or a leak."""

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.fuzz import canaries
from benchmarks.fuzz.inputs import Case
from detectors.analyzer import Analyzer
from schemas.codec import encode
from schemas.errors import PhistreamError
from schemas.events import LLMEvent
from schemas.raw import DEFAULT_BOUNDS
from schemas.sources.source import Source
from schemas.sources.streamed.part import Part
from schemas.topics import RAW
from streams.assembly.open_streams import OpenStreams
from streams.assembly.stream import Closed, Held
from streams.clock import SystemClock
from streams.composition import Slot
from streams.embedded.state import EmbeddedState
from streams.ingest.bodies import Unpacker, Unreadable, lines_of, otlp_records
from streams.ingest.inputs import inputs_of
from streams.intake.main import build_intake
from streams.intake.routing import Router
from streams.log.ports import Record, TopicPartition
from streams.pipeline import Outcome, Pipeline, Redacted
from streams.record.leaves import Leaf, Reading
from streams.walk import Walker
from tests.streams.embedded_rig import EmbeddedRig

Again = Callable[[], tuple[Leaf, ...]]

_PLACE = TopicPartition(RAW, 0)
_BEGUN = 1_772_619_780_000
_BODY_BYTES = 1 << 20
_ITEM = re.compile(r"/\d+(?=/|$)")
_SHARE_OF_ENVELOPES = 0.1
_SHARE_OF_ROUTED = 0.3


class Leak(Exception):
    """A canary stands in clear; `where` is a constant."""

    def __init__(self, where: str, count: int) -> None:
        super().__init__(f"{count} in {where}")


@dataclass(slots=True)
class Judge:
    """Puts inputs through the redactor's pipeline, the doors' readers and intake's routing."""

    folder: Path
    analyzer: Analyzer = field(default_factory=canaries.MarkingAnalyzer)
    pipeline: Pipeline = field(init=False)
    router: Router = field(init=False)
    fates: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Make an embedded deployment with its own keys."""
        rig = EmbeddedRig(EmbeddedState(self.folder / "state"), self.analyzer)
        worker = rig.worker()
        self.pipeline = worker.pipeline
        self.router = build_intake(rig.settings, worker.log, Slot(1, self.folder, lambda: False)).router

    def judge(self, case: Case, rng: random.Random) -> None:
        """Count what becomes of an input; raises Leak, or what nobody declared."""
        try:
            values = self._values(case)
        except PhistreamError as error:
            self.fates["refused"] += 1
            _refuse_text(error)
            return
        records = [_record(offset, value, rng) for offset, value in enumerate(values)]
        streams = OpenStreams(self.pipeline.limits.assembly, SystemClock())
        streams.begin(_PLACE, 0)
        for record in records:
            if rng.random() < _SHARE_OF_ROUTED:
                _refuse_words("record key of intake", self.router.forwarded(record).key or b"")
            self._one(record, streams, case.numbers)
        while closed := streams.end_waiting():
            self._closed(closed, case.numbers)

    def _values(self, case: Case) -> Sequence[bytes]:
        """Return the records that an input holds, as the door that it comes by reads them."""
        if case.body is None:
            return case.records
        if case.is_file:
            path = self.folder / "input"
            path.write_bytes(case.body)
            return [each.value for each in inputs_of(path, _BODY_BYTES, DEFAULT_BOUNDS)]
        body = Unpacker(case.encoding, _BODY_BYTES).unpack(case.body)
        try:
            return otlp_records(body, case.content_type, DEFAULT_BOUNDS)
        except Unreadable as error:
            _refuse_text(error)
            return lines_of(body, case.content_type, DEFAULT_BOUNDS)

    def _one(self, record: Record, streams: OpenStreams, numbers: Sequence[str]) -> None:
        found = self.pipeline.process(record, "fuzz", streams.awaits)
        if isinstance(found, Held):
            self._closed(streams.take(found), numbers)
            return
        self._outcomes(found, numbers, partial(self._read, record))
        self._closed(streams.pass_record(record), numbers)

    def _closed(self, streams: Sequence[Closed], numbers: Sequence[str]) -> None:
        for stream in streams:
            outcomes = self.pipeline.assemble(stream, "fuzz")
            self._outcomes(outcomes, numbers, partial(self._joined, stream))

    def _outcomes(self, outcomes: Sequence[Outcome], numbers: Sequence[str], again: Again) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Redacted):
                self.fates["redacted"] += 1
                _refuse_words("redacted event", outcome.value)
                _refuse_words("vault entries", b"".join(map(encode, outcome.entries)))
                if canaries.numbers_in(outcome.value) and not self._is_declared(numbers, again):
                    raise Leak("redacted event, as a number", canaries.numbers_in(outcome.value))
                continue
            self.fates[f"quarantined: {outcome.reason.value}"] += 1
            _refuse_words("quarantine's own record", repr(outcome).encode())
            try:
                again()
            except PhistreamError as error:
                _refuse_text(error)

    def _is_declared(self, numbers: Sequence[str], again: Again) -> bool:
        """Tell whether a number was planted where the format declares a number: it is no text there.

        Damage may write a part of a list twice, so that the number stands in another of its items.
        """
        passed = {_anywhere(leaf.pointer) for leaf in again() if leaf.reading is Reading.PASSES}
        declared = not passed.isdisjoint(map(_anywhere, numbers))
        self.fates["numbers where a format declares one"] += declared
        return declared

    def _read(self, record: Record) -> tuple[Leaf, ...]:
        """Return how each leaf of a record is read; raises as reading it does."""
        tenant = self.pipeline.tenants.of(record)
        read = self.pipeline.decoder.decode(record, "fuzz", tenant)
        if isinstance(read, Part):
            return self._leaves(*self.pipeline.decoder.alone(Held(record, tenant, read), "fuzz")) if read.alone else ()
        return self._leaves(*read)

    def _joined(self, stream: Closed) -> tuple[Leaf, ...]:
        return self._leaves(*self.pipeline.decoder.join(stream, "fuzz", keep_unended=True))

    def _leaves(self, event: LLMEvent, source: Source) -> tuple[Leaf, ...]:
        return Walker(source, self.pipeline.decoder.holds_structured, lambda _: "digest").leaves(event)


def _record(offset: int, value: bytes, rng: random.Random) -> Record:
    """Return a raw record; some have canaries in record key and headers."""
    key, headers = None, dict[str, bytes]()
    if rng.random() < _SHARE_OF_ENVELOPES:
        key = canaries.word(rng).encode()
        headers = {"x-note": canaries.word(rng).encode(), canaries.word(rng): b"1", "content-type": key}
    return Record(RAW, 0, offset, _BEGUN + offset, key, value, tuple(headers.items()))


def _anywhere(pointer: str) -> str:
    """Return a pointer without the places in lists.

    >>> _anywhere("/0/choices/12/index")
    '/*/choices/*/index'
    """
    return _ITEM.sub("/*", pointer)


def _refuse_words(where: str, data: bytes) -> None:
    if found := canaries.words_in(data):
        raise Leak(where, found)


def _refuse_text(error: PhistreamError) -> None:
    """Raise Leak where an error tells what it must not: by itself, or by the errors that a traceback shows with it."""
    shown: BaseException | None = error
    while shown is not None:
        told = f"{shown} {shown!r} {vars(shown)}".encode("utf-8", "replace")
        if found := canaries.words_in(told) + canaries.numbers_in(told):
            raise Leak(f"text of {type(shown).__name__}", found)
        shown = shown.__cause__ or (None if shown.__suppress_context__ else shown.__context__)
