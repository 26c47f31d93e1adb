"""The writer: what counts outlives a kill at any step, and what cannot be written does not count."""

import os
import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import AuditAltered, AuditRefused, AuditUnavailable
from streams.audit import journal, merkle_log
from streams.audit.files import write_durable
from streams.audit.journal import Journal
from streams.audit.merkle_log import MerkleLog
from streams.audit.reading import entries_of
from streams.audit.verify_log import verify_log
from tests.streams.audit.samples import KEYS, entry, grow

CUT = 40


def test_an_entry_is_there_before_append_returns(tmp_path: Path) -> None:
    """What was appended is read back by a second reader of the disk without close or checkpoint."""
    log = MerkleLog(tmp_path / "log", KEYS)
    for index in range(300):
        appended = log.append(entry(index))

        assert index == appended.index
    copytree(tmp_path / "log", tmp_path / "copy")
    log.close()

    with MerkleLog(tmp_path / "copy", KEYS) as again:
        assert 300 == again.size
    assert [entry(index) for index in range(300)] == list(entries_of(tmp_path / "copy", 0, 300))


def test_append_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each append asks the disk to keep what it wrote, once, before it returns."""
    order: list[str] = []
    with MerkleLog(tmp_path, KEYS) as log:
        _trace(monkeypatch, "pwrite", lambda: order.append("write"))
        _trace(monkeypatch, "fdatasync", lambda: order.append("sync"))
        log.append(entry(0))

        assert ["write", "sync"] == order


def test_a_checkpoint_comes_after_what_it_covers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiles and bundles are on the disk before the checkpoint over them, and each file before it has its name."""
    order: list[str] = []
    real = os.replace

    def replaced(source: Path, target: Path) -> None:
        order.append(Path(target).relative_to(tmp_path).as_posix())
        real(source, target)

    with MerkleLog(tmp_path, KEYS) as log:
        for index in range(300):
            log.append(entry(index))
        monkeypatch.setattr(os, "replace", replaced)
        _trace(monkeypatch, "fsync", lambda: order.append("sync"))
        log.sign_checkpoint()
        names = [name for name in order if name != "sync"]

        assert ["checkpoint", "journal"] == names[-2:]
        assert {"tile/entries/000", "tile/entries/001.p/44", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"} == set(
            names[:-2]
        )
        assert all("sync" == order[place - 1] for place, name in enumerate(order) if name != "sync")
    monkeypatch.undo()


def _trace(monkeypatch: pytest.MonkeyPatch, name: str, seen: Callable[[], None]) -> None:
    real = getattr(os, name)

    def traced(*arguments: Any) -> Any:
        seen()
        return real(*arguments)

    monkeypatch.setattr(os, name, traced)


@pytest.mark.parametrize("start", [0, 250, 511])
def test_a_kill_at_any_step_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: int) -> None:
    """The disk as it is before and after each step of appends and a checkpoint opens, verifies and grows on.

    Every entry whose append had returned is there, and at most the one on its way beside them.
    """
    grow(tmp_path / "log", start)
    kept = (tmp_path / "log" / "checkpoint").read_text()
    states: list[tuple[Path, int]] = []
    with MerkleLog(tmp_path / "log", KEYS) as log, monkeypatch.context() as steps:

        @_once_at_a_time
        def snapshot() -> None:
            states.append((tmp_path / f"state{len(states)}", log.size))
            copytree(tmp_path / "log", states[-1][0])

        for name in ("pwrite", "fsync", "fdatasync", "open", "mkdir", "unlink", "replace", "rmdir"):
            _trace(steps, name, snapshot)
        for index in range(start, start + 7):
            log.append(entry(index))
        log.sign_checkpoint()
    assert len(states) > 20
    for state, counted in states:
        with MerkleLog(state, KEYS) as log:
            assert counted <= log.size <= counted + 1
            log.append(entry(log.size))
        checkpoint = verify_log(state, KEYS.verifiers, [kept])
        expected = [entry(index) for index in range(checkpoint.size)]
        assert expected == list(entries_of(state, 0, checkpoint.size))


def _once_at_a_time(snapshot: Callable[[], None]) -> Callable[[], None]:
    """Return *snapshot* such that its own copying is not traced."""
    busy = False

    def guarded() -> None:
        nonlocal busy
        if not busy:
            busy = True
            snapshot()
            busy = False

    return guarded


@settings(max_examples=40)
@given(st.integers(0, 400), st.integers(0, 255))
def test_a_torn_tail_is_cut(tmp_path_factory: pytest.TempPathFactory, length: int, filler: int) -> None:
    """A journal cut anywhere, also with what a disk leaves behind it, gives the whole entries before the cut."""
    path = tmp_path_factory.mktemp("journal") / "journal"
    journal = Journal.start(path, 0, ())
    ends = [path.stat().st_size]
    for index in range(8):
        journal.append(entry(index))
        ends.append(path.stat().st_size)
    journal.close()
    cut = min(ends[0] + length, ends[-1])
    whole = sum(end <= cut for end in ends) - 1
    torn = bytes([filler]) * 20 if cut not in ends else b""
    path.write_bytes(path.read_bytes()[:cut] + torn[: max(0, (ends[-1] if whole == 8 else ends[whole + 1]) - cut - 1)])

    again = Journal.open(path)
    again.close()

    assert [entry(index) for index in range(whole)] == again.entries


def test_damage_before_the_end_is_no_crash(tmp_path: Path) -> None:
    """A changed byte in any frame but the last is told, not repaired."""
    path = tmp_path / "journal"
    journal = Journal.start(path, 0, ())
    for index in range(3):
        journal.append(entry(index))
    journal.close()
    whole = path.read_bytes()
    last = len(whole) - len(entry(2)) - 34
    for place in range(28, last):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])

        with pytest.raises(AuditAltered):
            Journal.open(path)


@pytest.mark.parametrize("place", range(4))
def test_a_writer_does_not_go_on_after_an_alteration(tmp_path: Path, place: int) -> None:
    """A log that lost signed entries, its checkpoint or its journal is not opened for writing."""
    grow(tmp_path, 300)
    attacks: tuple[Callable[[], object], ...] = (
        lambda: (tmp_path / "journal").write_bytes((tmp_path / "journal").read_bytes()[:-CUT]),
        (tmp_path / "checkpoint").unlink,
        (tmp_path / "journal").unlink,
        lambda: Journal.start(tmp_path / "journal", 256, [b"nothing", *(entry(index) for index in range(257, 300))]),
    )
    attacks[place]()

    with pytest.raises(AuditAltered):
        MerkleLog(tmp_path, KEYS)


@contextmanager
def _full_disk(limit: int) -> Iterator[None]:
    """Let no file grow beyond *limit* bytes, as a full disk does: writes end in part, then fail."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [0, 1, 20, CUT])
def test_a_full_disk_refuses_and_nothing_half_counts(tmp_path: Path, room: int) -> None:
    """Without room for the whole record append raises, and the log is what it was, also after it is opened anew."""
    log = MerkleLog(tmp_path, KEYS)
    log.append(entry(0))
    with _full_disk((tmp_path / "journal").stat().st_size + room):
        for _ in range(2):
            with pytest.raises(AuditUnavailable):
                log.append(entry(1))

    assert 1 == log.size
    log.close()
    with MerkleLog(tmp_path, KEYS) as again:
        assert 1 == again.size
        assert 1 == again.append(b"after").index
    assert [entry(0), b"after"] == list(entries_of(tmp_path, 0, 2))


@pytest.mark.parametrize("step", ["pwrite", "fdatasync"])
def test_a_read_only_disk_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """A disk that fails in the write or in keeping it raises AuditUnavailable; the record does not count."""
    with MerkleLog(tmp_path, KEYS) as log, monkeypatch.context() as failing:
        failing.setattr(os, step, _read_only)

        with pytest.raises(AuditUnavailable):
            log.append(entry(0))
    with MerkleLog(tmp_path, KEYS) as log:
        assert 0 == log.size


def _read_only(*_: object) -> None:
    raise OSError(30, "read-only file system")


def test_a_log_that_cannot_be_made_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the folder may not be written, the log does not open."""
    monkeypatch.setattr(os, "open", _read_only)

    with pytest.raises(AuditUnavailable):
        MerkleLog(tmp_path, KEYS)


def test_entries_appended_while_a_checkpoint_is_signed_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Appending does not wait for tiles to be written, and what comes meanwhile is in the next checkpoint."""
    with MerkleLog(tmp_path, KEYS) as log:
        for index in range(300):
            log.append(entry(index))
        with monkeypatch.context() as slow:
            slow.setattr(merkle_log, "write_durable", _appending(log))
            assert 300 == log.sign_checkpoint().size
        assert log.size > 300
        assert log.size == log.sign_checkpoint().size
        size = log.size
    assert [entry(index) for index in range(size)] == list(entries_of(tmp_path, 0, size))
    assert size == verify_log(tmp_path, KEYS.verifiers).size


def _appending(log: MerkleLog) -> Callable[..., None]:
    """Return what appends an entry in another thread before it writes a file."""

    def written(*arguments: Any) -> None:
        other = threading.Thread(target=lambda: log.append(entry(log.size)))
        other.start()
        other.join(120.0)
        assert not other.is_alive()
        write_durable(*arguments)

    return written


def test_a_journal_that_cannot_be_shortened_stops_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the shorter journal fails nothing is appended to the old one; opened anew, all is there."""
    log = MerkleLog(tmp_path, KEYS)
    for index in range(300):
        log.append(entry(index))
    with monkeypatch.context() as full:
        full.setattr(journal, "write_durable", _refusing)
        with pytest.raises(AuditUnavailable):
            log.sign_checkpoint()
        with pytest.raises(AuditUnavailable):
            log.append(b"lost")
    log.close()

    with MerkleLog(tmp_path, KEYS) as again:
        assert 300 == again.size
        assert 300 == again.append(entry(300)).index
    assert 301 == verify_log(tmp_path, KEYS.verifiers).size


def _refusing(*_: object) -> None:
    raise AuditUnavailable("audit log cannot be written")


def test_there_is_one_writer(tmp_path: Path) -> None:
    """While one has the log open nobody else may, and after that they may."""
    with MerkleLog(tmp_path, KEYS), pytest.raises(AuditUnavailable):
        MerkleLog(tmp_path, KEYS, wait_seconds=0)
    MerkleLog(tmp_path, KEYS, wait_seconds=0).close()


def test_a_closed_log_takes_nothing(tmp_path: Path) -> None:
    """After close nothing is appended: another may be writing."""
    log = MerkleLog(tmp_path, KEYS)
    log.close()

    with pytest.raises(AuditUnavailable):
        log.append(entry(0))


def test_entries_are_bounded(tmp_path: Path) -> None:
    """An entry over 8 KiB is refused, one of 8 KiB is taken."""
    with MerkleLog(tmp_path, KEYS) as log:
        log.append(bytes(8192))

        with pytest.raises(AuditRefused):
            log.append(bytes(8193))


def test_when_a_checkpoint_is_due(tmp_path: Path) -> None:
    """After ten seconds with something new, or at once after 256 entries; never for nothing."""
    now = [0.0]
    with MerkleLog(tmp_path, KEYS, monotonic=lambda: now[0]) as log:
        now[0] = 100.0
        assert not log.checkpoint_due()
        log.sign_checkpoint()
        log.append(entry(0))
        assert not log.checkpoint_due()
        now[0] = 110.0
        assert log.checkpoint_due()
        log.sign_checkpoint()
        for index in range(256):
            assert not log.checkpoint_due()
            log.append(entry(index))
        assert log.checkpoint_due()


def test_the_journal_stays_short(tmp_path: Path) -> None:
    """After a checkpoint the journal holds only what no full bundle does."""
    grow(tmp_path, 600)
    journal = Journal.open(tmp_path / "journal")
    journal.close()

    assert (512, [entry(index) for index in range(512, 600)]) == (journal.first, journal.entries)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 512, 513])
def test_a_log_grows_over_tiles(tmp_path: Path, size: int) -> None:
    """Around the edges of tiles a log closes, opens, grows and verifies."""
    grow(tmp_path, size)
    grow(tmp_path, size + 3)

    assert size + 3 == verify_log(tmp_path, KEYS.verifiers).size
