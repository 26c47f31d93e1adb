"""The embedded profile: one state folder that is log, index, key store and keys; no server."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import ConfigError
from schemas.topics import TOPICS
from streams.log.seal import LogSeal, load_log_key
from streams.log.sqlite_store import SqliteStore
from streams.vault.key_pairs import ensure_key_pair
from streams.vault.passphrase import is_protected
from streams.vault.private_file import make_private_folder, read_private

#: The consumer group of redactors.
REDACTORS = "redactor"
#: The one tenant of a state folder.
TENANT = "local"
#: The key pairs of a state folder: one for the vault's entries, one for quarantined records.
KEY_PAIRS = ("vault", "quarantine")
UNPROTECTED = (
    "The vault's private key lies unprotected in {folder}: whoever holds this folder can re-identify. "
    "Keep it as you keep the records themselves, or let two people protect it with `phistream breakglass init`."
)


@dataclass(frozen=True, slots=True)
class EmbeddedState:
    """Where everything of one state folder lies; the folder is 0700, every key file 0600."""

    folder: Path

    @property
    def log_file(self) -> Path:
        """The log and the index."""
        return self.folder / "log.db"

    @property
    def key_store(self) -> Path:
        """The wrapped DEKs: a second file, so that backup and erasure of keys stand apart."""
        return self.folder / "keys.db"

    @property
    def keys(self) -> Path:
        """The folder of the log key, the token keys and the key pairs."""
        return self.folder / "keys"

    @property
    def breakglass(self) -> Path:
        """The folder of accounts and grants."""
        return self.folder / "breakglass"

    @property
    def audit_log(self) -> Path:
        """The folder of the audit log of persons and services."""
        return self.folder / "audit"

    @property
    def audit_keys(self) -> Path:
        """The keys that sign the audit log's checkpoints."""
        return self.keys / "audit-log.json"

    @property
    def ledger(self) -> Path:
        """The ledger of erasures, beside the audit log."""
        return self.audit_log / "erasures.jsonl"

    @property
    def accepted_policy(self) -> Path:
        """What two persons accepted: nothing weaker runs here."""
        return self.folder / "accepted-policy.json"

    @property
    def run_folder(self) -> Path:
        """Phase maps, the count of deadly records, the lock."""
        return self.folder / "run"

    def prepare(self) -> bool:
        """Make what is missing; tell whether the private keys lie unprotected."""
        for folder in (self.folder, self.keys, self.run_folder):
            make_private_folder(folder)
        pairs = [ensure_key_pair(self.keys, name) for name in KEY_PAIRS]
        return any(pair.private.exists() and not is_protected(read_private(pair.private)) for pair in pairs)

    def open_store(self) -> SqliteStore:
        """Open the log, with every topic in it."""
        store = SqliteStore(self.log_file, LogSeal(load_log_key(self.keys / "log.key")))
        self.log_file.chmod(0o600)
        for topic in TOPICS:
            store.create_topic(topic.name)
        return store

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the folder for one writing command at a time; raises ConfigError where another holds it."""
        with (self.run_folder / "lock").open("a+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise ConfigError("state folder is in use by another command", path=str(self.folder)) from None
            yield
