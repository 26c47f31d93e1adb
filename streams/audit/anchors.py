"""Where checkpoints are kept out of the writer's reach: what all anchors share, and one in files."""

from dataclasses import dataclass
from pathlib import Path

from schemas.errors import AuditAltered, AuditUnavailable
from streams.audit.files import READ_ONLY, TEMPORARY, write_durable

CHECKPOINTS = "checkpoints"


@dataclass(frozen=True, slots=True)
class FileAnchor:
    """A folder to which files are only added: best on another machine or medium, under another user."""

    folder: Path

    def put(self, name: str, content: bytes) -> None:
        """Keep the content, read-only."""
        path = self.folder / name
        if path.exists():
            refuse_other(self.get(name), content, name)
            return
        write_durable(path, content, READ_ONLY)

    def get(self, name: str) -> bytes | None:
        """Return what is kept under the name."""
        try:
            return self.folder.joinpath(name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise AuditUnavailable("anchor cannot be read", errno=error.errno) from None

    def newest(self) -> str | None:
        """Return the name of the newest checkpoint kept."""
        try:
            day = max((self.folder / CHECKPOINTS).iterdir(), default=None)
            names = [] if day is None else [path.name for path in day.iterdir() if path.suffix != TEMPORARY]
        except FileNotFoundError:
            return None
        except OSError as error:
            raise AuditUnavailable("anchor cannot be read", errno=error.errno) from None
        return f"{CHECKPOINTS}/{day.name}/{max(names)}" if day is not None and names else None


def refuse_other(kept: bytes | None, content: bytes, name: str) -> None:
    """Raise AuditAltered unless what an anchor keeps is what it is given."""
    if kept != content:
        raise AuditAltered("anchor holds something else under this name", path=name)
