"""Keeping the view of entries up with the embedded log; every command does it before it looks."""

from schemas.topics import REDACTED, VAULT
from streams.breakglass.entries import FOLLOWED, EntryView
from streams.log.sqlite_store import SqliteStore

_PAGE = 2_000


def catch_up(view: EntryView, store: SqliteStore) -> None:
    """Take in what the log has and the view has not, entries first: an event's tokens are found once it is."""
    topic_ids = {topic: store.topic_id(topic) for topic in FOLLOWED}
    positions = view.positions(topic_ids)
    for topic in (VAULT, REDACTED):
        for place in store.places([topic]):
            at = max(positions.get(place, 0), store.ends(place)[0])
            while records := store.fetch(place, at, _PAGE):
                view.apply(records, topic_ids)
                at = records[-1].offset + 1
