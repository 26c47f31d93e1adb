"""The OpenTelemetry SDK, a real Collector with the Kafka exporter, a real broker: OTLP in protobuf, end to end."""

import time
from pathlib import Path

import pytest
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

from schemas.raw import encode_raw
from schemas.sources.otlp import decode_otlp
from schemas.topics import REDACTED
from streams.log.kafka import read_whole_topic
from streams.log.ports import Record
from tests.clients.calling import MAIL, report_log, report_span
from tests.clients.collector import collecting
from tests.e2e.deployment import TENANT_HEADER, Deployment, deployed
from tests.stack.required import required_stack

_SECONDS = 240.0


@pytest.mark.integration
@pytest.mark.nightly
def test_what_a_collector_writes_is_redacted_and_nothing_else(tmp_path: Path) -> None:
    """Spans and log records come out as OTLP/JSON, unmodified but for the identifier, as one event a record."""
    with deployed(required_stack(), tmp_path) as made:
        headers = {TENANT_HEADER: made.tenants[0]}
        with collecting(tmp_path, made.stack.bootstrap, made.topic, TENANT_HEADER) as url:
            report_span(OTLPSpanExporter(endpoint=f"{url}/v1/traces", headers=headers))
            report_log(OTLPLogExporter(endpoint=f"{url}/v1/logs", headers=headers))
            raw = _raw(made, 2)
        made.drain()

        events = [tree for _, tree in made.read(REDACTED) if tree["kind"] == "redacted_event"]
        assert ["otel", "otel"] == [event["source"] for event in events]
        documents = {record.offset + record.partition * 1000: decode_otlp(record.value or b"") for record in raw}
        for event in events:
            place = event["coordinates"]["offset"] + event["coordinates"]["partition"] * 1000
            shown = encode_raw(event["record"]).decode()
            token = next(word for word in shown.split() if word.startswith("phi_email_"))
            assert encode_raw(documents[place]).decode() == shown.replace(token, MAIL)


def _raw(made: Deployment, count: int) -> list[Record]:
    """Return the raw records once they are there."""
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        found = list(read_whole_topic(made.admin, made.topic))
        if len(found) >= count:
            return found
        time.sleep(0.5)
    raise TimeoutError
