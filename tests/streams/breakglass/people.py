"""Invented people and requests for the tests of break-glass."""

from schemas.access import (
    Grant,
    GrantMode,
    GrantRequest,
    GrantTerms,
    Identity,
    Person,
    Purpose,
    Role,
    Scope,
    View,
)
from schemas.vault import TenantId, Token

TENANT = TenantId("clinic")
OTHER_TENANT = TenantId("laboratory")
#: When everything begins.
START = 1_800_000_000.0
TOKEN = Token("phi_name_ca_bcdfghjklmnpqrstvwxz")
_BOTH_FACTORS = frozenset({"pwd", "otp"})


def identity(name: str, *roles: Role, at: float = START, tenant: TenantId = TENANT) -> Identity:
    """Return a person who signed in at *at* with two factors."""
    person = Person("https://id.example.org", name)
    return Identity(person, {tenant: frozenset(roles)}, _BOTH_FACTORS, at)


def requester(at: float = START) -> Identity:
    """Return the person who asks in most tests."""
    return identity("ada", Role.REQUESTER, at=at)


def officer(at: float = START) -> Identity:
    """Return a privacy officer."""
    return identity("bo", Role.PRIVACY_OFFICER, at=at)


def security(at: float = START) -> Identity:
    """Return somebody of security."""
    return identity("cy", Role.SECURITY, at=at)


def auditor(at: float = START) -> Identity:
    """Return an auditor."""
    return identity("di", Role.AUDITOR, at=at)


def terms(
    mode: GrantMode = GrantMode.NORMAL,
    scope: Scope | None = None,
    view: View = View.FULL,
    seconds: int = 3600,
    purpose: Purpose = Purpose.TREATMENT,
) -> GrantTerms:
    """Return the terms of a grant for one token, unless told otherwise."""
    return GrantTerms(TENANT, mode, purpose, scope or Scope(tokens=frozenset({TOKEN})), view, seconds)


def request(wanted: GrantTerms | None = None) -> GrantRequest:
    """Return a request with a reason."""
    return GrantRequest(wanted or terms(), "Patient cannot be reached under the number in the chart.")


def grant(mode: GrantMode = GrantMode.NORMAL, needed: int = 1) -> Grant:
    """Return a fresh grant of the requester."""
    return Grant("gr_1", terms(mode), requester().person, frozenset({Role.REQUESTER}), needed, START)
