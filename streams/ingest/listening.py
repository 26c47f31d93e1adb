"""The HTTP door: OTLP/HTTP and JSON lines into the raw topic. A 200 says that every record of the request is durable.

At least once: a client that hears no answer sends again, and the records stand there twice, as events of their own.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TypeVar

import structlog
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from schemas.errors import LogError, LogRefused, PhistreamError
from schemas.raw import Bounds
from streams.ingest.bodies import PROTOBUF, Unpacker, Unreadable, lines_of, otlp_records
from streams.ingest.gate import Gate, Refusal
from streams.log.inlet import Inlet
from streams.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

Value = TypeVar("Value")
Records = Callable[[bytes, str, Bounds], list[bytes]]


@dataclass(frozen=True, slots=True)
class Door:
    """Answers requests; everything that asks or writes the log runs in *executor*, whose one thread owns the inlet."""

    gate: Gate
    inlet: Inlet
    executor: Executor
    bounds: Bounds
    metrics: Metrics

    def app(self) -> Starlette:
        """Return the application."""
        return Starlette(
            routes=[
                Route("/v1/traces", self._otlp, methods=["POST"]),
                Route("/v1/logs", self._otlp, methods=["POST"]),
                Route("/v1/events", self._lines, methods=["POST"]),
                Route("/healthz", self._health, methods=["GET"]),
                Route("/readyz", self._ready, methods=["GET"]),
            ]
        )

    async def _otlp(self, request: Request) -> Response:
        """Take one export request in; the answer is an empty export response of the request's own encoding."""
        answer = await self._take(request, otlp_records)
        if not isinstance(answer, int):
            return answer
        if _type_of(request) == PROTOBUF:
            return Response(b"", 200, media_type=PROTOBUF)
        return JSONResponse({})

    async def _lines(self, request: Request) -> Response:
        """Take each line in as a record; the answer says how many."""
        answer = await self._take(request, lines_of)
        return JSONResponse({"records": answer}) if isinstance(answer, int) else answer

    async def _take(self, request: Request, records_of: Records) -> int | Response:
        """Write what a request holds; return how many records, or the answer that refuses it."""
        try:
            refusal = await self._refusal(request)
            if refusal is not None:
                return self._refused(refusal)
            body = await asyncio.wait_for(self._body(request), self.gate.limits.body_seconds)
            records = await self._run(lambda: self._records(request, body, records_of))
            if records:
                await self._run(lambda: self.inlet.append(records))
        except Unreadable as error:
            return self._refused(Refusal(error.status, error.code))
        except (TimeoutError, ClientDisconnect):
            return self._refused(Refusal(408, "body_too_slow"))
        except LogError as error:
            log.error("Records were not taken in.", error_class=type(error).__name__)
            too_large = isinstance(error, LogRefused)
            return self._refused(Refusal(500, "log_refuses") if too_large else Refusal(503, "log_unavailable", 5))
        except Exception as error:  # noqa: BLE001 - a traceback of the server's own may hold text.
            log.error("Request failed.", error_class=type(error).__name__)
            return self._refused(Refusal(500, "failed"))
        self.metrics.taken_in("taken", len(records))
        return len(records)

    async def _refusal(self, request: Request) -> Refusal | None:
        if not self.gate.knows(request.headers.get("authorization")):
            return Refusal(401, "token")
        declared = request.headers.get("content-length", "0")
        if declared.isdecimal() and int(declared) > self.gate.limits.body_bytes:
            return Refusal(413, "body_too_large")
        return await self._run(self.gate.refusal)

    async def _body(self, request: Request) -> bytes:
        """Return the body, never more of it than the limit."""
        parts: list[bytes] = []
        size = 0
        async for part in request.stream():
            size += len(part)
            if size > self.gate.limits.body_bytes:
                raise Unreadable(413, "body_too_large")
            parts.append(part)
        return b"".join(parts)

    def _records(self, request: Request, body: bytes, records_of: Records) -> list[bytes]:
        encoding = request.headers.get("content-encoding", "").strip().lower()
        whole = Unpacker(encoding, self.gate.limits.body_bytes).unpack(body)
        return records_of(whole, _type_of(request), self.bounds)

    def _refused(self, refusal: Refusal) -> Response:
        self.metrics.taken_in(refusal.code, 0)
        headers = {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}
        if refusal.status == 401:  # noqa: PLR2004 - RFC 9110, section 15.5.2.
            headers["WWW-Authenticate"] = "Bearer"
        return JSONResponse({"error": refusal.code}, refusal.status, headers)

    async def _health(self, _: Request) -> Response:
        """Say that the process answers."""
        return JSONResponse({"status": "ok"})

    async def _ready(self, _: Request) -> Response:
        """Say whether the log answers."""
        try:
            await self._run(self.inlet.waiting)
        except PhistreamError:
            return JSONResponse({"status": "log_unavailable"}, 503)
        return JSONResponse({"status": "ok"})

    async def _run(self, call: Callable[[], Value]) -> Value:
        waiting: Awaitable[Value] = asyncio.get_running_loop().run_in_executor(self.executor, call)
        return await waiting


def _type_of(request: Request) -> str:
    """Return the media type of a request, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
