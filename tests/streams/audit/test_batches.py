"""The second log: batch records that were deleted or changed in their topic are told."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

from schemas.audit import BatchRecord
from schemas.codec import encode
from schemas.errors import AuditAltered
from schemas.topics import BATCHES
from streams.audit.batches import ORIGIN, BatchLog, logged, read_batch
from streams.audit.merkle_log import MerkleLog
from streams.cli import app
from streams.embedded.state import EmbeddedState
from streams.log.ports import Record
from tests.streams.audit.samples import KEYS
from tests.streams.embedded_rig import rig_at

NOW_MS = 1_795_000_000_000
DAY_MS = 86_400_000
BATCH = BatchRecord(
    v=1,
    batch_id="b0",
    tenant_counts={"a": 1},
    slot="0",
    written_at="2026-11-18T10:00:00.000Z",
    inputs=(),
    redacted=1,
    quarantined=0,
    reasons={},
    identifiers={},
    entries=("0" * 32,),
    events_digest="1" * 64,
    policy="default-1",
    detector="d1",
)


def _record(offset: int, **changes: object) -> Record:
    batch = replace(BATCH, batch_id=f"b{offset}", **changes)  # type: ignore[arg-type]
    return Record(BATCHES, 0, offset, NOW_MS, b"0", encode(batch), ())


RECORDS = [_record(offset) for offset in range(5)]


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """Return the folder of a log that holds five batches."""
    with MerkleLog(tmp_path, KEYS) as log:
        assert 5 == BatchLog(log).take(RECORDS)
    return tmp_path


def test_each_batch_is_logged_once(filled: Path) -> None:
    """What was logged is not logged again, whoever asks and however often; what is new is."""
    with MerkleLog(filled, KEYS) as log:
        second = BatchLog(log)

        assert 0 == second.take(RECORDS)
        assert 1 == second.take([*RECORDS, _record(5)])
        assert 0 == second.take([*RECORDS, _record(5)])
        log.sign_checkpoint()
        assert [f"b{offset}" for offset in range(6)] == [batch.batch_id for batch in second.batches()]


@pytest.mark.parametrize(
    ("records", "missing", "changed"),
    [
        (RECORDS, 0, 0),
        ([*RECORDS, _record(5)], 0, 0),
        (RECORDS[:2] + RECORDS[3:], 1, 0),
        (RECORDS[3:], 3, 0),
        ([], 5, 0),
        ([*RECORDS[:4], _record(4, redacted=2)], 0, 1),
        ([*RECORDS[:4], _record(4, entries=())], 0, 1),
    ],
)
def test_what_the_topic_lost_is_told(filled: Path, records: list[Record], missing: int, changed: int) -> None:
    """A batch record deleted anywhere in the topic, or replaced by another, is counted and named."""
    with MerkleLog(filled, KEYS) as log:
        found = BatchLog(log).compare(records, 100 * DAY_MS, NOW_MS)

    assert (missing, changed) == (found.missing, found.changed)
    assert (missing + changed == 0) == found.sound
    assert missing + changed == len(found.batches)


def test_what_its_retention_ended_is_not_missing(filled: Path) -> None:
    """Records older than the topic's retention may be gone; younger ones may not."""
    with MerkleLog(filled, KEYS) as log:
        second = BatchLog(log)

        old = second.compare([], DAY_MS, NOW_MS + 2 * DAY_MS)
        young = second.compare([], 3 * DAY_MS, NOW_MS + 2 * DAY_MS)

        assert (5, 0) == (old.expired, old.missing)
        assert (0, 5) == (young.expired, young.missing)


@pytest.mark.parametrize("entry", [b"x", b"{}", b"[]", b'{"v":1}', b" " + logged(RECORDS[0]).leaf()])
def test_what_is_no_batch_is_an_alteration(entry: bytes) -> None:
    """An entry that was not written in its one way is not passed over."""
    with pytest.raises(AuditAltered):
        read_batch(entry)


def test_a_state_folder_keeps_the_log(tmp_path: Path) -> None:
    """The command logs what a run wrote, agrees with it, and tells a batch record that was deleted from the log."""
    rig = rig_at(tmp_path / "state")
    state = rig.state
    rig.feed(b'{"text": "Write to ada.lovelace@example.org"}')
    rig.drain()
    first, second = _run(state), _run(state)

    assert (0, True, 0) == (first.exit_code, orjson.loads(first.output)["new"] > 0, second.exit_code)
    assert orjson.loads(first.output)["new"] == orjson.loads(second.output)["present"]
    verified = CliRunner().invoke(app, ["audit", "key", "--signing", str(state.keys / "audit-batches.json")])
    assert verified.output.startswith(ORIGIN)
    (tmp_path / "key").write_text(verified.output)
    log = ["--log", str(state.folder / "audit-batches"), "--key", str(tmp_path / "key")]
    assert 0 == CliRunner().invoke(app, ["audit", "verify", *log]).exit_code
    with sqlite3.connect(state.log_file) as store:
        store.execute("DELETE FROM log_records WHERE topic = ?", (BATCHES,))
    store.close()
    third = _run(state)
    assert (1, orjson.loads(first.output)["new"]) == (third.exit_code, orjson.loads(third.output)["missing"])


def _run(state: EmbeddedState) -> Result:
    return CliRunner().invoke(app, ["audit", "batches", "--state", str(state.folder)])
