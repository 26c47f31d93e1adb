"""Looking up the tokens of a value: a scope of its own, few values a grant, and nothing is opened."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from schemas.access import Grant, Identity, Purpose
from schemas.audit import Counts, Resource
from schemas.audit_terms import Action, Reason, ResourceKind, Result
from schemas.errors import AccessDenied, PhistreamError
from schemas.identifiers import IdentifierType
from schemas.vault import TenantId, Token
from streams.breakglass.alerting import Alerting
from streams.breakglass.entries import Entries
from streams.breakglass.granting import Granting
from streams.breakglass.persons import refused
from streams.breakglass.purposes import refuse_purpose
from streams.breakglass.trail import Trail, intent_of, reason_of, under
from streams.vault.tokenkeys import TokenKeys
from streams.vault.tokens import Minter


@dataclass(frozen=True, slots=True)
class LookupRequest:
    """Which values' tokens are wanted, under which grant, and what for."""

    grant_id: str
    purpose: Purpose
    type: IdentifierType
    values: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """The tokens of one value; where the log cannot be reached they are those known by `stale_since`."""

    tokens: tuple[Token, ...]
    stale_since: float | None = None


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds every token of a value, in every mode and epoch, by the tag of its entries."""

    granting: Granting
    trail: Trail
    entries: Callable[[], Entries]
    token_keys: Callable[[], Mapping[str, TokenKeys]]

    def look_up(self, identity: Identity, request: LookupRequest) -> tuple[Found, ...]:
        """Return the tokens of each value, in the order of *values*; only of the grant's tenant.

        Raises AccessDenied where the grant does not look up for this person now, LogUnavailable where nothing is known
        of a value and the log cannot be asked, AuditUnavailable; nothing leaves then.
        """
        grant, tags = self._judged(identity, request)
        tenant, now = grant.terms.tenant, self.granting.now()
        digests = tuple(dict.fromkeys(self.granting.store.seal.mac(tag) for tag in tags))
        resource = Resource(ResourceKind.DIGEST, digests, len(tags))
        intent = self.trail.begin(under(grant, intent_of(Action.LOOKUP, identity, tenant, resource, now)))
        try:
            view = self.entries()
            found = [tuple(sorted({entry.token for entry in view.of_tag(tenant, tag)})) for tag in tags]
            self.granting.store.reserve_lookups(grant, len(tags))
        except PhistreamError as error:
            denied = isinstance(error, AccessDenied)
            self.trail.end(intent, Result.DENIED if denied else Result.ERROR, reason_of(error))
            raise
        Alerting.over(self.granting).named(identity, grant, {token for tokens in found for token in tokens})
        missing = sum(not tokens for tokens in found)
        self.trail.end(intent, Result.SUCCESS, counts=Counts(requested=len(tags), not_found=missing))
        return tuple(Found(tokens, view.stale_since) for tokens in found)

    def _judged(self, identity: Identity, request: LookupRequest) -> tuple[Grant, list[str]]:
        now, type_ = self.granting.now(), request.type
        grant = self.granting.store.get(request.grant_id)
        nothing = Resource(ResourceKind.GRANT, (grant.id,), 1)
        record = under(grant, intent_of(Action.LOOKUP, identity, grant.terms.tenant, nothing, now))
        try:
            self.granting.store.count_reveal(identity.person, now)
            grant = self.granting.openable(identity, request.grant_id)
            refuse_purpose(grant, request.purpose)
            types = grant.terms.scope.types
            if not grant.terms.scope.lookup or (types and type_ not in types):
                raise refused(Reason.OUT_OF_SCOPE)
            if not request.values or type_ is IdentifierType.CREDENTIAL:
                raise refused(Reason.MALFORMED)
            return grant, [self._tag(grant.terms.tenant, type_, value) for value in request.values]
        except AccessDenied as error:
            self.trail.single(record, Result.DENIED, reason_of(error))
            raise

    def _tag(self, tenant: TenantId, type_: IdentifierType, value: str) -> str:
        keys = self.token_keys().get(tenant)
        if keys is None:
            raise refused(Reason.TENANT_UNKNOWN)
        return Minter(tenant, keys).scope("", None, 0).lookup_tag(type_, value)
