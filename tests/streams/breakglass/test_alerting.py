"""Alerts: each rule alone, honeytokens granted or not, and nothing that leaves before an alert is on record."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.access import APPROVERS, GrantRequest, Person, Purpose, Role, Scope, View
from schemas.audit_terms import Action, Reason
from schemas.errors import AccessDenied, AuditUnavailable
from schemas.identifiers import IdentifierType
from schemas.vault import TenantId, Token
from streams.breakglass import unusual as rules
from streams.breakglass.alerting import Alerting
from streams.breakglass.desk import HOME
from streams.breakglass.outbox import Outbox, Ungranted
from streams.breakglass.revealing import RevealRequest
from streams.breakglass.scoping import Asked
from streams.breakglass.unusual import Lately, unusual
from streams.embedded.state import EmbeddedState
from tests.streams.breakglass.rig import VALUES, Counting, Rig, copy_of, redacted_state, rig_over

_HONEY = Token("phi_name_ca_bcdfghjklmnpqrstvwxz")
_WORKDAY = datetime(2026, 9, 21, 13, 0, tzinfo=UTC)
_QUIET = Lately(_WORKDAY, usual=(4, 5, 6), today=5, events=2, persons=1)


@pytest.mark.parametrize(
    ("lately", "reasons"),
    [
        (_QUIET, ()),
        (replace(_QUIET, today=rules.LEAST_A_DAY), ()),
        (replace(_QUIET, today=rules.LEAST_A_DAY + 1), (Reason.UNUSUAL_COUNT,)),
        (replace(_QUIET, usual=(10,) * 20, today=30), ()),
        (replace(_QUIET, usual=(10,) * 20, today=31), (Reason.UNUSUAL_COUNT,)),
        (replace(_QUIET, usual=(), today=rules.LEAST_A_DAY + 1), (Reason.UNUSUAL_COUNT,)),
        (replace(_QUIET, at=_WORKDAY.replace(hour=6)), ()),
        (replace(_QUIET, at=_WORKDAY.replace(hour=5, minute=59)), (Reason.UNUSUAL_HOUR,)),
        (replace(_QUIET, at=_WORKDAY.replace(hour=19, minute=59)), ()),
        (replace(_QUIET, at=_WORKDAY.replace(hour=20)), (Reason.UNUSUAL_HOUR,)),
        (replace(_QUIET, at=_WORKDAY.replace(day=25)), ()),
        (replace(_QUIET, at=_WORKDAY.replace(day=26)), (Reason.UNUSUAL_HOUR,)),
        (replace(_QUIET, events=rules.CONVERSATIONS_A_DAY), ()),
        (replace(_QUIET, events=rules.CONVERSATIONS_A_DAY + 1), (Reason.UNUSUAL_SPREAD,)),
        (replace(_QUIET, persons=rules.PERSONS_A_TOKEN - 1), ()),
        (replace(_QUIET, persons=rules.PERSONS_A_TOKEN), (Reason.UNUSUAL_INTEREST,)),
        (
            Lately(_WORKDAY.replace(hour=3), (), 200, 50, 9),
            (Reason.UNUSUAL_COUNT, Reason.UNUSUAL_HOUR, Reason.UNUSUAL_SPREAD, Reason.UNUSUAL_INTEREST),
        ),
    ],
)
def test_each_rule_alone_one_below_and_one_above(lately: Lately, reasons: tuple[Reason, ...]) -> None:
    """A rule alerts past its figure and not at it, and no other one with it."""
    assert reasons == unusual(lately)


@pytest.fixture(scope="module")
def redacted(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedState:
    """Return a state folder with two conversations, redacted once for all tests."""
    state = redacted_state(tmp_path_factory.mktemp("state") / "s").state
    with rig_over(state):
        return state


@pytest.fixture
def rig(redacted: EmbeddedState, tmp_path: Path) -> Iterator[Rig]:
    """Open break-glass over a copy of the folder."""
    with rig_over(copy_of(redacted, tmp_path / "s")) as rig:
        yield rig


def _alerts(rig: Rig) -> list[Reason | None]:
    reasons = [record.reason for record in rig.recorded.records if record.action is Action.ALERT_RAISE]
    # Where the machine's clock says night, that is told of, too.
    return [reason for reason in reasons if reason is not Reason.UNUSUAL_HOUR]


def _plant(rig: Rig, token: Token) -> None:
    Alerting.over(rig.desk.granting).plant(rig.bo(), HOME, token)


def test_a_honeytoken_alerts_granted_or_not(rig: Rig) -> None:
    """In an event that a grant opens, by name out of its scope, in a text, under a grant that never was."""
    real = rig.tokens[1]
    grant = rig.active(Scope(events=frozenset({rig.events[0][0]})))
    _plant(rig, real)
    _plant(rig, _HONEY)
    rig.reveal(grant, Asked(events=(rig.events[0][0],)))
    assert [Reason.HONEYTOKEN] == _alerts(rig)

    grant = rig.desk.granting.settled(grant.id)
    rig.reveal(grant, Asked(tokens=(_HONEY,)))
    rig.reveal(rig.desk.granting.settled(grant.id), Asked(text=f"Who is {_HONEY}?"))
    assert [Reason.HONEYTOKEN] * 3 == _alerts(rig)
    assert [(grant.id, Action.ALERT_RAISE)] * 3 == [each for each in rig.told if each[1] is Action.ALERT_RAISE]

    with pytest.raises(AccessDenied), rig.desk.revealer() as revealer:
        revealer.reveal(rig.bo(), RevealRequest("never", View.FULL, Purpose.TREATMENT, Asked(tokens=(_HONEY,))))
    assert (Ungranted.id, Action.ALERT_RAISE) == rig.told[-1]
    with pytest.raises(AccessDenied):
        rig.reveal(rig.desk.granting.settled(grant.id), Asked(tokens=(_HONEY,)), who=rig.bo())
    assert [Reason.HONEYTOKEN] * 5 == _alerts(rig)
    alerts = [record for record in rig.recorded.records if record.reason is Reason.HONEYTOKEN]
    assert not any(_HONEY in str(record) for record in alerts)


def test_a_honeytoken_of_another_tenant_alerts_that_one(rig: Rig) -> None:
    """A grant of one's own tenant is none for what another one planted: that tenant is told of it."""
    other = TenantId("other")
    officer = replace(rig.bo(), person=Person("https://id.example.org", "olga"), roles={other: frozenset(APPROVERS)})
    Alerting.over(rig.desk.granting).plant(officer, other, _HONEY)
    rig.reveal(rig.active(Scope(tokens=frozenset(rig.tokens))), Asked(tokens=(_HONEY,)))

    told = next(record for record in rig.recorded.records if record.action is Action.ALERT_RAISE)
    assert (other, Reason.HONEYTOKEN) == (told.tenant, told.reason)
    assert (Ungranted.id, Action.ALERT_RAISE) in rig.told


def test_asking_for_a_honeytoken_alerts(rig: Rig) -> None:
    """A grant that names one is told of before anybody approves it."""
    _plant(rig, _HONEY)
    terms = rig.request(Scope(tokens=frozenset({_HONEY}))).terms
    assert [] == _alerts(rig)  # Asked for past the door at which it is looked for.

    wanted = GrantRequest(terms, "The patient has to be called back.")
    grant = Alerting.over(rig.desk.granting).request(rig.ada(), wanted)
    assert [Reason.HONEYTOKEN] == _alerts(rig)
    assert (grant.id, Action.ALERT_RAISE) == rig.told[-1]


def test_a_look_up_that_finds_a_honeytoken_alerts(rig: Rig) -> None:
    """Who searches for the value of an invented patient is told of, too."""
    grant = rig.active(Scope(lookup=True))
    number = next(token for token in rig.tokens if "_ssn_" in token)
    _plant(rig, number)
    rig.look_up(grant, IdentifierType.SSN, [VALUES[1]])
    assert [Reason.HONEYTOKEN] == _alerts(rig)


def test_ordinary_reveals_and_other_tokens_do_not_alert(rig: Rig) -> None:
    """One person, few tokens, no honeytoken: nobody is told."""
    _plant(rig, _HONEY)
    grant = rig.active(Scope(events=frozenset({rig.events[0][0]})))
    rig.reveal(grant, Asked(events=(rig.events[0][0],)))

    assert [] == _alerts(rig)
    assert 1 == Alerting.over(rig.desk.granting).planted(HOME)


def test_one_patient_by_many_alerts_once_a_grant(rig: Rig) -> None:
    """The third person within a day to whom the same token is shown is told of; again under that grant not."""
    alerting, token = Alerting.over(rig.desk.granting), rig.tokens[0]
    grant = rig.active(Scope(tokens=frozenset({token})))
    for name in ("x", "y"):
        alerting.shown(rig.person(name, Role.REQUESTER), grant, [(token, "")])
    assert [] == _alerts(rig)

    rig.reveal(grant, Asked(tokens=(token,)))
    rig.reveal(rig.desk.granting.settled(grant.id), Asked(tokens=(token,)))
    assert [Reason.UNUSUAL_INTEREST] == _alerts(rig)

    rig.clock.seconds += 2 * 86_400
    later = rig.active(Scope(tokens=frozenset({token})))
    rig.reveal(later, Asked(tokens=(token,)))
    assert [Reason.UNUSUAL_INTEREST] == _alerts(rig)


def test_a_day_is_measured_by_the_days_before(rig: Rig) -> None:
    """Who shows so many tokens each day is not told of for doing so; who never did is."""
    alerting, grant = Alerting.over(rig.desk.granting), rig.request(Scope(tokens=frozenset(rig.tokens)))
    many = [(f"t-{number}", "e") for number in range(rules.LEAST_A_DAY + 1)]
    steady, new = rig.person("steady", Role.REQUESTER), rig.person("new", Role.REQUESTER)
    alerting.shown(steady, replace(grant, id="0" * 32), many)  # The first time, of which people are told.
    assert [Reason.UNUSUAL_COUNT] == _alerts(rig)

    rig.clock.seconds += 2 * 86_400
    alerting.shown(steady, grant, many)
    assert [Reason.UNUSUAL_COUNT] == _alerts(rig)
    alerting.shown(new, grant, many)
    assert [Reason.UNUSUAL_COUNT] * 2 == _alerts(rig)


def test_nothing_leaves_before_its_alert_is_on_record(rig: Rig) -> None:
    """A log that takes no alert lets nothing be opened for a honeytoken, and lets no value leave."""
    grant = rig.active(Scope(tokens=frozenset(rig.tokens)))
    _plant(rig, rig.tokens[0])
    opener = Counting(rig.desk.state)
    rig.recorded.refuse = lambda record: record.action is Action.ALERT_RAISE
    with pytest.raises(AuditUnavailable):
        rig.desk.revealer_with(opener).reveal(
            rig.ada(), RevealRequest(grant.id, View.FULL, Purpose.TREATMENT, Asked(tokens=(rig.tokens[0],)))
        )

    assert 0 == opener.opened


def test_people_are_told_by_the_outbox(rig: Rig) -> None:
    """An alert under a normal grant is a message on every channel, as an incident is."""
    outbox = Outbox(rig.desk.registry.engine, ("mail",))
    alerting = Alerting(replace(rig.desk.granting, notify=outbox.queue))
    grant = rig.active(Scope(tokens=frozenset(rig.tokens)))
    _plant(rig, _HONEY)
    alerting.named(rig.ada(), grant, {_HONEY})

    assert [(grant.id, "alert.raise")] == [(each.grant, each.action) for each in outbox.due(rig.clock.seconds + 1)]


def test_who_names_it_again_and_again_is_told_of_as_often_as_messages_leave(rig: Rig) -> None:
    """Under no grant a second message waits for the first to leave; another person's does not."""
    outbox = Outbox(rig.desk.registry.engine, ("mail", "hook"))
    alerting = Alerting(replace(rig.desk.granting, notify=outbox.queue))
    _plant(rig, _HONEY)
    for who in (rig.ada(), rig.ada(), rig.bo()):
        alerting.named_without_grant(who, {_HONEY})
    due = outbox.due(rig.clock.seconds)
    assert [("ada", "mail"), ("ada", "hook"), ("bo", "mail"), ("bo", "hook")] == [
        (each.requester, each.channel) for each in due
    ]

    outbox.delivered(due[0], rig.clock.seconds)
    alerting.named_without_grant(rig.ada(), {_HONEY})
    assert 4 == len(outbox.due(rig.clock.seconds))
    assert [Reason.HONEYTOKEN] * 4 == _alerts(rig)


def test_planting_takes_a_role_that_approves(rig: Rig) -> None:
    """Who asks for clear values does not say which of them are watched; planting is on record by a digest."""
    with pytest.raises(AccessDenied):
        Alerting.over(rig.desk.granting).plant(rig.ada(), HOME, _HONEY)
    _plant(rig, _HONEY)

    told = rig.recorded.records[-1]
    assert (Action.CONFIG_CHANGE, Reason.HONEYTOKEN) == (told.action, told.reason)
    assert _HONEY not in str(told)
