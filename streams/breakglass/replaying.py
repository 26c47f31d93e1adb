"""Putting quarantined records back, and destroying them, under a grant.

An intent is durable before anything is opened, and an outcome before anything is published. A record goes back whole
and under its own event id, through the topic that phistream alone may write, so that the worker of this day redacts it
as if it had never been moved. Each sealed record goes back once, whatever dies when.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from schemas.access import Grant, Identity, ItemStatus
from schemas.audit import Counts, QuarantineRecord, Resource
from schemas.audit_terms import Action, Reason, ResourceKind, Result
from schemas.codec import ORIGIN
from schemas.errors import AccessDenied, KmsUnavailable, PhistreamError, VaultError
from schemas.origin import Origin
from schemas.vault import TenantId
from streams.breakglass.granting import Granting
from streams.breakglass.persons import refused
from streams.breakglass.quarantined import Located, QuarantineLog
from streams.breakglass.replays import Replays
from streams.breakglass.trail import Intent, Trail, grant_resource, intent_of, reason_of, under
from streams.intake.origins import wrapped
from streams.log.ports import Publication, Record
from streams.vault.erasing import is_held
from streams.vault.ledger import EntryKind, Ledger, LedgerEntry
from streams.vault.openers import Opener
from streams.vault.opening import UnpackedRecord, open_quarantined

#: Names the tenant that a record has under the settings of today, None where it has none.
TenantOf = Callable[[QuarantineRecord, UnpackedRecord], str | None]


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of one event: `ok` where it was put back or destroyed; `code` says more where it was not."""

    event_id: str
    status: ItemStatus
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Destroyed:
    """What came of a destruction, and what remains where, as sentences."""

    events: tuple[Settled, ...]
    remains: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replayer:
    """Puts back and destroys what a grant names; *keks* opens the KEK of quarantine."""

    granting: Granting
    trail: Trail
    log: QuarantineLog
    replays: Replays
    ledger: Ledger
    keks: Opener
    tenant_of: TenantOf

    def replay(self, identity: Identity, grant_id: str, event_ids: Sequence[str]) -> tuple[Settled, ...]:
        """Put the newest sealed record of each event back for redaction.

        Raises AccessDenied where the grant does not open them for this person now, AuditUnavailable, KmsUnavailable,
        and LogError where the log did not take them: nothing goes back then, or all of it once.
        """
        grant = self._judged(identity, grant_id, Action.QUARANTINE_REPLAY, event_ids)
        intent = self._begun(identity, grant, Action.QUARANTINE_REPLAY, event_ids)
        try:
            self._settle_cut_short()
            settled, opened = self._opened(grant.terms.tenant, event_ids)
            self.granting.still_open(identity, grant.id)
            attempt = self.replays.begin(grant.id, [each for each, _ in opened], self.granting.now()) if opened else 0
        except PhistreamError as error:
            self._failed(intent, error)
            raise
        back = [each.record.event_id for each, _ in opened]
        self._end(intent, settled, Resource(ResourceKind.EVENT, tuple(back), len(back)))
        if opened:
            self._publish(intent, attempt, [publication for _, publication in opened])
        return settled

    def destroy(self, identity: Identity, grant_id: str, event_ids: Sequence[str]) -> Destroyed:
        """Deny every sealed record of these events for good, overwrite it where the log can, and say what remains.

        Raises AccessDenied as replay, and under a legal hold on anything of the tenant's.
        """
        action = Action.QUARANTINE_DESTROY
        grant = self._judged(identity, grant_id, action, event_ids)
        intent, tenant = self._begun(identity, grant, action, event_ids), grant.terms.tenant
        try:
            found = self.log.find(tenant, event_ids)
            known = {each.record.event_id for each in found} | denied_events(self.ledger, tenant)
            gone = [event_id for event_id in event_ids if event_id in known]
            self.granting.still_open(identity, grant.id)
            for event_id in gone:
                self._deny(identity, tenant, event_id)
            remains = self.log.bury(found)
        except PhistreamError as error:
            self._failed(intent, error)
            raise
        settled = tuple(Settled(each, ItemStatus.OK if each in known else ItemStatus.NOT_FOUND) for each in event_ids)
        self._end(intent, settled, Resource(ResourceKind.EVENT, tuple(gone), len(gone)), shredded=len(gone))
        return Destroyed(settled, tuple(remains))

    def _judged(self, identity: Identity, grant_id: str, action: Action, event_ids: Sequence[str]) -> Grant:
        granting = self.granting
        grant = granting.store.get(grant_id)
        record = intent_of(action, identity, grant.terms.tenant, grant_resource(grant.id), granting.now())
        try:
            grant = granting.openable(identity, grant_id)
            scope = grant.terms.scope
            named = scope.replays if action is Action.QUARANTINE_REPLAY else scope.destructions
            if not event_ids or not named.issuperset(event_ids):
                raise refused(Reason.OUT_OF_SCOPE)
        except AccessDenied as error:
            self.trail.single(under(grant, record), Result.DENIED, reason_of(error))
            raise
        return grant

    def _begun(self, identity: Identity, grant: Grant, action: Action, event_ids: Sequence[str]) -> Intent:
        resource = Resource(ResourceKind.EVENT, tuple(event_ids), len(event_ids))
        record = intent_of(action, identity, grant.terms.tenant, resource, self.granting.now())
        return self.trail.begin(under(grant, record))

    def _failed(self, intent: Intent, error: PhistreamError) -> None:
        denied = isinstance(error, AccessDenied)
        self.trail.end(intent, Result.DENIED if denied else Result.ERROR, reason_of(error))

    def _end(self, intent: Intent, settled: Sequence[Settled], resource: Resource, *, shredded: int = 0) -> None:
        found = [each.status for each in settled]
        done = found.count(ItemStatus.OK)
        counts = Counts(
            requested=len(found),
            revealed=0 if shredded else done,
            denied=found.count(ItemStatus.DENIED),
            not_found=found.count(ItemStatus.NOT_FOUND),
            shredded=shredded or found.count(ItemStatus.SHREDDED),
            corrupt=found.count(ItemStatus.CORRUPT),
        )
        result = Result.SUCCESS if done == len(found) else Result.PARTIAL if done else Result.DENIED
        reason = Reason.UNKNOWN_TOKEN if result is Result.DENIED and counts.not_found else None
        self.trail.end(intent, result, reason, counts=counts, resource=resource)

    def _opened(
        self, tenant: TenantId, event_ids: Sequence[str]
    ) -> tuple[tuple[Settled, ...], list[tuple[Located, Publication]]]:
        """Open what may go back, in the order in which it once stood."""
        newest = {each.record.event_id: each for each in self.log.find(tenant, event_ids)}
        known = self.replays.known([each.place for each in newest.values()])
        denied = denied_events(self.ledger, tenant)
        settled: dict[str, Settled] = {}
        opened: list[tuple[Located, Publication]] = []
        for event_id in dict.fromkeys(event_ids):
            found = newest.get(event_id)
            if event_id in denied:
                settled[event_id] = Settled(event_id, ItemStatus.SHREDDED)
            elif found is None:
                settled[event_id] = Settled(event_id, ItemStatus.NOT_FOUND)
            elif found.place in known:
                settled[event_id] = Settled(event_id, ItemStatus.DENIED, Reason.REPEATED.value)
            else:
                settled[event_id] = self._open(found, opened)
        opened.sort(key=lambda each: (each[0].record.topic, each[0].record.partition, each[0].record.offset))
        return tuple(settled.values()), opened

    def _open(self, found: Located, opened: list[tuple[Located, Publication]]) -> Settled:
        record = found.record
        kek = self.keks(record.kek_uri)
        try:
            content = open_quarantined(record, kek)
        except KmsUnavailable:
            raise  # Nothing is known of the record.
        except VaultError:
            return Settled(record.event_id, ItemStatus.CORRUPT)
        opened.append((found, put_back(record, content, self.tenant_of(record, content))))
        return Settled(record.event_id, ItemStatus.OK)

    def _publish(self, intent: Intent, attempt: int, publications: Sequence[Publication]) -> None:
        try:
            self.log.publish(attempt, publications)
        except PhistreamError:
            # Whether it went through is for the log to say, the next time; until then it is not done.
            self.trail.single(replace(intent.record, counts=None), Result.ERROR, Reason.LOG_UNAVAILABLE)
            raise
        self.replays.published(attempt)

    def _settle_cut_short(self) -> None:
        """Ask the log what became of an attempt that was cut short, and tell of what never was published."""
        for grant_id, event_id in self.replays.settle(self.log.noted()):
            grant = self.granting.store.get(grant_id)
            resource = Resource(ResourceKind.EVENT, (event_id,), 1)
            record = intent_of(Action.QUARANTINE_REPLAY, None, grant.terms.tenant, resource, self.granting.now())
            self.trail.single(under(grant, record), Result.ERROR, Reason.LOST)

    def _deny(self, identity: Identity, tenant: TenantId, event_id: str) -> None:
        by = f"{identity.person.issuer}|{identity.person.subject}"
        now = int(self.granting.now() * 1000)
        entry = LedgerEntry(EntryKind.BURIED, tenant, "quarantine", now, token=event_id, by=by)
        self.ledger.append(entry, lambda lines: _refuse_held(lines, tenant))


def put_back(record: QuarantineRecord, content: UnpackedRecord, tenant: str | None) -> Publication:
    """Return a record as it goes back: under its own id and time, in order with all others of its raw topic."""
    where = (record.topic, record.partition, record.offset)
    origin = Origin(ORIGIN.version, record.event_id, *where, record.timestamp_ms, tenant, None)
    raw = Record(*where, record.timestamp_ms, content.record_key, content.value, content.headers)
    # Written at today's time: by its own the broker might expire it unread. The origin holds the one it keeps.
    return replace(wrapped(raw, f"replay/{record.topic}".encode(), origin), timestamp_ms=None)


def denied_events(ledger: Ledger, tenant: str) -> frozenset[str]:
    """Return the events of a tenant whose quarantined records never open again."""
    lines = ledger.entries()
    return frozenset(line.token for line in lines if line.kind is EntryKind.BURIED and line.tenant == tenant)


def _refuse_held(lines: Sequence[LedgerEntry], tenant: TenantId) -> None:
    if is_held(lines, tenant, None):
        raise AccessDenied("legal hold", code=Reason.LEGAL_HOLD.value, tenant=tenant)
