"""Every topic: its key rule, retention, compaction, and who may read and write it."""

from dataclasses import dataclass
from enum import StrEnum

DAY_MS = 86_400_000
SIX_YEARS_MS = 2_192 * DAY_MS  # 45 CFR 164.316(b)(2)(i): six years, leap days included.


class Role(StrEnum):
    """A service or group of persons with its own Kafka principal."""

    PRODUCER = "producer"
    INTAKE = "intake"
    REDACTOR = "redactor"
    INDEXER = "indexer"
    MONITOR = "monitor"
    BREAKGLASS = "breakglass"
    OBSERVABILITY = "observability"


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """One topic; `retention_ms` -1 keeps for ever (compacted topics), `clear` tells that clear text rests there."""

    name: str
    record_key: str
    retention_ms: int
    compacted: bool
    clear: bool
    writers: frozenset[Role]
    readers: frozenset[Role]
    holds: str


RAW = "llm.events.raw.v1"
KEYED = "phi.events.keyed.v1"
VAULT = "phi.vault.entries.v1"
REDACTED = "llm.events.redacted.v1"
QUARANTINE = "phi.quarantine.v1"
ASSEMBLY = "phi.assembly.v1"
BATCHES = "phi.audit.batches.v1"
ALERTS = "phi.alerts.v1"
INGESTED = "phi.ingest.positions.v1"

TOPICS: tuple[TopicSpec, ...] = (
    TopicSpec(
        RAW,
        "the producer's own, best the conversation id",
        3 * DAY_MS,
        compacted=False,
        clear=True,
        writers=frozenset({Role.PRODUCER}),
        readers=frozenset({Role.REDACTOR, Role.INTAKE}),
        holds="raw LLM events as their owners write them",
    ),
    TopicSpec(
        KEYED,
        "conversation, stream or call",
        3 * DAY_MS,
        compacted=False,
        clear=True,
        writers=frozenset({Role.INTAKE, Role.BREAKGLASS}),
        readers=frozenset({Role.REDACTOR}),
        holds="raw events, re-keyed by intake or put back from quarantine",
    ),
    TopicSpec(
        VAULT,
        "tenant|token|unit",
        -1,
        compacted=True,
        clear=False,
        writers=frozenset({Role.REDACTOR, Role.BREAKGLASS}),
        readers=frozenset({Role.BREAKGLASS}),
        holds="sealed secrets",
    ),
    TopicSpec(
        REDACTED,
        "the redacted record key, else the event id",
        SIX_YEARS_MS,
        compacted=False,
        clear=False,
        writers=frozenset({Role.REDACTOR}),
        readers=frozenset({Role.INDEXER, Role.MONITOR, Role.OBSERVABILITY, Role.BREAKGLASS}),
        holds="redacted events, and the places of withheld ones",
    ),
    TopicSpec(
        QUARANTINE,
        "the event id",
        90 * DAY_MS,
        compacted=False,
        clear=False,
        writers=frozenset({Role.REDACTOR}),
        readers=frozenset({Role.BREAKGLASS}),
        holds="whole records that failed, sealed under a key of their own",
    ),
    TopicSpec(
        ASSEMBLY,
        "topic/partition/offset of the stream's first record",
        DAY_MS,
        compacted=True,
        clear=False,
        writers=frozenset({Role.REDACTOR}),
        readers=frozenset({Role.REDACTOR}),
        holds="pointers to the pieces of open streams, no text",
    ),
    TopicSpec(
        BATCHES,
        "the slot",
        SIX_YEARS_MS,
        compacted=False,
        clear=False,
        writers=frozenset({Role.REDACTOR}),
        readers=frozenset({Role.MONITOR, Role.BREAKGLASS}),
        holds="one record a transaction: counts, digests, versions",
    ),
    TopicSpec(
        ALERTS,
        "the rule and its window",
        SIX_YEARS_MS,
        compacted=False,
        clear=False,
        writers=frozenset({Role.MONITOR}),
        readers=frozenset({Role.INDEXER, Role.OBSERVABILITY}),
        holds="alerts of the monitor",
    ),
    TopicSpec(
        INGESTED,
        "digest|topic",
        -1,
        compacted=True,
        clear=False,
        writers=frozenset({Role.PRODUCER}),
        readers=frozenset({Role.PRODUCER}),
        holds="how far files were taken in: digests and positions, no text",
    ),
)

BY_NAME: dict[str, TopicSpec] = {topic.name: topic for topic in TOPICS}
