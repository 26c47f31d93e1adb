"""From what may be seen to the document of the index: our fields flat, and the OCSF fields that fit beside them.

OCSF 1.8.0: an event is an API Activity (6003) with the profile `ai_operation`, an alert a Detection Finding (2004).
Every field is named in streams/siem/assets/index_template.json, whose mapping is strict; a test holds both together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from schemas.events import Call, RedactedEvent, Withheld
from schemas.monitor import Alert

OCSF_VERSION = "1.8.0"
#: The longest value of an exact field: Lucene refuses a term over 32,766 bytes, and with it the document.
KEYWORD_LENGTH = 512
WITHHELD = "withheld"
#: The reason of a stub whose document the index refused.
INDEX_REFUSED = "index_refused"

#: What a stub keeps: where the event stood, and when.
_STUB_FIELDS = ("event_id", "tenant", "time", "time_dt", "sequence", "topic", "partition", "offset", "batch_id")
_WHOLE = frozenset({"record", "headers", "text"})
_TOKEN_START = "phi_"  # noqa: S105 - how a token begins; no secret.
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = datetime(2099, 12, 31, tzinfo=UTC)
_SKEW = timedelta(days=1)
_MOST = 2**63 - 1
_API_ACTIVITY = {"category_uid": 6, "class_uid": 6003, "activity_id": 99, "type_uid": 600399, "severity_id": 1}
_FINDING = {"category_uid": 2, "class_uid": 2004, "activity_id": 1, "type_uid": 200401, "severity_id": 4}
_CALL_FIELDS = (
    "provider endpoint model application workforce end_user session conversation trace_id span_id request_id "
    "response_id previous_response_id region agreement operation called_at latency_ms"
).split()
_STATUS_OK = frozenset({"ok", "success", "succeeded", "completed", "complete"})

Source = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """One document of the index; prints its id.

    `day` names the date index, so the same event always finds the same one; a document replaces another of the same id
    unless its `revision` is smaller. Its source has `time`, `sequence` and `event_id`, which order it among others.
    """

    id: str
    revision: int
    day: str
    source: Source = field(repr=False)


def document_of(value: RedactedEvent | Withheld | Alert) -> Document:
    """Return the document of a record of the redacted or the alerts topic.

    Its date follows the event's own time, never the indexer's clock; a source whose clock runs ahead is held to the day
    after its redaction.
    """
    if isinstance(value, RedactedEvent):
        latest = _moment(value.redacted_at) + _SKEW
        return Document(value.event_id, value.revision, _day(_moment(value.time), latest), _event(value))
    if isinstance(value, Withheld):
        return Document(value.event_id, 0, _day(_moment(value.time), _LATEST), _withheld(value))
    return Document(value.alert_id, 1, _day(_moment(value.window_end), _LATEST), _alert(value))


def stub_of(document: Document) -> Document:
    """Return what stands in the index instead of a document that it refused: metadata, a reason, no text.

    Its revision is one less, so that any later success replaces it, and it replaces what the document should have.
    """
    source = {name: document.source[name] for name in _STUB_FIELDS if name in document.source}
    ocsf = _ocsf(document.id, document.source["time"], document.source["tenant"], _API_ACTIVITY, Call())
    stub = {**ocsf, **source, "kind": WITHHELD, "reason": INDEX_REFUSED, "revision": document.revision - 1}
    return Document(document.id, document.revision - 1, document.day, stub)


def texts_of(event: RedactedEvent) -> Iterator[str]:
    """Yield every text of an event: string leaves, those inside JSON that is a string, and keys that hold a token."""
    left: list[Any] = [event.record, event.headers, event.key]
    while left:
        tree = left.pop()
        if isinstance(tree, Mapping):
            for key, value in reversed(list(tree.items())):
                left.append(value)
                if _TOKEN_START in key:
                    left.append(key)
        elif isinstance(tree, list | tuple):
            left.extend(reversed(tree))
        elif isinstance(tree, str):
            inner = _inner(tree)
            if inner is not None:
                left.append(inner)
            elif tree:
                yield tree


def _inner(text: str) -> Any:
    """Return the JSON object or array that a text is, or None: its escapes would join the words that follow them."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        tree = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return tree if isinstance(tree, dict | list) else None


def _event(event: RedactedEvent) -> Source:
    call = event.call
    calls = (call, *event.calls)
    source: Source = {
        **_ocsf(event.event_id, _ms(event.time), event.tenant, _API_ACTIVITY, call),
        "event_id": event.event_id,
        "kind": event.kind,
        "tenant": event.tenant,
        "revision": event.revision,
        "source": event.source,
        "time_dt": event.time,
        "redacted_at": event.redacted_at,
        "topic": event.coordinates.topic,
        "partition": event.coordinates.partition,
        "offset": event.coordinates.offset,
        "sequence": event.coordinates.offset,
        "phi_present": event.phi.present,
        "phi_counts": event.phi.counts,
        "identifiers": sorted(event.phi.counts),
        "payload_digest": event.payload_digest.value,
        "payload_digest_key": event.payload_digest.key_id,
        "processing_region": event.processing_region,
        "policy": event.policy,
        "detector": event.detector,
        "batch_id": event.batch_id,
        "incomplete": event.incomplete,
        "record_key": event.key,
        "headers": event.headers,
        "record": event.record,
        "text": "\n".join(texts_of(event)),
        **_call_fields(calls),
    }
    return _shown(source)


def _call_fields(calls: tuple[Call, ...]) -> Source:
    """Return the fields of one call, or of several: each then holds every value, as an index field may."""
    fields = [_fields_of(call) for call in calls]
    return fields[0] if len(fields) == 1 else {name: _values([one[name] for one in fields]) for name in fields[0]}


def _fields_of(call: Call) -> Source:
    fields: Source = {name: getattr(call, name) for name in _CALL_FIELDS}
    fields["call_status"] = call.status
    for name in ("finish_reasons", "data_sources"):
        fields[name] = _values([list(getattr(call, name))])
    return fields


def _values(values: list[Any]) -> Any:
    """Return the one distinct value of several, all of them, or None; lists are joined."""
    flat = [item for value in values for item in (value if isinstance(value, list) else (value,))]
    distinct = list(dict.fromkeys(value for value in flat if value is not None))
    return distinct[0] if len(distinct) == 1 else distinct or None


def _withheld(withheld: Withheld) -> Source:
    return _shown(
        {
            **_ocsf(withheld.event_id, _ms(withheld.time), withheld.tenant, _API_ACTIVITY, Call()),
            "event_id": withheld.event_id,
            "kind": WITHHELD,
            "tenant": withheld.tenant,
            "revision": 0,
            "time_dt": withheld.time,
            "reason": withheld.reason,
            "topic": withheld.coordinates.topic,
            "partition": withheld.coordinates.partition,
            "offset": withheld.coordinates.offset,
            "sequence": withheld.coordinates.offset,
            "batch_id": withheld.batch_id,
        }
    )


def _alert(alert: Alert) -> Source:
    return _shown(
        {
            **_FINDING,
            "class_name": "Detection Finding",
            "time": _ms(alert.window_end),
            "metadata": _metadata(alert.alert_id, alert.tenant, ()),
            "finding_info": {"uid": alert.alert_id, "title": alert.rule},
            "event_id": alert.alert_id,
            "kind": "alert",
            "tenant": alert.tenant,
            "revision": 1,
            "sequence": 0,
            "source": alert.source,
            "time_dt": alert.window_end,
            "rule": alert.rule,
            "window_start": alert.window_start,
            "window_end": alert.window_end,
            "value": alert.value,
            "threshold": alert.threshold,
            "events": alert.events,
            "raised_at": alert.raised_at,
            "approximate": alert.approximate,
        }
    )


def _ocsf(uid: str, time_ms: int, tenant: str, kind: Mapping[str, int], call: Call) -> Source:
    """Return the OCSF side of an event; what OCSF requires and nobody told is `unknown`."""
    usage = call.usage
    actor = {"app_name": call.application or "unknown", "user": {"uid": call.workforce or call.end_user}}
    return {
        **kind,
        "class_name": "API Activity",
        "time": time_ms,
        "metadata": _metadata(uid, tenant, ("ai_operation",)),
        "actor": {**actor, "session": {"uid": call.session}},
        "api": {
            "operation": call.operation or "unknown",
            "service": {"name": call.endpoint or call.provider},
            "request": {"uid": call.request_id},
            "response": {"message": call.status},
        },
        "src_endpoint": {"svc_name": call.application or "unknown"},
        "ai_model": {"ai_provider": call.provider, "name": call.model},
        "message_context": {
            "uid": call.response_id,
            "application": call.application,
            "prompt_tokens": _count(usage.input),
            "completion_tokens": _count(usage.output),
            "total_tokens": _count(usage.total),
        },
        "status_id": _status_id(call.status),
    }


def _metadata(uid: str, tenant: str, profiles: tuple[str, ...]) -> Source:
    product = {"name": "phistream", "vendor_name": "phistream"}
    return {"version": OCSF_VERSION, "uid": uid, "tenant_uid": tenant, "product": product, "profiles": list(profiles)}


def _status_id(status: str | None) -> int:
    """Return OCSF's 1 (success), 2 (failure) or 0 (unknown)."""
    if status is None:
        return 0
    if status.isdecimal():
        return 1 if 200 <= int(status) < 400 else 2  # noqa: PLR2004 - HTTP's classes of success.
    return 1 if status.lower() in _STATUS_OK else 0


def _count(value: int | None) -> int | None:
    """Return a count that a 64-bit field of an index holds, else None: sources may write any number."""
    return value if value is not None and 0 <= value <= _MOST else None


def _shown(source: Source) -> Source:
    """Drop what is unknown, and cut exact values to what an index takes; the record and its text stay whole."""
    return {name: value if name in _WHOLE else _cut(value) for name, value in source.items() if value is not None}


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= KEYWORD_LENGTH else value[:KEYWORD_LENGTH]
    if isinstance(value, list):
        return [_cut(item) for item in value]
    if isinstance(value, dict):
        return {name: _cut(item) for name, item in value.items() if item is not None}
    return value


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _ms(text: str) -> int:
    return round(_moment(text).timestamp() * 1000)


def _day(moment: datetime, latest: datetime) -> str:
    return max(_EARLIEST, min(moment, latest)).astimezone(UTC).strftime("%Y.%m.%d")
