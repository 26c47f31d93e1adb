"""People and roles as we left them, by a digest kept outside their database: a hand in it gives nobody a role."""

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from threading import local

import orjson
import structlog
from sqlalchemy import Connection, Engine, Select, event, select

from schemas.audit_terms import Reason
from schemas.errors import AccessDenied
from streams.breakglass.identity.tables import (
    ACCOUNTS,
    ALIASES,
    GROUPS,
    ISSUER,
    PERSONS,
    POLICY_PROPOSALS,
    PROPOSALS,
    ROLES,
)
from streams.vault.private_file import read_private, write_private

log = structlog.get_logger(__name__)

_PERSON = (PERSONS.c.issuer, PERSONS.c.subject)
#: What decides who somebody is and what they may; not when they were seen, nor tries that failed.
_SEALED: tuple[Select[tuple[object, ...]], ...] = (
    select(ISSUER.c.issuer, ISSUER.c.enrolled_at, ISSUER.c.split),
    select(
        ACCOUNTS.c.subject, ACCOUNTS.c.name, ACCOUNTS.c.password_hash, ACCOUNTS.c.totp_nonce, ACCOUNTS.c.totp_sealed
    ),
    select(*_PERSON, PERSONS.c.offboarded_at).where(PERSONS.c.offboarded_at.is_not(None)),
    select(ALIASES),
    select(ROLES),
    select(GROUPS),
    select(PROPOSALS).where(PROPOSALS.c.settled_at.is_(None)),
    select(POLICY_PROPOSALS).where(POLICY_PROPOSALS.c.settled_at.is_(None)),
)


class PeopleSeal:
    """Keeps the digest in a file; a file that is not there yet is made of what the database holds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ours = local()

    def watch(self, engine: Engine) -> None:
        """Verify at the begin of each transaction of *engine*, whose tables are there, and seal each change of it.

        A transaction raises AccessDenied (`inconsistent`) where somebody else changed a row. That of a change is
        written before the change is: after a kill between the two, the state before it is right, too.
        """
        if not self._path.exists():
            with engine.connect() as connection:
                self._write(_digest(connection))
        event.listen(engine, "begin", self._verify)
        event.listen(engine, "commit", self._announce)
        event.listen(engine, "checkin", lambda *_: self._settle(engine))

    def _verify(self, connection: Connection) -> None:
        found, known = _digest(connection), self._read()
        if found not in known:
            log.error("People or roles were changed by another hand.")
            raise AccessDenied("people or roles were changed by another hand", code=Reason.INCONSISTENT.value)
        if len(known) > 1:
            self._write(found)

    def _announce(self, connection: Connection) -> None:
        found, known = _digest(connection), self._read()
        if found not in known:
            self._ours.changed = True
            self._write(known[-1], found)

    def _settle(self, engine: Engine) -> None:
        """Let one state be the right one again, whichever the database has now that a change is over, or failed."""
        if getattr(self._ours, "changed", False):
            self._ours.changed = False
            # What goes wrong here the next transaction says.
            with contextlib.suppress(Exception), engine.connect() as connection:
                connection.execute(select(ISSUER.c.one))

    def _read(self) -> list[str]:
        return read_private(self._path).decode("ascii", "replace").split()

    def _write(self, *digests: str) -> None:
        write_private(self._path, "".join(f"{digest}\n" for digest in digests).encode())


def _digest(connection: Connection) -> str:
    found = hashlib.sha256()
    for query in _SEALED:
        rows = sorted(_lines(connection, query))
        found.update(len(rows).to_bytes(8, "big"))
        for row in rows:
            found.update(len(row).to_bytes(8, "big") + row)
    return found.hexdigest()


def _lines(connection: Connection, query: Select[tuple[object, ...]]) -> Iterator[bytes]:
    for row in connection.execute(query):
        yield orjson.dumps([bytes(each).hex() if isinstance(each, bytes | memoryview) else each for each in row])
