"""Quarantined records put back and destroyed: under a grant alone, once each, and nothing before it is on record."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from schemas.access import Grant, GrantMode, ItemStatus, Scope
from schemas.audit import Actor
from schemas.audit_terms import Action, Phase, Reason, Result
from schemas.errors import AccessDenied, AuditUnavailable, ConfigError, LogUnavailable, TransactionFailed
from schemas.topics import KEYED, QUARANTINE, RAW, REDACTED
from schemas.vault import TenantId
from streams.breakglass.desk import HOME
from streams.breakglass.policy import GrantEvent
from streams.breakglass.quarantined import Located, QuarantineLog
from streams.breakglass.replay_desk import embedded_replayer, tenancy_of
from streams.breakglass.replaying import Replayer
from streams.clock import SystemClock
from streams.config import TenantSettings, TopicSettings
from streams.embedded.quarantined import EmbeddedQuarantine
from streams.embedded.state import EmbeddedState
from streams.log.ports import Publication
from streams.siem.indexing import index_embedded
from streams.siem.ports import Query
from streams.siem.sqlite import SqliteSink
from streams.vault.erasing import Erasing
from streams.vault.kek import UnwrappingKek
from streams.vault.keystore_sqlite import SqliteKeyStore
from streams.vault.ledger import Ledger
from streams.vault.openers import Openers
from streams.vault.opening import UnpackedRecord
from tests.streams.breakglass.rig import Rig, copy_of, rig_over
from tests.streams.breakglass.service import served
from tests.streams.embedded_rig import EmbeddedRig, rig_at

_MAIL = "ada.lovelace@example.org"
_FAILED = (f"Write to {_MAIL}.".encode(), b"Nothing here is JSON, either.")
_OLD = 1_700_000_000_000
_NEVER = "00000000-0000-4000-8000-000000000000"


@dataclass
class Failing:
    """The real log of a state folder, which fails before or after its transaction, once."""

    real: EmbeddedQuarantine
    before: bool = False
    after: bool = False
    published: list[Publication] = field(default_factory=list)

    def find(self, tenant: TenantId, event_ids: Collection[str]) -> Sequence[Located]:
        """Find as the log does."""
        return self.real.find(tenant, event_ids)

    def noted(self) -> int:
        """Note as the log does."""
        return self.real.noted()

    def bury(self, found: Sequence[Located]) -> Sequence[str]:
        """Bury as the log does."""
        return self.real.bury(found)

    def publish(self, attempt: int, publications: Sequence[Publication]) -> None:
        """Publish, and fail where it is to."""
        if self.before:
            self.before = False
            raise LogUnavailable("log cannot be reached")
        self.real.publish(attempt, publications)
        self.published += publications
        if self.after:
            self.after = False
            raise TransactionFailed("outcome is unknown")


@dataclass
class Ward:
    """A state folder in which two records failed, and people."""

    rig: Rig
    redactor: EmbeddedRig
    log: Failing

    @property
    def events(self) -> list[str]:
        """Return the ids of what failed."""
        failed = [tree for tree in self.redactor.trees(REDACTED) if tree["kind"] == "withheld"]
        return list(dict.fromkeys(str(tree["event_id"]) for tree in failed))

    def replayer(self) -> Replayer:
        """Return what replays over this folder."""
        log: QuarantineLog = self.log
        return replace(embedded_replayer(self.rig.desk, None), log=log)

    def grant(self, *, destroys: bool = False) -> Grant:
        """Return an active grant over all that failed."""
        events = frozenset(self.events)
        return self.rig.active(Scope(destructions=events) if destroys else Scope(replays=events))

    def replay(self, grant: Grant, *events: str) -> list[tuple[ItemStatus, str | None]]:
        """Put records back as ada."""
        settled = self.replayer().replay(self.rig.ada(), grant.id, events or self.events)
        return [(each.status, each.code) for each in settled]

    def redact(self) -> None:
        """Redact with the settings of today: the topic is declared as text."""
        self.redactor.settings = self.redactor.settings.model_copy(
            update={"topics": {RAW: TopicSettings(tenant="local", format="text")}}
        )
        self.redactor.drain()


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedState:
    """Let two records fail, once for all tests."""
    redactor = rig_at(tmp_path_factory.mktemp("failed") / "state")
    redactor.feed(*_FAILED, key=b"k-1", headers=(("trace", b"t-1"),), timestamp_ms=_OLD)
    redactor.drain()
    return redactor.state


@pytest.fixture
def ward(failed: EmbeddedState, tmp_path: Path) -> Iterator[Ward]:
    """Return a copy of the folder, and people."""
    redactor = EmbeddedRig(copy_of(failed, tmp_path / "state"))
    with rig_over(redactor.state) as rig:
        yield Ward(rig, redactor, Failing(EmbeddedQuarantine(redactor.state)))


def _code(act: Callable[[], object]) -> str:
    with pytest.raises(AccessDenied) as caught:
        act()
    return str(caught.value.facts["code"])


def test_what_is_put_back_is_redacted_once_as_the_event_it_was(ward: Ward) -> None:
    """Id, time and place are those of the record that failed; the index shows the event in the stub's place."""
    events = ward.events

    assert [(ItemStatus.OK, None)] * 2 == ward.replay(ward.grant())

    ward.redact()
    trees = [tree for tree in ward.redactor.trees(REDACTED) if tree["kind"] != "withheld"]
    first = trees[0]
    assert events == [tree["event_id"] for tree in trees]
    assert (RAW, 0, 0, _OLD) == tuple(
        first["coordinates"][name] for name in ("topic", "partition", "offset", "timestamp_ms")
    )
    assert "phi_email_c" in str(first["record"])
    assert _MAIL not in str(first)
    assert ["k-1", {"trace": "t-1"}] == [first["key"], first["headers"]]

    store = ward.redactor.state.open_store()
    index_embedded(store)
    sources = SqliteSink(store).search(Query()).hits
    store.close()
    assert dict.fromkeys(events, "redacted_event") == {each["event_id"]: each["kind"] for each in sources}


def test_each_sealed_record_goes_back_once(ward: Ward) -> None:
    """The same again is refused for the record; one that failed again is another sealed record."""
    grant = ward.grant()
    ward.replay(grant)

    assert [(ItemStatus.DENIED, Reason.REPEATED.value)] * 2 == ward.replay(grant)

    ward.redactor.drain()  # With the settings of then it fails again.
    assert [(ItemStatus.OK, None)] * 2 == ward.replay(grant)
    assert 4 == len(ward.redactor.records(KEYED))


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_transaction_cut_short_is_neither_lost_nor_repeated(ward: Ward, when: str) -> None:
    """What the log did not take may go back again; what it took, though nobody heard of it, may not."""
    grant = ward.grant()
    setattr(ward.log, when, True)
    with pytest.raises((LogUnavailable, TransactionFailed)):
        ward.replay(grant)
    again = ward.replay(grant)

    assert again == [(ItemStatus.OK, None) if when == "before" else (ItemStatus.DENIED, Reason.REPEATED.value)] * 2
    assert 2 == len(ward.redactor.records(KEYED))


@pytest.mark.parametrize("phase", [Phase.INTENT, Phase.OUTCOME])
def test_nothing_opens_or_goes_back_before_it_is_on_record(ward: Ward, phase: Phase) -> None:
    """A log that takes no intent lets nothing be opened; one that takes no outcome lets nothing be published."""
    grant = ward.grant()
    keks, opened = Openers(ward.redactor.state.keys), list[str]()

    def told(uri: str) -> UnwrappingKek:
        opened.append(uri)
        return keks(uri)

    replayer = replace(ward.replayer(), keks=told)
    ward.rig.recorded.refuse = lambda record: (record.action, record.phase) == (Action.QUARANTINE_REPLAY, phase)
    with pytest.raises(AuditUnavailable):
        replayer.replay(ward.rig.ada(), grant.id, ward.events)

    assert (phase is Phase.OUTCOME) == bool(opened)
    assert [] == ward.redactor.records(KEYED)
    assert len(opened) == len(replayer.replays.settle(ward.log.noted()))  # They may go back again.


def test_only_what_the_grant_names_and_while_it_opens(ward: Ward) -> None:
    """Another event, a grant of the other kind, another person, a grant that ended: refused, and on record."""
    one, other = ward.events
    grant = ward.rig.active(Scope(replays=frozenset({one})))
    destroying = ward.grant(destroys=True)

    assert Reason.OUT_OF_SCOPE == _code(lambda: ward.replay(grant, one, other))
    assert Reason.OUT_OF_SCOPE == _code(lambda: ward.replay(destroying, one))
    assert Reason.OUT_OF_SCOPE == _code(lambda: ward.replayer().destroy(ward.rig.ada(), grant.id, [one]))
    assert Reason.OTHER_PERSON == _code(lambda: ward.replayer().replay(ward.rig.bo(), grant.id, [one]))
    told = ward.rig.recorded.records[-1]
    assert (Action.QUARANTINE_REPLAY, Result.DENIED) == (told.action, told.result)

    ward.rig.desk.granting.word(ward.rig.bo(), grant.id, GrantEvent.REVOKE)
    assert Reason.GRANT_STATE == _code(lambda: ward.replay(grant, one))
    assert [] == ward.redactor.records(KEYED)


def test_no_emergency_and_no_grant_for_both(ward: Ward) -> None:
    """What waits sealed can wait for a second person; a grant says which of the two it is for."""
    events = frozenset(ward.events)
    for scope, mode in (
        (Scope(replays=events), GrantMode.EMERGENCY),
        (Scope(destructions=events), GrantMode.EMERGENCY),
        (Scope(replays=events, destructions=events), GrantMode.NORMAL),
        (Scope(replays=frozenset(f"{_NEVER[:-2]}{number:02}" for number in range(51))), GrantMode.NORMAL),
        (Scope(destructions=frozenset({"Jane Doe"})), GrantMode.NORMAL),
    ):
        with pytest.raises(ConfigError):
            ward.rig.request(scope, mode)


def test_altered_and_unknown_records_do_not_go_back(ward: Ward) -> None:
    """A sealed record whose bytes were changed is corrupt; an event that never failed is not found."""
    state = ward.redactor.state
    store = state.open_store()
    record = store.fetch(store.places([QUARANTINE])[0], 0, 1)[0]
    value = (
        (record.value or b"").replace(b'"offset":0', b'"offset":7').replace(b'"tenant":"local"', b'"tenant":"other"')
    )
    damaged = (record.value or b"").replace(b'"nonce":"', b'"nonce":"AAAA')
    with store.transaction():
        store.append([Publication(QUARANTINE, record.key, value), Publication(QUARANTINE, record.key, damaged)])
    store.close()
    grant = ward.rig.active(Scope(replays=frozenset({ward.events[0], _NEVER})))

    assert [(ItemStatus.CORRUPT, None), (ItemStatus.NOT_FOUND, None)] == ward.replay(grant, ward.events[0], _NEVER)


def test_what_is_destroyed_never_opens_and_is_nowhere_in_the_log(ward: Ward) -> None:
    """Sealed and raw bytes are overwritten, the write-ahead log too, and an old copy of the log opens no more."""
    one, other = ward.events
    state = ward.redactor.state
    old = state.log_file.read_bytes()
    sealed = ward.log.find(ward.rig.tenant, [one])[0].record.sealed.encode()
    other_reader = state.open_store()  # Who closes a file last empties its write-ahead log; here nobody does.
    destroyed = ward.replayer().destroy(ward.rig.ada(), ward.grant(destroys=True).id, [one])

    assert ([ItemStatus.OK], 2) == ([each.status for each in destroyed.events], len(destroyed.remains))
    files = [path.read_bytes() for path in state.folder.glob("log.db*")]
    other_reader.close()
    assert not any(sealed in content for content in files)
    assert [None, other] == [
        None if record.value is None else (record.key or b"").decode() for record in ward.redactor.records(QUARANTINE)
    ]
    assert [None, _FAILED[1]] == [record.value for record in ward.redactor.records(RAW)]

    for path in state.folder.glob("log.db*"):
        path.unlink()
    state.log_file.write_bytes(old)  # A copy of the log from before, with its sealed record.
    assert (ItemStatus.SHREDDED, None) == ward.replay(ward.grant(), one)[0]


def test_a_legal_hold_stops_a_destruction(ward: Ward) -> None:
    """Under any hold of the tenant's nothing sealed is destroyed, and the refusal is on record."""
    state = ward.redactor.state
    grant, replayer = ward.grant(destroys=True), ward.replayer()
    store = SqliteKeyStore(state.key_store)
    Erasing(store, Ledger(state.ledger), replayer.trail, SystemClock(), 0).hold(Actor("local", "x"), "local", "2026-11")
    store.close()

    assert Reason.LEGAL_HOLD == _code(lambda: replayer.destroy(ward.rig.ada(), grant.id, ward.events))
    assert (Result.DENIED, Reason.LEGAL_HOLD) == (
        ward.rig.recorded.records[-1].result,
        ward.rig.recorded.records[-1].reason,
    )
    assert 2 == len([record for record in ward.redactor.records(QUARANTINE) if record.value is not None])


def test_a_record_under_the_operator_takes_the_tenant_of_today(ward: Ward) -> None:
    """What came before its tenant was declared gets it; a tenant's own record never goes to another."""
    settings = ward.redactor.settings.model_copy(
        update={
            "operator_tenant": "operator",
            "tenants": {"north": TenantSettings()},
            "topics": {RAW: TopicSettings(tenant_header="tenant")},
        }
    )
    record = ward.log.find(ward.rig.tenant, ward.events)[0].record
    content = UnpackedRecord(None, b"", (("tenant", b"north"),))
    tenant_of = tenancy_of(settings)

    assert "north" == tenant_of(replace(record, tenant="operator"), content)
    assert "south" == tenant_of(replace(record, tenant="south"), content)
    assert None is tenant_of(replace(record, tenant="operator"), replace(content, headers=(("tenant", b"west"),)))


def test_states_made_before_have_no_marks(tmp_path: Path) -> None:
    """A folder in which nothing was put back yet has noted no attempt."""
    rig = rig_at(tmp_path / "state")
    assert 0 == EmbeddedQuarantine(EmbeddedState(rig.state.folder)).noted()


def test_over_the_api_under_the_same_grants(failed: EmbeddedState, tmp_path: Path) -> None:
    """Asked for and approved over HTTPS, put back, refused a second time, destroyed with what remains."""
    with served(failed, tmp_path / "state") as service:
        events = [tree["event_id"] for tree in EmbeddedRig(service.rig.desk.state).trees(REDACTED)]
        settled = []
        for verb, scope in (("replay", "replays"), ("replay", "replays"), ("destroy", "destructions")):
            asked = {
                "tenant": HOME,
                "mode": "normal",
                "purpose": "quality_engineering",
                "seconds": 3600,
                "view": "masked",
            }
            asked |= {"justification": "A newer version reads them.", "scope": {scope: events}}
            grant_id = service.post("ada", "/v1/grants", asked).json()["id"]
            service.post("bo", f"/v1/grants/{grant_id}/approve")
            service.post("ada", f"/v1/grants/{grant_id}/activate")
            answer = service.post("ada", f"/v1/quarantine/{verb}", {"grant_id": grant_id, "events": events})
            settled.append([(item["status"], item["code"]) for item in answer.json()["items"]])
        other = service.post("bo", "/v1/quarantine/replay", {"grant_id": grant_id, "events": events})
        wrong = service.post("ada", "/v1/quarantine/replay", {"grant_id": grant_id, "events": ["Jane Doe"]})

        assert [[("ok", None)] * 2, [("denied", "repeated")] * 2, [("ok", None)] * 2] == settled
        assert 2 == len(answer.json()["remains"])
        assert [403, 422] == [other.status_code, wrong.status_code]
        assert 2 == len(EmbeddedRig(service.rig.desk.state).records(KEYED))
