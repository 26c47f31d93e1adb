"""The indexer put together: the embedded index kept up to date, and the service over Kafka."""

from collections.abc import Callable

from schemas.topics import ALERTS, REDACTED
from streams.config import Settings
from streams.log.sqlite import SqliteReader
from streams.log.sqlite_store import SqliteStore
from streams.siem.indexer import Indexer, documents_of
from streams.siem.sqlite import SqliteSink
from streams.telemetry.metrics import Metrics

#: The consumer group of the indexer, embedded and over Kafka.
INDEXERS = "indexer"
_BATCH = 200


def index_embedded(store: SqliteStore) -> int:
    """Index everything on the embedded log that is not indexed yet; return how many records that were.

    Documents and offsets are one transaction. Raises UnknownVersion where a newer phistream wrote.
    """
    sink = SqliteSink(store)
    reader = SqliteReader(store, INDEXERS, [REDACTED, ALERTS])
    indexed = 0
    while records := reader.read(_BATCH, 0):
        documents = documents_of(records)
        with store.transaction():
            for document in documents:
                sink.put(document)
            reader.write_offsets(records)
        indexed += len(records)
    return indexed


def kafka_indexer(settings: Settings, metrics: Metrics, stopping: Callable[[], bool]) -> Indexer:
    """Connect an indexer: Kafka to OpenSearch."""
    from streams.log.kafka import connect_reader  # noqa: PLC0415 - the embedded profile needs no Kafka client,
    from streams.siem.opensearch import connect_sink  # noqa: PLC0415 - and none of OpenSearch.

    reader = connect_reader(settings, INDEXERS, [REDACTED, ALERTS])
    return Indexer(reader, connect_sink(settings), metrics, settings.siem.bulk_documents, stopping)
