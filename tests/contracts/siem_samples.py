"""Redacted events, withheld places and alerts for tests of the index: invented, and already redacted."""

from typing import Any

from schemas.events import (
    Call,
    Coordinates,
    PayloadDigest,
    PhiSummary,
    RedactedEvent,
    TokenUsage,
    Withheld,
)
from schemas.monitor import Alert
from streams.clock import rfc3339

NOON = 1_767_355_200_000  # 2026-01-02T12:00:00Z.
MINUTE = 60_000
NAME_TOKEN = "phi_name_ca_bcdfghjklmnpqrstvwxz"
MRN_TOKEN = "phi_mrn_ca_zxwvtsrqpnmlkjhgfdcb"
DATE_TOKEN = "phi_date_ca_bbbbbcccccdddddfffff"
OTHER_TOKEN = "phi_name_ca_bcdfghjklmnpqrstvwxx"


def event(number: int, record: Any, **changes: Any) -> RedactedEvent:
    """Return an event *number* minutes after noon with *record* as its redacted JSON."""
    time_ms = NOON + number * MINUTE
    counts = changes.pop("counts", {})
    fields: dict[str, Any] = {
        "v": 1,
        "kind": "redacted_event",
        "event_id": f"00000000-0000-5000-8000-{number:012d}",
        "tenant": "clinic-a",
        "revision": 1,
        "source": "openai",
        "time": rfc3339(time_ms),
        "redacted_at": rfc3339(time_ms + 1_000),
        "coordinates": Coordinates("llm.events.raw.v1", 0, number, time_ms),
        "call": Call(),
        "phi": PhiSummary(bool(counts), counts),
        "payload_digest": PayloadDigest("hmac-sha256", "k1", "00" * 32),
        "processing_region": None,
        "policy": "default-1",
        "detector": "fast-1",
        "batch_id": "batch-1",
        "incomplete": False,
        "key": None,
        "headers": {},
        "record": record,
    }
    return RedactedEvent(**{**fields, **changes})


def chat(number: int, text: str, **changes: Any) -> RedactedEvent:
    """Return an event whose record is a chat with one message."""
    return event(number, {"model": "m-1", "messages": [{"role": "user", "content": text}]}, **changes)


def withheld(number: int, reason: str = "not_json") -> Withheld:
    """Return the place of a quarantined record."""
    time_ms = NOON + number * MINUTE
    place = Coordinates("llm.events.raw.v1", 0, number, time_ms)
    event_id = f"00000000-0000-5000-8000-{number:012d}"
    return Withheld(1, "withheld", event_id, "clinic-a", rfc3339(time_ms), reason, place, "batch-1")


def alert(number: int) -> Alert:
    """Return an alert whose window ends *number* minutes after noon."""
    end = NOON + number * MINUTE
    times = rfc3339(end - 5 * MINUTE), rfc3339(end)
    name = f"alert-{number}"
    return Alert(1, name, "quarantine_rate", "clinic-a", "raw", *times, 0.5, 0.2, 600, rfc3339(end))


def calling(**fields: Any) -> dict[str, Any]:
    """Return the change of an event whose call says *fields*."""
    return {"call": Call(**{"usage": TokenUsage(10, 20, 30), **fields})}


#: Events whose words, tokens and fields the search tests ask for.
SAMPLES: tuple[RedactedEvent | Withheld | Alert, ...] = (
    chat(1, f"Patient {NAME_TOKEN} has chest pain.", counts={"NAME": 1}, **calling(model="m-1", application="triage")),
    chat(2, f"{NAME_TOKEN}'s chart: MRN ({MRN_TOKEN}), seen [{DATE_TOKEN} 2024].", counts={"NAME": 1, "MRN": 1}),
    chat(3, f'"{NAME_TOKEN}" said: “{MRN_TOKEN}”; 5 mg/day.', counts={"NAME": 1}, tenant="clinic-b"),
    chat(4, "The café in Zürich served crème brûlée to Ms. Ångström; naïve façade.", **calling(model="m-2")),
    chat(5, "Cafe\u0301 written with a combining accent, Straße, Øresund, Łódź, œuvre."),
    chat(6, "Pain in the chest, then chest-pain protocol v3.5 at example.org; don't wait."),
    event(7, {"arguments": f'{{"note":"line one\\n{NAME_TOKEN}\\tend","n":[1,{{"a":"deep word"}}]}}'}),
    event(8, {"rows": [{f"[{MRN_TOKEN}]": 5, "plain": "under a key"}]}, counts={"MRN": 1}),
    event(9, "only a string", **calling(conversation="conv-1", session="s-1", application="scribe", model="m-1")),
    event(10, [[None, 1.5, True, {"": {"a.b": "odd keys"}}], "in a list"], **calling(conversation="conv-1")),
    event(11, None, key=f"[{NAME_TOKEN}]", headers={"x-note": f"header {OTHER_TOKEN}", "x-none": None}),
    chat(12, f"{OTHER_TOKEN} and {NAME_TOKEN}\n{OTHER_TOKEN}.", counts={"NAME": 2}, **calling(model="m-1")),
    withheld(13),
    alert(14),
    chat(15, "O'Brien's [redacted] notes: 12:30, 1,000 units; a_b c__d; αβγ words."),
)
