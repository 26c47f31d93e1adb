"""From a rebuilt record to the event that may be seen, with what an auditor asks of an AI call."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from schemas.codec import REDACTED_EVENT
from schemas.events import Call, LLMEvent, PayloadDigest, PhiSummary, RedactedEvent
from schemas.identifiers import IdentifierType
from schemas.sources.shapes import Shape, fits
from schemas.sources.source import Source
from streams.clock import Clock, rfc3339
from streams.event.conversation import Scope, Scopes
from streams.event.register import Agreements
from streams.intake.origins import coordinates_of
from streams.log.ports import Record
from streams.tenants import Tenant
from streams.walk import Rebuilt

_EPOCH = re.compile(r"1\d{9}(?:\d{3}){0,3}(?:\.\d+)?")
_ZONE = re.compile(r"(?:Z|[+-]\d\d:?\d\d)\Z")


@dataclass(frozen=True, slots=True)
class EventWriter:
    """Writes redacted events; `policy` and `detector` are fingerprints, pinned for a worker's run."""

    policy: str
    detector: str
    agreements: Agreements
    clock: Clock

    def write(  # noqa: PLR0913, PLR0917 - everything an event says comes together here, once.
        self,
        event: LLMEvent,
        source: Source,
        rebuilt: Rebuilt,
        types: Sequence[IdentifierType],
        scopes: Scopes,
        tenant: Tenant,
        record: Record,
        batch_id: str,
    ) -> RedactedEvent:
        """Return the redacted event; its call is described from the redacted record, so it holds nothing clear."""
        several = source.calls(rebuilt.document) if source.calls is not None and scopes.calls else ()
        counts = Counter(type_.value for type_ in types)
        return RedactedEvent(
            v=REDACTED_EVENT.version,
            kind=REDACTED_EVENT.name,
            event_id=event.event_id,
            tenant=event.tenant,
            revision=1,
            source=source.name,
            time=rfc3339(record.timestamp_ms),
            redacted_at=rfc3339(self.clock.now_ms()),
            coordinates=coordinates_of(record),
            call=self._completed(source.describe(rebuilt.document), record, scopes.whole),
            phi=PhiSummary(bool(counts), dict(sorted(counts.items()))),
            payload_digest=PayloadDigest(
                "hmac-sha256", tenant.minter.digest_key_id, tenant.minter.digest(record.value or b"")
            ),
            processing_region=tenant.region,
            policy=self.policy,
            detector=self.detector,
            batch_id=batch_id,
            incomplete=rebuilt.incomplete or (event.assembly is not None and not event.assembly.whole),
            key=rebuilt.record_key,
            headers=rebuilt.headers,
            record=rebuilt.document,
            calls=tuple(self._completed(call, record, scopes.of(pointer)) for pointer, call in several),
            assembly=event.assembly,
        )

    def _completed(self, call: Call, record: Record, scope: Scope) -> Call:
        """Return a call with what its source does not say of it."""
        return replace(
            call,
            called_at=time_of_call(call.called_at),
            conversation=call.conversation or scope.conversation,
            workforce=call.end_user if scope.staff else None,
            agreement=self.agreements.reference(call.provider, call.endpoint, record.timestamp_ms),
        )


def time_of_call(source: str | None) -> str | None:
    """Write the source's own time as RFC 3339, and nothing where it is none: a redacted one, or words.

    It may be seconds to nanoseconds since the epoch; one without a zone is that of Greenwich, as logs have it.

    >>> time_of_call("1772619780"), time_of_call("2026-03-04 10:23:00 UTC"), time_of_call("soon")
    ('2026-03-04T10:23:00.000Z', '2026-03-04T10:23:00Z', None)
    """
    if source is None or not fits(Shape.TIME, source):
        return None
    if _EPOCH.fullmatch(source) is None:
        written = source.removesuffix(" UTC").replace(" ", "T", 1).upper()
        return written if _ZONE.search(written) else f"{written}Z"
    digits, _, fraction = source.partition(".")
    seconds = float(f"{digits[:10]}.{digits[10:] or fraction or 0}")
    return rfc3339(round(seconds * 1000))
