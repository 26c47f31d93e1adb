"""The tables of identity: accounts, roles, the groups of a provider, and changes that wait for a second person."""

from sqlalchemy import Boolean, Column, Engine, Float, Integer, LargeBinary, MetaData, String, Table, Text

METADATA = MetaData()

#: One row: the issuer of this database's local accounts, and how its two first persons protected the private keys.
#: `changes` is counted up first in every change, so that two changes never judge the same state of roles.
ISSUER = Table(
    "identity_issuer",
    METADATA,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("issuer", String, nullable=False),
    Column("enrolled_at", Float),
    Column("split", Boolean, nullable=False),
    Column("changes", Integer, nullable=False),
)

#: `failures` counts the tries in a row that did not succeed, among them those under way; `last_step` is the TOTP step
#: of the newest code that was taken, so that no code serves twice.
ACCOUNTS = Table(
    "identity_accounts",
    METADATA,
    Column("subject", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("password_hash", String, nullable=False),
    Column("totp_nonce", LargeBinary, nullable=False),
    Column("totp_sealed", LargeBinary, nullable=False),
    Column("last_step", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("next_try_at", Float, nullable=False),
    Column("created_at", Float, nullable=False),
)

#: Everyone known here, with or without an account of ours; `offboarded_at` ends all of it, and is never taken back.
PERSONS = Table(
    "identity_persons",
    METADATA,
    Column("issuer", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("last_seen_at", Float),
    Column("offboarded_at", Float),
)

#: Several accounts of one human being: whoever comes as the first is the second, and nobody else.
ALIASES = Table(
    "identity_aliases",
    METADATA,
    Column("issuer", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("of_issuer", String, nullable=False),
    Column("of_subject", String, nullable=False),
    Column("since", Float, nullable=False),
)

ROLES = Table(
    "identity_roles",
    METADATA,
    Column("issuer", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("tenant", String, primary_key=True),
    Column("role", String, primary_key=True),
    Column("since", Float, nullable=False),
)

#: Groups of an identity provider, and the role that their members hold.
GROUPS = Table(
    "identity_groups",
    METADATA,
    Column("issuer", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("tenant", String, primary_key=True),
    Column("role", String, primary_key=True),
    Column("since", Float, nullable=False),
)

#: Changes proposed by one person; another one confirms them. `target` is a subject, or the name of a group; `role` is
#: missing where two accounts are said to be one person's, and only then the last two are there.
PROPOSALS = Table(
    "identity_proposals",
    METADATA,
    Column("proposal", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("issuer", String, nullable=False),
    Column("target", String, nullable=False),
    Column("tenant", String, nullable=False),
    Column("role", String),
    Column("same_issuer", String),
    Column("same_subject", String),
    Column("by_issuer", String, nullable=False),
    Column("by_subject", String, nullable=False),
    Column("proposed_at", Float, nullable=False),
    Column("settled_at", Float),
    Column("outcome", String),
)

#: What a deployment is to protect, proposed by one person: `facts` is the posture as JSON, `file` where the accepted
#: one stands, `token_keys` the keys under which that is signed.
POLICY_PROPOSALS = Table(
    "identity_policy_proposals",
    METADATA,
    Column("proposal", String, primary_key=True),
    Column("file", String, nullable=False),
    Column("token_keys", String, nullable=False),
    Column("policy", String, nullable=False),
    Column("facts", Text, nullable=False),
    Column("by_issuer", String, nullable=False),
    Column("by_subject", String, nullable=False),
    Column("proposed_at", Float, nullable=False),
    Column("settled_at", Float),
)


def create_tables(engine: Engine) -> None:
    """Make the tables that are not there yet."""
    METADATA.create_all(engine)
