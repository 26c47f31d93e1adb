"""Every metric in one table: name, kind, unit, labels, meaning.

Labels are tenants, identifier types, reasons and stages: never a token, never text.
"""

from dataclasses import dataclass
from enum import StrEnum

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.exposition import generate_latest

from schemas.audit import BatchRecord

#: How metrics are written.
CONTENT_TYPE = CONTENT_TYPE_LATEST


class Kind(StrEnum):
    """The Prometheus kinds in use."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """One metric, as documented and as made."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    meaning: str


METRICS: tuple[MetricSpec, ...] = (
    MetricSpec("phistream_redactor_events_total", Kind.COUNTER, ("tenant",), "events settled, redacted or quarantined"),
    MetricSpec("phistream_redactor_quarantined_total", Kind.COUNTER, ("reason",), "records sealed whole, by reason"),
    MetricSpec("phistream_redactor_identifiers_total", Kind.COUNTER, ("type",), "identifiers found, by type"),
    MetricSpec("phistream_redactor_formats_total", Kind.COUNTER, ("format",), "records read, by recognised format"),
    MetricSpec(
        "phistream_redactor_unknown_fields_total",
        Kind.COUNTER,
        ("format",),
        "fields that no format knows, first seen by this process",
    ),
    MetricSpec("phistream_redactor_entries_total", Kind.COUNTER, (), "vault entries written"),
    MetricSpec("phistream_redactor_batch_seconds", Kind.HISTOGRAM, (), "seconds from read to committed, a batch"),
    MetricSpec(
        "phistream_redactor_retries_total", Kind.COUNTER, ("error",), "batches dropped and read again, by error"
    ),
    MetricSpec("phistream_redactor_lag_records", Kind.GAUGE, (), "records not yet read, all assigned partitions"),
    MetricSpec(
        "phistream_redactor_streams_still_seconds",
        Kind.GAUGE,
        (),
        "for how long no time has passed for open streams, since records may wait unread here or at intake",
    ),
    MetricSpec("phistream_intake_records_total", Kind.COUNTER, (), "records written on under keys of streams"),
    MetricSpec("phistream_intake_retries_total", Kind.COUNTER, ("error",), "batches dropped and read again, by error"),
    MetricSpec(
        "phistream_detector_list_reloads_total",
        Kind.COUNTER,
        ("list", "outcome"),
        "customer's lists changed or refused",
    ),
    MetricSpec("phistream_shadow_events_total", Kind.COUNTER, ("outcome",), "events given to the shadow detector"),
    MetricSpec("phistream_shadow_spans_total", Kind.COUNTER, ("type", "side"), "spans that both or one of two found"),
    MetricSpec("phistream_ingest_requests_total", Kind.COUNTER, ("outcome",), "requests at the HTTP door, by outcome"),
    MetricSpec("phistream_ingest_records_total", Kind.COUNTER, (), "records taken in at the HTTP door"),
    MetricSpec("phistream_indexer_documents_total", Kind.COUNTER, ("outcome",), "documents settled, by outcome"),
    MetricSpec("phistream_indexer_pushbacks_total", Kind.COUNTER, (), "times the index asked to slow down"),
    MetricSpec("phistream_indexer_lag_records", Kind.GAUGE, (), "records not yet read, all assigned partitions"),
    MetricSpec("phistream_monitor_events_total", Kind.COUNTER, ("outcome",), "events seen, counted or seen before"),
    MetricSpec("phistream_monitor_alerts_total", Kind.COUNTER, ("rule",), "alerts published"),
    MetricSpec("phistream_monitor_lag_seconds", Kind.GAUGE, (), "age of the last counted event while others wait"),
    MetricSpec(
        "phistream_audit_upkeep_total", Kind.COUNTER, ("kind", "outcome"), "checkpoints and anchors, by outcome"
    ),
    MetricSpec(
        "phistream_audit_anchor_age_seconds", Kind.GAUGE, (), "age of the newest anchored checkpoint; over 900 alarms"
    ),
    MetricSpec("phistream_audit_uncovered_entries", Kind.GAUGE, (), "entries that no signed checkpoint covers yet"),
    MetricSpec("phistream_audit_key_due_seconds", Kind.GAUGE, (), "seconds until the signing key has to be exchanged"),
    MetricSpec("phistream_kek_calls_total", Kind.COUNTER, ("kind", "outcome"), "DEKs wrapped by a KEK, by outcome"),
    MetricSpec(
        "phistream_key_due_timestamp_seconds",
        Kind.GAUGE,
        ("kind", "key"),
        "by when a key has to be exchanged, as seen at the worker's start, or by break-glass every hour",
    ),
    MetricSpec("phistream_kek_unwraps_total", Kind.COUNTER, ("kind", "outcome"), "DEKs unwrapped by a KEK, by outcome"),
    MetricSpec("phistream_breakglass_requests_total", Kind.COUNTER, ("outcome",), "requests of people, by HTTP status"),
    MetricSpec("phistream_breakglass_refused_tokens_total", Kind.COUNTER, ("reason",), "bearer tokens refused"),
    MetricSpec(
        "phistream_breakglass_undelivered_notifications",
        Kind.GAUGE,
        (),
        "notifications undelivered for five minutes; over 0 alarms",
    ),
    MetricSpec(
        "phistream_breakglass_alarms",
        Kind.GAUGE,
        ("kind",),
        "1 while somebody has to look: anchor_age, undelivered_notification, key_due",
    ),
)


class Metrics:
    """The metrics of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        kinds: dict[Kind, type[Counter | Gauge | Histogram]] = {
            Kind.COUNTER: Counter,
            Kind.GAUGE: Gauge,
            Kind.HISTOGRAM: Histogram,
        }
        self._metrics = {
            spec.name: kinds[spec.kind](spec.name, spec.meaning, spec.labels, registry=self.registry)
            for spec in METRICS
        }

    def count(self, name: str, amount: float = 1, **labels: str) -> None:
        """Add to a counter."""
        metric = self._metrics[name]
        (metric.labels(**labels) if labels else metric).inc(amount)  # type: ignore[union-attr]

    def set(self, name: str, value: float, **labels: str) -> None:
        """Set a gauge."""
        metric = self._metrics[name]
        (metric.labels(**labels) if labels else metric).set(value)  # type: ignore[union-attr]

    def observe(self, name: str, value: float) -> None:
        """Add an observation to a histogram."""
        self._metrics[name].observe(value)  # type: ignore[union-attr]

    def batch(self, summary: BatchRecord, seconds: float) -> None:
        """Count what a committed batch did."""
        for tenant, events in summary.tenant_counts.items():
            self.count("phistream_redactor_events_total", events, tenant=tenant)
        for reason, records in summary.reasons.items():
            self.count("phistream_redactor_quarantined_total", records, reason=reason)
        for type_, found in summary.identifiers.items():
            self.count("phistream_redactor_identifiers_total", found, type=type_)
        self.count("phistream_redactor_entries_total", len(summary.entries))
        self.observe("phistream_redactor_batch_seconds", seconds)

    def taken_in(self, outcome: str, records: int) -> None:
        """Count a request at the HTTP door, and the records that it brought."""
        self.count("phistream_ingest_requests_total", outcome=outcome)
        self.count("phistream_ingest_records_total", records)

    def read(self, source: str) -> None:
        """Count a record that was read, by its format."""
        self.count("phistream_redactor_formats_total", format=source)

    def met(self, source: str, fields: int) -> None:
        """Count fields of a format that nobody declared, met for the first time."""
        self.count("phistream_redactor_unknown_fields_total", fields, format=source)

    def retried(self, error: str) -> None:
        """Count a batch that was dropped and is read again."""
        self.count("phistream_redactor_retries_total", error=error)

    def unwrapped(self, kind: str, outcome: str) -> None:
        """Count a call of a KEK that unwraps, by its kind."""
        self.count("phistream_kek_unwraps_total", kind=kind, outcome=outcome)

    def text(self) -> bytes:
        """Return all metrics as they are scraped."""
        return generate_latest(self.registry)

    def serve(self, port: int, address: str = "127.0.0.1") -> None:
        """Serve the metrics over HTTP; loopback unless told otherwise."""
        start_http_server(port, addr=address, registry=self.registry)
