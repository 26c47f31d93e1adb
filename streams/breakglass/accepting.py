"""Accepting a policy: one person proposes what a deployment is to protect, another one confirms it, on record."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import insert, select, update

from schemas.access import Identity, Person
from schemas.audit import Actor, AuditRecord, Resource
from schemas.audit_shapes import ID_SHAPES
from schemas.audit_terms import Action, ActorType, Phase, Reason, ResourceKind, Result
from schemas.errors import AccessDenied, ConfigError
from streams.accepted_policy import Accepted, AcceptedFile
from streams.breakglass.identity.registry import Registry, actor_of, new_subject, record_of
from streams.breakglass.identity.separation import administers
from streams.breakglass.identity.tables import POLICY_PROPOSALS
from streams.breakglass.persons import is_fresh
from streams.posture import Posture, weakenings
from streams.vault.tokenkeys import ensure_token_keys

_LIFE_SECONDS = 7 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class PolicyProposal:
    """A posture that waits for a second person, for the file in which the accepted one stands."""

    id: str
    file: AcceptedFile
    posture: Posture
    by: Person
    proposed_at: float


@dataclass(frozen=True, slots=True)
class Accepting:
    """Proposes and confirms policies; whoever administers people may, under two names."""

    registry: Registry

    def begin(self, people: Sequence[Person], file: AcceptedFile, posture: Posture, now: float) -> None:
        """Accept a first posture, as the ceremony does at which both persons are; nothing accepted is overwritten."""
        if file.token_keys is not None:
            ensure_token_keys(file.token_keys, (self.registry.home,))
        if _standing(file) is not None:
            return
        actor = Actor("service", "breakglass-init", ActorType.SERVICE)
        record = record_of(Action.POLICY_CHANGE, actor, people, tenant=self.registry.home, now=now)
        self.registry.tell(replace(record, request_mac=posture.digest, policy=_fingerprint(posture)), Result.SUCCESS)
        file.write(Accepted(posture, int(now * 1000), tuple(f"{each.issuer}|{each.subject}" for each in people)))

    def propose(self, identity: Identity, file: AcceptedFile, posture: Posture, now: float) -> PolicyProposal:
        """Propose a posture; raises AccessDenied for who may not, ConfigError without keys to sign it under."""
        identity = self._judged(identity, posture, now)
        if file.token_keys is None:
            raise ConfigError("an accepted policy is signed under the token keys", setting="vault.token_keys_file")
        proposal = PolicyProposal(new_subject(), file, posture, identity.person, now)
        self.registry.tell(self._record(identity, posture, now), Result.SUCCESS, Reason.APPROVAL_MISSING)
        row = {"proposal": proposal.id, "policy": posture.policy, "proposed_at": now}
        row |= {"file": str(file.path.absolute()), "token_keys": str(file.token_keys.absolute())}
        row |= {"facts": json.dumps(dict(posture.facts), sort_keys=True)}
        by = {"by_issuer": identity.person.issuer, "by_subject": identity.person.subject}
        with self.registry.engine.begin() as connection:
            connection.execute(insert(POLICY_PROPOSALS).values(**row, **by))
        return proposal

    def confirm(self, identity: Identity, proposal_id: str, now: float) -> PolicyProposal:
        """Accept what another person proposed: from now on nothing weaker runs.

        Raises AccessDenied for the proposer and for who may not, ConfigError where nothing waits under this id.
        """
        proposal = self._open(proposal_id, now)
        posture, registry = proposal.posture, self.registry
        identity = self._judged(identity, posture, now)
        record = self._record(identity, posture, now)
        if registry.known_as(proposal.by) == identity.person:
            registry.tell(record, Result.DENIED, Reason.SELF_APPROVAL)
            raise AccessDenied("another person confirms what one proposed", code=Reason.SELF_APPROVAL.value)
        if not registry.is_active(proposal.by):
            registry.tell(record, Result.DENIED, Reason.OFFBOARDED)
            raise AccessDenied("person who proposed was offboarded", code=Reason.OFFBOARDED.value)
        before = _standing(proposal.file)
        weaker = before is None or bool(weakenings(before.posture, posture))
        index = registry.audit.append(record).index
        by = tuple(f"{person.issuer}|{person.subject}" for person in (proposal.by, identity.person))
        proposal.file.write(Accepted(posture, int(now * 1000), by))
        with registry.engine.begin() as connection:
            settled = update(POLICY_PROPOSALS).where(POLICY_PROPOSALS.c.proposal == proposal.id)
            connection.execute(settled.values(settled_at=now))
        outcome = replace(record, phase=Phase.OUTCOME, intent=index, result=Result.SUCCESS)
        registry.audit.append(replace(outcome, reason=Reason.WEAKENING if weaker else None))
        return proposal

    def pending(self, now: float) -> Sequence[PolicyProposal]:
        """Return what waits for a second person, oldest first; a week at most."""
        when = POLICY_PROPOSALS.c.proposed_at
        waiting = select(POLICY_PROPOSALS).where(POLICY_PROPOSALS.c.settled_at.is_(None), when > now - _LIFE_SECONDS)
        with self.registry.engine.connect() as connection:
            rows = connection.execute(waiting.order_by(when)).all()
        return [
            PolicyProposal(
                row.proposal,
                AcceptedFile(Path(row.file), Path(row.token_keys)),
                Posture(row.policy, json.loads(row.facts)),
                Person(row.by_issuer, row.by_subject),
                row.proposed_at,
            )
            for row in rows
        ]

    def _open(self, proposal_id: str, now: float) -> PolicyProposal:
        for proposal in self.pending(now):
            if proposal.id == proposal_id:
                return proposal
        raise ConfigError("nothing waits for a second person under this id")

    def _judged(self, identity: Identity, posture: Posture, now: float) -> Identity:
        identity = self.registry.current(identity, now)
        is_fresh(identity, now)
        if not administers(identity, self.registry.home):
            self.registry.tell(self._record(identity, posture, now), Result.DENIED, Reason.ROLE_MISSING)
            raise AccessDenied("accepting a policy needs a role that approves", code=Reason.ROLE_MISSING.value)
        return identity

    def _record(self, identity: Identity, posture: Posture, now: float) -> AuditRecord:
        record = record_of(Action.POLICY_CHANGE, actor_of(identity), (), tenant=self.registry.home, now=now)
        resource = Resource(ResourceKind.DIGEST, (posture.digest,), 1)
        return replace(record, resource=resource, policy=_fingerprint(posture))


def _standing(file: AcceptedFile) -> Accepted | None:
    """Return what was accepted before; a file that another hand wrote counts as nothing."""
    try:
        return file.read()
    except ConfigError:
        return None


def _fingerprint(posture: Posture) -> str | None:
    """Return the policy's fingerprint where a record can hold it: a name of one's own may have any shape."""
    return posture.policy if re.fullmatch(ID_SHAPES[ResourceKind.POLICY], posture.policy) else None
