"""The audit log over the API: checkpoint, proofs, the entries of one's own tenants, and who was shown what."""

from collections.abc import Collection
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from schemas.access import Identity, Role
from schemas.audit import Resource
from schemas.audit_terms import Action, Reason, ResourceKind, Result
from schemas.vault import TenantId
from streams.audit.audit_log import leaf_bytes, read_records
from streams.audit.merkle_log import MerkleLog
from streams.audit.proofs import inclusion, write_proof
from streams.audit.reading import hashes_of, read_checkpoint
from streams.breakglass.bodies import DisclosuresBody, disclosure_tree
from streams.breakglass.disclosures import account
from streams.breakglass.gate import Gate, Refused, body_of, query_refused
from streams.breakglass.granting import Granting
from streams.breakglass.persons import refused
from streams.breakglass.problems import Problem
from streams.breakglass.trail import intent_of

#: How many entries one answer looks at, and how many where nobody says.
MOST, LAST = 256, 20
_LONGEST_NUMBER = 15


@dataclass(frozen=True, slots=True)
class AuditApi:
    """Answers auditors; *home* is the tenant under which refusals are told."""

    log: MerkleLog
    granting: Granting
    home: TenantId

    def routes(self, gate: Gate) -> list[Route]:
        """Return the routes."""
        return [
            gate.route("/v1/audit/checkpoint", self._checkpoint, "GET"),
            gate.route("/v1/audit/proof", self._proof, "GET", ("index",)),
            gate.route("/v1/audit/entries", self._entries, "GET", ("from", "to")),
            gate.route("/v1/disclosures", self._disclosures, "POST"),
        ]

    async def _checkpoint(self, _: Request, identity: Identity) -> Response:
        await run_in_threadpool(self._audited, identity)
        note, _size = await run_in_threadpool(read_checkpoint, self.log.folder, self.log.keys.verifiers)
        return PlainTextResponse(note)

    async def _proof(self, request: Request, identity: Identity) -> Response:
        await run_in_threadpool(self._audited, identity)
        index = _number(request, "index")
        if index is None:
            raise query_refused()
        return PlainTextResponse(await run_in_threadpool(self._proven, index))

    async def _entries(self, request: Request, identity: Identity) -> Response:
        tenants = await run_in_threadpool(self._audited, identity)
        start, end = _number(request, "from"), _number(request, "to")
        return JSONResponse(await run_in_threadpool(self._read, identity, tenants, start, end))

    async def _disclosures(self, request: Request, identity: Identity) -> Response:
        asked, granting = (await body_of(request, DisclosuresBody)).asked(), self.granting
        found = await run_in_threadpool(account, self.log, granting.trail, identity, asked, granting.now())
        return JSONResponse({"disclosures": [disclosure_tree(each) for each in found]})

    def _audited(self, identity: Identity) -> Collection[TenantId]:
        """Return the tenants whose auditor somebody is; raises AccessDenied, told, where there is none."""
        tenants = [tenant for tenant in sorted(identity.roles) if identity.holds(tenant, Role.AUDITOR)]
        if not tenants:
            record = intent_of(
                Action.AUDIT_EXPORT, identity, self.home, Resource(ResourceKind.ENTRIES), self.granting.now()
            )
            self.granting.trail.single(record, Result.DENIED, Reason.ROLE_MISSING)
            raise refused(Reason.ROLE_MISSING)
        return tenants

    def _proven(self, index: int) -> str:
        note, checkpoint = read_checkpoint(self.log.folder, self.log.keys.verifiers)
        if index >= checkpoint.size:
            raise Refused(Problem(HTTPStatus.NOT_FOUND, "entry_unknown"))
        steps = inclusion(hashes_of(self.log.folder, checkpoint.size), index, checkpoint.size)
        return write_proof(index, steps, note)

    def _read(
        self, identity: Identity, tenants: Collection[TenantId], start: int | None, end: int | None
    ) -> dict[str, Any]:
        """Return entries that a checkpoint covers; that somebody read them is on record before they leave."""
        size = read_checkpoint(self.log.folder, self.log.keys.verifiers)[1].size
        end = size if end is None else min(end, size)
        start = max(0, end - LAST) if start is None else start
        if start > end or end - start > MOST:
            raise query_refused()
        records = read_records(self.log.folder, start, end)
        found = [(index, record) for index, record in records if record.tenant in tenants]
        self._tell(identity, tenants, start, end)
        entries = [{"index": index, "record": orjson.loads(leaf_bytes(record))} for index, record in found]
        return {"size": size, "from": start, "to": end, "entries": entries}

    def _tell(self, identity: Identity, tenants: Collection[TenantId], start: int, end: int) -> None:
        ids = (f"{start}-{end - 1}",) if end > start else ()
        resource = Resource(ResourceKind.ENTRIES, ids, end - start)
        for tenant in tenants:
            record = intent_of(Action.AUDIT_EXPORT, identity, tenant, resource, self.granting.now())
            self.granting.trail.single(record, Result.SUCCESS, None)


def _number(request: Request, name: str) -> int | None:
    """Return a number of the query, None where it is not there; raises Refused for anything else."""
    text = request.query_params.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER):
        raise query_refused()
    return int(text)
