"""The outbox: what people must be told of grants, queued with the change itself and kept until it was delivered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    func,
    insert,
    select,
    update,
)

from schemas.access import Grant, GrantMode, Person
from schemas.audit_terms import Action
from schemas.vault import TenantId

METADATA = MetaData()
_OUTBOX = Table(
    "outbox",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("channel", String, nullable=False),
    Column("grant", String(36), nullable=False),
    Column("tenant", String, nullable=False),
    Column("action", String, nullable=False),
    Column("mode", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("requester", String, nullable=False),
    Column("queued_at", Float, nullable=False),
    Column("next_try_at", Float, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("delivered_at", Float),
    Column("alarmed", Boolean, nullable=False),
)
#: What everyone is told of a normal grant; of an emergency they are told all of it.
_OF_NORMAL = frozenset({Action.GRANT_REQUEST, Action.INCIDENT_OPEN, Action.ALERT_RAISE})
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 10.0, 300.0
#: An undelivered message alarms after this.
ALARM_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Ungranted:
    """What somebody did in a tenant under no grant at all; `id` stands where a grant's would."""

    tenant: TenantId
    person: Person
    id: ClassVar[str] = "none"


@dataclass(frozen=True, slots=True)
class Message:
    """One notification on its way: ids and codes, no reason, no token, no name."""

    number: int
    channel: str
    grant: str
    tenant: str
    action: str
    mode: str
    purpose: str
    requester: str
    queued_at: float
    tries: int


@dataclass(frozen=True, slots=True)
class Outbox:
    """Messages in the database of grants, one for each channel."""

    engine: Engine
    channels: tuple[str, ...]

    def __post_init__(self) -> None:
        """Make the table where it is missing."""
        METADATA.create_all(self.engine)

    def queue(self, connection: Connection, about: Grant | Ungranted, action: Action, now: float) -> None:
        """Queue what everyone is told of a change, in the transaction that makes it.

        Of what one person does under no grant, again and again, people are told when the message before has left.
        """
        if isinstance(about, Grant) and about.terms.mode is not GrantMode.EMERGENCY and action not in _OF_NORMAL:
            return
        facts = {**_facts(about), "action": action.value}
        for channel in self.channels:
            if isinstance(about, Ungranted) and _waits(connection, {**facts, "channel": channel}):
                continue
            times = {"queued_at": now, "next_try_at": now}
            connection.execute(insert(_OUTBOX).values(channel=channel, **facts, **times, tries=0, alarmed=False))

    def due(self, now: float) -> Sequence[Message]:
        """Return what is to be tried now, oldest first."""
        waiting = select(_OUTBOX).where(_OUTBOX.c.delivered_at.is_(None), _OUTBOX.c.next_try_at <= now)
        with self.engine.connect() as connection:
            rows = connection.execute(waiting.order_by(_OUTBOX.c.number)).mappings().all()
        return [Message(**{name: row[name] for name in Message.__dataclass_fields__}) for row in rows]

    def delivered(self, message: Message, now: float) -> None:
        """Note that a message arrived."""
        self._update(message, delivered_at=now, tries=message.tries + 1)

    def failed(self, message: Message, now: float) -> None:
        """Note that a message did not arrive: it is tried again, later each time."""
        wait = min(_FIRST_WAIT_SECONDS * 2**message.tries, _LONGEST_WAIT_SECONDS)
        self._update(message, next_try_at=now + wait, tries=message.tries + 1)

    def alarms(self, now: float) -> Sequence[Message]:
        """Return what is undelivered for too long and was not returned here before."""
        late = select(_OUTBOX).where(
            _OUTBOX.c.delivered_at.is_(None), _OUTBOX.c.alarmed.is_(False), _OUTBOX.c.queued_at <= now - ALARM_SECONDS
        )
        with self.engine.begin() as connection:
            rows = connection.execute(late.order_by(_OUTBOX.c.number)).mappings().all()
            for row in rows:
                connection.execute(update(_OUTBOX).where(_OUTBOX.c.number == row["number"]).values(alarmed=True))
        return [Message(**{name: row[name] for name in Message.__dataclass_fields__}) for row in rows]

    def late(self, now: float) -> int:
        """Return how many messages are undelivered for too long."""
        late = (_OUTBOX.c.delivered_at.is_(None), _OUTBOX.c.queued_at <= now - ALARM_SECONDS)
        with self.engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(_OUTBOX).where(*late)).scalar_one())

    def _update(self, message: Message, **values: object) -> None:
        with self.engine.begin() as connection:
            connection.execute(update(_OUTBOX).where(_OUTBOX.c.number == message.number).values(**values))


def _facts(about: Grant | Ungranted) -> dict[str, str]:
    if isinstance(about, Ungranted):
        nothing = about.id
        facts = {"grant": nothing, "mode": nothing, "purpose": nothing}
        return {**facts, "tenant": about.tenant, "requester": about.person.subject}
    terms = about.terms
    facts = {"grant": about.id, "mode": terms.mode.value, "purpose": terms.purpose.value}
    return {**facts, "tenant": terms.tenant, "requester": about.requester.subject}


def _waits(connection: Connection, facts: dict[str, str]) -> bool:
    same = [_OUTBOX.c[name] == value for name, value in facts.items()]
    waiting = select(_OUTBOX.c.number).where(_OUTBOX.c.delivered_at.is_(None), *same).limit(1)
    return connection.execute(waiting).first() is not None
