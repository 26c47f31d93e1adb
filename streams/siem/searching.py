"""Where `search` and `tail` look: the index of a state folder, or OpenSearch; and how their times are written."""

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from schemas.errors import ConfigError, Pushback
from streams.config import Settings
from streams.embedded.state import EmbeddedState
from streams.log.sqlite_store import SqliteStore
from streams.siem.ports import Cursor, Page, Query, Sink

_AGO = re.compile(r"(\d{1,6})([smhdw])")
_ATTEMPTS = 5
_CURSOR = re.compile(r"(\d{1,18}):(\d{1,18}):(\S{1,200})")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def open_index(state: Path | None, settings: Settings | None) -> Sink:
    """Open the index of a state folder, or the configured OpenSearch."""
    if state is not None:
        from streams.siem.sqlite import SqliteSink  # noqa: PLC0415 - each command imports what it needs.

        return SqliteSink(open_state(state))
    if settings is None:
        raise ConfigError("name a state folder (--state) or a settings file (--config)")
    from streams.siem.opensearch import connect_sink  # noqa: PLC0415 - as above.

    return connect_sink(settings)


def ask(index: Sink, query: Query) -> Page:
    """Ask an index, a few times where it is busy: a date's first moments are such. Raises Pushback in the end."""
    for _ in range(_ATTEMPTS):
        try:
            return index.search(query)
        except Pushback as pushback:
            time.sleep(pushback.retry_after)
    return index.search(query)


def open_state(folder: Path) -> SqliteStore:
    """Open the log of a state folder that is there; a mistyped path makes no new one."""
    state = EmbeddedState(folder)
    if not state.log_file.exists():
        raise ConfigError("no state folder here; `phistream redact` makes one", path=str(folder))
    return state.open_store()


def read_time(text: str | None, now_ms: int, setting: str) -> int | None:
    """Read a time: RFC 3339, a date, or how long ago (30m, 12h, 7d); UTC where no zone is given.

    >>> read_time("2026-01-02", 0, "--since"), read_time("2h", 7_200_000, "--since")
    (1767312000000, 0)
    """
    if text is None:
        return None
    ago = _AGO.fullmatch(text)
    if ago is not None:
        return now_ms - round(timedelta(**{_UNITS[ago[2]]: int(ago[1])}).total_seconds() * 1000)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError("time is RFC 3339, a date, or an age such as 30m, 12h, 7d", setting=setting) from None
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def read_cursor(text: str | None) -> Cursor | None:
    """Read where a page ended, as write_cursor wrote it."""
    if text is None:
        return None
    found = _CURSOR.fullmatch(text)
    if found is None:
        raise ConfigError("a page goes on after what the last one named", setting="--after")
    return Cursor(int(found[1]), int(found[2]), found[3])


def write_cursor(cursor: Cursor) -> str:
    """Write where a page ended."""
    return f"{cursor.time_ms}:{cursor.sequence}:{cursor.event_id}"
