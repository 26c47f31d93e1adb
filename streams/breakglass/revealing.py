"""Revealing: an intent is durable before anything is opened, an outcome before anything leaves."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from schemas.access import Grant, Identity, ItemStatus, Purpose, Revealed, View
from schemas.audit import AuditRecord, Counts, Resource
from schemas.audit_shapes import MAX_IDS
from schemas.audit_terms import Action, Reason, ResourceKind, Result
from schemas.errors import AccessDenied, IncorrectKey, PhistreamError, Shredded
from schemas.vault import TOKEN_PATTERN, Secret, TenantId, Token, VaultEntry, parse_token
from streams.audit.ports import Appended
from streams.breakglass.alerting import Alerting
from streams.breakglass.entries import Entries
from streams.breakglass.figures import FIGURES
from streams.breakglass.granting import Granting
from streams.breakglass.persons import refused
from streams.breakglass.policy import GrantEvent
from streams.breakglass.purposes import refuse_purpose, sees_masked
from streams.breakglass.scoping import Asked, Item, Reach
from streams.breakglass.trail import Intent, Trail, intent_of, kms_use, reason_of, under
from streams.redact import restore

_TOKEN = re.compile(TOKEN_PATTERN)
_HIDDEN = "•••"
_LEAST_TO_HINT = 4


class Opener(Protocol):
    """Opens entries; Deks is one."""

    @property
    def unwraps(self) -> int:
        """Return how often a KEK was asked."""
        ...

    @property
    def kek_uri(self) -> str:
        """Return the KEK asked last."""
        ...

    def open(self, entry: VaultEntry) -> Secret:
        """Return the secret; raises Shredded, IncorrectKey, KmsUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class RevealRequest:
    """What is to be shown, under which grant, and what for: said anew each time, and held against the grant."""

    grant_id: str
    view: View
    purpose: Purpose
    asked: Asked


@dataclass(frozen=True, slots=True)
class RevealResult:
    """What came of it, item by item; `text` is the text asked for, restored; `audit` where it stands in the log."""

    items: tuple[Revealed, ...]
    text: str | None = field(repr=False)
    audit: tuple[Appended, ...]


@dataclass(frozen=True, slots=True)
class Revealer:
    """Opens what a grant opens."""

    granting: Granting
    trail: Trail
    entries: Callable[[], Entries]
    opener: Opener

    def reveal(self, identity: Identity, request: RevealRequest) -> RevealResult:
        """Return every item with what came of it.

        Raises AccessDenied where the grant opens nothing for this person now, AuditUnavailable where it cannot be
        told, KmsUnavailable; nothing leaves then.
        """
        grant, items = self._judged(identity, request)
        alerting, reached = Alerting.over(self.granting), {item.token for item in items}
        alerting.named(identity, grant, reached.difference(_named(request.asked)))
        intents = [self.trail.begin(record) for record in self._records(identity, grant, request, items)]
        try:
            grant, items = self._reserved(grant, items)
            before = self.opener.unwraps
            opened = tuple(self._opened(grant.terms.tenant, item) for item in items)
            grant = self.granting.still_open(identity, grant.id)  # Revoked meanwhile: nothing of it leaves.
        except PhistreamError as error:
            denied = isinstance(error, AccessDenied)
            for intent in intents:
                self.trail.end(intent, Result.DENIED if denied else Result.ERROR, reason_of(error))
            raise
        if grant.usage.tokens >= FIGURES[grant.terms.mode].tokens:
            self.granting.word(identity, grant.id, GrantEvent.EXHAUST)
        told = self._told(intents, opened, self.opener.unwraps - before)
        alerting.shown(
            identity, grant, [(each.token, each.event_id or "") for each in opened if each.value is not None]
        )
        shown = tuple(_shown(each, request.view) for each in opened)
        return RevealResult(shown, _restored(request.asked.text, shown), told)

    def _judged(self, identity: Identity, request: RevealRequest) -> tuple[Grant, tuple[Item, ...]]:
        """Return the grant and the items; a refusal is told before it is raised."""
        granting, asked, now = self.granting, request.asked, self.granting.now()
        alerting, named = Alerting.over(granting), _named(asked)
        try:
            grant = granting.store.get(request.grant_id)
        except AccessDenied:
            alerting.named_without_grant(identity, named)
            raise
        alerting.named(identity, grant, named)
        tenant, view = grant.terms.tenant, request.view
        nothing = Resource(ResourceKind.GRANT, (grant.id,), 1)
        record = replace(under(grant, intent_of(Action.REVEAL, identity, tenant, nothing, now)), view=view)
        try:
            granting.store.count_reveal(identity.person, now)
            grant = granting.openable(identity, request.grant_id)
            refuse_purpose(grant, request.purpose)
            if view is View.FULL and (grant.terms.view is not View.FULL or sees_masked(grant.terms.purpose)):
                raise refused(Reason.VIEW)
            of_text = () if asked.text is None else _TOKEN.findall(asked.text)
            return grant, Reach.of(grant, self.entries()).items(asked, [str(token) for token in of_text])
        except AccessDenied as error:
            self.trail.single(record, Result.DENIED, reason_of(error))
            raise

    def _records(
        self, identity: Identity, grant: Grant, request: RevealRequest, items: Sequence[Item]
    ) -> Iterator[AuditRecord]:
        """Yield the intents, which name every token that may be opened: as many as one record holds in each."""
        tokens = sorted({item.token for item in items if item.allowed})
        tenant, now = grant.terms.tenant, self.granting.now()
        for first in range(0, max(1, len(tokens)), MAX_IDS):
            ids = tuple(tokens[first : first + MAX_IDS])
            kind = ResourceKind.TOKEN
            record = intent_of(Action.REVEAL, identity, tenant, Resource(kind, ids, len(ids)), now)
            yield replace(under(grant, record), view=request.view)

    def _reserved(self, grant: Grant, items: Sequence[Item]) -> tuple[Grant, tuple[Item, ...]]:
        """Count what will be opened, durably, before it is; what is over the grant's figures is denied."""
        wanted = list(dict.fromkeys(item.token for item in items if item.allowed))
        events = {item.event_id for item in items if item.allowed and item.event_id}
        grant, opens = self.granting.store.reserve(grant, wanted, events)
        return grant, tuple(replace(item, allowed=item.allowed and item.token in opens) for item in items)

    def _opened(self, tenant: TenantId, item: Item) -> Revealed:
        parts = parse_token(item.token)
        type_ = None if parts is None else parts.type
        stale = self.entries().stale_since
        shown = Revealed(item.token, ItemStatus.DENIED, type_, item.side or None, item.event_id, None, stale)
        if not item.allowed:
            return shown
        status = ItemStatus.NOT_FOUND
        for entry in self.entries().of_token(tenant, item.token):
            try:
                secret = self.opener.open(entry)
            except Shredded:
                status = ItemStatus.SHREDDED
            except IncorrectKey:
                status = ItemStatus.CORRUPT
            else:
                side, event_id = item.side or secret.side, item.event_id or entry.event_id
                return replace(shown, status=ItemStatus.OK, side=side, event_id=event_id, value=secret.value)
        return replace(shown, status=status)

    def _told(self, intents: Sequence[Intent], opened: Sequence[Revealed], unwraps: int) -> tuple[Appended, ...]:
        told: list[Appended] = []
        named = {token for intent in intents for token in intent.record.resource.ids}
        for number, intent in enumerate(intents):
            mine = [each for each in opened if each.token in intent.record.resource.ids]
            # What the scope does not have stands in no list of tokens: it is counted with the first of the records.
            mine += [each for each in opened if number == 0 and each.token not in named]
            counts = _counts(mine)
            kms = kms_use(self.opener.kek_uri, unwraps) if unwraps and number == 0 else None
            # The outcome names what was shown: the accounting of disclosures is made of it.
            shown = sorted({each.token for each in mine if each.status is ItemStatus.OK})
            resource = Resource(ResourceKind.TOKEN, tuple(shown), len(shown))
            facts: dict[str, Any] = {"counts": counts, "kms": kms, "resource": resource}
            told += (intent.appended, self.trail.end(intent, *_result(counts), **facts))
        return tuple(told)


def _named(asked: Asked) -> frozenset[str]:
    """Return the tokens that a request names by itself."""
    return frozenset((*asked.tokens, *_TOKEN.findall(asked.text or "")))


def mask(value: str) -> str:
    """Return a value that shows its first character, and neither the rest nor how long it is.

    >>> mask("Jane Doe"), mask("Bo")
    ('J•••', '•••')
    """
    return value[:1] + _HIDDEN if len(value) >= _LEAST_TO_HINT else _HIDDEN


def _shown(revealed: Revealed, view: View) -> Revealed:
    if revealed.value is None or view is View.FULL:
        return revealed
    return replace(revealed, value=mask(revealed.value))


def _restored(text: str | None, shown: Sequence[Revealed]) -> str | None:
    if text is None:
        return None
    values = {Token(each.token): each.value for each in shown if each.value is not None}
    return restore(text, values.get)


def _counts(items: Sequence[Revealed]) -> Counts:
    found = [each.status for each in items]
    return Counts(
        requested=len(found),
        revealed=found.count(ItemStatus.OK),
        denied=found.count(ItemStatus.DENIED),
        not_found=found.count(ItemStatus.NOT_FOUND),
        shredded=found.count(ItemStatus.SHREDDED),
        corrupt=found.count(ItemStatus.CORRUPT),
    )


def _result(counts: Counts) -> tuple[Result, Reason | None]:
    if counts.revealed == counts.requested:
        return Result.SUCCESS, None
    if counts.revealed:
        return Result.PARTIAL, None
    reasons = (
        (counts.denied, Reason.OUT_OF_SCOPE),
        (counts.corrupt, Reason.CORRUPT),
        (counts.shredded, Reason.SHREDDED),
        (counts.not_found, Reason.UNKNOWN_TOKEN),
    )
    return Result.DENIED, next(reason for count, reason in reasons if count)
