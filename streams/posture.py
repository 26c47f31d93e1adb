"""How much a deployment protects, as a flat value, and which of two protects less: pure, one table of comparisons."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streams.config import Settings
from streams.policy import Claim, OperatorName, Policy, PolicyRule
from streams.section import Section

#: From nothing left of a value to all of it: what stays in the index, or can be had back, or joined, is weaker.
_STRENGTH: Mapping[str, int] = {
    OperatorName.REDACT: 0,
    OperatorName.REPLACE: 0,
    "token r": 1,
    "token c": 2,
    "token d": 3,
    OperatorName.HASH: 4,
    OperatorName.GENERALIZE: 5,
    OperatorName.MASK: 6,
    OperatorName.KEEP: 7,
}
_CLAIMS = (Claim.SAFE_HARBOR, Claim.PSEUDONYMISED, Claim.LIMITED_DATA_SET, Claim.NONE)
Weaker = Callable[[Any, Any], bool]


@dataclass(frozen=True, slots=True)
class Posture:
    """What is protected and how, by name; *policy* is the fingerprint of the policy that it was made of."""

    policy: str
    facts: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """Return SHA-256 of the facts, in hex: the same for whatever protects alike."""
        return hashlib.sha256(json.dumps(self.facts, sort_keys=True).encode()).hexdigest()


def posture_of(settings: Settings, policy: Policy) -> Posture:
    """Return what settings and policy protect, and how."""
    facts: dict[str, Any] = {"policy.claim": policy.claim.value, "allow_plaintext": settings.allow_plaintext}
    facts |= {f"policy.identifiers.{type_.value}": _rule(rule) for type_, rule in policy.rules.items()}
    facts |= {f"retention.{name}": days for name, days in settings.retention if name.endswith("_days")}
    facts["limits.decoding_depth"] = settings.limits.decoding_depth
    for name, tenant in sorted(settings.tenants.items()):
        # Without re-identification there is nobody to approve anything: more than any number of approvals.
        facts[f"tenants.{name}.approvals"] = tenant.approvals if tenant.breakglass else None
        facts[f"tenants.{name}.staff_applications"] = sorted(tenant.staff_applications)
    facts |= _detector(settings)
    return Posture(policy.fingerprint, facts | _identity(settings))


def weakenings(old: Posture, new: Posture) -> tuple[str, ...]:
    """Return the names of what *new* protects less than *old*, sorted; what one says nothing of has its default."""
    found = []
    for name in sorted({*old.facts, *new.facts}):
        weaker, default = _comparison(name)
        if weaker(old.facts.get(name, default), new.facts.get(name, default)):
            found.append(name)
    return tuple(found)


def _weaker_rule(old: Any, new: Any) -> bool:
    """Tell whether an identifier is treated worse; one without a rule is kept."""
    (strength, _, remainder, keeps), (other, _, other_remainder, other_keeps) = old, new
    return bool(other > strength or (other_remainder and not remainder) or not set(other_keeps) <= set(keeps))


def _more(old: Any, new: Any) -> bool:
    return bool(new > old)


def _less(old: Any, new: Any) -> bool:
    return bool(new < old)


def _fewer_approvals(old: int | None, new: int | None) -> bool:
    return new is not None and (old is None or new < old)


def _grown(old: Any, new: Any) -> bool:
    return not set(new) <= set(old)


def _shrunk(old: Any, new: Any) -> bool:
    return not set(old) <= set(new)


def _lower_claim(old: Any, new: Any) -> bool:
    return _CLAIMS.index(Claim(new)) > _CLAIMS.index(Claim(old))


def _other(old: Any, new: Any) -> bool:
    """Tell of what cannot be measured: gone is not weaker, come or changed may be."""
    return bool(new) and new != old


def _changed(old: Any, new: Any) -> bool:
    return bool(old) and new != old


_KEPT = [_STRENGTH[OperatorName.KEEP], "keep", False, []]
#: By the begin of a name: what is weaker, and what a fact is where nothing is said of it.
_TABLE: tuple[tuple[str, Weaker, Any], ...] = (
    ("policy.claim", _lower_claim, Claim.NONE.value),
    ("policy.identifiers.", _weaker_rule, _KEPT),
    ("retention.audit_days", _less, 0),
    ("retention.", _more, 0),
    ("limits.decoding_depth", _less, 0),
    ("allow_plaintext", _more, False),
    ("tenants.", _fewer_approvals, None),
    ("detector.safe_list", _other, ""),
    ("detector.", _shrunk, []),
    ("identity.issuer", _changed, ""),
    ("identity.max_age_seconds", _more, 0),
    ("identity.", _grown, []),
)


def _comparison(name: str) -> tuple[Weaker, Any]:
    if name.endswith(".staff_applications"):
        return _grown, []
    return next((weaker, default) for prefix, weaker, default in _TABLE if name.startswith(prefix))


def _rule(rule: PolicyRule) -> list[Any]:
    kind = rule.operator.value if rule.mode is None else f"{rule.operator.value} {rule.mode.value}"
    return [_STRENGTH[kind], kind, rule.remainder, sorted(rule.keeps)]


def _detector(settings: Settings) -> dict[str, Any]:
    """Return what finds identifiers beyond the shipped layers; sealed lists are known by their bytes alone."""
    detector = settings.detector
    lists = [name for name in ("roster", "deny_list") if getattr(detector, name) is not None]
    added = [f"{each.name} {_digest(each)}" for each in detector.recognizers]
    added += [f"{each.name} {_digest(each)}" for each in detector.presidio]
    spacy = [] if detector.spacy is None else [f"{detector.spacy} {name}" for name in sorted(detector.spacy_labels)]
    return {
        "detector.lists": lists,
        "detector.recognizers": sorted(added),
        "detector.spacy": spacy,
        "detector.safe_list": _file(detector.safe_list),
    }


def _identity(settings: Settings) -> dict[str, Any]:
    """Return who says who people are, and what of a sign-in is enough."""
    oidc = settings.breakglass.oidc
    if oidc is None:
        return {}
    return {
        "identity.issuer": oidc.issuer,
        "identity.acr_values": sorted(oidc.acr_values),
        "identity.amr_values": sorted(oidc.amr_values),
        "identity.max_age_seconds": oidc.max_age_seconds,
    }


def _digest(section: Section) -> str:
    return hashlib.sha256(section.model_dump_json().encode()).hexdigest()


def _file(path: Path | None) -> str:
    """Return SHA-256 of a file; one that cannot be read is told of by who needs it."""
    return "" if path is None or not path.is_file() else hashlib.sha256(path.read_bytes()).hexdigest()
