"""Policies: what is done with each identifier. Data in `policies/*.toml`; the loader refuses what cannot be claimed."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from schemas.errors import ConfigError
from schemas.identifiers import IdentifierType
from schemas.vault import TokenMode
from streams.vault.canonical import VERSION as CANONICAL_VERSION
from streams.vault.tokens import LOW_ENTROPY

FOLDER = Path(__file__).parent / "policies"
SHIPPED = ("default", "safe-harbor", "limited-data-set", "joinable")


class OperatorName(StrEnum):
    """What is done with an identifier; `token` is the only one that can be undone."""

    TOKEN = "token"  # noqa: S105 - A word of the policy language.
    GENERALIZE = "generalize"
    REPLACE = "replace"
    MASK = "mask"
    REDACT = "redact"
    HASH = "hash"
    KEEP = "keep"


class Claim(StrEnum):
    """What a policy says of its output; the loader holds it to that."""

    PSEUDONYMISED = "pseudonymised"
    SAFE_HARBOR = "safe-harbor"
    LIMITED_DATA_SET = "limited-data-set"
    NONE = "none"


class Kept(StrEnum):
    """A part of geography that a limited data set may hold."""

    TOWN = "town"
    ZIP = "zip"


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """What is done with one identifier.

    `remainder` lets stand beside the token what Safe Harbor allows: the year, the first three digits of a ZIP, 90+.
    """

    operator: OperatorName
    mode: TokenMode | None = None
    remainder: bool = False
    keeps: frozenset[Kept] = frozenset()


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules for every identifier, with a name, a version and the fingerprint that every event carries."""

    name: str
    version: int
    claim: Claim
    statement: str
    rules: Mapping[IdentifierType, PolicyRule]
    fingerprint: str = field(init=False)

    def __post_init__(self) -> None:
        """Refuse rules that the claim cannot carry."""
        missing = [type_.value for type_ in IdentifierType if type_ not in self.rules]
        if missing:
            raise ConfigError("policy has no rule for an identifier", policy=self.name, type=missing[0])
        for type_, rule in self.rules.items():
            reason = _refusal(type_, rule, self.claim)
            if reason is not None:
                raise ConfigError(f"policy is refused: {reason}", policy=self.name, type=type_.value)
        object.__setattr__(self, "fingerprint", _fingerprint(self))

    def staff_pseudonyms(self) -> bool:
        """Tell whether users of staff applications get one pseudonym throughout the tenant."""
        return self.claim is not Claim.SAFE_HARBOR


def load_policy(name_or_path: str | Path) -> Policy:
    """Return a shipped policy by name, or the one in a TOML file; raises ConfigError with the reason of a refusal."""
    path = FOLDER / f"{name_or_path}.toml" if str(name_or_path) in SHIPPED else Path(name_or_path)
    try:
        tree = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"policy is not shipped and cannot be read as a file: {path}", errno=error.errno) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise ConfigError(f"policy is not a TOML file: {path}") from None
    try:
        return _read(tree)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        name = error.args[0] if isinstance(error, KeyError) else None
        raise ConfigError(f"policy is not complete or has an unknown word: {path}", missing=name) from None


def _read(tree: dict[str, Any]) -> Policy:
    unknown = sorted(set(tree) - {"name", "version", "claim", "statement", "identifiers"})
    if unknown:
        raise ConfigError("policy has an unknown setting", setting=unknown[0])
    rules = {IdentifierType(name): _read_rule(name, rule) for name, rule in tree["identifiers"].items()}
    return Policy(str(tree["name"]), int(tree["version"]), Claim(tree["claim"]), str(tree["statement"]).strip(), rules)


def _read_rule(name: str, tree: dict[str, Any]) -> PolicyRule:
    unknown = sorted(set(tree) - {"operator", "mode", "remainder", "keeps"})
    if unknown:
        raise ConfigError("policy rule has an unknown setting", type=name, setting=unknown[0])
    mode = tree.get("mode")
    return PolicyRule(
        OperatorName(tree["operator"]),
        None if mode is None else TokenMode(mode),
        bool(tree.get("remainder", False)),
        frozenset(Kept(part) for part in tree.get("keeps", ())),
    )


_REMAINING = frozenset({IdentifierType.DATE, IdentifierType.GEO, IdentifierType.AGE})
_LIMITED = frozenset({IdentifierType.DATE, IdentifierType.AGE})


def _refusal(type_: IdentifierType, rule: PolicyRule, claim: Claim) -> str | None:
    """Return why a rule may not be, or None."""
    return _refused_shape(type_, rule) or _refused_claim(type_, rule, claim)


def _refused_shape(type_: IdentifierType, rule: PolicyRule) -> str | None:
    if type_ is IdentifierType.CREDENTIAL:
        final = rule.operator is OperatorName.REDACT
        return None if final else "credentials are redacted for good, never kept, masked, hashed or given tokens"
    if (rule.mode is not None) != (rule.operator is OperatorName.TOKEN):
        return "a mode stands with the operator token, and only there"
    if rule.mode is TokenMode.DETERMINISTIC and type_ in LOW_ENTROPY:
        return (
            "tokens keyed by tenant are for identifiers of high entropy: these few values are told by their frequency"
        )
    if (rule.remainder or rule.operator is OperatorName.GENERALIZE) and type_ not in _REMAINING:
        return "nothing of this identifier may remain"
    if rule.keeps and type_ is not IdentifierType.GEO:
        return "only parts of geography can be kept"
    return None


def _refused_claim(type_: IdentifierType, rule: PolicyRule, claim: Claim) -> str | None:
    keeps = rule.operator is OperatorName.KEEP
    if claim is Claim.NONE:
        return None
    if claim is Claim.LIMITED_DATA_SET:
        direct = keeps and type_ not in _LIMITED
        return "a limited data set keeps dates, ages, towns and ZIP codes alone (164.514(e)(2))" if direct else None
    if keeps or rule.keeps:
        return f"a {claim.value} record keeps no identifier"
    derived = rule.operator is OperatorName.HASH or rule.mode in (TokenMode.CONVERSATION, TokenMode.DETERMINISTIC)
    if claim is Claim.SAFE_HARBOR and derived:
        return "a code derived from the value cannot carry a Safe Harbor claim (164.514(c)): only mode r"
    return None


def _fingerprint(policy: Policy) -> str:
    rules = {
        type_.value: [rule.operator.value, rule.mode and rule.mode.value, rule.remainder, sorted(rule.keeps)]
        for type_, rule in policy.rules.items()
    }
    tree = [1, CANONICAL_VERSION, policy.name, policy.version, policy.claim.value, rules]
    digest = hashlib.sha256(json.dumps(tree, sort_keys=True).encode("utf-8")).hexdigest()
    return f"{policy.name}-{policy.version}-{digest[:16]}"
