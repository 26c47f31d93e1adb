"""The worker's loop over a real embedded log: bad input, growth, failures and replays."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from detectors.recognizer import Passage
from schemas.audit import QuarantineRecord
from schemas.codec import QUARANTINE_RECORD, VAULT_ENTRY, decode
from schemas.errors import (
    Disposition,
    Fenced,
    LogRefused,
    PhistreamError,
    QuarantineReason,
    RecognizerTimeout,
    TransactionFailed,
    VaultError,
)
from schemas.spans import Span
from schemas.topics import BATCHES, QUARANTINE, RAW, REDACTED, VAULT
from streams.log.ports import Publication, Record, TransactionalLog
from streams.log.sqlite import SqliteTransactionalLog
from streams.supervisor import RunFolder
from streams.vault.kek_local_private import LocalPrivateKek
from streams.vault.keystore_sqlite import SqliteKeyStore
from streams.vault.opening import open_quarantined
from streams.worker import DISPOSITIONS, disposition
from tests.streams.embedded_rig import EmbeddedRig, by_offset, rig_at

TOKEN = re.compile(r"phi_[a-z_]+")
REASONS = [
    (QuarantineReason.NOT_JSON, b'{"prompt": "cut'),
    (QuarantineReason.NOT_JSON, b"{prompt: 'json5',}"),
    (QuarantineReason.NOT_JSON, b"<html><body>502 Bad Gateway</body></html>"),
    (QuarantineReason.NOT_JSON, b"2026-01-01T00:00:00Z INFO request served"),
    (QuarantineReason.NOT_JSON, b'{"a": "\x00"}'),
    (QuarantineReason.NOT_JSON, b"\x00\x00\x00"),
    (QuarantineReason.WRONG_ENCODING, b'{"a": "caf\xe9"}'),
    (QuarantineReason.WRONG_ENCODING, '{"a": "wide"}'.encode("utf-16")),
    (QuarantineReason.TOO_DEEP, b"[" * 2_000 + b"]" * 2_000),
    (QuarantineReason.TOO_DEEP, b"[" * 129 + b"]" * 129),
    (QuarantineReason.NOT_FINITE, b'{"a": NaN}'),
    (QuarantineReason.NOT_FINITE, b'{"a": -Infinity}'),
    (QuarantineReason.EMPTY, b""),
    (QuarantineReason.EMPTY, b" \n\t"),
    (QuarantineReason.TOO_LARGE, b'{"a": "' + b"x" * (8 * 1024 * 1024 - 8) + b'"}'),
    (QuarantineReason.STREAM_PIECE, b'data: {"choices": [{"delta": {"content": "Jo"}}]}\n\n'),
    (QuarantineReason.STREAM_PIECE, b'{"object": "chat.completion.chunk", "choices": [{"delta": {"content": "Jo"}}]}'),
]
PASSING = [
    None,
    b"{}",
    b"[]",
    b'"text"',
    b"17",
    b"[" * 128 + b"]" * 128,
    b'{"a": 1, "a": 2, "a": 3}',
    b'{"a": 12345678901234567890123, "b": 1e400, "c": 0.1000000000000000055511151231257827}',
    b'\xef\xbb\xbf{"a": "after a byte order mark"}',
    b'{"a": "\\u0000 \\ud800"}',
    b'{"a": "' + b"x" * (8 * 1024 * 1024 - 9) + b'"}',
    b'{"a": "' + b"word " * 1_000_000 + b'"}',
]


@pytest.fixture
def rig(tmp_path: Path) -> EmbeddedRig:
    """Return an embedded deployment."""
    return rig_at(tmp_path / "state")


def test_every_error_has_a_disposition() -> None:
    """Each leaf of the error tree is in the worker's table, so that none is decided by accident."""
    leaves = [kind for kind in _descendants(PhistreamError) if not kind.__subclasses__()]

    assert [kind for kind in leaves if not any(above in DISPOSITIONS for above in kind.__mro__)] == []
    assert len(leaves) > 10
    assert disposition(VaultError()) is Disposition.STOP


def test_bad_input_is_sealed_with_its_reason(rig: EmbeddedRig) -> None:
    """Each kind of bad input, each bound one above, goes to quarantine under its code, and the worker goes on."""
    rig.feed(*(value for _, value in REASONS), b'{"last": "one"}')
    rig.drain()
    outcomes = by_offset(rig.trees(REDACTED))

    assert [outcomes[number]["reason"] for number in range(len(REASONS))] == [reason.value for reason, _ in REASONS]
    assert outcomes[len(REASONS)]["record"] == {"last": "one"}


def test_valid_input_is_redacted(rig: EmbeddedRig) -> None:
    """What is valid passes, each bound one below, and what is no identifier is left as it was."""
    rig.feed(*PASSING)
    rig.drain()
    outcomes = by_offset(rig.trees(REDACTED))

    assert [outcomes[number].get("reason") for number in range(len(PASSING))] == [None] * len(PASSING)
    assert outcomes[0]["record"] is None
    assert outcomes[6]["record"] == {"a": 1, "a~2": 2, "a~3": 3}
    assert outcomes[11]["record"] == {"a": "word " * 1_000_000}


def test_quarantine_opens_to_what_was_read(rig: EmbeddedRig) -> None:
    """What lies in quarantine opens, with the private half of its key, to record key, value and headers."""
    rig.feed(b"{bad", None, key=b"\xffkey", headers=(("h", b"\x00"),))
    rig.drain()
    record: QuarantineRecord = decode(QUARANTINE_RECORD, rig.records(QUARANTINE)[0].value or b"")
    opened = open_quarantined(record, LocalPrivateKek.load(rig.state.keys / "quarantine.private.pem"))

    assert (opened.record_key, opened.value, opened.headers) == (b"\xffkey", b"{bad", (("h", b"\x00"),))


def test_every_record_has_one_outcome(rig: EmbeddedRig) -> None:
    """Good and bad in any mixture: one event or one withheld place each, and one sealed record for each of those."""
    rig.feed(*(b'{"n": 1}' if number % 3 else b"{" for number in range(700)))
    rig.drain()
    outcomes = rig.trees(REDACTED)

    assert sorted(tree["coordinates"]["offset"] for tree in outcomes) == list(range(700))
    assert sum("reason" in tree for tree in outcomes) == len(rig.records(QUARANTINE)) == 234
    assert sum(len(range(part["first"], part["last"] + 1)) for part in _inputs(rig)) == 700


@pytest.mark.parametrize("room", [6_000, 60_000])
def test_what_grows_past_the_limit_is_quarantined(rig: EmbeddedRig, room: int) -> None:
    """A record whose event, entries or batch record exceed the log's limit is sealed, and its neighbours pass."""
    many = json.dumps({"m": " ".join(f"a{number}@example.org" for number in range(room // 30))}).encode()
    rig.feed(b'{"a": "before@example.org"}', many, b'{"a": "after@example.org"}')
    worker = rig.worker(lambda log: _Small.over(log, room))
    worker.run(until_drained=True)
    outcomes = by_offset(rig.trees(REDACTED))

    assert outcomes[1].get("reason") == "grown"
    assert [outcomes[number]["phi"]["counts"] for number in (0, 2)] == [{"EMAIL": 1}, {"EMAIL": 1}]
    assert _tokens(rig) <= _entries(rig)


def test_a_batch_is_cut_where_it_says_too_much(rig: EmbeddedRig) -> None:
    """Where the batch record of many small events would exceed the limit, the batch is cut; none is quarantined."""
    rig.feed(*(json.dumps({"a": f"a{number}@example.org"}).encode() for number in range(400)))
    rig.worker(lambda log: _Small.over(log, 6_000)).run(until_drained=True)
    outcomes = rig.trees(REDACTED)

    assert sorted(tree["coordinates"]["offset"] for tree in outcomes) == list(range(400))
    assert not any("reason" in tree for tree in outcomes)
    assert _tokens(rig) == _entries(rig)


@pytest.mark.parametrize("committed", [False, True])
def test_a_failed_transaction_loses_and_doubles_nothing(rig: EmbeddedRig, committed: bool) -> None:
    """Whether a failed commit was applied or not, each record has one outcome and each token its entry."""
    rig.feed(*(json.dumps({"a": f"a{number % 7}@example.org"}).encode() for number in range(600)))
    worker = rig.worker(lambda log: _Failing.over(log, committed))
    worker.run(until_drained=True)

    assert sorted(tree["coordinates"]["offset"] for tree in rig.trees(REDACTED)) == list(range(600))
    assert _tokens(rig) == _entries(rig)


def test_a_retired_key_is_no_loss(rig: EmbeddedRig) -> None:
    """A unit that is retired under the worker costs a batch read again, and nothing else."""
    rig.feed(*(json.dumps({"a": f"a{number}@example.org"}).encode() for number in range(300)))
    worker = rig.worker(lambda log: _Retiring.over(log, rig))
    worker.run(until_drained=True)

    assert sorted(tree["coordinates"]["offset"] for tree in rig.trees(REDACTED)) == list(range(300))
    assert _tokens(rig) == _entries(rig)


def test_detection_that_fails_is_no_clean_text(tmp_path: Path) -> None:
    """A recognizer that raises, or runs out of time, sends its record to quarantine and no other."""
    rig = rig_at(tmp_path / "state", _Raising())
    rig.feed(b'{"a": "fail here"}', b'{"a": "late here"}', b'{"a": "fine"}')
    rig.drain()
    outcomes = by_offset(rig.trees(REDACTED))

    assert [outcomes[number].get("reason") for number in range(3)] == ["detection_failed", "timeout", None]


def test_a_running_worker_hears_of_deaths(rig: EmbeddedRig) -> None:
    """What killed two workers of another slot is not analysed by one that has been running since before."""
    worker = rig.worker()
    worker.run(until_drained=True)
    rig.feed(b'{"a": "first@example.org"}', b'{"a": "second@example.org"}')
    folder = RunFolder(rig.state.run_folder)
    for _ in range(2):
        folder.count_death(f"{RAW}/0/0")
    worker.run(until_drained=True)
    outcomes = by_offset(rig.trees(REDACTED))

    assert [outcomes[number].get("reason") for number in range(2)] == ["killed_worker", None]


def test_stop_and_fenced_end_the_worker(rig: EmbeddedRig) -> None:
    """A worker whose slot was taken over ends and has written nothing."""
    rig.feed(b'{"a": "a@example.org"}')
    worker = rig.worker()
    rig.worker()
    with pytest.raises(Fenced):
        worker.run(until_drained=True)

    assert rig.records(REDACTED) == []


def test_what_cannot_go_to_quarantine_stops(rig: EmbeddedRig) -> None:
    """A record that no topic of ours takes stops the worker: nothing is dropped."""
    rig.feed(b"{" + b"x" * 10_000)
    worker = rig.worker(lambda log: _Small.over(log, 6_000))
    with pytest.raises(LogRefused):
        worker.run(until_drained=True)

    assert rig.records(REDACTED) == []


class _Small(SqliteTransactionalLog):
    """A log that takes small records only."""

    @classmethod
    def over(cls, log: TransactionalLog, limit: int) -> "_Small":
        """Return the same log with another limit."""
        assert isinstance(log, SqliteTransactionalLog)
        small = cls(log._store, log._consumers, log._reader._topics)
        small.max_record_bytes = limit
        return small


class _Failing(SqliteTransactionalLog):
    """A log whose first transactions fail, before or after they were applied."""

    failures = 3
    applied = False

    @classmethod
    def over(cls, log: TransactionalLog, applied: bool) -> "_Failing":
        """Return the same log, failing."""
        assert isinstance(log, SqliteTransactionalLog)
        failing = cls(log._store, log._consumers, log._reader._topics)
        failing.applied = applied
        return failing

    def publish(self, publications: Sequence[Publication], records: Sequence[Record]) -> None:
        """Fail as often as asked."""
        if self.failures:
            self.failures -= 1
            if self.applied:
                super().publish(publications, records)
            self.rewind()
            raise TransactionFailed("outcome unknown")
        super().publish(publications, records)


class _Retiring(SqliteTransactionalLog):
    """A log beside which a unit is retired after its first transaction."""

    rig: EmbeddedRig

    @classmethod
    def over(cls, log: TransactionalLog, rig: EmbeddedRig) -> "_Retiring":
        """Return the same log."""
        assert isinstance(log, SqliteTransactionalLog)
        retiring = cls(log._store, log._consumers, log._reader._topics)
        retiring.rig = rig
        return retiring

    def publish(self, publications: Sequence[Publication], records: Sequence[Record]) -> None:
        """Publish, then retire every unit in use."""
        super().publish(publications, records)
        store = SqliteKeyStore(self.rig.state.key_store)
        for entry in {decode(VAULT_ENTRY, item.value or b"").unit for item in publications if item.topic == VAULT}:
            store.retire_unit("local", entry)
        store.close()


class _Raising:
    """A recognizer that fails on one word and is late on another."""

    name = "raising"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Fail where the text says so."""
        if "fail" in passage.text:
            raise ValueError(passage.text)
        if "late" in passage.text:
            raise RecognizerTimeout("late")
        return ()


def _descendants(kind: type[PhistreamError]) -> list[type[PhistreamError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in _descendants(child))]


def _inputs(rig: EmbeddedRig) -> list[dict[str, Any]]:
    return [part for tree in rig.trees(BATCHES) for part in tree["inputs"]]


def _tokens(rig: EmbeddedRig) -> set[str]:
    """Return every token that stands in a redacted event."""
    return {token for tree in rig.trees(REDACTED) for token in TOKEN.findall(json.dumps(tree.get("record")))}


def _entries(rig: EmbeddedRig) -> set[str]:
    return {tree["token"] for tree in rig.trees(VAULT)}
