"""Log lines: a constant sentence and allow-listed keys; anything else is dropped and counted."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

#: The keys that a log line may carry: codes, counts and coordinates. A test holds calls and list together.
ALLOWED = frozenset(
    "event level timestamp logger slot status reason topic partition offset deaths failures seconds records documents "
    "event_id tenant recognizer port path count size limit setting version kind outcome error_class where".split()
)
#: Libraries whose log lines may hold text.
QUIET = ("opensearch", "urllib3", "presidio-anonymizer", "faust", "aiokafka", "mode", "spacy")


class KeyFilter:
    """Drops every key that is not allowed, and the traceback with its locals; counts what it dropped."""

    def __init__(self) -> None:
        self.dropped = 0

    def __call__(self, _logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Return the line with allowed keys only."""
        unknown = [key for key in line if key not in ALLOWED]
        for key in unknown:
            del line[key]
        self.dropped += len(unknown)
        return line


class _WithoutText(logging.Formatter):
    """Says which library reported, and the class of its exception: message and traceback may hold text."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        kind = record.exc_info[0] if record.exc_info else None
        return f"{record.levelname} {record.name}: a client reported{f' {kind.__name__}' if kind else ''}"


def configure(*, json: bool = False) -> KeyFilter:
    """Set logging up for a process: to standard error, third parties at WARNING."""
    keys = KeyFilter()
    renderer: Any = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keys,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_WithoutText())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
    return keys
