"""Quarantined records over the API: put back or destroyed, under a grant that names them."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from schemas.access import Identity
from schemas.audit_shapes import ID_SHAPES
from schemas.audit_terms import ResourceKind
from streams.breakglass.gate import Gate, body_of
from streams.breakglass.replaying import Replayer, Settled
from streams.section import Section

_EVENT = Annotated[str, Field(pattern=rf"^(?:{ID_SHAPES[ResourceKind.EVENT]})$")]


class QuarantineBody(Section):
    """Asking for quarantined records of a grant, by their events."""

    grant_id: Annotated[str, Field(max_length=64)]
    events: Annotated[tuple[_EVENT, ...], Field(min_length=1, max_length=50)]


@dataclass(frozen=True, slots=True)
class QuarantineApi:
    """Answers requesters, one at a time: what was cut short is settled before anything goes on."""

    replayer: Replayer
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def routes(self, gate: Gate) -> list[Route]:
        """Return the routes."""
        return [
            gate.route("/v1/quarantine/replay", self._replay, "POST"),
            gate.route("/v1/quarantine/destroy", self._destroy, "POST"),
        ]

    async def _replay(self, request: Request, identity: Identity) -> Response:
        wanted = await body_of(request, QuarantineBody)
        settled = await run_in_threadpool(self._replayed, identity, wanted)
        return JSONResponse({"items": [_tree(each) for each in settled]})

    async def _destroy(self, request: Request, identity: Identity) -> Response:
        wanted = await body_of(request, QuarantineBody)
        return JSONResponse(await run_in_threadpool(self._destroyed, identity, wanted))

    def _replayed(self, identity: Identity, wanted: QuarantineBody) -> Sequence[Settled]:
        with self._lock:
            return self.replayer.replay(identity, wanted.grant_id, wanted.events)

    def _destroyed(self, identity: Identity, wanted: QuarantineBody) -> dict[str, Any]:
        with self._lock:
            destroyed = self.replayer.destroy(identity, wanted.grant_id, wanted.events)
        return {"items": [_tree(each) for each in destroyed.events], "remains": list(destroyed.remains)}


def _tree(settled: Settled) -> dict[str, Any]:
    return {"event_id": settled.event_id, "status": settled.status.value, "code": settled.code}
