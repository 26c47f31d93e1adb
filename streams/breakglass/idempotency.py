"""Idempotency keys of POSTs (draft-ietf-httpapi-idempotency-key-header): what was done once is not done again.

The same key and body give the same answer for a day. Answers that hold clear values, or lead to them, are never kept:
there the second request is answered by 409, and who still needs the value asks under another key and through every
check. Keys and bodies are kept as keyed digests alone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Self

from sqlalchemy import (
    Column,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from schemas.access import Identity
from schemas.audit_terms import Reason
from streams.breakglass.gate import Handler, Refused, bytes_of
from streams.breakglass.problems import Problem
from streams.breakglass.tables import create_once

METADATA = MetaData()
_ANSWERS = Table(
    "api_answers",
    METADATA,
    Column("key", String, primary_key=True),
    Column("request", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("status", Integer),
    Column("location", String),
    Column("body", LargeBinary),
)
HEADER = "idempotency-key"
#: A string of RFC 8941, or the same without its quotes.
_KEY = re.compile(r'"([!#-\[\]-~]{8,128})"|([A-Za-z0-9_-]{8,128})')
_DAY_SECONDS = 86_400.0
#: Whose answers hold clear values or the tokens of some.
CLEAR = frozenset({"/v1/reveal", "/v1/reveal-text", "/v1/lookup", "/v1/disclosures"})


@dataclass(frozen=True, slots=True)
class Kept:
    """What was answered; `status` is None while it is under way, or died, `body` where nothing of it may be kept."""

    request: str
    status: int | None = None
    location: str | None = None
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Once:
    """Answers of one database; *mac* makes keyed digests, *now* tells the time."""

    engine: Engine
    mac: Callable[[str], str]
    now: Callable[[], float]

    @classmethod
    def open(cls, engine: Engine, mac: Callable[[str], str], now: Callable[[], float]) -> Self:
        """Open the answers, none where the database is new."""
        create_once(engine, METADATA)
        return cls(engine, mac, now)

    def around(self, path: str, handler: Handler) -> Handler:
        """Return a handler that answers a request with a key once; one without a key goes through."""

        async def once(request: Request, identity: Identity) -> Response:
            given = request.headers.getlist(HEADER)
            if not given:
                return await handler(request, identity)
            key, digest = await self._digests(request, identity, given)
            kept = await run_in_threadpool(self._begin, key, digest)
            if kept is not None:
                return _again(kept, digest)
            try:
                answer = await handler(request, identity)
            except BaseException:
                await run_in_threadpool(self._forget, key)  # Refused: nothing was done, so the key may serve again.
                raise
            await run_in_threadpool(self._keep, key, answer, clear=path in CLEAR)
            return answer

        return once

    async def _digests(self, request: Request, identity: Identity, given: list[str]) -> tuple[str, str]:
        found = _KEY.fullmatch(given[0]) if len(given) == 1 else None
        if found is None:
            raise Refused(Problem(HTTPStatus.BAD_REQUEST, "idempotency_key_refused"))
        body = (await bytes_of(request)).decode("utf-8", "surrogateescape")
        who = f"{identity.person.issuer}|{identity.person.subject}"
        return self.mac(f"{who}\n{found[1] or found[2]}"), self.mac(f"{request.url.path}\n{body}")

    def _begin(self, key: str, digest: str) -> Kept | None:
        """Note that a request begins, durably; return what is known of it where it began before."""
        now = self.now()
        with self.engine.begin() as connection:
            connection.execute(delete(_ANSWERS).where(_ANSWERS.c.at <= now - _DAY_SECONDS))
        try:
            with self.engine.begin() as connection:
                connection.execute(insert(_ANSWERS).values(key=key, request=digest, at=now))
        except IntegrityError:
            with self.engine.connect() as connection:
                row = connection.execute(select(_ANSWERS).where(_ANSWERS.c.key == key)).one_or_none()
            # Refused meanwhile, so it is gone: whoever comes now comes while it is under way.
            return Kept(digest) if row is None else Kept(row.request, row.status, row.location, row.body)
        return None

    def _keep(self, key: str, answer: Response, *, clear: bool) -> None:
        body = None if clear else bytes(answer.body)
        values = {"status": answer.status_code, "location": answer.headers.get("location"), "body": body}
        with self.engine.begin() as connection:
            connection.execute(update(_ANSWERS).where(_ANSWERS.c.key == key).values(**values))

    def _forget(self, key: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(delete(_ANSWERS).where(_ANSWERS.c.key == key))


def _again(kept: Kept, digest: str) -> Response:
    """Return the answer that was given before; raises Refused where there is none to give."""
    if kept.request != digest:
        raise Refused(Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency_key_reused"))
    if kept.status is None:
        raise Refused(Problem(HTTPStatus.CONFLICT, "in_progress"))
    if kept.body is None:
        raise Refused(Problem(HTTPStatus.CONFLICT, Reason.REPEATED.value))
    headers = {} if kept.location is None else {"Location": kept.location}
    return Response(kept.body, kept.status, headers, "application/json")
