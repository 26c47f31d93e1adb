"""What the API takes and gives, as JSON: closed shapes, and none of them echoes a value in an error."""

from dataclasses import asdict
from typing import Annotated, Any

from pydantic import Field

from schemas.access import Approval, Grant, GrantMode, GrantRequest, GrantTerms, Purpose, Revealed, Scope, View
from schemas.identifiers import IdentifierType
from schemas.vault import TenantId, Token
from streams.audit.ports import Appended
from streams.breakglass.disclosures import Accounting, Disclosure
from streams.breakglass.looking_up import Found, LookupRequest
from streams.breakglass.revealing import RevealRequest
from streams.breakglass.scoping import Asked
from streams.clock import rfc3339
from streams.section import Section

_Token = Annotated[str, Field(max_length=64)]
_Id = Annotated[str, Field(max_length=64)]
_Tokens = Annotated[tuple[_Token, ...], Field(max_length=200)]
_Ids = Annotated[tuple[_Id, ...], Field(max_length=50)]


class ScopeBody(Section):
    """What a grant is to open."""

    tokens: _Tokens = ()
    events: _Ids = ()
    conversations: _Ids = ()
    types: Annotated[tuple[IdentifierType, ...], Field(max_length=64)] = ()
    lookup: bool = False
    replays: _Ids = ()
    destructions: _Ids = ()


class GrantBody(Section):
    """Asking for a grant."""

    tenant: _Id
    mode: GrantMode
    purpose: Purpose
    justification: Annotated[str, Field(max_length=2000, repr=False)]
    ticket: Annotated[str | None, Field(max_length=64, repr=False)] = None
    scope: ScopeBody
    seconds: Annotated[int, Field(ge=60, le=4 * 3600)]
    view: View

    def request(self) -> GrantRequest:
        """Return what is asked for."""
        scope = Scope(
            frozenset(map(Token, self.scope.tokens)),
            frozenset(self.scope.events),
            frozenset(self.scope.conversations),
            frozenset(self.scope.types),
            self.scope.lookup,
            frozenset(self.scope.replays),
            frozenset(self.scope.destructions),
        )
        terms = GrantTerms(TenantId(self.tenant), self.mode, self.purpose, scope, self.view, self.seconds)
        return GrantRequest(terms, self.justification, self.ticket)


class RevealBody(Section):
    """Asking for clear values by token, event or conversation."""

    grant_id: _Id
    view: View
    purpose: Purpose
    tokens: _Tokens = ()
    events: _Ids = ()
    conversations: _Ids = ()

    def request(self) -> RevealRequest:
        """Return what is asked for."""
        asked = Asked(self.tokens, self.events, self.conversations)
        return RevealRequest(self.grant_id, self.view, self.purpose, asked)


class RevealTextBody(Section):
    """Asking for a redacted text with its values."""

    grant_id: _Id
    view: View
    purpose: Purpose
    text: Annotated[str, Field(max_length=1024 * 1024, repr=False)]

    def request(self) -> RevealRequest:
        """Return what is asked for."""
        return RevealRequest(self.grant_id, self.view, self.purpose, Asked(text=self.text))


class LookupBody(Section):
    """Asking for the tokens of values."""

    grant_id: _Id
    purpose: Purpose
    type: IdentifierType
    values: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=1000)], ...],
        Field(min_length=1, max_length=20, repr=False),
    ]

    def request(self) -> LookupRequest:
        """Return what is asked for."""
        return LookupRequest(self.grant_id, self.purpose, self.type, self.values)


class DisclosuresBody(Section):
    """Asking who was shown what; the tokens are those of one patient, or none for all."""

    tenant: _Id
    tokens: _Tokens = ()

    def asked(self) -> Accounting:
        """Return what is asked for."""
        return Accounting(TenantId(self.tenant), frozenset(map(Token, self.tokens)))


def grant_tree(grant: Grant, reason: str | None = None) -> dict[str, Any]:
    """Return a grant as JSON; the reason only where it is shown to somebody who judges it."""
    terms, scope = grant.terms, grant.terms.scope
    tree = {
        "id": grant.id,
        "state": grant.state.value,
        "tenant": terms.tenant,
        "mode": terms.mode.value,
        "purpose": terms.purpose.value,
        "view": terms.view.value,
        "seconds": terms.seconds,
        "scope": {
            "tokens": sorted(scope.tokens),
            "events": sorted(scope.events),
            "conversations": sorted(scope.conversations),
            "types": sorted(scope.types),
            "lookup": scope.lookup,
            "replays": sorted(scope.replays),
            "destructions": sorted(scope.destructions),
        },
        "requester": asdict(grant.requester),
        "requested_at": _moment(grant.requested_at),
        "expires_at": _moment(grant.expires_at),
        "approvals": [
            {**asdict(each.person), "role": each.role.value, "at": _moment(each.at)} for each in grant.approvals
        ],
        "needed": grant.needed,
        "usage": asdict(grant.usage),
        "incident": grant.incident,
    }
    return tree if reason is None else {**tree, "justification": reason}


def _approval_tree(approval: Approval) -> dict[str, Any]:
    return {**asdict(approval.person), "role": approval.role.value, "at": _moment(approval.at)}


def item_tree(index: int, item: Revealed) -> dict[str, Any]:
    """Return one item of a reveal as JSON; what was not found has the same members as what was."""
    return {
        "index": index,
        "token": item.token,
        "status": item.status.value,
        "type": None if item.type is None else item.type.value,
        "side": item.side,
        "event_id": item.event_id,
        "value": item.value,
        "stale_since": _moment(item.stale_since),
    }


def found_tree(index: int, found: Found) -> dict[str, Any]:
    """Return the tokens of one value as JSON."""
    return {"index": index, "tokens": list(found.tokens), "stale_since": _moment(found.stale_since)}


def disclosure_tree(found: Disclosure) -> dict[str, Any]:
    """Return one disclosure as JSON."""
    return {**asdict(found), "tokens": list(found.tokens)}


def audit_tree(told: tuple[Appended, ...]) -> list[dict[str, Any]]:
    """Return where a reveal stands in the audit log."""
    return [{"index": each.index, "leaf_hash": each.leaf_hash} for each in told]


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else rfc3339(int(seconds * 1000))
