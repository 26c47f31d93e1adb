"""Anchors: what is kept there stays, and a log that is no longer what was anchored is told at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copy, rmtree
from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from schemas.errors import AuditAltered, AuditUnavailable
from streams.audit.anchor_s3 import S3Anchor, refuse_unlocked
from streams.audit.anchoring import Anchoring
from streams.audit.anchors import FileAnchor
from streams.audit.merkle_log import MerkleLog
from streams.audit.ports import Anchor
from streams.audit.verify_log import verify_log
from tests.streams.audit.samples import KEYS, entry, grow
from tests.streams.audit.strict_s3 import StrictS3

SIX_YEARS_DAYS = 2192
BUCKET = "anchors"


@dataclass(slots=True)
class Time:
    """A clock that a test moves."""

    ms: int = 1_795_000_000_000

    def now_ms(self) -> int:
        """Return the time set."""
        return self.ms

    def monotonic(self) -> float:
        """Return the time set, in seconds."""
        return self.ms / 1000


@pytest.fixture
def time() -> Time:
    """Return a clock that stands still."""
    return Time()


def _strict(time: Time, **options: Any) -> S3Anchor:
    bucket = StrictS3(datetime.fromtimestamp(time.ms / 1000, UTC), **options)
    return S3Anchor(cast("Any", bucket), BUCKET, SIX_YEARS_DAYS, time, "audit/")


@pytest.fixture(params=["file", "moto", "strict"])
def anchor(
    request: pytest.FixtureRequest, tmp_path: Path, time: Time, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Anchor]:
    """Return each kind of anchor."""
    if request.param == "file":
        yield FileAnchor(tmp_path / "anchor")
        return
    if request.param == "strict":
        yield _strict(time)
        return
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
        anchor = S3Anchor(client, BUCKET, SIX_YEARS_DAYS, time, "audit/")
        refuse_unlocked(anchor)
        yield anchor


def test_an_anchor_keeps_what_it_was_given(anchor: Anchor) -> None:
    """The same again is nothing new; something else under one name raises, and the first stays."""
    assert anchor.newest() is None
    assert anchor.get("tile/0/000") is None
    anchor.put("tile/0/000", b"one")
    anchor.put("tile/0/000", b"one")

    with pytest.raises(AuditAltered):
        anchor.put("tile/0/000", b"two")
    assert anchor.newest() is None


def test_a_log_is_anchored_whole(anchor: Anchor, tmp_path: Path, time: Time) -> None:
    """Entries, tiles and checkpoints: out of the anchor alone the log can be verified."""
    anchoring = Anchoring(tmp_path / "log", KEYS.verifiers, anchor, time)
    for size in (3, 300, 300, 520):
        grow(tmp_path / "log", size)
        anchoring.run()
        time.ms += 300_000
    again = Anchoring(tmp_path / "log", KEYS.verifiers, anchor, time)
    again.load()

    assert again.kept == anchoring.kept
    assert 300.0 == again.age_seconds()
    _download(anchor, tmp_path / "copy", tmp_path / "log")
    assert 520 == verify_log(tmp_path / "copy", KEYS.verifiers).size


def _download(anchor: Anchor, folder: Path, log: Path) -> None:
    name = anchor.newest()
    assert name is not None
    names = {path.relative_to(log).as_posix(): path for path in log.glob("tile/**/*") if path.is_file()}
    for each, wanted in (*((each, each) for each in names), (name, "checkpoint")):
        content = anchor.get(each)
        assert content is not None
        folder.joinpath(wanted).parent.mkdir(parents=True, exist_ok=True)
        folder.joinpath(wanted).write_bytes(content)


def test_a_rewritten_log_is_not_anchored(anchor: Anchor, tmp_path: Path, time: Time) -> None:
    """A log cut, or changed and signed again with the right key, raises against what is anchored."""
    anchoring = Anchoring(tmp_path / "log", KEYS.verifiers, anchor, time)
    grow(tmp_path / "log", 20)
    anchoring.run()
    for entries in ([entry(index) for index in range(10)], [b"changed", *(entry(index) for index in range(1, 30))]):
        rmtree(tmp_path / "log")
        with MerkleLog(tmp_path / "log", KEYS) as log:
            for each in entries:
                log.append(each)

        with pytest.raises(AuditAltered):
            Anchoring(tmp_path / "log", KEYS.verifiers, anchor, time).run()


def test_changed_entries_are_not_anchored(tmp_path: Path, time: Time) -> None:
    """An entry that was changed beneath its tile is told before it is copied."""
    grow(tmp_path / "log", 20)
    bundle = tmp_path / "log/tile/entries/000.p/20"
    bundle.chmod(0o600)
    bundle.write_bytes(bundle.read_bytes().replace(b"entry 7", b"entry 9"))

    with pytest.raises(AuditAltered):
        Anchoring(tmp_path / "log", KEYS.verifiers, FileAnchor(tmp_path / "anchor"), time).run()


def test_when_anchors_are_due_and_when_they_alarm(tmp_path: Path, time: Time) -> None:
    """Every five minutes also when nothing is new; an anchor older than 15 minutes alarms, and so does none."""
    grow(tmp_path / "log", 1)
    anchoring = Anchoring(tmp_path / "log", KEYS.verifiers, FileAnchor(tmp_path / "anchor"), time)
    assert anchoring.due()
    assert anchoring.stale()
    anchoring.run()
    for seconds, due, stale in (
        (0, False, False),
        (299, False, False),
        (1, True, False),
        (600, True, False),
        (1, True, True),
    ):
        time.ms += seconds * 1000

        assert (due, stale) == (anchoring.due(), anchoring.stale())


def test_a_checkpoint_of_another_key_is_told(tmp_path: Path, time: Time) -> None:
    """What stands in the anchor but was not signed by this log raises."""
    grow(tmp_path / "log", 1)
    anchor = FileAnchor(tmp_path / "anchor")
    anchor.put("checkpoints/2026-11-21/001795000000000-1", b"phistream\n1\nAAAA\n\n")

    with pytest.raises(AuditAltered):
        Anchoring(tmp_path / "log", KEYS.verifiers, anchor, time).run()


def test_retention_is_six_years_and_cannot_be_shortened(tmp_path: Path, time: Time) -> None:
    """Each object is under COMPLIANCE until its time; nobody shortens that, deletes it, or writes over it unseen."""
    anchor = _strict(time)
    bucket = cast("StrictS3", anchor.client)
    grow(tmp_path / "log", 3)
    Anchoring(tmp_path / "log", KEYS.verifiers, anchor, time).run()
    until = bucket.now + timedelta(days=SIX_YEARS_DAYS)
    assert all(
        ("COMPLIANCE", True)
        == (version.mode, version.until is not None and version.until >= until - timedelta(seconds=1))
        for versions in bucket.objects.values()
        for version in versions
    )
    name = anchor.newest()
    assert name is not None
    with pytest.raises(ClientError):
        bucket.put_object_retention(BUCKET, f"audit/{name}", {"Mode": "COMPLIANCE", "RetainUntilDate": bucket.now})
    with pytest.raises(ClientError):
        bucket.delete_object(BUCKET, f"audit/{name}", "v0")
    bucket.put_object(BUCKET, f"audit/{name}", b"another")

    with pytest.raises(AuditAltered):
        anchor.get(name)


def test_a_deleted_anchor_is_told(time: Time) -> None:
    """A delete marker does not make an anchor forget."""
    anchor = _strict(time)
    anchor.put("tile/0/000", b"one")
    cast("StrictS3", anchor.client).delete_object(BUCKET, "audit/tile/0/000")

    with pytest.raises(AuditAltered):
        anchor.get("tile/0/000")


def test_a_bucket_without_lock_is_refused(time: Time) -> None:
    """A bucket that does not lock, or does not keep the retention it was given, is no anchor."""
    with pytest.raises(AuditUnavailable):
        refuse_unlocked(_strict(time, locked=False))
    for mode in (None, "GOVERNANCE"):
        with pytest.raises(AuditUnavailable):
            _strict(time, keeps=mode).put("tile/0/000", b"one")


def test_an_anchor_grows_after_a_crash(tmp_path: Path, time: Time) -> None:
    """Tiles that were put without their checkpoint do no harm: the next run goes on."""
    grow(tmp_path / "log", 5)
    tile = tmp_path / "anchor/tile/0/000.p/5"
    tile.parent.mkdir(parents=True)
    copy(tmp_path / "log/tile/0/000.p/5", tile)

    assert 5 == Anchoring(tmp_path / "log", KEYS.verifiers, FileAnchor(tmp_path / "anchor"), time).run().size
