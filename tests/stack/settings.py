"""Say where the stack keeps its state and which ports it takes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

REPOSITORY = Path(__file__).resolve().parents[2]
# Controller and transport listeners sit this far above the port that clients use.
INNER_PORT_DISTANCE = 1000


class StackError(Exception):
    """Something the stack needs is missing or did not start; the message says what to do."""


@dataclass(frozen=True, slots=True)
class StackSettings:
    """The choices of one machine: folders and loopback ports."""

    state: Path
    cache: Path
    kafka_port: int
    opensearch_port: int
    secure: bool = False

    @classmethod
    def from_environment(cls, *, secure: bool, environ: Mapping[str, str] | None = None) -> Self:
        """Read the folders and ports, secure and plain ports having names of their own."""
        environ = os.environ if environ is None else environ
        kind = "TLS_PORT" if secure else "PORT"
        return cls(
            state=Path(environ.get("PHISTREAM_STACK_DIR") or REPOSITORY / ".stack").absolute(),
            cache=Path(environ.get("PHISTREAM_STACK_CACHE") or Path.home() / ".cache/phistream/stack").absolute(),
            kafka_port=_port(environ, f"PHISTREAM_KAFKA_{kind}", 19093 if secure else 19092),
            opensearch_port=_port(environ, f"PHISTREAM_OPENSEARCH_{kind}", 19201 if secure else 19200),
            secure=secure,
        )

    def ports(self) -> dict[int, str]:
        """Return every port this stack listens on, with the name of what listens there."""
        return {
            self.kafka_port: "Kafka",
            self.kafka_port + INNER_PORT_DISTANCE: "Kafka's controller",
            self.opensearch_port: "OpenSearch",
            self.opensearch_port + INNER_PORT_DISTANCE: "OpenSearch's transport",
        }


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    highest = 65535 - INNER_PORT_DISTANCE
    if not text.isdecimal() or not 1024 <= int(text) <= highest:
        raise StackError(f"{name} must be a port between 1024 and {highest}")
    return int(text)
