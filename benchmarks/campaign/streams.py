"""Streams under attack: answers in pieces, scattered over the partitions of a topic that only intake reads.

A piece is written once the one before it is on the log, as servers write what a model says; so no piece is late but by
what phistream does.
"""

import random
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from confluent_kafka import KafkaException, Producer

from benchmarks.campaign.records import marker
from streams.log.ports import Record
from tests.e2e.deployment import TENANT_HEADER, Deployment
from tests.schemas.sources.streamed.streams import Tree, chat, completed, cut, messages

_TURN_SECONDS = 0.5
_FLUSH_SECONDS = 120.0
_CUTS = 8
_LETTERS = "abcdefghij"
_Headers = list[tuple[str, str | bytes | None]]


@dataclass(frozen=True, slots=True)
class Answer:
    """One stream: its pieces, and what stands before and after the address in the text that they make."""

    number: int
    tenant: str
    key: bytes | None = field(repr=False)
    pieces: tuple[bytes, ...] = field(repr=False)
    around: tuple[str, str] = field(repr=False)
    text: Callable[[Any], str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Written:
    """Where one piece stands in the raw topic, and of which answer it is."""

    answer: int
    record: Record


def answer(seed: int, number: int, tenants: Sequence[str]) -> Answer:
    """Return one stream, the same for the same seed; the formats take turns, and the cuts go anywhere."""
    chance = random.Random(f"streams/{seed}/{number}")
    name = "".join(_LETTERS[int(digit)] for digit in f"{number:06d}")
    around = (f"We counted {marker(number)} and wrote to ", f" about {marker(number + 1)} again.")
    text = f"{around[0]}{name}@example.org{around[1]}"
    make, read, named = _FORMATS[number % len(_FORMATS)]
    parts = cut(text, sorted(chance.sample(range(1, len(text)), _CUTS)))
    trees = [tree for tree in make(parts, f"chatcmpl-{seed}-{number}") if tree.get("type") != "ping"]
    key = None if named else f"stream-{number}".encode()
    return Answer(number, tenants[number % len(tenants)], key, tuple(map(orjson.dumps, trees)), around, read)


@dataclass(slots=True)
class StreamLoad:
    """Writes some answers at a time, a piece of each in turn, until it is told to stop; none is left half written."""

    deployment: Deployment
    topic: str
    seed: int
    at_once: int
    partitions: int
    answers: list[Answer] = field(default_factory=list, repr=False)
    failures: int = 0
    _sent: dict[tuple[Any, ...], int] = field(default_factory=dict, repr=False)
    _count: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to write."""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what was begun to its end, and no more."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_FLUSH_SECONDS)

    def written(self, records: Iterable[Record]) -> tuple[Written, ...]:
        """Return which piece each raw record is; a piece that is not there once is a failure of the load."""
        found = [Written(self._sent[mark], record) for record in records if (mark := _mark_of(record)) in self._sent]
        self.failures += abs(len(self._sent) - len({_mark_of(each.record) for each in found}))
        self.failures += len(found) - len({_mark_of(each.record) for each in found})
        return tuple(found)

    def _run(self) -> None:
        options = {"enable.idempotence": True, "log_level": 2, "message.timeout.ms": 110_000}
        producer = Producer(self.deployment.stack.kafka_options() | options | {"reconnect.backoff.max.ms": 1_000})
        chance = random.Random(f"turns/{self.seed}")
        while not self._stop.is_set():
            first = len(self.answers)
            wave = [answer(self.seed, first + number, self.deployment.tenants) for number in range(self.at_once)]
            self.answers += wave
            for turn in range(max(len(each.pieces) for each in wave)):
                self._write(producer, [each for each in wave if turn < len(each.pieces)], turn, chance)
                time.sleep(_TURN_SECONDS)

    def _write(self, producer: Producer, turn: list[Answer], number: int, chance: random.Random) -> None:
        """Write one piece of each stream, and wait until the broker has them; no two have the same time."""
        chance.shuffle(turn)
        for each in turn:
            self._count += 1
            where, stamp = self._count % self.partitions, time.time_ns() // 1_000_000
            value, header = each.pieces[number], _Headers([(TENANT_HEADER, each.tenant.encode())])
            self._sent[where, stamp, each.key, value] = each.number
            try:
                producer.produce(self.topic, value, each.key, partition=where, timestamp=stamp, headers=header)
            except (BufferError, KafkaException):
                self.failures += 1
        if producer.flush(_FLUSH_SECONDS):
            self.failures += 1


def _mark_of(record: Record) -> tuple[Any, ...]:
    return record.partition, record.timestamp_ms, record.key, record.value


def _chat(parts: Sequence[str], id_: str) -> list[Tree]:
    return chat(parts, id_=id_)


def _messages(parts: Sequence[str], _: str) -> list[Tree]:
    return messages(parts)


def _completed(parts: Sequence[str], _: str) -> list[Tree]:
    return completed(parts)


#: How pieces are made, how the text is read from what they make, and whether they name their stream.
_FORMATS: tuple[tuple[Callable[[Sequence[str], str], list[Tree]], Callable[[Any], str], bool], ...] = (
    (_chat, lambda tree: tree["choices"][0]["message"]["content"], True),
    (_messages, lambda tree: tree["content"][0]["text"], False),
    (_completed, lambda tree: tree["output"][0]["content"][0]["text"], False),
)
