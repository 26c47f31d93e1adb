"""Break-glass over a state folder with a redacted conversation in it, for tests."""

import re
import resource
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import orjson
from sqlalchemy import Connection, update

from schemas.access import Grant, GrantMode, GrantRequest, GrantTerms, Identity, Person, Purpose, Role, Scope, View
from schemas.audit import AuditRecord
from schemas.audit_terms import Action
from schemas.codec import VAULT_ENTRY, decode, encode
from schemas.identifiers import IdentifierType
from schemas.topics import REDACTED, VAULT
from schemas.vault import TOKEN_PATTERN, Secret, TenantId, Token, VaultEntry
from streams.audit.audit_log import open_audit_log
from streams.audit.ports import Appended, Audit
from streams.batch import entry_key
from streams.breakglass.deks import DekCache, Deks
from streams.breakglass.desk import HOME, Desk, Elsewhere, desk_over
from streams.breakglass.identity.ceremony import protection_of
from streams.breakglass.identity.registry import give_role
from streams.breakglass.identity.tables import ISSUER
from streams.breakglass.looking_up import LookupRequest
from streams.breakglass.outbox import Ungranted
from streams.breakglass.policy import GrantEvent
from streams.breakglass.revealing import RevealRequest, RevealResult
from streams.breakglass.scoping import Asked
from streams.embedded.state import EmbeddedState
from streams.log.ports import Publication, Record
from streams.vault.keystore_sqlite import SqliteKeyStore
from streams.vault.openers import Openers
from tests.streams.breakglass.people import START
from tests.streams.embedded_rig import EmbeddedRig, rig_at

ASKED = "Write to ada.lovelace@example.org, SSN 219-09-9999."
ANSWERED = "I wrote to grace.hopper@example.org."
VALUES = ("ada.lovelace@example.org", "219-09-9999", "grace.hopper@example.org")
#: Of another conversation.
OTHER_VALUE = "kay.mcnulty@example.org"
_TOKEN = re.compile(TOKEN_PATTERN)


@dataclass(slots=True)
class TestClock:
    """A clock that moves when it is told."""

    __test__ = False
    seconds: float = START

    def now_ms(self) -> int:
        """Return the time that was set."""
        return int(self.seconds * 1000)

    def monotonic(self) -> float:
        """Return the same."""
        return self.seconds


@dataclass(slots=True)
class Recorded:
    """The real audit log, and what passed through it; *refuse* names records for which the disk is full."""

    audit: Audit
    records: list[AuditRecord] = field(default_factory=list)
    refuse: Callable[[AuditRecord], bool] = lambda _: False

    def append(self, record: AuditRecord) -> Appended:
        """Append to the log, then note it."""
        if self.refuse(record):
            with full_disk():
                appended = self.audit.append(record)
        else:
            appended = self.audit.append(record)
        self.records.append(record)
        return appended


@dataclass(slots=True)
class Rig:
    """A desk, its clock and audit, two people of the embedded profile, and a redacted conversation."""

    desk: Desk
    clock: TestClock
    recorded: Recorded
    events: list[tuple[str, str, list[Token]]]
    told: list[tuple[str, Action]]
    tenant: TenantId = HOME

    def person(self, name: str, *roles: Role) -> Identity:
        """Return a person of the registry, signed in now with two factors."""
        person = Person(self.desk.registry.issuer, name)
        with self.desk.registry.engine.begin() as connection:
            for role in roles:
                give_role(connection, person, self.tenant, role, self.clock.seconds)
        return Identity(person, {self.tenant: frozenset(roles)}, frozenset({"pwd", "otp", "mfa"}), self.clock.seconds)

    def ada(self) -> Identity:
        """Return the person who asks."""
        return self.person("ada", Role.REQUESTER)

    def bo(self) -> Identity:
        """Return the person who approves."""
        return self.person("bo", Role.PRIVACY_OFFICER)

    @property
    def tokens(self) -> list[Token]:
        """Return the tokens of the first event, in their order."""
        return list(dict.fromkeys(self.events[0][2]))

    def request(self, scope: Scope, mode: GrantMode = GrantMode.NORMAL, view: View = View.FULL) -> Grant:
        """Ask for a grant as ada."""
        seconds = 1800 if mode is GrantMode.EMERGENCY else 3600
        terms = GrantTerms(self.tenant, mode, Purpose.TREATMENT, scope, view, seconds)
        return self.desk.granting.request(self.ada(), GrantRequest(terms, "The patient has to be called back."))

    def active(self, scope: Scope, mode: GrantMode = GrantMode.NORMAL, view: View = View.FULL) -> Grant:
        """Return a grant that opens."""
        grant = self.request(scope, mode, view)
        if mode is GrantMode.NORMAL:
            self.desk.granting.word(self.bo(), grant.id, GrantEvent.APPROVE)
        return self.desk.granting.word(self.ada(), grant.id, GrantEvent.ACTIVATE)

    def reveal(self, grant: Grant, asked: Asked, view: View = View.FULL, who: Identity | None = None) -> RevealResult:
        """Reveal as ada, or as somebody else, for what the grant is for."""
        with self.desk.revealer() as revealer:
            return revealer.reveal(who or self.ada(), RevealRequest(grant.id, view, grant.terms.purpose, asked))

    def look_up(self, grant: Grant, type_: IdentifierType, values: Sequence[str]) -> tuple[tuple[Token, ...], ...]:
        """Look values up as ada, for what the grant is for."""
        wanted = LookupRequest(grant.id, grant.terms.purpose, type_, tuple(values))
        return tuple(found.tokens for found in self.desk.finder().look_up(self.ada(), wanted))


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file of this process grow, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def redacted_state(folder: Path) -> EmbeddedRig:
    """Return a state folder with one conversation of two calls, and a call of another one."""
    rig = rig_at(folder)
    first = {"role": "user", "content": ASKED}
    second = {"role": "user", "content": "And " + VALUES[1] + "?"}
    for messages, answered, user in (
        ([first], ANSWERED, "u-1"),
        ([first, {"role": "assistant", "content": ANSWERED}, second], "Done.", "u-1"),
        ([{"role": "user", "content": "Ask " + OTHER_VALUE}], "Done.", "u-2"),
    ):
        request = {"model": "m-1", "user": user, "messages": messages}
        answer = {"choices": [{"message": {"role": "assistant", "content": answered}}]}
        rig.feed(orjson.dumps({"request": request, "response": answer}))
    rig.drain()
    return rig


@contextmanager
def rig_over(
    state: EmbeddedState, clean: Callable[[str], str] = lambda text: text, elsewhere: Elsewhere | None = None
) -> Iterator[Rig]:
    """Open break-glass over a state folder, as if `breakglass init` had been held."""
    clock = TestClock()
    told: list[tuple[str, Action]] = []
    with open_audit_log(state.audit_log, state.audit_keys, clock.now_ms()) as audit:
        recorded = Recorded(audit)

        def note(connection: Connection, about: Grant | Ungranted, action: Action, now: float) -> None:
            told.append((about.id, action))

        desk = desk_over(state, clock, recorded, clean, note, elsewhere)
        if not protection_of(desk.registry).enrolled:
            with desk.registry.engine.begin() as connection:
                connection.execute(update(ISSUER).values(enrolled_at=START))
            for engine in (desk.registry.engine, desk.granting.store.engine):
                engine.dispose()
            desk = desk_over(state, clock, recorded, clean, note, elsewhere)
        tenant = HOME if elsewhere is None else next(iter(elsewhere.approvals))
        yield Rig(desk, clock, recorded, events_of(state), told, tenant)


def events_of(state: EmbeddedState) -> list[tuple[str, str, list[Token]]]:
    """Return the id, the conversation and the tokens of every event."""
    trees = EmbeddedRig(state).trees(REDACTED)
    return [
        (tree["event_id"], tree["call"]["conversation"], [Token(each) for each in _TOKEN.findall(str(tree["record"]))])
        for tree in trees
        if "call" in tree
    ]


def copy_of(state: EmbeddedState, folder: Path) -> EmbeddedState:
    """Return a copy of a state folder: what nobody has open is copied as it is."""
    shutil.copytree(state.folder, folder)
    return EmbeddedState(folder)


def records(state: EmbeddedState, topic: str) -> list[Record]:
    """Return everything in a topic."""
    return EmbeddedRig(state).records(topic)


def append(state: EmbeddedState, *publications: Publication) -> None:
    """Write to the log behind everybody's back."""
    store = state.open_store()
    with store.transaction():
        store.append(publications)
    store.close()


def entry_of_another_tenant(state: EmbeddedState, token: Token) -> Token:
    """Give another tenant an entry; return its token."""
    entry = _entry(state, token)
    foreign = Token(token.replace(token[-4:], "bbbb"))
    moved = replace(entry, tenant=TenantId("another"), token=foreign)
    append(state, Publication(VAULT, entry_key(moved), encode(moved)))
    return foreign


def swap_entries(state: EmbeddedState, one: Token, other: Token) -> None:
    """Put the entry of *other* in the place of that of *one*, once under its own name and once renamed."""
    target, source = _entry(state, one), _entry(state, other)
    renamed = replace(source, token=one, tenant=target.tenant)
    append(
        state,
        Publication(VAULT, entry_key(target), encode(renamed)),
        Publication(VAULT, entry_key(target).replace(b"|2", b"|1"), encode(source)),
    )


def _entry(state: EmbeddedState, token: Token) -> VaultEntry:
    found = [decode(VAULT_ENTRY, record.value or b"") for record in records(state, VAULT)]
    entry: VaultEntry = next(entry for entry in found if entry.token == token)
    return entry


@dataclass(slots=True)
class Counting:
    """Opens entries, counts them, and lets something happen after the first."""

    state: EmbeddedState
    then: Callable[[], object] = lambda: None
    opened: int = 0
    unwraps: int = 0
    kek_uri: str = ""

    def open(self, entry: VaultEntry) -> Secret:
        """Open an entry with the keys of the state folder."""
        store = SqliteKeyStore(self.state.key_store)
        secret = Deks(store, Openers(self.state.keys), DekCache(TestClock())).open(entry)
        store.close()
        self.opened += 1
        if self.opened == 1:
            self.then()
        return secret
