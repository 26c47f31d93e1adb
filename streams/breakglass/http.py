"""The API of break-glass: grants, reveals and look-ups for people with a bearer token of an identity provider."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from schemas.access import GrantState, Identity
from schemas.errors import ConfigError, KmsUnavailable
from streams.breakglass.alerting import Alerting
from streams.breakglass.bodies import (
    GrantBody,
    LookupBody,
    RevealBody,
    RevealTextBody,
    audit_tree,
    found_tree,
    grant_tree,
    item_tree,
)
from streams.breakglass.gate import HEADERS, Gate, body_of, nowhere, nowhere_response, query_refused
from streams.breakglass.granting import Granting
from streams.breakglass.http_audit import AuditApi
from streams.breakglass.http_erasing import ErasureApi
from streams.breakglass.http_health import HealthApi
from streams.breakglass.http_people import PeopleApi
from streams.breakglass.http_quarantine import QuarantineApi
from streams.breakglass.idempotency import Once
from streams.breakglass.looking_up import Finder
from streams.breakglass.openapi import VERBS, document
from streams.breakglass.revealing import Revealer

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class BreakglassApi:
    """The parts that answer; *revealer* opens what reveals need for one request."""

    gate: Gate
    granting: Granting
    finder: Finder
    revealer: Callable[[], AbstractContextManager[Revealer]]
    audit: AuditApi
    erasures: ErasureApi
    quarantine: QuarantineApi
    people: PeopleApi
    health: HealthApi

    def app(self) -> Starlette:
        """Return the application."""
        store = self.granting.store
        gate = replace(self.gate, around=Once.open(store.engine, store.seal.mac, self.granting.now).around)
        route = gate.route
        return Starlette(
            routes=[
                route("/v1/grants", self._request_grant, "POST"),
                route("/v1/grants", self._list_grants, "GET", ("state",)),
                route("/v1/grants/{grant_id}", self._show_grant, "GET"),
                route("/v1/grants/{grant_id}/{verb}", self._say, "POST"),
                route("/v1/reveal", self._reveal, "POST"),
                route("/v1/reveal-text", self._reveal_text, "POST"),
                route("/v1/lookup", self._look_up, "POST"),
                *self.audit.routes(gate),
                *self.erasures.routes(gate),
                *self.quarantine.routes(gate),
                *self.people.routes(gate),
                Route("/openapi.json", _openapi, methods=["GET"]),
                *self.health.routes(gate),
            ],
            exception_handlers={404: _nowhere, 405: _nowhere},
        )

    async def _request_grant(self, request: Request, identity: Identity) -> Response:
        wanted = (await body_of(request, GrantBody)).request()
        grant = await run_in_threadpool(Alerting.over(self.granting).request, identity, wanted)
        return JSONResponse(grant_tree(grant), HTTPStatus.CREATED, {"Location": f"/v1/grants/{grant.id}"})

    async def _list_grants(self, request: Request, identity: Identity) -> Response:
        wanted = request.query_params.get("state")
        if wanted is not None and wanted not in set(GrantState):
            raise query_refused()
        grants = await run_in_threadpool(self.granting.list, identity)
        return JSONResponse({"grants": [grant_tree(each) for each in grants if wanted in (None, each.state)]})

    async def _show_grant(self, request: Request, identity: Identity) -> Response:
        grant, reason = await run_in_threadpool(self.granting.show, identity, request.path_params["grant_id"])
        return JSONResponse(grant_tree(grant, reason))

    async def _say(self, request: Request, identity: Identity) -> Response:
        event = VERBS.get(request.path_params["verb"])
        if event is None:
            raise nowhere()
        grant = await run_in_threadpool(self.granting.word, identity, request.path_params["grant_id"], event)
        return JSONResponse(grant_tree(grant))

    async def _reveal(self, request: Request, identity: Identity) -> Response:
        wanted = (await body_of(request, RevealBody)).request()
        return JSONResponse(await run_in_threadpool(self._revealed, identity, wanted))

    async def _reveal_text(self, request: Request, identity: Identity) -> Response:
        wanted = (await body_of(request, RevealTextBody)).request()
        return JSONResponse(await run_in_threadpool(self._revealed, identity, wanted))

    def _revealed(self, identity: Identity, wanted: Any) -> dict[str, Any]:
        try:
            with self.revealer() as revealer:
                result = revealer.reveal(identity, wanted)
        except ConfigError:  # Of the keys' side: what was asked was judged before.
            log.error("Keys are not as the settings say.")
            raise KmsUnavailable("keys are not there") from None
        items = [item_tree(index, item) for index, item in enumerate(result.items)]
        tree = {"audit": audit_tree(result.audit), "items": items}
        return tree if wanted.asked.text is None else {**tree, "text": result.text}

    async def _look_up(self, request: Request, identity: Identity) -> Response:
        wanted = (await body_of(request, LookupBody)).request()
        found = await run_in_threadpool(self.finder.look_up, identity, wanted)
        return JSONResponse({"items": [found_tree(index, each) for index, each in enumerate(found)]})


async def _openapi(_: Request) -> Response:
    return JSONResponse(document(), headers=HEADERS)


async def _nowhere(_: Request, __: Exception) -> Response:
    return nowhere_response()
