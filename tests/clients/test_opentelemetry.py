"""The OpenTelemetry SDK's own exporters, through the HTTP door and the redactor into the index."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

from schemas.raw import encode_raw
from schemas.sources.otlp import decode_otlp
from schemas.topics import REDACTED
from streams.siem.indexing import index_embedded
from streams.siem.ports import Query
from streams.siem.sqlite import SqliteSink
from tests.clients.calling import MAIL, report_log, report_span
from tests.streams.embedded_rig import EmbeddedRig, rig_at
from tests.streams.ingest.test_listening import LIMITS, TOKEN, Standing, standing

HEADERS = {"Authorization": f"Bearer {TOKEN.decode()}"}


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Standing]:
    """Return an open door."""
    with standing(tmp_path, LIMITS) as found:
        yield found


def report_spans(port: int) -> None:
    """Report a call as a span, packed."""
    url = f"http://127.0.0.1:{port}/v1/traces"
    report_span(OTLPSpanExporter(endpoint=url, headers=HEADERS, compression=Compression.Gzip))


def report_logs(port: int) -> None:
    """Report a message as a log record."""
    report_log(OTLPLogExporter(endpoint=f"http://127.0.0.1:{port}/v1/logs", headers=HEADERS))


@pytest.mark.parametrize("report", [report_spans, report_logs], ids=["spans", "logs"])
def test_the_sdk_reports_through_the_door(tmp_path: Path, door: Standing, report: Callable[[int], None]) -> None:
    """One report is one record; nothing of it changes but the identifier, and the event is found by its words."""
    report(door.port)
    (value,) = door.values()
    rig = rig_at(tmp_path / "state")

    event = through(rig)

    document = decode_otlp(value)
    shown = encode_raw(event["record"]).decode()
    token = next(word for word in shown.split() if word.startswith("phi_email_"))
    assert MAIL.encode() in value
    assert encode_raw(document).decode() == shown.replace(token, MAIL)
    assert ("otel", "portal") == (event["source"], event["call"]["application"])


def through(rig: EmbeddedRig) -> dict[str, Any]:
    """Redact and index what is there; return the one event."""
    rig.drain()
    (event,) = rig.trees(REDACTED)
    store = rig.state.open_store()
    index_embedded(store)
    assert 1 == len(SqliteSink(store).search(Query(words=("zebra",))).hits)
    store.close()
    return event
