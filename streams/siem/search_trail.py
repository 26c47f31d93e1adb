"""The trail of searches: beyond the embedded profile whoever reads redacted events leaves an audit record.

The records stand in a Merkle log of their own in the settings' run folder, so that a search needs no service. What was
asked for is there as a keyed digest, and the tokens in it as they are.
"""

import getpass
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

import orjson

from schemas.audit import Actor, AuditRecord, Counts, Resource
from schemas.audit_shapes import MAX_IDS
from schemas.audit_terms import Action, Phase, Reason, ResourceKind, Result
from schemas.errors import PhistreamError
from schemas.vault import parse_token
from streams.audit.audit_log import open_audit_log
from streams.audit.signing import ensure_log_keys
from streams.clock import Clock, rfc3339
from streams.config import Settings
from streams.siem.ports import Query

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_DIGEST_LETTERS = 32


@dataclass(slots=True)
class Shown:
    """How many events were shown; whoever shows them counts."""

    events: int = 0


@dataclass(frozen=True, slots=True)
class SearchTrail:
    """Tells the log who read which events: `folder` is the log, `keys_file` signs it."""

    folder: Path
    keys_file: Path
    actor: Actor
    tenant: str
    clock: Clock = field(repr=False)

    @classmethod
    def of_index(cls, settings: Settings, clock: Clock) -> "SearchTrail":
        """Return the trail of who searches the index, by the credentials that the index knows them by."""
        siem = settings.siem
        return cls._at(settings, _actor("index", siem.username, siem.certificate_file), clock)

    @classmethod
    def of_kafka(cls, settings: Settings, clock: Clock) -> "SearchTrail":
        """Return the trail of who reads the redacted topic, by the credentials that the broker knows them by."""
        kafka = settings.kafka
        return cls._at(settings, _actor("kafka", kafka.sasl_username, kafka.certificate_file), clock)

    @classmethod
    def _at(cls, settings: Settings, actor: Actor, clock: Clock) -> "SearchTrail":
        folder = settings.run_folder / "searches"
        return cls(folder / "log", folder / "audit-log.json", actor, settings.operator_tenant, clock)

    def by(self, actor: Actor, tenant: str) -> "SearchTrail":
        """Return the trail of somebody who signed in to search one tenant."""
        return replace(self, actor=actor, tenant=tenant)

    @contextmanager
    def search(self, query: Query) -> Iterator[Shown]:
        """Tell of a search before it is made, and what came of it before anything is shown.

        Raises AuditUnavailable where that cannot be told: nothing is searched then, and nothing shown.
        """
        intent = self._record(Action.SEARCH, Phase.INTENT, query)
        index = self._append(intent)
        outcome = replace(intent, phase=Phase.OUTCOME, intent=index, result=Result.SUCCESS)
        shown = Shown()
        try:
            yield shown
        except PhistreamError:
            self._append(replace(outcome, result=Result.ERROR, reason=Reason.INTERNAL, ts=self._now()))
            raise
        self._append(replace(outcome, counts=Counts(revealed=shown.events), ts=self._now()))

    def tail(self, query: Query) -> None:
        """Tell that somebody begins to follow the events."""
        self._append(replace(self._record(Action.TAIL, Phase.SINGLE, query), result=Result.SUCCESS))

    def _append(self, record: AuditRecord) -> int:
        with open_audit_log(self.folder, self.keys_file, self.clock.now_ms()) as log:
            return log.append(record).index

    def _record(self, action: Action, phase: Phase, query: Query) -> AuditRecord:
        asked = orjson.dumps(asdict(query), option=orjson.OPT_SORT_KEYS)
        digest = ensure_log_keys(self.keys_file, self.clock.now_ms()).digest(asked)
        tokens = tuple(dict.fromkeys(word for word in query.words if parse_token(word) is not None))[:MAX_IDS]
        resource = Resource(ResourceKind.TOKEN, tokens, len(tokens)) if tokens else _INDEX
        result = None if phase is Phase.INTENT else Result.SUCCESS
        build = version("phistream")
        return AuditRecord(
            self._now(), self.tenant, phase, action, self.actor, resource, build, request_mac=digest, result=result
        )

    def _now(self) -> str:
        return rfc3339(self.clock.now_ms())


_INDEX = Resource(ResourceKind.INDEX, ("redacted",), 1)


def _actor(issuer: str, username: str | None, certificate: Path | None) -> Actor:
    """Return who asks: the name or certificate that the store knows them by, and the account on this machine."""
    known = username or ("anonymous" if certificate is None else _fingerprint(certificate))
    return Actor(issuer, f"{_plain(known)}:{_plain(getpass.getuser())}")


def _fingerprint(certificate: Path) -> str:
    try:
        return hashlib.sha256(certificate.read_bytes()).hexdigest()[:_DIGEST_LETTERS]
    except OSError:
        return "certificate"


def _plain(name: str) -> str:
    """Return a name as an audit record takes it: a digest of it where it is not one plain word."""
    return name if _PLAIN.fullmatch(name) else hashlib.sha256(name.encode()).hexdigest()[:_DIGEST_LETTERS]
