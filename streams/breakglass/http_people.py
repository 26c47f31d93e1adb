"""People over the API: somebody who leaves is turned away at once, without a pause of the service."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from schemas.access import Identity, Person
from streams.breakglass.gate import Gate, body_of
from streams.breakglass.granting import Granting
from streams.breakglass.identity.people import offboard
from streams.breakglass.identity.registry import Registry
from streams.breakglass.persons import has_second_factor
from streams.section import Section

#: As an audit record takes them, so that whoever leaves can be named there.
_ISSUER = r"^(?:local:[0-9a-f]{32}|https?://[a-z0-9.:-]{1,128}(?:/[A-Za-z0-9._~-]{1,64}){0,6}/?)$"
_SUBJECT = r"^[A-Za-z0-9][A-Za-z0-9._:|-]{0,127}$"


class OffboardBody(Section):
    """Who leaves, by issuer and immutable subject."""

    issuer: Annotated[str, Field(pattern=_ISSUER)]
    subject: Annotated[str, Field(pattern=_SUBJECT)]


@dataclass(frozen=True, slots=True)
class PeopleApi:
    """Answers whoever administers people."""

    registry: Registry
    granting: Granting

    def routes(self, gate: Gate) -> list[Route]:
        """Return the routes."""
        return [gate.route("/v1/people/offboard", self._offboard, "POST")]

    async def _offboard(self, request: Request, identity: Identity) -> Response:
        leaving = await body_of(request, OffboardBody)
        revoked = await run_in_threadpool(self._offboarded, identity, Person(leaving.issuer, leaving.subject))
        return JSONResponse({"revoked": revoked})

    def _offboarded(self, identity: Identity, person: Person) -> int:
        has_second_factor(identity)
        ended: list[int] = []
        revoke = self.granting.offboard
        offboard(self.registry, identity, person, self.granting.now(), lambda left: ended.append(revoke(left)))
        return sum(ended)
