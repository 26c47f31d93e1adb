"""Which quarantined records were put back: a row is durable before anything is published, so that none goes twice."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Self

from sqlalchemy import Boolean, Column, Engine, Float, Integer, MetaData, String, Table, delete, func, insert, select
from sqlalchemy import update as changed

from streams.breakglass.quarantined import Located

METADATA = MetaData()
_REPLAYS = Table(
    "quarantine_replays",
    METADATA,
    Column("place", String, primary_key=True),
    Column("event", String, nullable=False),
    Column("grant", String(36), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("at", Float, nullable=False),
    Column("published", Boolean, nullable=False),
)
#: Attempts are counted for ever, also those that came to nothing.
_ATTEMPTS = Table("quarantine_attempts", METADATA, Column("attempt", Integer, primary_key=True, autoincrement=True))


@dataclass(frozen=True, slots=True)
class Replays:
    """The rows of one database of grants."""

    engine: Engine

    @classmethod
    def open(cls, engine: Engine) -> Self:
        """Open the rows, none where the database is new."""
        METADATA.create_all(engine)
        return cls(engine)

    def begin(self, grant_id: str, found: Sequence[Located], now: float) -> int:
        """Note that these records are about to be put back; return the number of the attempt."""
        with self.engine.begin() as connection:
            attempt = 1 + int(connection.execute(select(func.coalesce(func.max(_ATTEMPTS.c.attempt), 0))).scalar_one())
            connection.execute(insert(_ATTEMPTS).values(attempt=attempt))
            for each in found:
                event = each.record.event_id
                row = {"place": each.place, "event": event, "grant": grant_id, "attempt": attempt, "at": now}
                connection.execute(insert(_REPLAYS).values(**row, published=False))
        return attempt

    def published(self, attempt: int) -> None:
        """Note that an attempt is in the log."""
        with self.engine.begin() as connection:
            connection.execute(changed(_REPLAYS).where(_REPLAYS.c.attempt == attempt).values(published=True))

    def settle(self, noted: int) -> Sequence[tuple[str, str]]:
        """Judge what was cut short by the attempt that the log has noted last.

        Return the grant and event of what never was published: it may be put back again.
        """
        with self.engine.begin() as connection:
            open_ = _REPLAYS.c.published.is_(False)
            connection.execute(changed(_REPLAYS).where(open_, _REPLAYS.c.attempt == noted).values(published=True))
            lost = connection.execute(select(_REPLAYS.c.grant, _REPLAYS.c.event).where(open_)).all()
            connection.execute(delete(_REPLAYS).where(open_))
        return [(row.grant, row.event) for row in lost]

    def known(self, places: Collection[str]) -> frozenset[str]:
        """Return those of these places whose record was put back."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(_REPLAYS.c.place).where(_REPLAYS.c.place.in_(list(places))))
            return frozenset(rows.scalars())
