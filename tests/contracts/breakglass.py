"""What grants, accounts and outbox promise in every database; a subclass gives the fixture and runs it over its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection, Engine, delete, select, update

from schemas.access import Grant, GrantMode, GrantState, Person, Role
from schemas.audit_terms import Action, Reason
from schemas.errors import AccessDenied, ConfigError, IncorrectKey
from schemas.vault import TenantId, Token
from streams.breakglass.figures import FIGURES, REVEALS_A_MINUTE
from streams.breakglass.identity.accounts import Accounts
from streams.breakglass.identity.registry import Registry, end, give_role
from streams.breakglass.identity.totp import TotpSeal
from streams.breakglass.noted import Noted
from streams.breakglass.outbox import ALARM_SECONDS, Outbox
from streams.breakglass.store import GrantStore, ReasonSeal
from streams.breakglass.tables import GRANTS, OPENED
from tests.streams.breakglass import people
from tests.streams.breakglass.identity.rig import CHEAP, HOME, NOW, MemoryAudit, People, password_of

Open = Callable[[], Engine]
Value = TypeVar("Value")
_REASON = "The patient has to be called back."
_THREADS = 3


def _nothing(*_: object) -> None:
    """Judge and add nothing."""


def _at_once(act: Callable[[int], Value]) -> list[Value | None]:
    """Return what came of an act done by several at once, None where it was refused."""

    def tried(number: int) -> Value | None:
        try:
            return act(number)
        except AccessDenied:
            return None

    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(tried, range(_THREADS)))


def _grant(number: int = 1, mode: GrantMode = GrantMode.NORMAL) -> Grant:
    return replace(people.grant(mode), id=f"{number:032x}")


def _body(store: GrantStore, grant_id: str) -> str:
    with store.engine.begin() as connection:
        return str(connection.execute(select(GRANTS.c.body).where(GRANTS.c.id == grant_id)).scalar_one())


def _write(store: GrantStore, grant_id: str, body: str) -> None:
    """Change a row as somebody does who owns the database."""
    with store.engine.begin() as connection:
        connection.execute(update(GRANTS).where(GRANTS.c.id == grant_id).values(body=body))


class BreakglassContract:
    """The suite; `open_engine` opens the same database again, as another host would."""

    @pytest.fixture
    def open_engine(self) -> Open:
        """Return what opens the database."""
        raise NotImplementedError

    @pytest.fixture
    def open_store(self, open_engine: Open, tmp_path: Path) -> Callable[[], GrantStore]:
        """Return what opens the grants."""
        seal = ReasonSeal.load(tmp_path / "reasons.key")
        return lambda: GrantStore(open_engine(), seal, Noted(tmp_path / "ended"), Noted(tmp_path / "honeytokens"))

    @pytest.fixture
    def open_people(self, open_engine: Open, tmp_path: Path) -> Callable[[], People]:
        """Return what opens the accounts."""
        seal, audit = TotpSeal.load(tmp_path / "totp.key"), MemoryAudit()
        return lambda: People(Accounts(Registry.open(open_engine(), audit, HOME), seal, CHEAP), audit)

    def test_keeps_a_grant_and_its_reason(self, open_store: Callable[[], GrantStore]) -> None:
        """A grant comes back as it was kept, for every host; its reason opens as its own and as no other's."""
        grant, store = _grant(), open_store()
        store.add(grant, _REASON, _nothing, _nothing)
        store.add(_grant(2), "Another reason.", _nothing, _nothing)

        assert grant == open_store().get(grant.id)
        assert _REASON == open_store().reason(grant.id)
        assert [grant, _grant(2)] == list(open_store().list())
        assert [] == list(store.list([TenantId("laboratory")]))
        with pytest.raises(IncorrectKey):
            store.seal.open(grant.id, store.seal.seal(_grant(2).id, _REASON))

    def test_a_grant_that_is_refused_is_not_kept(self, open_store: Callable[[], GrantStore]) -> None:
        """Who judges sees the person's other grants; what they refuse, and what cannot be announced, is not there."""
        store = open_store()
        seen: list[Grant] = []

        def fail(_: Connection) -> None:
            raise KeyError("outbox")

        store.add(_grant(1), _REASON, _nothing, _nothing)
        with pytest.raises(KeyError):
            store.add(_grant(2), _REASON, seen.extend, fail)

        assert [_grant(1)] == seen == list(store.list())

    def test_one_change_of_several_counts(self, open_store: Callable[[], GrantStore]) -> None:
        """Of hosts that change one grant at once one does, and the others are told to look again."""
        stores, old = [open_store() for _ in range(_THREADS)], _grant()
        stores[0].add(old, _REASON, _nothing, _nothing)
        new = replace(old, state=GrantState.APPROVED, version=old.version + 1)

        def change(number: int) -> bool:
            stores[number].change(old, new)
            return True

        assert 1 == _at_once(change).count(True)
        assert new == stores[0].get(old.id)

    def test_nobody_opens_more_than_the_figures(self, open_store: Callable[[], GrantStore]) -> None:
        """However many hosts reserve at once, an emergency opens its twenty tokens and not one more."""
        stores, grant = [open_store() for _ in range(_THREADS)], _grant(mode=GrantMode.EMERGENCY)
        stores[0].add(grant, _REASON, _nothing, _nothing)
        letters = "bcd"

        def reserve(number: int) -> frozenset[Token]:
            tokens = [Token(f"phi_name_ca_{letters[number] * 10}{letter * 10}") for letter in "bcdfghjk"]
            while True:
                try:
                    return stores[number].reserve(stores[number].get(grant.id), tokens, [])[1]
                except AccessDenied as error:
                    if error.facts["code"] != Reason.REPEATED:
                        raise

        opened = [each for each in _at_once(reserve) if each is not None]

        assert FIGURES[GrantMode.EMERGENCY].tokens == sum(map(len, opened)) == stores[0].get(grant.id).usage.tokens

    def test_thirty_reveals_a_minute_for_all_hosts(self, open_store: Callable[[], GrantStore]) -> None:
        """Hosts that count one person's reveals at once let thirty through in a minute."""
        stores, person = [open_store() for _ in range(_THREADS)], people.requester().person

        def reveal(number: int) -> int:
            passed = 0
            for _ in range(REVEALS_A_MINUTE // _THREADS + 2):
                try:
                    stores[number].count_reveal(person, NOW)
                    passed += 1
                except AccessDenied:
                    break
            return passed

        assert REVEALS_A_MINUTE == sum(each or 0 for each in _at_once(reveal))
        stores[0].count_reveal(person, NOW + 61)

    def test_what_another_hand_wrote_is_no_grant(self, open_store: Callable[[], GrantStore]) -> None:
        """A row that was changed, moved under another id, or is an older one put back, opens nothing at any host."""
        store, old = open_store(), _grant()
        store.add(old, _REASON, _nothing, _nothing)
        store.add(_grant(2), _REASON, _nothing, _nothing)
        first, second = (_body(store, grant.id) for grant in (old, _grant(2)))
        store.change(old, replace(old, state=GrantState.APPROVED, version=old.version + 1))
        approved = _body(store, old.id)

        for body in (first, second, approved.replace("approved", "active"), approved.partition(" ")[2], ""):
            _write(store, old.id, body)
            with pytest.raises(AccessDenied):
                store.get(old.id)
            assert [_grant(2)] == list(store.list()) == list(store.unsettled())
        _write(store, old.id, approved)
        assert GrantState.APPROVED is store.get(old.id).state

    def test_what_ended_stays_ended(self, open_store: Callable[[], GrantStore]) -> None:
        """The row of a revoked grant, put back as it was while it opened, opens nothing, also after a restart."""
        store, old = open_store(), replace(_grant(), state=GrantState.ACTIVE)
        store.add(old, _REASON, _nothing, _nothing)
        active = _body(store, old.id)
        store.change(old, replace(old, state=GrantState.REVOKED, version=old.version + 1))
        _write(store, old.id, active)

        for each in (store, open_store()):
            with pytest.raises(AccessDenied):
                each.get(old.id)

    def test_rows_taken_away_open_no_more(self, open_store: Callable[[], GrantStore]) -> None:
        """Who deletes the rows of what was opened ends the grant, and does not begin it anew."""
        store, grant = open_store(), _grant()
        store.add(grant, _REASON, _nothing, _nothing)
        stale = grant
        grant, _opened = store.reserve(grant, [people.TOKEN], [])
        with pytest.raises(AccessDenied, match="meanwhile"):
            store.reserve(stale, [people.TOKEN], [])
        with store.engine.begin() as connection:
            connection.execute(delete(OPENED))

        with pytest.raises(AccessDenied):
            store.reserve(grant, [people.TOKEN], [])

    def test_break_glass_is_off_until_settings_switch_it_on(self, open_store: Callable[[], GrantStore]) -> None:
        """A tenant is off where the settings of this process do not name it, whatever the database holds."""
        store = open_store()
        with pytest.raises(AccessDenied):
            store.approvals_of(people.TENANT)
        store.set_tenants({people.TENANT: 2})

        assert 2 == store.approvals_of(people.TENANT)
        with pytest.raises(AccessDenied):
            store.approvals_of(people.OTHER_TENANT)

    def test_all_hosts_are_one_issuer(self, open_people: Callable[[], People]) -> None:
        """A database opened by several at once, also for the first time, is one issuer."""
        issuers = _at_once(lambda _: open_people().registry.issuer)

        assert 1 == len(set(issuers))

    def test_signs_in_with_what_is_held_now(self, open_people: Callable[[], People]) -> None:
        """Roles given at one host count at the other; who was offboarded signs in nowhere."""
        here, there = open_people(), open_people()
        person = here.add("ada")
        with here.registry.engine.begin() as connection:
            give_role(connection, person, HOME, Role.REQUESTER, NOW)
        there.secrets = here.secrets

        assert {HOME: frozenset({Role.REQUESTER})} == there.sign_in("ada", NOW + 60).roles
        with there.registry.engine.begin() as connection:
            end(connection, person, NOW)
        with pytest.raises(AccessDenied):
            here.sign_in("ada", NOW + 120)

    def test_a_code_serves_once(self, open_people: Callable[[], People]) -> None:
        """Of several sign-ins with one code at once, one is let in."""
        hosts = [open_people() for _ in range(_THREADS)]
        hosts[0].add("ada")
        code = hosts[0].secrets["ada"].code_at(NOW + 60)

        found = _at_once(lambda number: hosts[number].accounts.sign_in("ada", password_of("ada"), code, NOW + 60))

        assert 1 == len([each for each in found if each is not None])

    def test_a_name_is_taken_once(self, open_people: Callable[[], People]) -> None:
        """A second account of a name is refused, and the first one stays."""
        one = open_people()
        person = one.add("ada")

        with pytest.raises(ConfigError):
            open_people().add("ada")
        assert person == one.accounts.person_of("ada")
        with pytest.raises(ConfigError):
            one.accounts.person_of("ben")

    def test_a_message_is_queued_with_its_change(self, open_engine: Open) -> None:
        """What is rolled back is not told; what is kept is due once a channel, oldest first."""
        outbox, grant = Outbox(open_engine(), ("mail", "hook")), _grant(mode=GrantMode.EMERGENCY)

        def queue(action: Action, *, fails: bool) -> None:
            with outbox.engine.begin() as connection:
                outbox.queue(connection, grant, action, NOW)
                if fails:
                    raise KeyError("store")

        with pytest.raises(KeyError):
            queue(Action.GRANT_REQUEST, fails=True)
        queue(Action.GRANT_ACTIVATE, fails=False)

        due = Outbox(open_engine(), ()).due(NOW)
        assert [("mail", grant.id), ("hook", grant.id)] == [(each.channel, each.grant) for each in due]
        assert {Action.GRANT_ACTIVATE.value} == {each.action for each in due}

    def test_undelivered_is_tried_later_and_alarms_once(self, open_engine: Open) -> None:
        """A message that failed waits longer each time, alarms once after five minutes, and is done once told."""
        outbox = Outbox(open_engine(), ("mail",))
        with outbox.engine.begin() as connection:
            outbox.queue(connection, _grant(mode=GrantMode.EMERGENCY), Action.GRANT_REQUEST, NOW)
        outbox.failed(outbox.due(NOW)[0], NOW)
        assert [] == list(outbox.due(NOW + 9))
        again = outbox.due(NOW + 10)
        outbox.failed(again[0], NOW + 10)
        assert [] == list(outbox.due(NOW + 29))

        assert [0, 1] == [outbox.late(NOW + ALARM_SECONDS - 1), outbox.late(NOW + ALARM_SECONDS)]
        assert [1, 0] == [len(outbox.alarms(NOW + ALARM_SECONDS)), len(outbox.alarms(NOW + 2 * ALARM_SECONDS))]
        outbox.delivered(outbox.due(NOW + ALARM_SECONDS)[0], NOW + ALARM_SECONDS)
        assert [] == list(outbox.due(NOW + 9 * ALARM_SECONDS))
        assert 0 == outbox.late(NOW + 9 * ALARM_SECONDS)

    def test_grants_of_a_person(self, open_store: Callable[[], GrantStore]) -> None:
        """Closed grants block nobody and wait for nobody; another person's are not one's own."""
        store = open_store()
        closed = replace(_grant(1), state=GrantState.CLOSED_APPROPRIATE)
        foreign = replace(_grant(3), requester=Person("https://id.example.org", "eve"))
        for grant in (closed, _grant(2), foreign):
            store.add(grant, _REASON, _nothing, _nothing)

        assert [_grant(2)] == list(store.of_person(people.requester().person))
        assert {_grant(2).id, foreign.id} == {each.id for each in store.unsettled()}
