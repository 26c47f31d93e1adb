"""`breakglass init`: two persons enrol together, and protect the private keys; once for each state."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from schemas.access import Person, Role
from schemas.audit import Actor
from schemas.audit_terms import Action, ActorType
from schemas.errors import ConfigError
from streams.breakglass.identity.accounts import Accounts, Enrolment, NewAccount
from streams.breakglass.identity.registry import Registry, give_role, one_at_a_time, record_of
from streams.breakglass.identity.tables import ISSUER

#: Each of the two may ask, and the other one approves, in a role that the one who asks does not hold.
FIRST_ROLES = (
    frozenset({Role.REQUESTER, Role.PRIVACY_OFFICER}),
    frozenset({Role.REQUESTER, Role.SECURITY}),
)
_SERVICE = "service"
_HELD = "break-glass was set up before; people are added with `breakglass person add`"


@dataclass(frozen=True, slots=True)
class Protection:
    """How the private keys of a state were protected: `split` asks for a part from each of two persons."""

    enrolled: bool
    split: bool


def protection_of(registry: Registry) -> Protection:
    """Return whether the ceremony was held, and how the passphrase is held."""
    with registry.engine.connect() as connection:
        row = connection.execute(select(ISSUER.c.enrolled_at, ISSUER.c.split)).one()
    return Protection(row.enrolled_at is not None, row.split)


@dataclass(frozen=True, slots=True)
class Ceremony:
    """The enrolment of the first two persons; `protect` protects the private keys, and may be repeated."""

    accounts: Accounts
    protect: Callable[[], None]
    split: bool

    def hold(self, two: tuple[NewAccount, NewAccount], now: float) -> tuple[Person, ...]:
        """Enrol them with the first roles; raises ConfigError where the ceremony was held before.

        The keys are protected first: cut short after that, it is held again with the same passphrase.
        """
        registry = self.accounts.registry
        refuse_second(registry)
        enrolment = self.accounts.enrol(two, now)
        actor = Actor(_SERVICE, "breakglass-init", ActorType.SERVICE)
        intent = record_of(Action.ACCOUNT_CREATE, actor, enrolment.people, tenant=registry.home, now=now)
        with registry.acting(intent):
            self.protect()
            with registry.engine.begin() as connection:
                self._write(connection, enrolment, now)
        return enrolment.people

    def _write(self, connection: Connection, enrolment: Enrolment, now: float) -> None:
        one_at_a_time(connection)
        first = update(ISSUER).where(ISSUER.c.enrolled_at.is_(None)).values(enrolled_at=now, split=self.split)
        if connection.execute(first).rowcount != 1:
            raise ConfigError(_HELD)
        enrolment.write(connection)
        for person, roles in zip(enrolment.people, FIRST_ROLES, strict=True):
            for role in sorted(roles):
                give_role(connection, person, self.accounts.registry.home, role, now)


def refuse_second(registry: Registry) -> None:
    """Raise ConfigError where the ceremony was held before."""
    if protection_of(registry).enrolled:
        raise ConfigError(_HELD)
