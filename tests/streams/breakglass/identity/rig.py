"""A registry over a file of its own, an audit log in memory, and people who can sign in."""

from dataclasses import dataclass, field
from pathlib import Path

from schemas.access import Identity, Person
from schemas.audit import AuditRecord
from schemas.errors import AuditUnavailable
from schemas.vault import TenantId
from streams.audit.ports import Appended
from streams.breakglass.database import open_database
from streams.breakglass.identity.accounts import Accounts, NewAccount
from streams.breakglass.identity.ceremony import Ceremony
from streams.breakglass.identity.passwords import HashCost, Passwords
from streams.breakglass.identity.registry import Registry
from streams.breakglass.identity.totp import TotpSeal, TotpSecret

NOW = 1_790_000_000.0
HOME = TenantId("local")
#: The least that argon2 takes: tests are about who gets in, not about how long guessing takes.
CHEAP = Passwords(HashCost(1, 8, 1))


@dataclass
class MemoryAudit:
    """Keeps audit records; `full` refuses them."""

    records: list[AuditRecord] = field(default_factory=list)
    full: bool = False

    def append(self, record: AuditRecord) -> Appended:
        """See Audit."""
        if self.full:
            raise AuditUnavailable("audit record cannot be made durable")
        self.records.append(record)
        return Appended(len(self.records) - 1, "0" * 64)


def password_of(name: str) -> str:
    """Return the password that somebody has in these tests."""
    return f"violet harbor {name.encode().hex()} noon"


@dataclass
class People:
    """A registry, and the authenticators of those who have an account in it."""

    accounts: Accounts
    audit: MemoryAudit
    secrets: dict[str, TotpSecret] = field(default_factory=dict)

    @property
    def registry(self) -> Registry:
        """The registry."""
        return self.accounts.registry

    def new(self, name: str, now: float = NOW) -> NewAccount:
        """Return what somebody enrols with."""
        self.secrets[name] = TotpSecret.generate()
        return NewAccount(name, password_of(name), self.secrets[name], self.secrets[name].code_at(now))

    def add(self, name: str, now: float = NOW) -> Person:
        """Enrol somebody without a role."""
        enrolment = self.accounts.enrol((self.new(name, now),), now)
        with self.registry.engine.begin() as connection:
            enrolment.write(connection)
        return enrolment.people[0]

    def sign_in(self, name: str, now: float) -> Identity:
        """Sign in rightly."""
        return self.accounts.sign_in(name, password_of(name), self.secrets[name].code_at(now), now)


def people(folder: Path) -> People:
    """Return an empty registry."""
    audit = MemoryAudit()
    engine = open_database(f"sqlite:///{folder}/breakglass/breakglass.db")
    registry = Registry.open(engine, audit, HOME)
    return People(Accounts(registry, TotpSeal.load(folder / "breakglass" / "totp.key"), CHEAP), audit)


def two_enrolled(folder: Path) -> People:
    """Return a registry after the ceremony, with ada (privacy officer) and ben (security)."""
    made = people(folder)
    Ceremony(made.accounts, lambda: None, split=False).hold((made.new("ada"), made.new("ben")), NOW)
    return made
