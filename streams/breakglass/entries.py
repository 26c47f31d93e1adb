"""Where a token's entry is, and which tokens stand in an event: a view of the log, sealed as the log is, made anew."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import orjson
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
)

from schemas.codec import VAULT_ENTRY, decode, decode_redacted
from schemas.errors import Malformed
from schemas.events import RedactedEvent, Side
from schemas.sources.all import SOURCES
from schemas.sources.source import Path
from schemas.topics import REDACTED, VAULT
from schemas.vault import TOKEN_PATTERN, TenantId, Token, VaultEntry
from streams.batch import entry_key
from streams.log.ports import Record, TopicPartition

FOLLOWED = (VAULT, REDACTED)
_TOKEN = re.compile(TOKEN_PATTERN)
_SIDES: dict[str, Callable[[Path], Side]] = {source.name: source.side for source in SOURCES}

METADATA = MetaData()
_ENTRIES = Table(
    "entries",
    METADATA,
    Column("record_key", String, primary_key=True),
    Column("tenant", String, nullable=False),
    Column("token", String, nullable=False),
    Column("tag", String, nullable=False),
    Column("entry", Text, nullable=False),
    Index("entries_by_token", "tenant", "token"),
    Index("entries_by_tag", "tenant", "tag"),
)
_OCCURRENCES = Table(
    "occurrences",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("tenant", String, nullable=False),
    Column("event", String, nullable=False),
    Column("conversation", String, nullable=False),
    Column("token", String, nullable=False),
    Column("side", String, nullable=False),
    Index("occurrences_by_event", "tenant", "event"),
    Index("occurrences_by_conversation", "tenant", "conversation"),
)
_POSITIONS = Table(
    "positions",
    METADATA,
    Column("topic", String, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("topic_id", String, nullable=False),
    Column("next", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A token where it stands: in which event, and in whose text."""

    token: Token
    event_id: str
    side: str


class Entries(Protocol):
    """Finds sealed entries and the places of tokens; of one tenant, so that another's are as if they never were.

    Every method raises AccessDenied (`behind`) where it would have to say "nothing" without having read the log to
    its end, and LogUnavailable where the log cannot be reached to know.
    """

    @property
    def stale_since(self) -> float | None:
        """Return since when the log cannot be reached, None while it can: what is found is as of then."""
        ...

    def keep_up(self) -> None:
        """Return once everything is known that the log has now; raises as above."""
        ...

    def of_token(self, tenant: TenantId, token: Token) -> Sequence[VaultEntry]:
        """Return the entries of a token, one a unit; none where the tenant never had it."""
        ...

    def of_tag(self, tenant: TenantId, tag: str) -> Sequence[VaultEntry]:
        """Return every entry whose value has this look-up tag."""
        ...

    def in_event(self, tenant: TenantId, event_id: str) -> Sequence[Occurrence]:
        """Return the tokens of an event in their order, each as often as it stands there."""
        ...

    def in_conversation(self, tenant: TenantId, conversation: str) -> Sequence[Occurrence]:
        """Return the tokens of a conversation's events, as in_event."""
        ...


@dataclass(frozen=True, slots=True)
class EntryView:
    """Entries and occurrences in tables of their own, as far as the log was followed."""

    engine: Engine

    @property
    def stale_since(self) -> float | None:
        """See Entries; this one is told when to follow."""
        return None

    def keep_up(self) -> None:
        """See Entries; who tells it to follow has done so."""

    @classmethod
    def open(cls, engine: Engine) -> Self:
        """Open the view, empty where it is new."""
        METADATA.create_all(engine)
        return cls(engine)

    def positions(self, topic_ids: Mapping[str, str]) -> dict[TopicPartition, int]:
        """Return how far each partition was followed; a view of another log than these topics is emptied first."""
        with self.engine.begin() as connection:
            rows = connection.execute(select(_POSITIONS)).all()
            if any(topic_ids.get(row.topic) != row.topic_id for row in rows):
                for table in METADATA.sorted_tables:
                    connection.execute(delete(table))
                rows = []
        return {TopicPartition(row.topic, row.partition): row.next for row in rows}

    def apply(self, records: Sequence[Record], topic_ids: Mapping[str, str]) -> None:
        """Take in records of the followed topics, and how far they go, in one transaction."""
        with self.engine.begin() as connection:
            _apply_entries(connection, [record for record in records if record.topic == VAULT])
            for record in records:
                if record.topic == REDACTED:
                    _apply_event(connection, record)
            ends = {(record.topic, record.partition): record.offset + 1 for record in records}
            for (topic, partition), end in ends.items():
                mine = (_POSITIONS.c.topic == topic, _POSITIONS.c.partition == partition)
                connection.execute(delete(_POSITIONS).where(*mine))
                row = {"topic": topic, "partition": partition, "topic_id": topic_ids[topic], "next": end}
                connection.execute(insert(_POSITIONS).values(**row))

    def of_token(self, tenant: TenantId, token: Token) -> Sequence[VaultEntry]:
        """See Entries."""
        return self._entries(_ENTRIES.c.tenant == tenant, _ENTRIES.c.token == token)

    def of_tag(self, tenant: TenantId, tag: str) -> Sequence[VaultEntry]:
        """See Entries."""
        return self._entries(_ENTRIES.c.tenant == tenant, _ENTRIES.c.tag == tag)

    def in_event(self, tenant: TenantId, event_id: str) -> Sequence[Occurrence]:
        """See Entries."""
        return self._occurrences(_OCCURRENCES.c.tenant == tenant, _OCCURRENCES.c.event == event_id)

    def in_conversation(self, tenant: TenantId, conversation: str) -> Sequence[Occurrence]:
        """See Entries."""
        if not conversation:
            return ()
        return self._occurrences(_OCCURRENCES.c.tenant == tenant, _OCCURRENCES.c.conversation == conversation)

    def _entries(self, *where: Any) -> Sequence[VaultEntry]:
        statement = select(_ENTRIES.c.entry).where(*where).order_by(_ENTRIES.c.record_key)
        with self.engine.connect() as connection:
            return [decode(VAULT_ENTRY, text.encode()) for text in connection.execute(statement).scalars()]

    def _occurrences(self, *where: Any) -> Sequence[Occurrence]:
        statement = select(_OCCURRENCES).where(*where).order_by(_OCCURRENCES.c.number)
        with self.engine.connect() as connection:
            return [Occurrence(Token(row.token), row.event, row.side) for row in connection.execute(statement)]


def _apply_entries(connection: Connection, records: Sequence[Record]) -> None:
    """Take in records of the vault topic, the last one of each record key: a million of them in minutes."""
    last = {(record.key or b"").decode("utf-8", "replace"): record for record in records}
    if not last:
        return
    statement = delete(_ENTRIES).where(_ENTRIES.c.record_key == bindparam("name"))
    connection.execute(statement, [{"name": name} for name in last])
    rows = [row for name, record in last.items() if (row := _entry_row(name, record)) is not None]
    if rows:
        connection.execute(insert(_ENTRIES), rows)


def _entry_row(name: str, record: Record) -> dict[str, str] | None:
    """Return the row of an entry; None for a tombstone, and for an entry moved under the key of another token."""
    if record.value is None:
        return None
    entry: VaultEntry = decode(VAULT_ENTRY, record.value)
    if entry_key(entry) != record.key:
        return None
    tenant, token, tag = entry.tenant, entry.token, entry.lookup_tag
    return {"record_key": name, "tenant": tenant, "token": token, "tag": tag, "entry": record.value.decode()}


def _apply_event(connection: Connection, record: Record) -> None:
    if record.value is None:
        return
    try:
        event = decode_redacted(record.value)
    except Malformed:
        return  # The redacted topic is read by its owner's tools, too; what is no event holds no token of ours.
    if not isinstance(event, RedactedEvent):
        return
    mine = (_OCCURRENCES.c.tenant == event.tenant, _OCCURRENCES.c.event == event.event_id)
    connection.execute(delete(_OCCURRENCES).where(*mine))
    conversation = _conversation(event)
    rows = [
        {"tenant": event.tenant, "event": event.event_id, "conversation": conversation, "token": token, "side": side}
        for token, side in occurrences(event)
    ]
    if rows:
        connection.execute(insert(_OCCURRENCES), rows)


def occurrences(event: RedactedEvent) -> Iterator[tuple[str, str]]:
    """Yield the tokens of an event in their order, each with the side whose text it stands in."""
    side = _SIDES.get(event.source, _envelope)
    for path, text in _texts(event.record, ()):
        yield from ((found.group(), side(path).value) for found in _TOKEN.finditer(text))
    rest = orjson.dumps([event.key, event.headers]).decode()
    yield from ((found.group(), Side.ENVELOPE.value) for found in _TOKEN.finditer(rest))


def _envelope(path: Path) -> Side:
    """Return the side of every text whose format is unknown by now."""
    del path
    return Side.ENVELOPE


def _texts(node: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, dict):
        for key, child in node.items():
            yield (*path, key), key
            yield from _texts(child, (*path, key))
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from _texts(child, (*path, index))


def _conversation(event: RedactedEvent) -> str:
    """Return the conversation of an event; of one that holds calls of several, none: it is opened as an event."""
    named = {call.conversation for call in (event.calls or (event.call,))}
    return (named.pop() or "") if len(named) == 1 else ""
