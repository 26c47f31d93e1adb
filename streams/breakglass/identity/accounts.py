"""Local accounts: enrolling, and signing in with password and one-time code."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Row, insert, select, update

from schemas.access import Identity, Person, Role
from schemas.audit import Actor
from schemas.audit_terms import Action, Reason, Result
from schemas.errors import AccessDenied, ConfigError
from schemas.vault import TenantId
from streams.breakglass.identity.passwords import Passwords, check_password
from streams.breakglass.identity.registry import (
    Registry,
    is_offboarded,
    known_as,
    new_subject,
    record_of,
    roles_of,
)
from streams.breakglass.identity.tables import ACCOUNTS, PERSONS
from streams.breakglass.identity.totp import TotpSeal, TotpSecret

#: The one thing that a refused sign-in says: not whether the name, the password or the code was wrong, or all right
#: and too early.
REFUSED = "sign-in is refused"
_METHODS = frozenset({"pwd", "otp", "mfa"})
_NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
_NOBODY = "unknown"

#: Tries in a row that cost no waiting; from then on each failure doubles the wait, up to the longest. After the last
#: one the account is closed for good: its person is enrolled again under a new subject.
_FREE_TRIES, _FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS, _LAST_TRY = 5, 30.0, 900.0, 100
_NEVER = float(2**52)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What a person enrols with; `code` shows that their authenticator holds the secret."""

    name: str
    password: str = field(repr=False)
    totp: TotpSecret = field(repr=False)
    code: str = field(repr=False)


def check_new(new: NewAccount, now: float) -> None:
    """Raise ConfigError for a name or password that is not taken, AccessDenied for a code that is wrong."""
    if _NAME.fullmatch(new.name) is None:
        raise ConfigError("a name is 2 to 32 of a-z, 0-9, dot, dash and underscore, and begins with a letter")
    check_password(new.password, new.name)
    try:
        new.totp.step_of_code(new.code, now)
    except AccessDenied:
        raise AccessDenied("one-time code is wrong; is the clock of the authenticator right?") from None


@dataclass(frozen=True, slots=True)
class _Account:
    person: Person
    password_hash: str = field(repr=False)
    totp: TotpSecret = field(repr=False)


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts of one registry."""

    registry: Registry
    seal: TotpSeal = field(repr=False)
    passwords: Passwords

    def enrol(self, news: Sequence[NewAccount], now: float) -> "Enrolment":
        """Check and hash, outside any transaction; `Enrolment.write` then makes the accounts."""
        for new in news:
            check_new(new, now)
        if len({new.name for new in news}) != len(news):
            raise ConfigError("two accounts of one name")
        people = tuple(Person(self.registry.issuer, new_subject()) for _ in news)
        rows = [self._row(person, new, now) for person, new in zip(people, news, strict=True)]
        return Enrolment(people, rows)

    def sign_in(self, name: str, password: str, code: str, now: float) -> Identity:
        """Return who signed in, with the roles they hold now.

        Raises AccessDenied, always with the same words, and AuditUnavailable where the sign-in cannot be recorded.
        """
        account, reason = self._begin_try(name, now)
        try:
            self.passwords.verify(None if account is None else account.password_hash, password)
            person, roles = self._succeed(account, password, code, now)
        except AccessDenied:
            self._tell_denied(name, reason, now)
            raise AccessDenied(REFUSED) from None
        identity = Identity(person, roles, _METHODS, now)
        accepted = record_of(Action.AUTH_ACCEPTED, _actor(person), (person,), tenant=self.registry.home, now=now)
        self.registry.tell(accepted, Result.SUCCESS)
        return identity

    def person_of(self, name: str) -> Person:
        """Return whose account this is; raises ConfigError where there is none."""
        with self.registry.engine.connect() as connection:
            subject = connection.execute(select(ACCOUNTS.c.subject).where(ACCOUNTS.c.name == name)).scalar()
        if subject is None:
            raise ConfigError("no account of this name")
        return Person(self.registry.issuer, subject)

    def _begin_try(self, name: str, now: float) -> tuple[_Account | None, Reason]:
        """Count the try as failed before it is judged, so that tries side by side cannot pass the limit."""
        with self.registry.engine.begin() as connection:
            row = connection.execute(
                select(ACCOUNTS, PERSONS.c.offboarded_at)
                .join(PERSONS, (PERSONS.c.subject == ACCOUNTS.c.subject) & (PERSONS.c.issuer == self.registry.issuer))
                .where(ACCOUNTS.c.name == name)
                .with_for_update()
            ).one_or_none()
            if row is None:
                return None, Reason.PERSON_UNKNOWN
            if row.offboarded_at is not None:
                return None, Reason.OFFBOARDED
            if now < row.next_try_at:
                return None, Reason.LOCKED
            failures = row.failures + 1
            mine = update(ACCOUNTS).where(ACCOUNTS.c.subject == row.subject)
            connection.execute(mine.values(failures=failures, next_try_at=now + _wait(failures)))
        return self._account(row), Reason.BAD_CREDENTIAL

    def _account(self, row: Row[tuple[object, ...]]) -> _Account:
        totp = self.seal.open(row.totp_nonce, row.totp_sealed, row.subject)
        return _Account(Person(self.registry.issuer, row.subject), row.password_hash, totp)

    def _succeed(
        self, account: _Account | None, password: str, code: str, now: float
    ) -> tuple[Person, dict[TenantId, frozenset[Role]]]:
        if account is None:
            raise AccessDenied
        step = account.totp.step_of_code(code, now)
        values: dict[str, object] = {"failures": 0, "next_try_at": 0.0, "last_step": step}
        if self.passwords.is_outdated(account.password_hash):
            values["password_hash"] = self.passwords.hash(password)
        subject = account.person.subject
        with self.registry.engine.begin() as connection:
            # The code is used up here and nowhere else: of two sign-ins with one code, one finds it used.
            mine = update(ACCOUNTS).where(ACCOUNTS.c.subject == subject, ACCOUNTS.c.last_step < step)
            if connection.execute(mine.values(**values)).rowcount != 1:
                raise AccessDenied
            seen = update(PERSONS).where(PERSONS.c.issuer == self.registry.issuer, PERSONS.c.subject == subject)
            connection.execute(seen.values(last_seen_at=now))
            person = known_as(connection, account.person)
            if is_offboarded(connection, person):
                raise AccessDenied
            return person, roles_of(connection, person)

    def _tell_denied(self, name: str, reason: Reason, now: float) -> None:
        with self.registry.engine.connect() as connection:
            subject = connection.execute(select(ACCOUNTS.c.subject).where(ACCOUNTS.c.name == name)).scalar()
        # What was typed as a name stands nowhere: it may be a password.
        person = Person(self.registry.issuer, subject or _NOBODY)
        denied = record_of(Action.AUTH_DENIED, _actor(person), (person,), tenant=self.registry.home, now=now)
        self.registry.tell(denied, Result.DENIED, reason)

    def _row(self, person: Person, new: NewAccount, now: float) -> dict[str, object]:
        nonce, sealed = self.seal.seal(new.totp, person.subject)
        return {
            "subject": person.subject,
            "name": new.name,
            "password_hash": self.passwords.hash(new.password),
            "totp_nonce": nonce,
            "totp_sealed": sealed,
            "last_step": new.totp.step_of_code(new.code, now),
            "failures": 0,
            "next_try_at": 0.0,
            "created_at": now,
        }


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Accounts that are ready to be written."""

    people: tuple[Person, ...]
    rows: list[dict[str, object]] = field(repr=False)

    def write(self, connection: Connection) -> None:
        """Make the accounts; raises ConfigError where a name is taken, also by somebody who left."""
        for person, row in zip(self.people, self.rows, strict=True):
            taken = select(ACCOUNTS.c.subject).where(ACCOUNTS.c.name == row["name"])
            if connection.execute(taken).scalar() is not None:
                raise ConfigError("account of this name is already there")
            connection.execute(insert(PERSONS).values(issuer=person.issuer, subject=person.subject))
            connection.execute(insert(ACCOUNTS).values(**row))


def _wait(failures: int) -> float:
    """Return how long after so many failures in a row the next try is refused."""
    if failures >= _LAST_TRY:
        return _NEVER
    if failures < _FREE_TRIES:
        return 0.0
    return float(min(_FIRST_WAIT_SECONDS * 2 ** (failures - _FREE_TRIES), _LONGEST_WAIT_SECONDS))


def _actor(person: Person) -> Actor:
    return Actor(person.issuer, person.subject)
