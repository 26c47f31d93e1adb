"""What machines ask of break-glass: whether it answers, whether it can serve, and its metrics."""

from dataclasses import dataclass
from ipaddress import ip_address

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from streams.breakglass.gate import HEADERS, nowhere_response
from streams.breakglass.readiness import Readiness, is_ready
from streams.telemetry.metrics import CONTENT_TYPE, Metrics

_UNAVAILABLE = 503


@dataclass(frozen=True, slots=True)
class HealthApi:
    """Answers without a token, and says nothing of anybody."""

    readiness: Readiness
    metrics: Metrics

    def routes(self) -> list[Route]:
        """Return the routes."""
        found = (("/healthz", self._healthy), ("/readyz", self._ready), ("/metrics", self._metrics))
        return [Route(path, endpoint, methods=["GET"]) for path, endpoint in found]

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


def _is_near(request: Request) -> bool:
    host = "" if request.client is None else request.client.host
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
