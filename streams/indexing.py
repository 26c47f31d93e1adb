"""The embedded index kept up to date: documents and the offsets they came from in one transaction."""

from collections.abc import Sequence

from schemas.codec import ALERT, decode, decode_redacted
from schemas.siem import Document, document_of
from schemas.topics import ALERTS, REDACTED
from streams.log.ports import Record
from streams.log.sqlite import SqliteReader
from streams.log.sqlite_store import SqliteStore
from streams.siem.sqlite import SqliteSink

#: The consumer group of the indexer, embedded and over Kafka.
INDEXERS = "indexer"
_BATCH = 200


def index_embedded(store: SqliteStore) -> int:
    """Index everything on the embedded log that is not indexed yet; return how many records that were.

    Raises UnknownVersion where a newer phistream wrote.
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


def documents_of(records: Sequence[Record]) -> tuple[Document, ...]:
    """Return the documents of some records of the redacted and alerts topics, tombstones left out."""
    values = (
        decode(ALERT, record.value) if record.topic == ALERTS else decode_redacted(record.value)
        for record in records
        if record.value is not None
    )
    return tuple(document_of(value) for value in values)
