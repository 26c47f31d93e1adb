"""The API of break-glass: grants, reveals and look-ups for people with a bearer token of an identity provider."""

import secrets
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

import structlog
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from schemas.access import GrantState, Identity
from schemas.audit_terms import Reason
from schemas.errors import PhistreamError
from streams.breakglass.bodies import (
    GrantBody,
    LookupBody,
    RevealBody,
    RevealTextBody,
    audit_tree,
    grant_tree,
    item_tree,
)
from streams.breakglass.granting import Granting
from streams.breakglass.identity.oidc import Oidc
from streams.breakglass.looking_up import Finder
from streams.breakglass.openapi import VERBS, document
from streams.breakglass.problems import Problem, fresh, problem_of
from streams.breakglass.revealing import Revealer
from streams.section import Section

log = structlog.get_logger(__name__)

_BEARER = "bearer "
_BODY_BYTES = 2 * 1024 * 1024
#: On every answer: nobody on the way keeps it, and no page that shows it tells where it came from.
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_Body = TypeVar("_Body", bound=Section)
Handler = Callable[[Request, Identity], Awaitable[Response]]


class _Refused(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


@dataclass(frozen=True, slots=True)
class BreakglassApi:
    """The parts that answer; *revealer* opens what reveals need for one request."""

    oidc: Oidc
    granting: Granting
    finder: Finder
    revealer: Callable[[], AbstractContextManager[Revealer]]

    def app(self) -> Starlette:
        """Return the application."""
        return Starlette(
            routes=[
                self._route("/v1/grants", self._request_grant, "POST"),
                self._route("/v1/grants", self._list_grants, "GET", ("state",)),
                self._route("/v1/grants/{grant_id}", self._show_grant, "GET"),
                self._route("/v1/grants/{grant_id}/{verb}", self._say, "POST"),
                self._route("/v1/reveal", self._reveal, "POST"),
                self._route("/v1/reveal-text", self._reveal_text, "POST"),
                self._route("/v1/lookup", self._look_up, "POST"),
                Route("/openapi.json", _openapi, methods=["GET"]),
                Route("/healthz", _healthy, methods=["GET"]),
            ],
            exception_handlers={404: _nowhere, 405: _nowhere},
        )

    def _route(self, path: str, handler: Handler, method: str, queries: tuple[str, ...] = ()) -> Route:
        async def endpoint(request: Request) -> Response:
            request_id = secrets.token_hex(16)
            try:
                _refuse_queries(request, queries)
                identity = await run_in_threadpool(self._identity, request.headers.get("authorization"))
                response = await handler(request, identity)
            except _Refused as refused:
                response = refused.problem.response(request_id)
            except Exception as error:  # noqa: BLE001 - whatever it is, its words stay here.
                response = self._problem(error, request_id)
            response.headers.update({**_HEADERS, "X-Request-Id": request_id})
            return response

        return Route(path, endpoint, methods=[method])

    def _identity(self, authorization: str | None) -> Identity:
        given = authorization or ""
        if given[: len(_BEARER)].lower() != _BEARER:
            problem = Problem(HTTPStatus.UNAUTHORIZED, Reason.BAD_CREDENTIAL.value, {"WWW-Authenticate": "Bearer"})
            raise _Refused(problem)
        return self.oidc.verify(given[len(_BEARER) :].strip(), self.granting.now())

    def _problem(self, error: Exception, request_id: str) -> Response:
        problem = problem_of(error, fresh(self.oidc.step_up(0).acr_values))
        if not isinstance(error, PhistreamError):
            log.error("Request failed.", error_class=type(error).__name__)
        return problem.response(request_id)

    async def _request_grant(self, request: Request, identity: Identity) -> Response:
        wanted = (await _body(request, GrantBody)).request()
        grant = await run_in_threadpool(self.granting.request, identity, wanted)
        return JSONResponse(grant_tree(grant), HTTPStatus.CREATED, {"Location": f"/v1/grants/{grant.id}"})

    async def _list_grants(self, request: Request, identity: Identity) -> Response:
        wanted = request.query_params.get("state")
        if wanted is not None and wanted not in set(GrantState):
            raise _Refused(Problem(HTTPStatus.BAD_REQUEST, "query_refused"))
        grants = await run_in_threadpool(self.granting.list, identity)
        return JSONResponse({"grants": [grant_tree(each) for each in grants if wanted in (None, each.state)]})

    async def _show_grant(self, request: Request, identity: Identity) -> Response:
        grant, reason = await run_in_threadpool(self.granting.show, identity, request.path_params["grant_id"])
        return JSONResponse(grant_tree(grant, reason))

    async def _say(self, request: Request, identity: Identity) -> Response:
        event = VERBS.get(request.path_params["verb"])
        if event is None:
            raise _Refused(Problem(HTTPStatus.NOT_FOUND, "nowhere"))
        grant = await run_in_threadpool(self.granting.word, identity, request.path_params["grant_id"], event)
        return JSONResponse(grant_tree(grant))

    async def _reveal(self, request: Request, identity: Identity) -> Response:
        wanted = (await _body(request, RevealBody)).request()
        return JSONResponse(await run_in_threadpool(self._revealed, identity, wanted))

    async def _reveal_text(self, request: Request, identity: Identity) -> Response:
        wanted = (await _body(request, RevealTextBody)).request()
        return JSONResponse(await run_in_threadpool(self._revealed, identity, wanted))

    def _revealed(self, identity: Identity, wanted: Any) -> dict[str, Any]:
        with self.revealer() as revealer:
            result = revealer.reveal(identity, wanted)
        items = [item_tree(index, item) for index, item in enumerate(result.items)]
        tree = {"audit": audit_tree(result.audit), "items": items}
        return tree if wanted.asked.text is None else {**tree, "text": result.text}

    async def _look_up(self, request: Request, identity: Identity) -> Response:
        body = await _body(request, LookupBody)
        found = await run_in_threadpool(self.finder.look_up, identity, body.grant_id, body.type, body.values)
        return JSONResponse({"items": [{"index": index, "tokens": list(each)} for index, each in enumerate(found)]})


def _refuse_queries(request: Request, queries: tuple[str, ...]) -> None:
    """Raise _Refused: a token or value in an address would stand in the logs of everything on the way."""
    if set(request.query_params) - set(queries):
        raise _Refused(Problem(HTTPStatus.BAD_REQUEST, "query_refused"))


async def _body(request: Request, kind: type[_Body]) -> _Body:
    """Read a body of JSON; raises _Refused for one that is too long or of another shape, without a word of it."""
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > _BODY_BYTES:
                raise _Refused(Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large"))
            parts.append(part)
        return kind.model_validate_json(b"".join(parts))
    except (ValidationError, ClientDisconnect):
        raise _Refused(Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Reason.MALFORMED.value)) from None


async def _openapi(_: Request) -> Response:
    return JSONResponse(document(), headers=_HEADERS)


async def _healthy(_: Request) -> Response:
    return JSONResponse({"status": "ok"}, headers=_HEADERS)


async def _nowhere(_: Request, __: Exception) -> Response:
    response = Problem(HTTPStatus.NOT_FOUND, "nowhere").response(secrets.token_hex(16))
    response.headers.update(_HEADERS)
    return response
