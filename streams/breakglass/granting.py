"""Grants from request to review: every word is judged by the table, announced, kept, and told."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from schemas.access import (
    APPROVERS,
    Grant,
    GrantMode,
    GrantRequest,
    GrantState,
    Identity,
    Person,
    Role,
    View,
)
from schemas.audit import AuditRecord
from schemas.audit_terms import Action, Reason, Result
from schemas.errors import AccessDenied, ConfigError
from schemas.vault import TenantId
from streams.breakglass import persons, policy
from streams.breakglass.figures import FIGURES, LEAST_JUSTIFICATION, LONGEST_JUSTIFICATION
from streams.breakglass.outbox import Ungranted
from streams.breakglass.persons import refused
from streams.breakglass.policy import GrantEvent
from streams.breakglass.purposes import sees_masked
from streams.breakglass.quarantined import refuse_quarantined
from streams.breakglass.store import OPENABLE, GrantStore
from streams.breakglass.trail import Announced, Trail, grant_resource, intent_of, told, under
from streams.clock import Clock

_ACTIONS = {
    GrantEvent.APPROVE: Action.GRANT_APPROVE,
    GrantEvent.DENY: Action.GRANT_DENY,
    GrantEvent.ACTIVATE: Action.GRANT_ACTIVATE,
    GrantEvent.RATIFY: Action.GRANT_RATIFY,
    GrantEvent.CONTEST: Action.GRANT_CONTEST,
    GrantEvent.REVOKE: Action.GRANT_REVOKE,
    GrantEvent.RELEASE: Action.GRANT_RELEASE,
    GrantEvent.REVIEW: Action.GRANT_REVIEW,
    GrantEvent.FIND: Action.GRANT_REVIEW,
    GrantEvent.EXHAUST: Action.GRANT_EXPIRE,
}
_OUTCOMES = {
    GrantEvent.REVIEW: Reason.APPROPRIATE,
    GrantEvent.FIND: Reason.FINDING,
    GrantEvent.EXHAUST: Reason.GRANT_EXHAUSTED,
}
_INCIDENTS = {
    "not_ratified": Reason.NOT_RATIFIED,
    "review_overdue": Reason.REVIEW_OVERDUE,
    "contested": Reason.CONTESTED,
    "finding": Reason.FINDING,
}
_OPEN = (GrantState.ACTIVE, GrantState.ACTIVE_EMERGENCY)
_LEAST_SECONDS = 60

#: Queues what people are told of a change, in the transaction that makes it.
Notify = Callable[[Connection, Grant | Ungranted, Action, float], None]
#: Returns an identity as it stands now: with the roles of this moment, and not for who has left.
Current = Callable[[Identity, float], Identity]


@dataclass(frozen=True, slots=True)
class Granting:
    """The life of grants. *clean* takes identifiers out of what requesters write."""

    store: GrantStore
    trail: Trail
    clock: Clock
    clean: Callable[[str], str]
    current: Current
    notify: Notify

    def now(self) -> float:
        """Return the time in seconds of the epoch."""
        return self.clock.now_ms() / 1000

    def request(self, identity: Identity, wanted: GrantRequest) -> Grant:
        """Ask for a grant; raises AccessDenied for who may not, ConfigError for terms that no grant may have."""
        now, terms = self.now(), wanted.terms
        identity = self.current(identity, now)
        grant_id = str(uuid.uuid4())
        record = intent_of(Action.GRANT_REQUEST, identity, terms.tenant, grant_resource(grant_id), now)
        record = replace(record, mode=terms.mode, purpose=terms.purpose, view=terms.view)
        with told(self.trail, record):
            persons.may_request(terms.tenant, identity, now)
            approvals = self.store.approvals_of(terms.tenant)
            self._refuse_blocked(identity.person, now)
        refuse_terms(wanted)
        reason = self.clean(wanted.justification)
        ticket = None if wanted.ticket is None else self.clean(wanted.ticket)
        text = reason if ticket is None else f"[{ticket}] {reason}"
        record = replace(record, grant_id=grant_id, justification_mac=self.store.seal.mac(text))
        roles = identity.roles[terms.tenant]
        needed = 0 if terms.mode is GrantMode.EMERGENCY else approvals
        grant = Grant(grant_id, terms, identity.person, roles, needed, now)
        with self._announced(record):
            self.store.add(
                grant,
                text,
                lambda others: _refuse_second_emergency(grant, others, now),
                lambda connection: self.notify(connection, grant, Action.GRANT_REQUEST, now),
            )
        return grant

    def word(self, identity: Identity, grant_id: str, event: GrantEvent) -> Grant:
        """Say *event* to a grant; raises AccessDenied where the table has no line that lets this person."""
        now = self.now()
        identity, grant = self.current(identity, now), self.settled(grant_id)
        action = _ACTIONS[event]
        record = under(grant, intent_of(action, identity, grant.terms.tenant, grant_resource(grant.id), now))
        with told(self.trail, record):
            if event is GrantEvent.ACTIVATE:
                self.store.approvals_of(grant.terms.tenant)
                self._refuse_blocked(grant.requester, now)
            new = policy.step(grant, event, identity, now)
        with self._announced(record, _OUTCOMES.get(event)):
            self._change(grant, new, action, now)
        return self.settled(grant_id)

    def settled(self, grant_id: str) -> Grant:
        """Return a grant as it stands now; what time did to it is kept and told first."""
        return self._settle(self.store.get(grant_id))

    def openable(self, identity: Identity, grant_id: str) -> Grant:
        """Return a grant that opens something for this person now; raises AccessDenied for all others."""
        identity, grant = self.current(identity, self.now()), self.settled(grant_id)
        policy.may_open(grant, identity, self.now())
        self.store.approvals_of(grant.terms.tenant)
        self._refuse_blocked(grant.requester, self.now())
        return grant

    def still_open(self, identity: Identity, grant_id: str) -> Grant:
        """Return a grant that `openable` returned a moment ago, unless it was ended since; raises AccessDenied."""
        grant = self.settled(grant_id)
        policy.may_open(grant, identity, self.now())
        return grant

    def show(self, identity: Identity, grant_id: str) -> tuple[Grant, str]:
        """Return a grant and its reason, to its requester and to those who judge; for others there is none."""
        identity, grant = self.current(identity, self.now()), self.settled(grant_id)
        if identity.person != grant.requester and not _judges(identity, grant.terms.tenant):
            raise refused(Reason.GRANT_UNKNOWN)
        return grant, self.store.reason(grant_id)

    def list(self, identity: Identity) -> Sequence[Grant]:
        """Return the grants that this person may see, oldest first."""
        identity = self.current(identity, self.now())
        found = [self._settle(grant) for grant in self.store.list()]
        return [each for each in found if each.requester == identity.person or _judges(identity, each.terms.tenant)]

    def settle_all(self) -> None:
        """Let time pass for every grant: incidents open although nobody looks."""
        for grant in self.store.unsettled():
            self._settle(grant)

    def offboard(self, person: Person) -> int:
        """Revoke what a person who left may still open or activate; return how many grants that were."""
        ended = 0
        for grant in map(self._settle, self.store.of_person(person)):
            if grant.state in (GrantState.REQUESTED, GrantState.APPROVED, *_OPEN):
                now = self.now()
                record = intent_of(Action.GRANT_REVOKE, None, grant.terms.tenant, grant_resource(grant.id), now)
                with self._announced(under(grant, record), Reason.OFFBOARDED):
                    self._change(grant, policy.revoked(grant, now), Action.GRANT_REVOKE, now)
                ended += 1
        return ended

    def end_joined(self, account: Person, person: Person) -> int:
        """End what *account*, found to be *person*'s, had a part in; return how many grants that were.

        An ended grant on which both had a word opens an incident: nobody else had agreed.
        """
        ended = 0
        for grant in map(self._settle, self.store.unsettled()):
            now, parts = self.now(), _parts(grant)
            record = intent_of(Action.GRANT_REVOKE, None, grant.terms.tenant, grant_resource(grant.id), now)
            if account in parts and grant.state in OPENABLE:
                with self._announced(under(grant, record), Reason.SELF_APPROVAL):
                    self._change(grant, policy.revoked(grant, now), Action.GRANT_REVOKE, now)
                ended += 1
            elif {account, person} <= parts and grant.incident is None:
                self._change(grant, replace(grant, incident="contested", version=grant.version + 1), None, now)
                ended += 1
        return ended

    def _settle(self, grant: Grant) -> Grant:
        now = self.now()
        settled = policy.settle(grant, now)
        if settled == grant:
            return grant
        if settled.ended_as != grant.ended_as or settled.state is GrantState.EXPIRED_UNAPPROVED:
            record = intent_of(Action.GRANT_EXPIRE, None, grant.terms.tenant, grant_resource(grant.id), now)
            self.trail.single(under(grant, record), Result.SUCCESS, Reason.GRANT_EXPIRED)
        try:
            self._change(grant, settled, None, now)
        except AccessDenied:
            return self.store.get(grant.id)  # Somebody else looked at the same moment.
        return settled

    def _change(self, old: Grant, new: Grant, action: Action | None, now: float) -> None:
        """Keep a change, and queue what people are told of it with it; an incident is told before it is kept."""
        opens = new.incident is not None and new.incident != old.incident
        if opens:
            record = intent_of(Action.INCIDENT_OPEN, None, new.terms.tenant, grant_resource(new.id), now)
            self.trail.single(under(new, record), Result.SUCCESS, _INCIDENTS[str(new.incident)])

        def queue(connection: Connection) -> None:
            for each in (action, Action.INCIDENT_OPEN if opens else None):
                if each is not None:
                    self.notify(connection, new, each, now)

        self.store.change(old, new, queue)

    def _refuse_blocked(self, person: Person, now: float) -> None:
        if any(policy.blocks(policy.settle(grant, now)) for grant in self.store.of_person(person)):
            raise refused(Reason.BLOCKED)

    def _announced(self, record: AuditRecord, reason: Reason | None = None) -> Announced:
        return Announced(self.trail, record, reason)


def refuse_terms(wanted: GrantRequest) -> None:
    """Raise ConfigError for terms that no grant may have."""
    terms, figures = wanted.terms, FIGURES[wanted.terms.mode]
    scope = terms.scope
    if not _LEAST_SECONDS <= terms.seconds <= figures.seconds:
        raise ConfigError("a grant lasts between a minute and its mode's limit", limit_seconds=figures.seconds)
    quarantined = scope.replays | scope.destructions
    if not (scope.tokens or scope.events or scope.conversations or scope.lookup or quarantined):
        raise ConfigError("a grant names tokens, events or a conversation")
    sizes = (
        (scope.tokens, figures.tokens),
        (scope.events, figures.events),
        (scope.conversations, figures.conversations),
        (quarantined, figures.events),
    )
    for named, limit in sizes:
        if len(named) > limit:
            raise ConfigError("a grant of this mode opens less", named=len(named), limit=limit)
    refuse_quarantined(scope, terms.mode)
    if terms.mode is GrantMode.EMERGENCY and scope.lookup:
        raise ConfigError("an emergency does not look up values")
    if sees_masked(terms.purpose) and terms.view is not View.MASKED:
        raise ConfigError("quality engineering sees masked values only")
    if not LEAST_JUSTIFICATION <= len(wanted.justification.strip()) <= LONGEST_JUSTIFICATION:
        raise ConfigError("a justification has 10 to 2000 characters")


def _refuse_second_emergency(grant: Grant, others: Sequence[Grant], now: float) -> None:
    """Refuse an emergency while another one of the person is open or not ratified: it would be renewed."""
    if grant.terms.mode is not GrantMode.EMERGENCY:
        return
    for other in (policy.settle(each, now) for each in others):
        closed = other.state in (GrantState.CLOSED_APPROPRIATE, GrantState.CLOSED_FINDING)
        running = other.state in (GrantState.REQUESTED, *_OPEN)
        used = other.activated_at is not None and other.ratification is None and not closed
        if other.terms.mode is GrantMode.EMERGENCY and (running or used):
            raise refused(Reason.NOT_RATIFIED)


def _parts(grant: Grant) -> set[Person]:
    """Return who asked for a grant, and who agreed to it."""
    agreed = {approval.person for approval in grant.approvals}
    return agreed | {grant.requester} | ({grant.ratification.person} if grant.ratification else set())


def _judges(identity: Identity, tenant: TenantId) -> bool:
    return any(identity.holds(tenant, role) for role in (*APPROVERS, Role.AUDITOR))
