"""The state machine of grants, as a table: which word, whose, leads from where to where. Pure; time is an argument."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from schemas.access import Approval, Grant, GrantMode, GrantState, Identity
from schemas.audit_terms import Reason
from streams.breakglass import persons
from streams.breakglass.figures import FIGURES, RATIFY_SECONDS, REQUEST_SECONDS, SKEW_SECONDS

Who = Callable[[Grant, Identity, float], None]
When = Callable[[Grant, float], bool]


class GrantEvent(StrEnum):
    """What may happen to a grant; TIME and EXHAUST are nobody's word."""

    APPROVE = "approve"
    DENY = "deny"
    ACTIVATE = "activate"
    RATIFY = "ratify"
    CONTEST = "contest"
    REVOKE = "revoke"
    RELEASE = "release"
    REVIEW = "review"
    FIND = "find"
    EXHAUST = "exhaust"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of the table: *who* raises AccessDenied for those whose word does not count, *when* chooses the line."""

    state: GrantState
    event: GrantEvent
    target: GrantState
    who: Who
    when: When


def _always(grant: Grant, now: float) -> bool:
    del grant, now
    return True


def _enough(grant: Grant, now: float) -> bool:
    """Tell whether a grant that waits has its approvals, by as many people as roles; counted anew each time."""
    if _emergency(grant, now):
        return False
    roles = {approval.role for approval in grant.approvals}
    people = {approval.person for approval in grant.approvals}
    return min(len(roles), len(people)) >= max(grant.needed, 1)


def _normal(grant: Grant, now: float) -> bool:
    return not _emergency(grant, now)


def _emergency(grant: Grant, now: float) -> bool:
    del now
    return grant.terms.mode is GrantMode.EMERGENCY


def _request_is_old(grant: Grant, now: float) -> bool:
    return now >= (grant.approved_at or grant.requested_at) + REQUEST_SECONDS


def _over(grant: Grant, now: float) -> bool:
    return grant.expires_at is None or now >= grant.expires_at


def _was_active(grant: Grant, now: float) -> bool:
    del now
    return grant.activated_at is not None


def _review_is_late(grant: Grant, now: float) -> bool:
    return now >= (grant.ended_at or 0.0) + FIGURES[grant.terms.mode].review_seconds


def _ratification_is_late(grant: Grant, now: float) -> bool:
    wanted = grant.terms.mode is GrantMode.EMERGENCY and grant.ratification is None
    return wanted and now >= (grant.activated_at or 0.0) + RATIFY_SECONDS


_S, _E = GrantState, GrantEvent
_ACTIVE = (_S.ACTIVE, _S.ACTIVE_EMERGENCY)
#: The ends of a grant: no line of the table leads from them, or from what follows, to a state in which it opens.
ENDED = (_S.EXPIRED, _S.EXHAUSTED, _S.REVOKED, _S.RELEASED)
_REVIEWABLE = (_S.REVIEW_DUE, _S.REVIEW_OVERDUE)

TABLE: tuple[Transition, ...] = (
    Transition(_S.REQUESTED, _E.APPROVE, _S.APPROVED, persons.may_approve, _enough),
    Transition(_S.REQUESTED, _E.APPROVE, _S.REQUESTED, persons.may_approve, _normal),
    Transition(_S.REQUESTED, _E.DENY, _S.DENIED, persons.may_approve, _always),
    Transition(_S.REQUESTED, _E.ACTIVATE, _S.ACTIVE_EMERGENCY, persons.is_fresh_requester, _emergency),
    Transition(_S.APPROVED, _E.ACTIVATE, _S.ACTIVE, persons.is_fresh_requester, _enough),
    *(Transition(state, _E.REVOKE, _S.REVOKED, persons.may_revoke, _always) for state in (_S.REQUESTED, _S.APPROVED)),
    *(Transition(state, _E.REVOKE, _S.REVOKED, persons.may_revoke, _always) for state in _ACTIVE),
    *(Transition(state, _E.RELEASE, _S.RELEASED, persons.is_requester, _always) for state in _ACTIVE),
    *(Transition(state, _E.EXHAUST, _S.EXHAUSTED, persons.is_requester, _always) for state in _ACTIVE),
    Transition(_S.ACTIVE_EMERGENCY, _E.RATIFY, _S.ACTIVE_EMERGENCY, persons.may_ratify, _always),
    Transition(_S.ACTIVE_EMERGENCY, _E.CONTEST, _S.REVOKED, persons.may_ratify, _always),
    *(
        Transition(_S.REVIEW_DUE, event, _S.REVIEW_DUE, persons.may_ratify, _emergency)
        for event in (_E.RATIFY, _E.CONTEST)
    ),
    *(Transition(state, _E.REVIEW, _S.CLOSED_APPROPRIATE, persons.may_review, _always) for state in _REVIEWABLE),
    *(Transition(state, _E.FIND, _S.CLOSED_FINDING, persons.may_review, _always) for state in _REVIEWABLE),
    Transition(_S.REQUESTED, _E.TIME, _S.EXPIRED_UNAPPROVED, persons.nobody, _request_is_old),
    Transition(_S.APPROVED, _E.TIME, _S.EXPIRED, persons.nobody, _request_is_old),
    *(Transition(state, _E.TIME, _S.EXPIRED, persons.nobody, _over) for state in _ACTIVE),
    *(Transition(state, _E.TIME, _S.REVIEW_DUE, persons.nobody, _was_active) for state in ENDED),
    Transition(_S.REVIEW_DUE, _E.TIME, _S.REVIEW_OVERDUE, persons.nobody, _ratification_is_late),
    Transition(_S.REVIEW_DUE, _E.TIME, _S.REVIEW_OVERDUE, persons.nobody, _review_is_late),
)


def step(grant: Grant, event: GrantEvent, identity: Identity, now: float) -> Grant:
    """Return the grant after *event* by *identity*; raises AccessDenied where the table has no line that lets them.

    The grant must be settled, so that what time ended is not gone on with.
    """
    if event is GrantEvent.TIME or settle(grant, now) != grant:
        raise persons.refused(Reason.GRANT_STATE)
    lines = [line for line in TABLE if line.state is grant.state and line.event is event]
    if not lines:
        raise persons.refused(Reason.GRANT_STATE)
    lines[0].who(grant, identity, now)
    recorded = _recorded(grant, event, identity, now)
    for line in lines:
        if line.when(recorded, now):
            return _moved(recorded, line.target, now)
    raise persons.refused(Reason.GRANT_STATE)


def settle(grant: Grant, now: float) -> Grant:
    """Return the grant as time alone leaves it."""
    for line in TABLE:
        if line.event is GrantEvent.TIME and line.state is grant.state and line.when(grant, now):
            return settle(_moved(grant, line.target, now), now)
    return grant


def may_open(grant: Grant, identity: Identity, now: float) -> None:
    """Raise AccessDenied unless the grant opens something for this person now."""
    persons.is_requester(grant, identity, now)
    persons.has_second_factor(identity)
    if grant.state not in (GrantState.ACTIVE, GrantState.ACTIVE_EMERGENCY):
        raise persons.refused(Reason.GRANT_STATE)
    if _over(grant, now) or now < (grant.activated_at or now) - SKEW_SECONDS:
        raise persons.refused(Reason.GRANT_EXPIRED)


def blocks(grant: Grant) -> bool:
    """Tell whether the grant, as it stands, keeps its requester from any other one."""
    closed = grant.state in (GrantState.CLOSED_APPROPRIATE, GrantState.CLOSED_FINDING)
    return not closed and (grant.incident is not None or grant.state is GrantState.REVIEW_OVERDUE)


def _recorded(grant: Grant, event: GrantEvent, identity: Identity, now: float) -> Grant:
    match event:
        case GrantEvent.APPROVE | GrantEvent.DENY:
            role = persons.approving_role(grant, identity)
            word = Approval(identity.person, role, event is GrantEvent.APPROVE, now)
            return grant if event is GrantEvent.DENY else replace(grant, approvals=(*grant.approvals, word))
        case GrantEvent.RATIFY | GrantEvent.CONTEST:
            role = persons.approving_role(grant, identity)
            word = Approval(identity.person, role, event is GrantEvent.RATIFY, now)
            return replace(grant, ratification=word, incident=grant.incident if word.approved else "contested")
        case GrantEvent.REVIEW | GrantEvent.FIND:
            role = persons.reviewing_role(grant, identity)
            word = Approval(identity.person, role, event is GrantEvent.REVIEW, now)
            return replace(grant, review=word, incident=grant.incident if word.approved else "finding")
    return grant


def _moved(grant: Grant, target: GrantState, now: float) -> Grant:
    grant = replace(grant, state=target, version=grant.version + 1)
    if target is GrantState.APPROVED:
        return replace(grant, approved_at=now)
    if target in _ACTIVE and grant.activated_at is None:
        seconds = min(grant.terms.seconds, FIGURES[grant.terms.mode].seconds)
        return replace(grant, activated_at=now, expires_at=now + seconds)
    if target in ENDED and grant.ended_at is None:
        # What time ended, ended then and not when somebody looked.
        ended_at = min(now, grant.expires_at or now) if target is GrantState.EXPIRED else now
        return replace(grant, ended_at=ended_at, ended_as=target)
    if target is GrantState.REVIEW_OVERDUE:
        code = "not_ratified" if _ratification_is_late(grant, now) else "review_overdue"
        return replace(grant, incident=grant.incident or code)
    return grant


def revoked(grant: Grant, now: float) -> Grant:
    """Return the grant revoked by the service itself, when its requester has left."""
    return _moved(grant, GrantState.REVOKED, now)
