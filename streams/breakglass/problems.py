"""What the API answers when it does not do as asked: problem+json with a code and a request's id, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from sqlalchemy.exc import OperationalError
from starlette.responses import JSONResponse

from schemas.audit_terms import Reason
from schemas.errors import (
    AccessDenied,
    AuditAltered,
    AuditUnavailable,
    ConfigError,
    KmsUnavailable,
    LogUnavailable,
    PhistreamError,
    UnknownToken,
)
from streams.breakglass.figures import FRESH_SECONDS
from streams.breakglass.identity.step_up import StepUp, StepUpNeeded

PROBLEM_JSON = "application/problem+json"
_TYPE = "urn:phistream:problem:"
_MINUTE = 60
_SOON = 5

_STATUSES: Mapping[str, HTTPStatus] = {
    Reason.BAD_CREDENTIAL: HTTPStatus.UNAUTHORIZED,
    Reason.WEAK_AUTHENTICATION: HTTPStatus.UNAUTHORIZED,
    Reason.STALE_AUTHENTICATION: HTTPStatus.UNAUTHORIZED,
    Reason.GRANT_UNKNOWN: HTTPStatus.NOT_FOUND,
    Reason.MALFORMED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Reason.GRANT_STATE: HTTPStatus.CONFLICT,
    Reason.REPEATED: HTTPStatus.CONFLICT,
    Reason.APPROVED_BEFORE: HTTPStatus.CONFLICT,
    Reason.LEGAL_HOLD: HTTPStatus.CONFLICT,
    Reason.RATE: HTTPStatus.TOO_MANY_REQUESTS,
    Reason.BEHIND: HTTPStatus.SERVICE_UNAVAILABLE,
    Reason.IDENTITY_UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
_KINDS: Mapping[type[PhistreamError], tuple[HTTPStatus, Reason]] = {
    AuditAltered: (HTTPStatus.INTERNAL_SERVER_ERROR, Reason.INCONSISTENT),
    AuditUnavailable: (HTTPStatus.SERVICE_UNAVAILABLE, Reason.STORE_UNAVAILABLE),
    KmsUnavailable: (HTTPStatus.SERVICE_UNAVAILABLE, Reason.KMS_UNAVAILABLE),
    LogUnavailable: (HTTPStatus.SERVICE_UNAVAILABLE, Reason.LOG_UNAVAILABLE),
    UnknownToken: (HTTPStatus.NOT_FOUND, Reason.UNKNOWN_TOKEN),
    ConfigError: (HTTPStatus.UNPROCESSABLE_ENTITY, Reason.MALFORMED),
}
_WAIT = {HTTPStatus.TOO_MANY_REQUESTS: _MINUTE, HTTPStatus.SERVICE_UNAVAILABLE: _SOON}


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal; *headers* are those that belong to its status."""

    status: HTTPStatus
    code: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, request_id: str) -> JSONResponse:
        """Return the answer: constant words, a code, an id; never a word of the request or of an error."""
        tree = {
            "type": f"{_TYPE}{self.code}",
            "title": self.status.phrase,
            "status": int(self.status),
            "code": self.code,
            "request_id": request_id,
        }
        return JSONResponse(tree, int(self.status), dict(self.headers), PROBLEM_JSON)


def problem_of(error: Exception, step_up: StepUp) -> Problem:
    """Return the refusal that an error stands for; *step_up* is what a sign-in is asked for that is not enough."""
    if isinstance(error, StepUpNeeded):
        challenge = StepUp(step_up.acr_values, min(step_up.max_age, error.step_up.max_age))
        return _refused(HTTPStatus.UNAUTHORIZED, str(error.facts["code"]), challenge.header)
    if isinstance(error, AccessDenied):
        code = str(error.facts.get("code", Reason.ROLE_MISSING.value))
        status = _STATUSES.get(code, HTTPStatus.FORBIDDEN)
        weak = code in (Reason.WEAK_AUTHENTICATION, Reason.STALE_AUTHENTICATION)
        challenge_of = step_up.header if weak else 'Bearer error="invalid_token"'
        return _refused(status, code, challenge_of if status is HTTPStatus.UNAUTHORIZED else None)
    if isinstance(error, OperationalError):
        return _refused(HTTPStatus.SERVICE_UNAVAILABLE, Reason.STORE_UNAVAILABLE.value)
    for kind in type(error).__mro__:
        if kind in _KINDS:
            return _refused(_KINDS[kind][0], _KINDS[kind][1].value)
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, Reason.INTERNAL.value)


def fresh(acr_values: tuple[str, ...]) -> StepUp:
    """Return what is asked for before an act that needs a young sign-in."""
    return StepUp(acr_values, FRESH_SECONDS)


def _refused(status: HTTPStatus, code: str, challenge: str | None = None) -> Problem:
    headers = {} if challenge is None else {"WWW-Authenticate": challenge}
    if status in _WAIT:
        headers["Retry-After"] = str(_WAIT[status])
    return Problem(status, code, headers)
