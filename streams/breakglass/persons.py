"""Whose word counts on a grant: two people are two when issuer or immutable subject differ, and by nothing else."""

from schemas.access import APPROVERS, Grant, Identity, Person, Role
from schemas.audit_terms import Reason
from schemas.errors import AccessDenied
from schemas.vault import TenantId
from streams.breakglass.figures import FRESH_SECONDS, RATIFY_SECONDS, SKEW_SECONDS

#: A second factor, as RFC 8176 names them.
_SECOND_FACTORS = frozenset({"otp", "hwk", "pop", "mfa"})
_REVIEWERS = (Role.AUDITOR, Role.PRIVACY_OFFICER, Role.SECURITY)


def refused(reason: Reason) -> AccessDenied:
    """Return the error for a word that does not count; the reason is public."""
    return AccessDenied("not allowed", code=reason.value)


def has_second_factor(identity: Identity) -> None:
    """Raise AccessDenied for a person who proved only one thing."""
    if identity.methods.isdisjoint(_SECOND_FACTORS):
        raise refused(Reason.WEAK_AUTHENTICATION)


def is_fresh(identity: Identity, now: float) -> None:
    """Raise AccessDenied for a person who did not sign in, with two factors, just now."""
    has_second_factor(identity)
    if not -SKEW_SECONDS <= now - identity.authenticated_at <= FRESH_SECONDS:
        raise refused(Reason.STALE_AUTHENTICATION)


def may_request(tenant: TenantId, identity: Identity, now: float) -> None:
    """Raise AccessDenied for a person who may ask for nothing in *tenant*."""
    is_fresh(identity, now)
    if not identity.holds(tenant, Role.REQUESTER):
        raise refused(Reason.ROLE_MISSING)


def is_requester(grant: Grant, identity: Identity, now: float) -> None:
    """Raise AccessDenied for anyone but the grant's requester, and where they lost the role meanwhile."""
    del now
    if identity.person != grant.requester:
        raise refused(Reason.OTHER_PERSON)
    if not identity.holds(grant.terms.tenant, Role.REQUESTER):
        raise refused(Reason.ROLE_MISSING)


def is_fresh_requester(grant: Grant, identity: Identity, now: float) -> None:
    """Raise AccessDenied for anyone but the requester, signed in just now."""
    is_requester(grant, identity, now)
    is_fresh(identity, now)


def may_approve(grant: Grant, identity: Identity, now: float) -> None:
    """Raise AccessDenied for the requester, for a second word of one person, and without a role that counts here."""
    _is_another(identity.person, grant.requester)
    _has_not_spoken(identity.person, grant)
    is_fresh(identity, now)
    approving_role(grant, identity)


def approving_role(grant: Grant, identity: Identity) -> Role:
    """Return the role in which the person approves: one that neither requester nor an earlier approver brings.

    Raises AccessDenied where there is none.
    """
    taken = grant.requester_roles | {approval.role for approval in grant.approvals}
    for role in sorted(APPROVERS):
        if role not in taken and identity.holds(grant.terms.tenant, role):
            return role
    raise refused(Reason.ROLE_MISSING)


def may_ratify(grant: Grant, identity: Identity, now: float) -> None:
    """Raise AccessDenied as may_approve does, for a second word, and for one that comes too late."""
    may_approve(grant, identity, now)
    if grant.ratification is not None:
        raise refused(Reason.REPEATED)
    if grant.activated_at is None or now >= grant.activated_at + RATIFY_SECONDS:
        raise refused(Reason.TIMEOUT)


def may_revoke(grant: Grant, identity: Identity, now: float) -> None:
    """Raise AccessDenied for all but the requester and those who approve; an old sign-in may stop, too."""
    del now
    has_second_factor(identity)
    stops = any(identity.holds(grant.terms.tenant, role) for role in APPROVERS)
    if identity.person != grant.requester and not stops:
        raise refused(Reason.ROLE_MISSING)


def may_review(grant: Grant, identity: Identity, now: float) -> None:
    """Raise AccessDenied for everyone who had a part in the grant, and without a role that reviews."""
    _is_another(identity.person, grant.requester)
    _has_not_spoken(identity.person, grant)
    is_fresh(identity, now)
    reviewing_role(grant, identity)


def reviewing_role(grant: Grant, identity: Identity) -> Role:
    """Return the role in which the person reviews; raises AccessDenied where there is none."""
    for role in _REVIEWERS:
        if identity.holds(grant.terms.tenant, role):
            return role
    raise refused(Reason.ROLE_MISSING)


def nobody(grant: Grant, identity: Identity, now: float) -> None:
    """Raise AccessDenied: time passes by itself."""
    del grant, identity, now
    raise refused(Reason.GRANT_STATE)


def _is_another(person: Person, requester: Person) -> None:
    if person == requester:
        raise refused(Reason.SELF_APPROVAL)


def _has_not_spoken(person: Person, grant: Grant) -> None:
    spoken = [approval.person for approval in grant.approvals]
    if grant.ratification is not None:
        spoken.append(grant.ratification.person)
    if person in spoken:
        raise refused(Reason.APPROVED_BEFORE)
