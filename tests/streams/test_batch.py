"""One batch: what a transaction holds, in which order, and that a replay writes the same identities."""

import re
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.audit import BatchRecord
from schemas.codec import BATCH_RECORD, decode
from schemas.topics import BATCHES, QUARANTINE, RAW, REDACTED, VAULT
from streams.assembly.stream import Held
from streams.batch import Batch, Step, cut, digest, ranges
from streams.log.ports import Publication, Record
from streams.worker import Worker
from tests.streams.embedded_rig import rig_at

_TOKEN = re.compile(rb"phi_[a-z_]+")
_NOW = 1_760_000_000_000

texts = st.sampled_from(["mail a@example.org", "SSN 521-44-9183", "plain words", "both b@example.org, 521-44-9183", ""])
trees = st.recursive(
    texts | st.integers(0, 9), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner)
)
raw_values = st.lists(trees.map(orjson.dumps) | st.just(b"{bad"), min_size=1, max_size=6)


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Worker:
    """Return a worker whose pipeline and builder the tests use."""
    return rig_at(tmp_path_factory.mktemp("batch") / "state").worker()


def build(worker: Worker, values: list[bytes], batch_id: str = "batch") -> Batch:
    """Put records into one batch, as if the process had begun anew."""
    for tenant in worker.pipeline.tenants.by_id.values():
        tenant.vault.aborted()
    records = [Record(RAW, 0, offset, _NOW + offset, None, value) for offset, value in enumerate(values)]
    steps = []
    for record in records:
        outcomes = worker.pipeline.process(record, batch_id)
        assert not isinstance(outcomes, Held)
        steps.append(Step(record, outcomes))
    return worker.builder.build(batch_id, steps)


@settings(max_examples=60, deadline=None)
@given(values=raw_values)
def test_a_replay_writes_the_same_identities(worker: Worker, values: list[bytes]) -> None:
    """Replayed, a batch has the same event ids, record keys, tokens and redacted records, whatever its own id."""
    first, second = (build(worker, values, batch_id) for batch_id in ("one", "two"))

    assert [_identity(item) for item in first.publications] == [_identity(item) for item in second.publications]


@settings(max_examples=60, deadline=None)
@given(values=raw_values)
def test_every_token_has_its_entry_in_the_batch(worker: Worker, values: list[bytes]) -> None:
    """A token that stands in an event of a batch has its entry in the same batch, and no entry is without a token."""
    batch = build(worker, values)
    tokens = {
        token for item in batch.publications if item.topic == REDACTED for token in _TOKEN.findall(item.value or b"")
    }
    entries = {orjson.loads(item.value or b"")["token"].encode() for item in batch.publications if item.topic == VAULT}

    assert tokens == entries


def test_entries_come_first_and_the_batch_record_last(worker: Worker) -> None:
    """Entries, then events, then the batch record: a reader that stops anywhere has entries without events only."""
    batch = build(worker, [b'{"a": "a@example.org"}', b"{bad", b'{"b": "b@example.org"}'])

    assert [item.topic for item in batch.publications] == [
        VAULT,
        VAULT,
        REDACTED,
        QUARANTINE,
        REDACTED,
        REDACTED,
        BATCHES,
    ]


def test_the_batch_record_says_what_was_done(worker: Worker) -> None:
    """Counts, ranges and the digest over the redacted topic's values agree with what the batch writes."""
    batch = build(worker, [b'{"a": "a@example.org"}', b"{bad", b'{"b": "b@example.org and a@example.org"}'])
    record: BatchRecord = decode(BATCH_RECORD, batch.publications[-1].value or b"")

    assert (record.redacted, record.quarantined, record.reasons) == (2, 1, {"not_json": 1})
    assert [(part.first, part.last) for part in record.inputs] == [(0, 2)]
    assert record.identifiers == {"EMAIL": 3}
    assert record.events_digest == digest(item.value or b"" for item in batch.publications if item.topic == REDACTED)
    assert len(record.entries) == sum(item.topic == VAULT for item in batch.publications)


@given(sizes=st.lists(st.integers(0, 50), max_size=30), limit=st.integers(1, 80))
def test_runs_keep_order_and_bound(sizes: list[int], limit: int) -> None:
    """Cut into runs, records keep their order, none is lost, and only a single record may exceed the bound."""
    records = [Record(RAW, 0, offset, 0, None, bytes(size)) for offset, size in enumerate(sizes)]
    runs = list(cut(records, limit))

    assert [record for run in runs for record in run] == records
    assert all(len(run) == 1 or sum(len(record.value or b"") for record in run) <= limit for run in runs)
    assert all(runs)


def test_ranges_are_by_partition() -> None:
    """First and last offset of each partition, whatever the order."""
    records = [Record(RAW, partition, offset, 0, None, None) for partition, offset in ((1, 7), (0, 3), (1, 5), (0, 4))]

    assert {(part.partition, part.first, part.last) for part in ranges(records)} == {(0, 3, 4), (1, 5, 7)}


def _identity(publication: Publication) -> tuple[Any, ...]:
    """Return what a replay must not change: topic, record key, and of events everything but their batch and time."""
    if publication.topic != REDACTED:
        return publication.topic, publication.key
    tree = orjson.loads(publication.value or b"")
    return publication.topic, publication.key, {**tree, "batch_id": "", "redacted_at": ""}
