"""Bearer tokens of an identity provider: whose they are, how that was proven, and which roles their groups bring."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jws import JWSRegistry, extract_compact
from sqlalchemy import select

from schemas.access import Identity, Person, Role
from schemas.audit_terms import Reason
from schemas.errors import AccessDenied, ConfigError
from schemas.vault import TenantId
from streams.breakglass.identity.provider_keys import ProviderKeys
from streams.breakglass.identity.registry import Registry
from streams.breakglass.identity.separation import refuse_conflict
from streams.breakglass.identity.step_up import StepUp, StepUpNeeded
from streams.breakglass.identity.tables import GROUPS

#: Signatures by private keys only: `none` and every HS* are refused before a key is looked for.
ALGORITHMS = frozenset({"RS256", "PS256", "ES256", "EdDSA"})
_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
#: Clocks of two hosts differ by no more.
_SKEW_SECONDS = 30.0
_MAX_BYTES = 16 * 1024
#: What stands in audit records; a provider whose subjects look otherwise is not supported.
_SUBJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:|-]{0,127}")
_METHOD = re.compile(r"[a-z]{2,8}")


@dataclass(frozen=True, slots=True)
class Provider:
    """One identity provider, and what it must say of a sign-in.

    `acr_values` are the classes that stand for two factors there, `amr_values` the methods of which one suffices
    instead; one of both is needed. `max_age` bounds how old a sign-in may be for any use; acts that need a young one
    ask for it themselves.
    """

    issuer: str
    audience: str
    acr_values: frozenset[str] = frozenset()
    amr_values: frozenset[str] = frozenset()
    max_age: float = 8 * 3600.0
    groups_claim: str = "groups"

    def __post_init__(self) -> None:
        if not self.acr_values and not self.amr_values:
            raise ConfigError("say which acr or amr stands for two factors", setting="breakglass.oidc.acr_values")
        if not self.issuer.startswith(("https://", "http://")) or not self.audience:
            raise ConfigError("issuer and audience are needed", setting="breakglass.oidc.issuer")


class _Pinned(JWSRegistry):
    """Knows the algorithms above and no other, whatever the library recommends."""

    def get_alg(self, name: str) -> Any:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError
        return self.algorithms[name]


@dataclass(frozen=True, slots=True)
class Oidc:
    """Judges the tokens of one provider."""

    provider: Provider
    keys: ProviderKeys
    registry: Registry

    def verify(self, token: str, now: float) -> Identity:
        """Return who the token stands for, with the roles of their groups and those given here, as of now.

        Raises AccessDenied for a token that is not the provider's, not for us, not now, or of somebody who left;
        StepUpNeeded for a sign-in that is too weak or too old; ProviderUnavailable where no key can be had.
        """
        claims = self._claims(token)
        subject = self._check(claims, now)
        acr, methods, signed_in_at = self._check_sign_in(claims, now)
        roles = self._roles(claims.get(self.provider.groups_claim))
        identity = Identity(Person(self.provider.issuer, subject), roles, methods, signed_in_at, acr)
        return self.registry.current(identity, now)

    def step_up(self, max_age: float) -> StepUp:
        """Return what a person is asked for who must sign in again, at most so long before."""
        return StepUp(tuple(sorted(self.provider.acr_values)), int(max_age))

    def _claims(self, token: str) -> Mapping[str, Any]:
        if len(token) > _MAX_BYTES:
            raise _refused()
        try:
            header = extract_compact(token.encode("ascii")).headers()
            if str(header.get("typ", "jwt")).lower() not in _TYPES or header.get("alg") not in ALGORITHMS:
                raise _refused()
            kid = header.get("kid")
            key = self.keys.key(kid) if isinstance(kid, str) else None
            if key is None or key.get("alg", header["alg"]) != header["alg"]:
                raise _refused()
            return jwt.decode(token, key, registry=_Pinned()).claims
        except (JoseError, ValueError, TypeError):
            raise _refused() from None

    def _check(self, claims: Mapping[str, Any], now: float) -> str:
        audience = claims.get("aud")
        subject = claims.get("sub")
        if claims.get("iss") != self.provider.issuer:
            raise _refused()
        if self.provider.audience not in (audience if isinstance(audience, list) else [audience]):
            raise _refused()
        if _moment(claims, "exp") <= now - _SKEW_SECONDS or _moment(claims, "iat") > now + _SKEW_SECONDS:
            raise _refused()
        if "nbf" in claims and _moment(claims, "nbf") > now + _SKEW_SECONDS:
            raise _refused()
        if not isinstance(subject, str) or _SUBJECT.fullmatch(subject) is None:
            raise _refused()
        return subject

    def _check_sign_in(self, claims: Mapping[str, Any], now: float) -> tuple[str | None, frozenset[str], float]:
        acr, amr = claims.get("acr"), claims.get("amr")
        methods = frozenset(each for each in _texts(amr) if _METHOD.fullmatch(each))
        strong = isinstance(acr, str) and acr in self.provider.acr_values
        if not strong and methods.isdisjoint(self.provider.amr_values):
            raise StepUpNeeded(self.step_up(self.provider.max_age), Reason.WEAK_AUTHENTICATION)
        if "auth_time" not in claims:
            raise StepUpNeeded(self.step_up(self.provider.max_age), Reason.STALE_AUTHENTICATION)
        # Of the sign-in itself, not of the token: a refreshed token carries the old time.
        signed_in_at = _moment(claims, "auth_time")
        if signed_in_at > now + _SKEW_SECONDS:
            raise _refused()
        if now - signed_in_at > self.provider.max_age:
            raise StepUpNeeded(self.step_up(self.provider.max_age), Reason.STALE_AUTHENTICATION)
        return (acr if strong else None), methods | {"mfa"}, signed_in_at

    def _roles(self, groups: object) -> dict[TenantId, frozenset[Role]]:
        """Return the roles of groups, each by its whole name: a group within a group brings nothing by itself."""
        named = (GROUPS.c.issuer == self.provider.issuer, GROUPS.c.name.in_(_texts(groups)))
        roles: dict[TenantId, frozenset[Role]] = {}
        with self.registry.engine.connect() as connection:
            for tenant, role in connection.execute(select(GROUPS.c.tenant, GROUPS.c.role).where(*named)):
                roles[TenantId(tenant)] = roles.get(TenantId(tenant), frozenset()) | {Role(role)}
        refuse_conflict(roles)
        return roles


def _moment(claims: Mapping[str, Any], name: str) -> float:
    found = claims.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        raise _refused()
    return float(found)


def _texts(found: object) -> list[str]:
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def _refused() -> AccessDenied:
    # One answer for all of it: what was wrong with a token is nobody's business who made it up.
    return AccessDenied("bearer token is refused", code=Reason.BAD_CREDENTIAL.value)


def claimed_issuer(token: str) -> str:
    """Return the issuer that a token claims, verified by nobody; empty where it claims none that can be read."""
    try:
        payload = extract_compact(token[:_MAX_BYTES].encode("ascii")).payload
        claims = json.loads(payload)
    except (JoseError, ValueError, TypeError, RecursionError):
        return ""
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    return issuer if isinstance(issuer, str) else ""
