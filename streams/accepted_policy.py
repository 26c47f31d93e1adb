"""The policy that two persons accepted for a deployment: a file, and the refusal to run with anything weaker."""

import json
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import ConfigError
from streams.config import Settings
from streams.policy import load_policy
from streams.posture import Posture, posture_of, weakenings
from streams.vault.private_file import write_private

VERSION = 1
_NAMES = frozenset({"v", "policy", "facts", "digest", "at_ms", "by"})
_READABLE = 0o644


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was accepted, when, and by whom (issuer and subject)."""

    posture: Posture
    at_ms: int
    by: tuple[str, ...]


def accepted_file(settings: Settings) -> Path:
    """Return where it stands."""
    return settings.accepted_policy or settings.run_folder / "accepted-policy.json"


def posture_of_settings(settings: Settings) -> Posture:
    """Return what the settings protect, with the policy that they name; raises ConfigError."""
    return posture_of(settings, load_policy(settings.policy))


def write_accepted(path: Path, accepted: Accepted) -> None:
    """Put it in the place of what was accepted before; a reader sees the one or the other."""
    posture = accepted.posture
    path.parent.mkdir(parents=True, exist_ok=True)
    tree = {"v": VERSION, "policy": posture.policy, "facts": dict(posture.facts), "digest": posture.digest}
    tree |= {"at_ms": accepted.at_ms, "by": list(accepted.by)}
    write_private(path, json.dumps(tree, sort_keys=True, indent=1).encode() + b"\n", _READABLE)


def read_accepted(path: Path) -> Accepted | None:
    """Return what was accepted, None where nothing was; raises ConfigError where the file is not as it was written."""
    try:
        tree = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"accepted policy cannot be read: {path}", errno=error.errno) from None
    except ValueError:
        tree = None
    if not isinstance(tree, dict) or set(tree) != _NAMES or tree["v"] != VERSION:
        raise ConfigError(f"accepted policy is of an unknown form: {path}")
    posture = Posture(str(tree["policy"]), tree["facts"])
    if posture.digest != tree["digest"]:
        raise ConfigError(f"accepted policy was altered: {path}")
    return Accepted(posture, int(tree["at_ms"]), tuple(tree["by"]))


def weaker_than_accepted(settings: Settings) -> tuple[str, ...]:
    """Return the names of what the settings protect less than was accepted; none where nothing was accepted yet."""
    accepted = read_accepted(accepted_file(settings))
    return () if accepted is None else weakenings(accepted.posture, posture_of_settings(settings))


def refuse_weaker(settings: Settings) -> None:
    """Raise ConfigError, which names the first of them, where the settings protect less than two persons accepted."""
    weaker = weaker_than_accepted(settings)
    if weaker:
        raise ConfigError(
            "weaker than what two persons accepted; see `phistream policy check`", setting=weaker[0], count=len(weaker)
        )
