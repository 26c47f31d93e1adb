"""Erasures over the API: asked for by a privacy officer who signed in just now, listed for those who judge."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Annotated, Any, Self

from pydantic import Field, model_validator
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from schemas.access import APPROVERS, Identity, Role
from schemas.audit import Resource
from schemas.audit_shapes import ID_SHAPES
from schemas.audit_terms import Action, Reason, ResourceKind, Result
from schemas.errors import AccessDenied
from schemas.vault import TOKEN_PATTERN, TenantId
from streams.breakglass.gate import Gate, body_of
from streams.breakglass.granting import Granting
from streams.breakglass.identity.registry import actor_of
from streams.breakglass.persons import is_fresh, refused
from streams.breakglass.trail import intent_of, reason_of
from streams.clock import rfc3339
from streams.section import Section
from streams.vault.erasing import Erasing, Erasure, Tombstones

_TENANT = rf"^(?:{ID_SHAPES[ResourceKind.TENANT]})$"
_UNIT = rf"^(?:{ID_SHAPES[ResourceKind.UNIT]})$"
_TOKEN = rf"^(?:{TOKEN_PATTERN})$"
_TICKET = r"^[A-Z][A-Z0-9]{0,9}-?[0-9]{1,8}$"


class ErasureBody(Section):
    """What is to be erased for good: a unit of a tenant, all of them, or the record of a token; one of the three."""

    tenant: Annotated[str, Field(pattern=_TENANT)]
    unit: Annotated[str | None, Field(pattern=_UNIT)] = None
    whole_tenant: bool = False
    token: Annotated[str | None, Field(pattern=_TOKEN, repr=False)] = None
    ticket: Annotated[str, Field(pattern=_TICKET)]

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if [self.unit is not None, self.whole_tenant, self.token is not None].count(True) != 1:
            raise ValueError("one thing is erased")
        return self


@dataclass(frozen=True, slots=True)
class ErasureApi:
    """Answers privacy officers; *erasing* opens the key store for one request, *bury* writes tombstones."""

    granting: Granting
    erasing: Callable[[], AbstractContextManager[Erasing]]
    bury: Tombstones

    def routes(self, gate: Gate) -> list[Route]:
        """Return the routes."""
        return [
            gate.route("/v1/erasures", self._erase, "POST"),
            gate.route("/v1/erasures", self._list, "GET"),
        ]

    async def _erase(self, request: Request, identity: Identity) -> Response:
        wanted = await body_of(request, ErasureBody)
        return JSONResponse(await run_in_threadpool(self._erased, identity, wanted))

    async def _list(self, _: Request, identity: Identity) -> Response:
        found = await run_in_threadpool(self._states)
        seen = [each for each in found if _judges(identity, TenantId(each.tenant))]
        return JSONResponse({"erasures": [_tree(each) for each in seen]})

    def _states(self) -> Sequence[Erasure]:
        with self.erasing() as erasing:
            return erasing.states()

    def _erased(self, identity: Identity, wanted: ErasureBody) -> dict[str, Any]:
        tenant = TenantId(wanted.tenant)
        self._refuse_others(identity, tenant, wanted.ticket)
        actor = actor_of(identity)
        with self.erasing() as erasing:
            if wanted.token is not None:
                return {"buried": erasing.record(actor, tenant, wanted.token, self.bury, wanted.ticket)}
            if wanted.unit is not None:
                found: Sequence[Erasure] = (erasing.unit(actor, tenant, wanted.unit, wanted.ticket),)
            else:
                found = erasing.tenant(actor, tenant, wanted.ticket)
        return {"erasures": [_tree(each) for each in found]}

    def _refuse_others(self, identity: Identity, tenant: TenantId, ticket: str) -> None:
        """Raise AccessDenied, told, for everybody but a privacy officer of the tenant who signed in just now."""
        now = self.granting.now()
        try:
            is_fresh(identity, now)
            if not identity.holds(tenant, Role.PRIVACY_OFFICER):
                raise refused(Reason.ROLE_MISSING)
        except AccessDenied as error:
            resource = Resource(ResourceKind.TENANT, (tenant,), 1)
            record = intent_of(Action.ERASE_REQUEST, identity, tenant, resource, now)
            self.granting.trail.single(replace(record, ticket=ticket), Result.DENIED, reason_of(error))
            raise


def _judges(identity: Identity, tenant: TenantId) -> bool:
    return any(identity.holds(tenant, role) for role in (*APPROVERS, Role.AUDITOR))


def _tree(erasure: Erasure) -> dict[str, Any]:
    after = erasure.complete_after_ms
    return {
        "tenant": erasure.tenant,
        "unit": erasure.unit,
        "state": erasure.state.value,
        "requested_at": rfc3339(erasure.requested_at_ms),
        "complete_after": rfc3339(after) if after else None,
        "deks": erasure.deks,
    }
