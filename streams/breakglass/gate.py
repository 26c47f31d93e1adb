"""The gate of the API: a bearer token judged, every refusal in constant words, no answer kept on the way."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address
from typing import TypeVar

import structlog
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from schemas.access import Identity
from schemas.audit_terms import Reason
from schemas.errors import AccessDenied, PhistreamError
from streams.breakglass.identity.oidc import Oidc, claimed_issuer
from streams.breakglass.problems import Problem, fresh, problem_of
from streams.breakglass.refused_tokens import RefusedTokens
from streams.breakglass.trail import reason_of
from streams.section import Section
from streams.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

_BEARER = "bearer "
_BODY_BYTES = 2 * 1024 * 1024
#: On every answer: nobody on the way keeps it, and no page that shows it tells where it came from.
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_Body = TypeVar("_Body", bound=Section)
Handler = Callable[[Request, Identity], Awaitable[Response]]


class Refused(Exception):
    """A request that is answered by a problem, without a word of it."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets people with a token of the provider through to a handler; what handlers raise is answered here.

    *around* stands between the gate and each handler of a POST.
    """

    oidc: Oidc
    now: Callable[[], float]
    refused: RefusedTokens
    metrics: Metrics
    around: Callable[[str, Handler], Handler] | None = None

    def route(self, path: str, handler: Handler, method: str, queries: tuple[str, ...] = ()) -> Route:
        """Return a route that only people reach, with no other query than *queries* in its address."""
        if method == "POST" and self.around is not None:
            handler = self.around(path, handler)

        async def endpoint(request: Request) -> Response:
            request_id = secrets.token_hex(16)
            try:
                _refuse_queries(request, queries)
                identity = await run_in_threadpool(self._identity, request)
                response = await handler(request, identity)
            except Refused as refused:
                response = refused.problem.response(request_id)
            except Exception as error:  # noqa: BLE001 - whatever it is, its words stay here.
                response = self._problem(error, request_id)
            response.headers.update({**HEADERS, "X-Request-Id": request_id})
            self.metrics.count("phistream_breakglass_requests_total", outcome=str(response.status_code))
            return response

        return Route(path, endpoint, methods=[method])

    def _identity(self, request: Request) -> Identity:
        given = request.headers.get("authorization") or ""
        if given[: len(_BEARER)].lower() != _BEARER:
            problem = Problem(HTTPStatus.UNAUTHORIZED, Reason.BAD_CREDENTIAL.value, {"WWW-Authenticate": "Bearer"})
            raise Refused(problem)
        token = given[len(_BEARER) :].strip()
        try:
            return self.oidc.verify(token, self.now())
        except AccessDenied as error:
            reason = reason_of(error)
            if reason is not Reason.IDENTITY_UNAVAILABLE:  # Nobody judged it then.
                self.metrics.count("phistream_breakglass_refused_tokens_total", reason=reason.value)
                self.refused.tell(claimed_issuer(token), reason, _address(request))
            raise

    def _problem(self, error: Exception, request_id: str) -> Response:
        problem = problem_of(error, fresh(self.oidc.step_up(0).acr_values))
        if not isinstance(error, PhistreamError):
            log.error("Request failed.", error_class=type(error).__name__)
        return problem.response(request_id)


async def body_of(request: Request, kind: type[_Body]) -> _Body:
    """Read a body of JSON; raises Refused for one that is too long or of another shape, without a word of it."""
    try:
        return kind.model_validate_json(await bytes_of(request))
    except ValidationError:
        raise Refused(Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Reason.MALFORMED.value)) from None


async def bytes_of(request: Request) -> bytes:
    """Return the bytes of a body, as often as asked; raises Refused for one that is too long or was cut short."""
    if not hasattr(request.state, "content"):
        parts: list[bytes] = []
        size = 0
        try:
            async for part in request.stream():
                size += len(part)
                if size > _BODY_BYTES:
                    raise Refused(Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large"))
                parts.append(part)
        except ClientDisconnect:
            raise Refused(Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Reason.MALFORMED.value)) from None
        request.state.content = b"".join(parts)
    content: bytes = request.state.content
    return content


def query_refused() -> Refused:
    """Return the refusal of a query that no address takes."""
    return Refused(Problem(HTTPStatus.BAD_REQUEST, "query_refused"))


def nowhere() -> Refused:
    """Return the refusal of an address at which there is nothing."""
    return Refused(Problem(HTTPStatus.NOT_FOUND, "nowhere"))


def nowhere_response() -> Response:
    """Return the answer at an address at which there is nothing."""
    response = Problem(HTTPStatus.NOT_FOUND, "nowhere").response(secrets.token_hex(16))
    response.headers.update(HEADERS)
    return response


def _refuse_queries(request: Request, queries: tuple[str, ...]) -> None:
    """Raise Refused: a token or value in an address would stand in the logs of everything on the way."""
    if set(request.query_params) - set(queries):
        raise query_refused()


def _address(request: Request) -> str | None:
    """Return the address that a request came from, or None where it is none that an audit record takes."""
    host = "" if request.client is None else request.client.host
    try:
        return str(ip_address(host.partition("%")[0]))
    except ValueError:
        return None
