"""Which log `phistream audit` reads, and by which keys."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schemas.errors import ConfigError

if TYPE_CHECKING:
    from schemas.audit import AuditRecord
    from streams.audit.ports import Anchor
    from streams.audit.verify_log import VerifierKey

LogFolder = Annotated[
    Path | None, typer.Option("--log", help="Folder of a log or of a copy, instead of a state folder.", file_okay=False)
]
KeyFile = Annotated[
    Path | None, typer.Option("--key", help="The log's verifier keys, best a copy kept elsewhere.", dir_okay=False)
]


@dataclass(frozen=True, slots=True)
class LogSource:
    """A log to read, and the keys that must have signed it."""

    folder: Path
    verifiers: "list[VerifierKey]"

    def size(self) -> int:
        """Return how many entries the newest checkpoint covers."""
        from streams.audit.reading import read_checkpoint

        return read_checkpoint(self.folder, self.verifiers)[1].size

    def records(self, start: int = 0) -> "Iterator[tuple[int, AuditRecord]]":
        """Yield the records from *start* on, with their indexes."""
        from streams.audit.audit_log import read_records

        return read_records(self.folder, start, self.size())

    def read_all(self) -> None:
        """Read every entry; raises AuditAltered where one is not what such a log holds."""
        from streams.audit.audit_log import read_record
        from streams.audit.batches import ORIGIN, read_batch
        from streams.audit.reading import entries_of

        read = read_batch if self.verifiers[0].name.startswith(ORIGIN) else read_record
        for entry in entries_of(self.folder, 0, self.size()):
            read(entry)


def log_source(state: Path | None, log: Path | None, key: Path | None) -> LogSource:
    """Return the log that options name; raises ConfigError where they name none."""
    from streams.audit.signing import read_log_keys
    from streams.audit.verify_log import Altered, read_keys
    from streams.embedded.state import EmbeddedState

    if (state is None) == (log is None) or (log is not None and key is None):
        raise ConfigError("name a state folder (--state), or a log and its keys (--log, --key)")
    try:
        given = None if key is None else read_keys(text_of(key))
    except Altered:
        raise ConfigError("key file holds no verifier keys", path=str(key)) from None
    if log is not None:
        return LogSource(log, given or [])
    embedded = EmbeddedState(state or Path())
    if not embedded.audit_keys.exists():
        raise ConfigError("no audit log here yet; `phistream breakglass init` begins one", path=str(state))
    return LogSource(embedded.audit_log, given or read_log_keys(embedded.audit_keys).verifiers)


def open_anchor(to: Path | None, bucket: str | None, region: str | None, prefix: str, days: int) -> "Anchor":
    """Return the anchor that options name; raises ConfigError where they name none, or two."""
    from streams.audit.anchors import FileAnchor
    from streams.clock import SystemClock

    if (to is None) == (bucket is None):
        raise ConfigError("name a folder (--to) or a bucket (--bucket), and not both")
    if to is not None:
        return FileAnchor(to)
    try:
        from streams.audit.anchor_s3 import connect_s3, refuse_unlocked
    except ModuleNotFoundError:
        raise ConfigError("S3 needs the extra `aws`: pip install 'phistream[aws]'") from None
    anchor = connect_s3(bucket or "", region, days, SystemClock(), prefix)
    refuse_unlocked(anchor)
    return anchor


def newest_in(folder: Path) -> str:
    """Return the newest checkpoint that a folder keeps."""
    from streams.audit.anchors import FileAnchor

    place = FileAnchor(folder)
    name = place.newest()
    content = None if name is None else place.get(name)
    if content is None:
        raise ConfigError("nothing is anchored here", path=str(folder))
    return content.decode("utf-8", "replace")


def text_of(path: Path) -> str:
    """Return a file's text; raises ConfigError where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise ConfigError("file cannot be read", path=str(path), reason=error.strerror) from None
