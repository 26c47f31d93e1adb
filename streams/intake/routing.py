"""Which record key a raw record gets from intake: one for all that belongs together, and no clear value in it.

Nothing is judged here: what cannot be read, or tells of several calls, is keyed by its coordinates. What is not to be
read, since it killed two processes, goes on with a mark, and so do the pieces that it may be missing from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.codec import ORIGIN
from schemas.errors import Malformed
from schemas.origin import Mark, Origin
from schemas.sources.all import recognise
from schemas.sources.streamed.part import Part
from streams.event.conversation import conversation_of
from streams.event.identity import EventIdentity
from streams.intake.origins import wrapped
from streams.intake.unread import UnreadRecords
from streams.log.ports import Publication, Record
from streams.record.decode import Decoder
from streams.tenants import TopicTenancy
from streams.vault.tokens import Minter


@dataclass(frozen=True, slots=True)
class Route:
    """Where a record goes, the keyed conversation that it tells, if any, and what is said of it beside."""

    record_key: bytes
    conversation: str | None = None
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Router:
    """Finds what raw records belong to; *minters* stand under the tenants' names, the operator's under his."""

    identity: EventIdentity
    tenancies: Mapping[str, TopicTenancy]
    minters: Mapping[str, Minter] = field(repr=False)
    operator: str
    decoder: Decoder
    text_topics: frozenset[str] = frozenset()
    unread: UnreadRecords = field(default_factory=UnreadRecords)

    def forwarded(self, record: Record, *, unread: bool = False) -> Publication:
        """Return a raw record as intake writes it; one to stay *unread* goes by its coordinates, and says so."""
        tenant = self.tenancies.get(record.topic, TopicTenancy()).named(record)
        tenant = tenant if tenant in self.minters else None
        if unread:
            self.unread.add(record)
            route = by_coordinates(record, Mark.UNREAD)
        else:
            route = self._route(record, self.minters[tenant or self.operator])
        origin = Origin(
            ORIGIN.version,
            self.identity.of(record),
            record.topic,
            record.partition,
            record.offset,
            record.timestamp_ms,
            tenant,
            route.conversation,
        )
        return wrapped(record, route.record_key, origin, route.mark)

    def _route(self, record: Record, minter: Minter) -> Route:
        if record.value is None:
            return by_coordinates(record)
        try:
            read = self.decoder.look(record.value, text=record.topic in self.text_topics)
        except Malformed:
            return by_coordinates(record)
        if isinstance(read, Part):
            mark = Mark.GAP if self.unread.miss_in(record, read) else None
            return Route(_stream_key(record, read, minter), mark=mark)
        source = recognise(read.document)
        if source.seeds is not None and len(source.seeds(read.document)) > 1:
            return by_coordinates(record)
        conversation = conversation_of(source.seed(read.document), minter)
        return by_coordinates(record) if conversation is None else Route(conversation.encode(), conversation)


def by_coordinates(record: Record, mark: Mark | None = None) -> Route:
    """Return the route of a record that belongs to nothing else: where it stands."""
    return Route(f"{record.topic}/{record.partition}/{record.offset}".encode(), mark=mark)


def _stream_key(record: Record, part: Part, minter: Minter) -> bytes:
    """Return the key of a stream's pieces: by the id that they give it, else by record key, else by partition."""
    if part.stream is not None:
        belongs = ("id", part.stream)
    elif record.key is not None:
        belongs = ("key", record.key.hex())
    else:
        belongs = ("partition", str(record.partition))
    keyed = minter.conversation_id(("stream", record.topic, part.format, *belongs))
    return f"stream_{keyed.removeprefix('conv_')}".encode()
