"""Tell tests where the running stack is and how to log in to it."""

import json
import ssl
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from tests.stack import daemon, kafka, opensearch
from tests.stack.kafka import KafkaOptions
from tests.stack.settings import StackSettings

_FILE = "stack.json"


@dataclass(frozen=True, slots=True)
class Stack:
    """A running stack. The secure one has a CA, passwords by account and the index's admin certificate."""

    secure: bool
    bootstrap: str
    opensearch_url: str
    ca: str | None = None
    admin_certificate: str | None = None
    admin_key: str | None = field(default=None, repr=False)
    kafka_passwords: Mapping[str, str] = field(default_factory=dict, repr=False)
    opensearch_passwords: Mapping[str, str] = field(default_factory=dict, repr=False)

    def kafka_options(self, user: str = "admin") -> KafkaOptions:
        """Return the client settings with which *user* reaches the broker (the plain one knows no users)."""
        if not self.secure:
            return {"bootstrap.servers": self.bootstrap}
        return {
            "bootstrap.servers": self.bootstrap,
            "security.protocol": "SASL_SSL",
            "ssl.ca.location": str(self.ca),
            "sasl.mechanisms": "SCRAM-SHA-512",
            "sasl.username": user,
            "sasl.password": self.kafka_passwords[user],
        }

    @property
    def opensearch_port(self) -> int:
        """Return the port that the index answers on."""
        return urlsplit(self.opensearch_url).port or 0

    def admin_context(self) -> ssl.SSLContext | None:
        """Return the TLS side of an index administrator, or nothing when the stack is plain."""
        if not self.secure:
            return None
        context = ssl.create_default_context(cafile=self.ca)
        context.load_cert_chain(str(self.admin_certificate), self.admin_key)
        return context

    def is_ready(self) -> bool:
        """Say whether both servers answer."""
        return kafka.is_ready(self.kafka_options()) and opensearch.is_ready(self.opensearch_port, self.admin_context())

    def save(self, state: Path) -> None:
        """Write the description where `load_stack` looks for it, for this account only."""
        file = state / _FILE
        file.touch(mode=0o600)
        file.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, state: Path) -> Self | None:
        """Read the description that the last successful start left."""
        try:
            return cls(**json.loads((state / _FILE).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None


def load_stack(secure: bool = False) -> Stack | None:
    """Return the running stack of that kind, or nothing when none is up."""
    state = StackSettings.from_environment(secure=secure).state
    stack = Stack.load(state)
    if stack is None or stack.secure != secure:
        return None
    up = all(daemon.running_pid(state, name) is not None for name in (*kafka.NAMES, opensearch.NAME))
    return stack if up else None


def forget(state: Path) -> None:
    """Remove the description of a stack that is stopped."""
    (state / _FILE).unlink(missing_ok=True)
