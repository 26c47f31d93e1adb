"""The policy that two persons accepted for a deployment: a signed file, and the refusal to run with anything weaker.

It is signed under the token keys, which every worker holds: who may write the file, and the settings, but not read
those keys, makes no other one count. On the host where it was accepted its digest stands beside the keys: there it is
missed where it is gone, and an earlier one does not come back.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.errors import ConfigError
from streams.config import Settings
from streams.policy import load_policy
from streams.posture import Posture, posture_of, weakenings
from streams.vault.primitives import derive, keyed_digest
from streams.vault.private_file import make_private_folder, read_private, write_private
from streams.vault.tokenkeys import load_token_keys

VERSION = 2
_NAMES = frozenset({"v", "policy", "facts", "digest", "at_ms", "by", "macs"})
_READABLE = 0o644
_NEWEST = "accepted-policy.sha256"


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was accepted, when, and by whom (issuer and subject)."""

    posture: Posture
    at_ms: int
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AcceptedFile:
    """Where an accepted policy stands, and the file of the token keys under which it is signed."""

    path: Path
    token_keys: Path | None

    def read(self) -> Accepted | None:
        """Return what was accepted, None where nothing was.

        Raises ConfigError where the file is not as we wrote it, is an older one, or is gone.
        """
        content: bytes | None
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            content = None
        except OSError as error:
            raise ConfigError(f"accepted policy cannot be read: {self.path}", errno=error.errno) from None
        newest = self._newest()
        if newest and _digest(content or b"") not in newest:
            raise ConfigError(f"accepted policy was taken away or put back: {self.path}")
        return None if content is None else self._verified(_tree(content, self.path))

    def write(self, accepted: Accepted) -> None:
        """Put it in the place of what was accepted before; a reader sees the one or the other.

        Raises ConfigError where the file, or its digest beside the token keys, may not be written.
        """
        posture = accepted.posture
        tree: dict[str, Any] = {"v": VERSION, "policy": posture.policy, "facts": dict(posture.facts)}
        tree |= {"digest": posture.digest, "at_ms": accepted.at_ms, "by": list(accepted.by)}
        tree["macs"] = {tenant: _mac(key, tree) for tenant, key in self._keys().items()}
        content = json.dumps(tree, sort_keys=True, indent=1).encode() + b"\n"
        try:
            self._put(content)
        except OSError as error:
            raise ConfigError(f"accepted policy cannot be written: {self.path}", errno=error.errno) from None

    def _put(self, content: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        before = self.path.read_bytes() if self.path.exists() else b""
        # Either is right until the file is there: a kill leaves one of them.
        self._note(_digest(before), _digest(content))
        write_private(self.path, content, _READABLE)
        self._note(_digest(content))

    def _verified(self, tree: Mapping[str, Any]) -> Accepted:
        keys, macs = self._keys(), tree["macs"]
        shared = sorted(set(keys) & set(macs))
        if not shared or not all(hmac.compare_digest(_mac(keys[each], tree), str(macs[each])) for each in shared):
            raise ConfigError(f"accepted policy was written by another hand: {self.path}")
        posture = Posture(str(tree["policy"]), tree["facts"])
        return Accepted(posture, int(tree["at_ms"]), tuple(tree["by"]))

    def _keys(self) -> Mapping[str, bytes]:
        if self.token_keys is None:
            raise ConfigError("an accepted policy is signed under the token keys", setting="vault.token_keys_file")
        known = load_token_keys(self.token_keys)
        return {tenant: derive(keys.lookup, "phistream/accepted-policy/v1") for tenant, keys in known.items()}

    def _newest(self) -> list[str]:
        noted = None if self.token_keys is None else self.token_keys.with_name(_NEWEST)
        return read_private(noted).decode("ascii", "replace").split() if noted is not None and noted.exists() else []

    def _note(self, *digests: str) -> None:
        if self.token_keys is not None:
            make_private_folder(self.token_keys.parent)
            write_private(self.token_keys.with_name(_NEWEST), "".join(f"{each}\n" for each in digests).encode())


def accepted_file(settings: Settings) -> AcceptedFile:
    """Return where it stands."""
    path = settings.accepted_policy or settings.run_folder / "accepted-policy.json"
    return AcceptedFile(path.absolute(), settings.vault.token_keys_file)


def posture_of_settings(settings: Settings) -> Posture:
    """Return what the settings protect, with the policy that they name; raises ConfigError."""
    return posture_of(settings, load_policy(settings.policy))


def weaker_than_accepted(settings: Settings) -> tuple[str, ...]:
    """Return the names of what the settings protect less than was accepted; none where nothing was accepted yet."""
    accepted = accepted_file(settings).read()
    return () if accepted is None else weakenings(accepted.posture, posture_of_settings(settings))


def refuse_weaker(settings: Settings) -> None:
    """Raise ConfigError, which names the first of them, where the settings protect less than two persons accepted."""
    weaker = weaker_than_accepted(settings)
    if weaker:
        raise ConfigError(
            "weaker than what two persons accepted; see `phistream policy check`", setting=weaker[0], count=len(weaker)
        )


def refuse_unaccepted(settings: Settings) -> None:
    """Raise ConfigError as refuse_weaker, and where the settings name an accepted policy that is not there."""
    file = accepted_file(settings)
    if settings.accepted_policy is not None and file.read() is None:
        raise ConfigError(f"accepted policy is missing: {file.path}", setting="accepted_policy")
    refuse_weaker(settings)


def _tree(content: bytes, path: Path) -> Mapping[str, Any]:
    try:
        tree = json.loads(content)
    except ValueError:
        tree = None
    if not isinstance(tree, dict) or set(tree) != _NAMES or tree["v"] != VERSION or not isinstance(tree["macs"], dict):
        raise ConfigError(f"accepted policy is of an unknown form: {path}")
    return tree


def _mac(key: bytes, tree: Mapping[str, Any]) -> str:
    signed = {name: value for name, value in tree.items() if name != "macs"}
    return keyed_digest(key, json.dumps(signed, sort_keys=True).encode()).hex()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
