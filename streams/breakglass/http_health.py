"""What is asked of break-glass by machines and those who watch them: does it answer, can it serve, its metrics."""

from dataclasses import dataclass
from ipaddress import ip_address

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from schemas.access import Identity, Role
from schemas.audit_terms import Reason
from schemas.vault import TenantId
from streams.breakglass.gate import HEADERS, Gate, nowhere_response
from streams.breakglass.persons import refused
from streams.breakglass.readiness import Readiness, is_ready
from streams.telemetry.metrics import CONTENT_TYPE, Metrics

_UNAVAILABLE = 503


@dataclass(frozen=True, slots=True)
class HealthApi:
    """Answers without a token, and says nothing of anybody; from elsewhere metrics take a role in *home*."""

    readiness: Readiness
    metrics: Metrics
    home: TenantId

    def routes(self, gate: Gate) -> list[Route]:
        """Return the routes."""
        found = (("/healthz", self._healthy), ("/readyz", self._ready), ("/metrics", self._metrics))
        open_to_all = [Route(path, endpoint, methods=["GET"]) for path, endpoint in found]
        return [*open_to_all, gate.route("/v1/metrics", self._watched, "GET")]

    async def _healthy(self, _: Request) -> Response:
        return JSONResponse({"status": "ok"}, headers=HEADERS)

    async def _ready(self, _: Request) -> Response:
        parts = await run_in_threadpool(self.readiness.parts)
        ready = is_ready(parts)
        tree = {"status": "ok" if ready else "unavailable", "parts": parts}
        return JSONResponse(tree, 200 if ready else _UNAVAILABLE, HEADERS)

    async def _metrics(self, request: Request) -> Response:
        """Answer this host alone: metrics name tenants and keys."""
        if not _is_near(request):
            return nowhere_response()
        return Response(self.metrics.text(), media_type=CONTENT_TYPE, headers=HEADERS)

    async def _watched(self, _: Request, identity: Identity) -> Response:
        """Answer somebody who watches over the installation, wherever they are."""
        if not identity.holds(self.home, Role.OBSERVABILITY):
            raise refused(Reason.ROLE_MISSING)
        return Response(self.metrics.text(), media_type=CONTENT_TYPE)


def _is_near(request: Request) -> bool:
    host = "" if request.client is None else request.client.host
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
