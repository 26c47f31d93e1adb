"""The tables of grants: terms and words as JSON without free text, the reason sealed, what was opened one row each."""

from weakref import WeakKeyDictionary

from sqlalchemy import Column, Engine, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text

METADATA = MetaData()
_MADE: WeakKeyDictionary[Engine, set[MetaData]] = WeakKeyDictionary()

#: `body` is the grant as JSON behind a MAC; the columns before it are for finding rows, and decide nothing.
GRANTS = Table(
    "grants",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("tenant", String, nullable=False),
    Column("state", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("issuer", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("requested_at", Float, nullable=False),
    Column("body", Text, nullable=False),
    Column("reason", LargeBinary, nullable=False),
    Index("grants_by_person", "issuer", "subject"),
    Index("grants_by_state", "state"),
)

#: Distinct tokens and events that a grant opened; a row is there before the token is opened.
OPENED = Table(
    "grant_tokens",
    METADATA,
    Column("grant", String(36), primary_key=True),
    Column("token", String, primary_key=True),
)
OPENED_EVENTS = Table(
    "grant_events",
    METADATA,
    Column("grant", String(36), primary_key=True),
    Column("event", String, primary_key=True),
)

#: When a person revealed, for the limit a minute; older rows go.
REVEALS = Table(
    "grant_reveals",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("issuer", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("at", Float, nullable=False),
    Index("reveals_by_person", "issuer", "subject", "at"),
)


def create_tables(engine: Engine) -> None:
    """Make the tables that are not there yet."""
    METADATA.create_all(engine)


def create_once(engine: Engine, metadata: MetaData) -> None:
    """Make tables that are not there yet, and do not ask the database for them again."""
    made = _MADE.setdefault(engine, set())
    if metadata not in made:
        metadata.create_all(engine)
        made.add(metadata)
