"""Log lines: a constant sentence and allow-listed keys; anything else is dropped."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

#: The keys that a log line may carry: codes, counts and coordinates. A test holds calls and list together.
ALLOWED = frozenset(
    "event level timestamp logger slot status reason topic partition offset deaths failures fences seconds records "
    "documents event_id tenant recognizer port path count size limit setting version kind outcome error_class "
    "where".split()
)
#: Libraries whose log lines may hold text.
QUIET = ("opensearch", "urllib3", "presidio-anonymizer", "faust", "aiokafka", "mode", "spacy")


def _allowed_only(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every key that is not allowed, a traceback with its local variables among them."""
    return {key: value for key, value in line.items() if key in ALLOWED}


class _WithoutText(logging.Formatter):
    """Says which library reported, and the class of its exception: message and traceback may hold text."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        kind = record.exc_info[0] if record.exc_info else None
        return f"{record.levelname} {record.name}: a client reported{f' {kind.__name__}' if kind else ''}"


def configure(*, json: bool = False) -> None:
    """Set logging up for a process: to standard error, third parties at WARNING."""
    renderer: Any = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _allowed_only,
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
