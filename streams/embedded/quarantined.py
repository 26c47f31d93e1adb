"""Quarantined records of a state folder: put back in the log's own transaction, overwritten where they stood."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from schemas.topics import QUARANTINE
from schemas.vault import TenantId
from streams.breakglass.quarantined import Located, is_of, located
from streams.embedded.state import EmbeddedState
from streams.log.ports import Publication, TopicPartition

_NOTES = "CREATE TABLE IF NOT EXISTS replay_notes (one INTEGER PRIMARY KEY, attempt INTEGER NOT NULL)"
_PAGE = 500
_HELD = "A reader holds the log: blocks of it keep the sealed bytes until the next command has the folder alone."
_COPIES = (
    "Copies of the state folder made before hold the sealed record, the raw one and their keys, and disks keep blocks "
    "that they have not written again."
)
_INPUT = "Files that the records were read from are not this folder's."


@dataclass(frozen=True, slots=True)
class EmbeddedQuarantine:
    """One state folder; the caller holds it alone. Contracts stand in streams/breakglass/quarantined.py."""

    state: EmbeddedState

    def find(self, tenant: TenantId, event_ids: Collection[str]) -> Sequence[Located]:
        """Return the sealed records of these events."""
        found: list[Located] = []
        store = self.state.open_store()
        try:
            for place in store.places([QUARANTINE]):
                at = store.ends(place)[0]
                while records := store.fetch(place, at, _PAGE):
                    found += [located(record) for record in records if is_of(record, event_ids)]
                    at = records[-1].offset + 1
        finally:
            store.close()
        return [each for each in found if each.record.tenant == tenant]

    def noted(self) -> int:
        """Return the last attempt that is in the log."""
        store = self.state.open_store()
        try:
            store.connection.execute(_NOTES)
            row = store.connection.execute("SELECT attempt FROM replay_notes").fetchone()
        finally:
            store.close()
        return 0 if row is None else int(row[0])

    def publish(self, attempt: int, publications: Sequence[Publication]) -> None:
        """Write them, and the note of the attempt, in one transaction."""
        store = self.state.open_store()
        try:
            store.connection.execute(_NOTES)
            with store.transaction():
                store.append(publications)
                store.connection.execute("INSERT OR REPLACE INTO replay_notes VALUES (1, ?)", (attempt,))
        finally:
            store.close()

    def bury(self, found: Sequence[Located]) -> Sequence[str]:
        """Overwrite the sealed records and the raw ones they were made of, and empty the write-ahead log."""
        store = self.state.open_store()
        try:
            for each in found:
                with store.transaction():
                    store.overwrite(TopicPartition(QUARANTINE, each.partition), each.offset)
                    store.overwrite(TopicPartition(each.record.topic, each.record.partition), each.record.offset)
            emptied = store.empty_log()
        finally:
            store.close()
        return (_COPIES, _INPUT) if emptied else (_HELD, _COPIES, _INPUT)
