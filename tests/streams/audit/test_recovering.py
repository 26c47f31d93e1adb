"""A log whose disk failed goes on by itself once it can, and only where the disk holds what was durable."""

import os
from collections.abc import Callable
from pathlib import Path
from shutil import copytree, rmtree

import pytest

from schemas.errors import AuditAltered, AuditUnavailable
from streams.audit.journal import Journal
from streams.audit.merkle_log import MerkleLog
from streams.audit.reading import entries_of
from streams.audit.verify_log import verify_log
from tests.streams.audit.samples import KEYS, entry, grow


def _fails(*_: object) -> int:
    raise OSError(30, "read-only file system")


def _written_in_part(descriptor: int, data: bytes, offset: int) -> int:
    return os.write(descriptor, data[:20]) if os.lseek(descriptor, offset, os.SEEK_SET) else 0


#: What fails, and whether the entry that was refused is on the disk for all that.
FAILURES: dict[str, tuple[dict[str, Callable[..., int]], bool]] = {
    "read-only": ({"pwrite": _fails, "ftruncate": _fails}, False),
    "not kept": ({"fdatasync": _fails}, False),
    "torn and not cut back": ({"pwrite": _written_in_part, "ftruncate": _fails}, False),
    "whole and not cut back": ({"fdatasync": _fails, "ftruncate": _fails}, True),
}


def _break(log: MerkleLog, monkeypatch: pytest.MonkeyPatch, failing: dict[str, Callable[..., int]]) -> None:
    with monkeypatch.context() as disk:
        for name, fails in failing.items():
            disk.setattr(os, name, fails)
        with pytest.raises(AuditUnavailable):
            log.append(b"refused")


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("size", [0, 3, 256, 300])
def test_it_goes_on_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: str, size: int) -> None:
    """Nothing but the failed write is missing, or it stands as if its caller had died; the log verifies."""
    failing, stays = FAILURES[failure]
    grow(tmp_path, size)
    with MerkleLog(tmp_path, KEYS) as log:
        log.append(entry(size))
        _break(log, monkeypatch, failing)
        log.refuse_unwritable()
        expected = [*(entry(index) for index in range(size + 1)), *([b"refused"] if stays else []), b"after"]

        assert len(expected) - 1 == log.append(b"after").index
    assert expected == list(entries_of(tmp_path, 0, verify_log(tmp_path, KEYS.verifiers).size))


def test_it_refuses_as_long_as_the_disk_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Appending, signing and the question whether it could all refuse while nothing can be written anew."""
    with MerkleLog(tmp_path, KEYS) as log:
        log.append(entry(0))
        with monkeypatch.context() as disk:
            for name in ("pwrite", "fdatasync", "fsync"):
                disk.setattr(os, name, _fails)
            for act in (lambda: log.append(b"x"), log.sign_checkpoint, log.refuse_unwritable, lambda: log.append(b"x")):
                with pytest.raises(AuditUnavailable):
                    act()
            assert 1 == log.size
        assert 1 == log.append(entry(1)).index


def _other_log(folder: Path) -> None:
    rmtree(folder)
    grow(folder, 5)
    with MerkleLog(folder, KEYS) as log:
        log.append(b"another one's")
        log.append(b"and more")


def _emptied(folder: Path) -> None:
    rmtree(folder)
    folder.mkdir()


#: What somebody makes of a log of five entries, four of them under its checkpoint, while its disk is away.
ATTACKS: dict[str, Callable[[Path], object]] = {
    "the entry that no checkpoint covers is gone": lambda folder: Journal.start(
        folder / "journal", 0, [entry(index) for index in range(4)]
    ),
    "it is another one": lambda folder: Journal.start(
        folder / "journal", 0, [*(entry(index) for index in range(4)), b"another"]
    ),
    "there is one more": lambda folder: Journal.start(
        folder / "journal", 0, [*(entry(index) for index in range(5)), b"more"]
    ),
    "there are two more": lambda folder: Journal.start(
        folder / "journal", 0, [*(entry(index) for index in range(5)), b"refused", b"more"]
    ),
    "another log with its key": _other_log,
    "nothing at all": _emptied,
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_does_not_go_on_with_anything_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attack: str) -> None:
    """Where the disk comes back with less, more or other than was durable nothing is appended, until it is right."""
    folder, kept = tmp_path / "log", tmp_path / "kept"
    grow(folder, 4)
    with MerkleLog(folder, KEYS) as log:
        log.append(entry(4))
        _break(log, monkeypatch, {"pwrite": _fails})
        copytree(folder, kept)
        ATTACKS[attack](folder)
        for _ in range(2):
            with pytest.raises(AuditAltered):
                log.append(b"after")

        rmtree(folder)
        copytree(kept, folder)
        assert 5 == log.append(b"after").index
    assert 6 == verify_log(folder, KEYS.verifiers).size


def test_it_begins_no_other_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a store is away, as when it is unmounted, nothing is written in its place."""
    with MerkleLog(tmp_path / "log", KEYS) as log:
        log.append(entry(0))
        _break(log, monkeypatch, {"pwrite": _fails})
        (tmp_path / "log").rename(tmp_path / "away")
        (tmp_path / "log").mkdir()
        with pytest.raises(AuditAltered):
            log.append(entry(1))

        assert [] == list((tmp_path / "log").iterdir())


def test_it_takes_the_lock_of_what_is_there_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that was exchanged for its copy is not written while another one writes it."""
    folder = tmp_path / "log"
    with MerkleLog(folder, KEYS) as log:
        log.append(entry(0))
        _break(log, monkeypatch, {"pwrite": _fails})
        copytree(folder, tmp_path / "copy")
        folder.rename(tmp_path / "away")
        (tmp_path / "copy").rename(folder)
        with MerkleLog(folder, KEYS), pytest.raises(AuditUnavailable):
            log.append(entry(1))
        assert 1 == log.append(entry(1)).index
        with pytest.raises(AuditUnavailable):
            MerkleLog(folder, KEYS, wait_seconds=0)
