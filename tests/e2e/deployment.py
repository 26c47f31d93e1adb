"""A deployment of ours over the running broker: a raw topic, tenants, keys and settings of its own, and its workers."""

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from confluent_kafka import Producer
from pydantic import SecretStr

from schemas.topics import ALERTS, BATCHES, KEYED, QUARANTINE, REDACTED, VAULT
from streams.config import Settings, load_settings
from streams.log.admin import create_topics
from streams.log.kafka import read_whole_topic
from streams.log.ports import Headers, Record
from streams.log.startup import REDACTORS, begin_group
from streams.vault.key_pairs import create_key_pair
from tests.stack.running import Stack
from tests.stack.topics import await_markers, delete_topic

TENANT_HEADER = "tenant"
TENANTS = ("north", "south", "west")
#: Ours that everybody's records stand in, told apart by their tenants.
_SHARED = (VAULT, REDACTED, QUARANTINE, BATCHES, ALERTS, KEYED)
#: Limits are for a machine that does much else beside: what is waited for comes in a fraction of them.
_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Deployment:
    """What one test runs: everything that it writes is told from other tests' by topic and tenants."""

    stack: Stack
    folder: Path
    topic: str
    tenants: tuple[str, ...]
    config: Path
    settings: Settings = field(repr=False)
    admin: Settings = field(repr=False)

    @property
    def run_folder(self) -> Path:
        """Phase maps and the count of deadly records."""
        return self.settings.run_folder

    @property
    def worker_log(self) -> Path:
        """What the workers printed."""
        return self.folder / "worker.log"

    def produce(
        self,
        values: Sequence[bytes | None],
        *,
        tenant: str | None = None,
        keys: Sequence[bytes] = (),
        compression: str = "none",
    ) -> None:
        """Write raw records, spread by key, and wait until the broker has them."""
        header = (tenant or self.tenants[0]).encode()
        records = [
            (keys[number] if keys else str(number).encode(), value, ((TENANT_HEADER, header),))
            for number, value in enumerate(values)
        ]
        self.produce_records(records, compression)

    def produce_records(
        self, records: Sequence[tuple[bytes | None, bytes | None, Headers]], compression: str = "none"
    ) -> None:
        """Write raw records as they are."""
        failed: list[Any] = []
        producer = Producer(
            self.stack.kafka_options()
            | {"linger.ms": 5, "acks": "all", "message.max.bytes": 40_000_000, "compression.type": compression}
        )
        for key, value, headers in records:
            producer.produce(
                self.topic, value, key, headers=list(headers), on_delivery=lambda error, _: failed.append(error)
            )
            producer.poll(0)
        assert producer.flush(_SECONDS) == 0
        assert [error for error in failed if error is not None] == []

    @contextmanager
    def worker(
        self, slot: int = 0, *more: str, module: str = "streams.worker_main"
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run one worker process without a supervisor; it is killed at the end."""
        command = [sys.executable, "-m", module, "--slot", str(slot), "--run-folder", str(self.run_folder)]
        with self.started([*command, "--config", str(self.config), *more]) as process:
            yield process

    @contextmanager
    def started(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run a command whose output goes to the deployment's log; it is killed at the end, with its children."""
        with self.worker_log.open("ab") as output:
            process = subprocess.Popen(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, **(environment or {})},
            )
        try:
            yield process
        finally:
            _kill_group(process)

    def drain(self, slot: int = 0, *more: str, module: str = "streams.worker_main", seconds: float = 300.0) -> None:
        """Redact everything that is there in one worker process; return when all of it can be read."""
        with self.worker(slot, "--drain", *more, module=module) as process:
            status = process.wait(seconds)
        assert status == 0, self.worker_log.read_text()
        self.await_markers()

    def await_markers(self) -> None:
        """Return when readers of committed records see all that was committed to topics of ours."""
        await_markers(self.stack.kafka_options(), _SHARED)

    def read(self, topic: str) -> Iterator[tuple[Record, dict[str, Any]]]:
        """Yield what a read_committed reader sees of this deployment in a topic of ours, with the decoded value."""
        for record in read_whole_topic(self.admin, topic):
            tree = json.loads(record.value or b"null")
            if tree and self._is_ours(tree):
                yield record, tree

    def wait_for(self, done: Callable[[], bool], seconds: float = 240.0) -> None:
        """Wait until *done* says so; fail with the workers' output after *seconds*."""
        until = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < until, self.worker_log.read_text()
            time.sleep(0.2)

    def _is_ours(self, tree: Mapping[str, Any]) -> bool:
        if "coordinates" in tree:
            return bool(tree["coordinates"]["topic"] == self.topic)
        if "inputs" in tree:
            return any(part["topic"] == self.topic for part in tree["inputs"])
        return tree.get("topic") == self.topic or tree.get("tenant") in self.tenants


@contextmanager
def deployed(
    stack: Stack, folder: Path, *, tenants: int = 1, user: str = "admin", **sections: Mapping[str, Any]
) -> Iterator[Deployment]:
    """Make a deployment: keys, a settings file, topics, and a group that begins at the first record.

    *sections* stand above the settings file's own, and *user* is whom the workers log in as.
    """
    mark = "".join(chr(ord("a") + byte % 26) for byte in uuid.uuid4().bytes[:8])
    names = tuple(f"{tenant}-{mark}" for tenant in TENANTS[:tenants])
    topic = f"test.raw.{mark}.v1"
    folder.mkdir(parents=True, exist_ok=True)
    tree = (
        _kafka(stack, user, mark) | _keys(folder) | {"siem": {"url": stack.opensearch_url, "encrypted_at_rest": True}}
    )
    tree |= {
        "operator_tenant": f"operator-{mark}",
        "run_folder": str(folder / "run"),
        "topics": {topic: {"tenant_header": TENANT_HEADER}},
        "tenants": {name: {} for name in (*names, f"operator-{mark}")},
    }
    config = folder / "phistream.toml"
    config.touch(mode=0o600)
    config.write_text(_toml({**tree, **{name: {**tree.get(name, {}), **more} for name, more in sections.items()}}))
    admin = logged_in(load_settings(config), stack, "admin")
    create_topics(admin)
    # What an earlier test's killed process left open would come to a group that begins at the end after its begin.
    await_markers(stack.kafka_options(), _SHARED)
    begin_group(admin.kafka, REDACTORS, [topic], "earliest")
    try:
        yield Deployment(stack, folder, topic, names, config, load_settings(config), admin)
    finally:
        delete_topic(stack.kafka_options(), topic)


def logged_in(settings: Settings, stack: Stack, user: str) -> Settings:
    """Return settings with which *user* reaches the broker."""
    return settings.model_copy(update={"kafka": settings.kafka.model_copy(update=_login(stack, user))})


def _kafka(stack: Stack, user: str, environment: str) -> dict[str, Any]:
    """Return the section of the brokers; short timeouts, so that a test sees what follows a silent worker."""
    login = {
        name: value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in _login(stack, user).items()
    }
    return {
        "kafka": {
            "bootstrap_servers": stack.bootstrap,
            "environment": environment,
            "partitions": 4,
            "session_timeout_ms": 8_000,
            "transaction_timeout_ms": 6_000,
            "encrypted_at_rest": True,
            **login,
        }
    }


def _login(stack: Stack, user: str) -> dict[str, Any]:
    if not stack.secure:
        return {}
    return {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_username": user,
        "sasl_password": SecretStr(stack.kafka_passwords[user]),
        "ca_file": Path(str(stack.ca)),
    }


def _keys(folder: Path) -> dict[str, Any]:
    keys = folder / "keys"
    vault, quarantine = create_key_pair(keys, "vault"), create_key_pair(keys, "quarantine")
    return {
        "vault": {
            "kek_uri": vault.uri,
            "quarantine_kek_uri": quarantine.uri,
            "token_keys_file": str(keys / "token-keys.json"),
            "key_store": str(folder / "keys.db"),
        }
    }


def _toml(tree: Mapping[str, Any], path: tuple[str, ...] = ()) -> str:
    """Write settings as TOML; strings and keys as JSON strings, which TOML reads alike."""
    plain = {name: value for name, value in tree.items() if not isinstance(value, Mapping)}
    lines = [f"[{'.'.join(json.dumps(part) for part in path)}]"] if path else []
    lines += [f"{json.dumps(name)} = {json.dumps(value)}" for name, value in plain.items()]
    nested = [_toml(value, (*path, name)) for name, value in tree.items() if isinstance(value, Mapping)]
    return "\n".join([*lines, *nested]) + "\n"


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, 9)
    process.wait(_SECONDS)
