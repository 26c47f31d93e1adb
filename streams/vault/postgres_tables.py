"""The tables of the key store in PostgreSQL."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text

METADATA = MetaData()
DEKS = Table(
    "key_deks",
    METADATA,
    Column("dek_id", Text, primary_key=True),
    Column("v", Integer, nullable=False),
    Column("tenant", Text, nullable=False, index=True),
    Column("unit", Text, nullable=False),
    Column("kek_uri", Text, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("kek_version", Text, nullable=False),
    Column("generation", Integer, nullable=False),
)
UNITS = Table(
    "key_units",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("generation", Integer, nullable=False),
)
KEKS = Table(
    "key_keks",
    METADATA,
    Column("uri", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("since_ms", BigInteger, nullable=False),
    Column("retired_at_ms", BigInteger, nullable=False),
)
STORE = Table("key_store", METADATA, Column("version", Integer, primary_key=True))
