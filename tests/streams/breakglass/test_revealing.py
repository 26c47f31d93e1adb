"""Reveals: nothing opens outside a grant's reach, and nothing is opened or leaves that was not written down before."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete

from schemas.access import Grant, GrantMode, ItemStatus, Purpose, Role, Scope, View
from schemas.audit import AuditRecord
from schemas.audit_terms import Action, Phase, Reason, Result
from schemas.errors import AccessDenied, AuditUnavailable, KmsUnavailable
from schemas.identifiers import IdentifierType
from schemas.topics import VAULT
from schemas.vault import TenantId, Token
from streams.breakglass.desk import HOME
from streams.breakglass.figures import FIGURES
from streams.breakglass.identity.registry import take_role
from streams.breakglass.identity.tables import PERSONS
from streams.breakglass.looking_up import LookupRequest
from streams.breakglass.policy import GrantEvent
from streams.breakglass.revealing import RevealRequest, mask
from streams.breakglass.scoping import Asked
from streams.embedded.state import EmbeddedState
from streams.log.ports import Publication
from streams.vault.keystore_sqlite import SqliteKeyStore
from tests.streams.breakglass import rig as rigs
from tests.streams.breakglass.rig import OTHER_VALUE, VALUES, Rig

_NEVER = Token("phi_email_ca_bcdfghjklmnpqrstvwxz")


@pytest.fixture(scope="module")
def redacted(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedState:
    """Return a state folder with two conversations in it, redacted once for all tests."""
    state = rigs.redacted_state(tmp_path_factory.mktemp("state") / "s").state
    with rigs.rig_over(state):
        return state


@pytest.fixture
def rig(redacted: EmbeddedState, tmp_path: Path) -> Iterator[Rig]:
    """Open break-glass over a copy of the folder."""
    with rigs.rig_over(rigs.copy_of(redacted, tmp_path / "s")) as rig:
        yield rig


def _event(rig: Rig, number: int = 0) -> str:
    return rig.events[number][0]


def _whole_event(rig: Rig) -> Scope:
    return Scope(events=frozenset({_event(rig)}))


def _denied(rig: Rig, grant: Grant, asked: Asked, view: View = View.FULL) -> str:
    with pytest.raises(AccessDenied) as caught:
        rig.reveal(grant, asked, view)
    assert (Phase.SINGLE, Result.DENIED) == (rig.recorded.records[-1].phase, rig.recorded.records[-1].result)
    return str(caught.value.facts["code"])


def test_an_event_shows_who_typed_what(rig: Rig) -> None:
    """Every token of the event comes back with its value and the side in whose text it stands."""
    result = rig.reveal(rig.active(_whole_event(rig)), Asked(events=(_event(rig),)))
    shown = {item.value: item.side for item in result.items if item.status is ItemStatus.OK}

    assert {VALUES[0]: "input", VALUES[1]: "input", VALUES[2]: "output"}.items() <= shown.items()


def test_a_conversation_opens_all_its_events_and_no_other(rig: Rig) -> None:
    """A value of another conversation is not among what a conversation shows."""
    conversation = rig.events[0][1]
    grant = rig.active(Scope(conversations=frozenset({conversation})))
    result = rig.reveal(grant, Asked(conversations=(conversation,)))

    assert {_event(rig, 0), _event(rig, 1)} == {item.event_id for item in result.items}
    assert OTHER_VALUE not in [item.value for item in result.items]
    assert Reason.OUT_OF_SCOPE == _denied(rig, grant, Asked(conversations=(rig.events[2][1],)))
    assert Reason.OUT_OF_SCOPE == _denied(rig, grant, Asked(events=(_event(rig, 2),)))


def test_a_text_is_restored_as_far_as_the_scope_goes(rig: Rig) -> None:
    """Tokens in scope become values, with remainder and brackets as one unit; all others stay as they are."""
    inside, outside = rig.tokens[1], rig.events[2][2][-1]
    grant = rig.active(Scope(tokens=frozenset({inside})))
    result = rig.reveal(grant, Asked(text=f"Call [{inside} 2024] or {outside}, not phi_name."))

    assert f"Call {VALUES[0]} or {outside}, not phi_name." == result.text
    assert [ItemStatus.OK, ItemStatus.DENIED] == [item.status for item in result.items]


def test_forged_and_foreign_tokens_never_resolve(rig: Rig) -> None:
    """A token that never was and one that another tenant has are the same, byte for byte, and neither has a value."""
    foreign = rigs.entry_of_another_tenant(rig.desk.state, rig.tokens[1])
    grant = rig.active(Scope(tokens=frozenset({_NEVER, foreign})))
    never, other = (rig.reveal(grant, Asked(tokens=(token,))).items[0] for token in (_NEVER, foreign))
    malformed = rig.reveal(grant, Asked(tokens=("phi_name_ca_aaaa", "Jane"))).items

    assert (ItemStatus.NOT_FOUND, None) == (never.status, never.value)
    assert repr(never).replace(_NEVER, "") == repr(other).replace(foreign, "")
    assert {ItemStatus.DENIED} == {item.status for item in malformed}
    assert {None} == {item.value for item in malformed}


def test_entries_moved_between_tokens_and_tenants_do_not_open(rig: Rig) -> None:
    """An entry under the key of another token shadows nothing; one whose token was exchanged is corrupt."""
    mine, other = rig.tokens[1], rig.events[2][2][-1]
    rigs.swap_entries(rig.desk.state, mine, other)
    grant = rig.active(Scope(tokens=frozenset({mine})))
    item = rig.reveal(grant, Asked(tokens=(mine,))).items[0]

    assert (ItemStatus.CORRUPT, None) == (item.status, item.value)


def test_a_tombstone_takes_an_entry_away(rig: Rig) -> None:
    """What was erased by a tombstone is not found."""
    token = rig.tokens[1]
    key = next(record.key for record in rigs.records(rig.desk.state, VAULT) if token.encode() in (record.key or b""))
    rigs.append(rig.desk.state, Publication(VAULT, key, None))

    assert (
        ItemStatus.NOT_FOUND
        is rig.reveal(rig.active(Scope(tokens=frozenset({token}))), Asked(tokens=(token,))).items[0].status
    )


def test_destroyed_keys_open_nothing(rig: Rig) -> None:
    """After a unit was destroyed its tokens are shredded, although their DEK was just used."""
    token = rig.tokens[1]
    grant = rig.active(Scope(tokens=frozenset({token})))
    with rig.desk.revealer() as revealer:
        request = RevealRequest(grant.id, View.FULL, Purpose.TREATMENT, Asked(tokens=(token,)))
        before = revealer.reveal(rig.ada(), request).items[0].status
        store = SqliteKeyStore(rig.desk.state.key_store)
        for dek in store.list(HOME):
            store.retire_unit(HOME, dek.unit)
            store.destroy_unit(HOME, dek.unit)
        store.close()
        after = revealer.reveal(rig.ada(), request).items[0]

    assert (ItemStatus.OK, ItemStatus.SHREDDED, None) == (before, after.status, after.value)


def test_masked_shows_no_more(rig: Rig) -> None:
    """Under a masked grant no full value is to be had, and a masked one hides its length."""
    grant = rig.active(_whole_event(rig), view=View.MASKED)
    result = rig.reveal(grant, Asked(events=(_event(rig),)), View.MASKED)

    assert Reason.VIEW == _denied(rig, grant, Asked(events=(_event(rig),)), View.FULL)
    assert mask(VALUES[0]) in [item.value for item in result.items]
    assert not any(value in str([item.value for item in result.items]) for value in VALUES)


def test_types_limit_a_grant(rig: Rig) -> None:
    """A grant for social security numbers opens no address."""
    scope = Scope(events=frozenset({_event(rig)}), types=frozenset({IdentifierType.SSN}))
    result = rig.reveal(rig.active(scope), Asked(events=(_event(rig),)))

    assert [VALUES[1]] == [item.value for item in result.items if item.status is ItemStatus.OK]


def test_the_grant_is_judged_at_every_reveal(rig: Rig) -> None:
    """Revoked, expired, of another person, without the role or after leaving: the next reveal is refused."""
    asked = Asked(events=(_event(rig),))
    revoked, expiring, lost = (rig.active(_whole_event(rig)) for _ in range(3))
    rig.reveal(revoked, asked)
    rig.desk.granting.word(rig.bo(), revoked.id, GrantEvent.REVOKE)
    with pytest.raises(AccessDenied):
        rig.reveal(lost, asked, who=rig.person("eve", Role.REQUESTER))

    assert Reason.GRANT_STATE == _denied(rig, revoked, asked)
    ada = rig.ada()
    with rig.desk.registry.engine.begin() as connection:
        take_role(connection, ada.person, HOME, Role.REQUESTER)
    with pytest.raises(AccessDenied):
        rig.reveal(lost, asked, who=ada)
    rig.clock.seconds += 3600

    assert Reason.GRANT_STATE == _denied(rig, expiring, asked)


def test_who_left_opens_nothing(rig: Rig) -> None:
    """Offboarding revokes what is open, and no old sign-in helps."""
    grant = rig.active(_whole_event(rig))
    ada = rig.ada()

    assert 1 == rig.desk.granting.offboard(ada.person)
    assert Reason.GRANT_STATE == _denied(rig, grant, Asked(events=(_event(rig),)))
    with rig.desk.registry.engine.begin() as connection:
        connection.execute(delete(PERSONS))


def test_a_tenant_that_is_off_opens_nothing(rig: Rig) -> None:
    """Switching break-glass off stops grants that are active, and requests."""
    grant = rig.active(_whole_event(rig))
    rig.desk.granting.store.set_tenants({TenantId("another"): 1})

    assert Reason.TENANT_OFF == _denied(rig, grant, Asked(events=(_event(rig),)))
    with pytest.raises(AccessDenied):
        rig.request(_whole_event(rig))


def test_an_emergency_opens_twenty_tokens(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, one conversation, and with its last token it is used up for good."""
    figures = FIGURES[GrantMode.EMERGENCY]
    monkeypatch.setitem(FIGURES, GrantMode.EMERGENCY, replace(figures, tokens=2))
    grant = rig.active(_whole_event(rig), GrantMode.EMERGENCY)
    result = rig.reveal(grant, Asked(events=(_event(rig),)))
    statuses = [item.status for item in result.items]

    assert 20 == figures.tokens
    assert (2, len(statuses) - 2) == (statuses.count(ItemStatus.OK), statuses.count(ItemStatus.DENIED))
    assert Reason.GRANT_STATE == _denied(rig, grant, Asked(events=(_event(rig),)))


def test_thirty_reveals_a_minute(rig: Rig) -> None:
    """The 31st reveal within a minute is refused, and one a minute later is not."""
    grant = rig.active(_whole_event(rig))
    for _ in range(30):
        rig.desk.granting.store.count_reveal(rig.ada().person, rig.clock.seconds)

    assert Reason.RATE == _denied(rig, grant, Asked(tokens=(rig.tokens[1],)))
    rig.clock.seconds += 61
    assert rig.reveal(grant, Asked(tokens=(rig.tokens[1],))).items[0].status is ItemStatus.OK


def test_every_token_opened_stands_in_the_log(rig: Rig) -> None:
    """Intent and outcome name the tokens, the grant and the person, and hold nothing clear."""
    grant = rig.active(_whole_event(rig))
    rig.recorded.records.clear()
    rig.reveal(grant, Asked(events=(_event(rig),)))
    intent, outcome = rig.recorded.records

    assert set(rig.tokens) == set(intent.resource.ids) == set(outcome.resource.ids)
    assert (Phase.INTENT, Phase.OUTCOME, grant.id, "ada") == (
        intent.phase,
        outcome.phase,
        intent.grant_id,
        outcome.actor.subject,
    )
    assert len(rig.tokens) == (outcome.counts and outcome.counts.revealed)
    assert not any(value in repr(rig.recorded.records) for value in VALUES)


@pytest.mark.parametrize("phase", [Phase.INTENT, Phase.OUTCOME])
def test_without_audit_nothing_leaves(rig: Rig, phase: Phase) -> None:
    """On a full disk a reveal ends in an error: before anything is opened, or with what was opened dropped."""
    grant = rig.active(_whole_event(rig))
    opener = rigs.Counting(rig.desk.state)

    def refuse(record: AuditRecord) -> bool:
        return record.action is Action.REVEAL and record.phase is phase

    rig.recorded.refuse = refuse
    request = RevealRequest(grant.id, View.FULL, Purpose.TREATMENT, Asked(events=(_event(rig),)))
    with pytest.raises(AuditUnavailable):
        rig.desk.revealer_with(opener).reveal(rig.ada(), request)

    assert (phase is Phase.OUTCOME) == (opener.opened > 0)


def test_without_its_kms_an_emergency_is_refused_with_the_reason(rig: Rig) -> None:
    """Whatever the KMS calls it, the one who asked and the log are told that it is the KMS; nothing of it leaves."""

    def refuse() -> None:
        raise KmsUnavailable("AWS KMS refuses", code="DisabledException")

    grant = rig.active(_whole_event(rig), GrantMode.EMERGENCY)
    request = RevealRequest(grant.id, View.FULL, Purpose.TREATMENT, Asked(events=(_event(rig),)))
    with pytest.raises(KmsUnavailable):
        rig.desk.revealer_with(rigs.Counting(rig.desk.state, refuse)).reveal(rig.ada(), request)

    told = rig.recorded.records[-1]
    assert (Phase.OUTCOME, Result.ERROR, Reason.KMS_UNAVAILABLE) == (told.phase, told.result, told.reason)


def test_a_revocation_during_a_reveal_counts(rig: Rig) -> None:
    """Revoked between opening and leaving: nothing leaves, and the outcome says denied."""
    grant = rig.active(_whole_event(rig))
    opener = rigs.Counting(rig.desk.state, lambda: rig.desk.granting.offboard(rig.ada().person))
    request = RevealRequest(grant.id, View.FULL, Purpose.TREATMENT, Asked(events=(_event(rig),)))
    with pytest.raises(AccessDenied):
        rig.desk.revealer_with(opener).reveal(rig.ada(), request)

    assert (Phase.OUTCOME, Result.DENIED) == (rig.recorded.records[-1].phase, rig.recorded.records[-1].result)


def test_looking_up_is_a_scope_of_its_own(rig: Rig) -> None:
    """A look-up finds the tokens of a value however it is written, and needs a grant that says so."""
    grant = rig.active(Scope(lookup=True))
    found = rig.look_up(grant, IdentifierType.EMAIL, ["ADA.Lovelace@example.org", "x@example.org"])

    assert ((rig.tokens[1],), ()) == found
    assert not any(value in repr(rig.recorded.records) for value in VALUES)
    with pytest.raises(AccessDenied):
        rig.look_up(rig.active(_whole_event(rig)), IdentifierType.EMAIL, [VALUES[0]])


def test_twenty_values_a_grant(rig: Rig) -> None:
    """The 21st value is refused, in whichever portions they come."""
    grant = rig.active(Scope(lookup=True))
    rig.look_up(grant, IdentifierType.SSN, [f"219-09-99{number}" for number in range(10, 29)])
    with pytest.raises(AccessDenied):
        rig.look_up(grant, IdentifierType.SSN, ["219-09-9998", "219-09-9997"])

    rig.look_up(grant, IdentifierType.SSN, ["219-09-9998"])
    with pytest.raises(AccessDenied):
        rig.look_up(grant, IdentifierType.SSN, ["219-09-9997"])


@pytest.mark.parametrize("purpose", sorted(set(Purpose) - {Purpose.TREATMENT}))
def test_a_grant_is_of_one_purpose(rig: Rig, purpose: Purpose) -> None:
    """Each reveal and look-up says what it is for: nothing opens for another purpose, and the refusal is on record."""
    opened, found = rig.active(_whole_event(rig)), rig.active(Scope(lookup=True))
    opener = rigs.Counting(rig.desk.state, lambda: None)
    request = RevealRequest(opened.id, View.FULL, purpose, Asked(events=(_event(rig),)))
    with pytest.raises(AccessDenied, match="purpose"):
        rig.desk.revealer_with(opener).reveal(rig.ada(), request)
    with pytest.raises(AccessDenied, match="purpose"):
        rig.desk.finder().look_up(rig.ada(), LookupRequest(found.id, purpose, IdentifierType.SSN, (VALUES[1],)))

    assert [Reason.PURPOSE] * 2 == [record.reason for record in rig.recorded.records[-2:]]
    assert 0 == opener.opened
