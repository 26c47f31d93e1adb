"""The state machine of grants: no way to clear values without the people it takes, and no way back from an end."""

import contextlib
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.access import Grant, GrantMode, GrantState, Identity, Role
from schemas.errors import AccessDenied
from streams.breakglass.figures import FIGURES, RATIFY_SECONDS
from streams.breakglass.policy import ENDED, GrantEvent, blocks, may_open, settle, step
from tests.streams.breakglass import people
from tests.streams.breakglass.people import START

E, S = GrantEvent, GrantState
_OPEN = (S.ACTIVE, S.ACTIVE_EMERGENCY)
_ROLES = st.frozensets(st.sampled_from([Role.REQUESTER, Role.PRIVACY_OFFICER, Role.SECURITY, Role.AUDITOR]))
_SECONDS = st.sampled_from([0.0, 0.0, 1.0, 299.0, 1799.0, 1800.0, 3600.0, 14_400.0, 90_000.0])
#: Few names, so that one person comes back under accounts with other roles.
_ANYTHING = st.tuples(
    st.sampled_from([event for event in E if event is not E.TIME]),
    st.sampled_from(["ada", "bo", "cy"]),
    _ROLES,
    _SECONDS,
)
#: What usually happens, so that walks get to where it becomes interesting.
_USUAL = st.tuples(
    st.sampled_from([E.ACTIVATE, E.RELEASE, E.EXHAUST]),
    st.just("ada"),
    st.just(frozenset({Role.REQUESTER})),
    st.sampled_from([0.0, 1.0]),
) | st.tuples(
    st.sampled_from([E.APPROVE, E.RATIFY, E.REVOKE]),
    st.sampled_from(["bo", "cy"]),
    st.sampled_from([frozenset({Role.PRIVACY_OFFICER}), frozenset({Role.SECURITY})]),
    st.sampled_from([0.0, 1.0]),
)
_WORDS = st.lists(_USUAL | _ANYTHING, max_size=12)
_MODES = st.sampled_from(list(GrantMode))


def _walk(start: Grant, words: Sequence[tuple[GrantEvent, str, frozenset[Role], float]]) -> list[tuple[Grant, float]]:
    """Return every grant on the way, with its time; words that do not count leave it as it is."""
    now, grant, path = START, start, [(start, START)]
    for event, name, roles, seconds in words:
        now += seconds
        grant = settle(grant, now)
        with contextlib.suppress(AccessDenied):
            grant = step(grant, event, people.identity(name, *roles, at=now), now)
        path.append((grant, now))
    return path


@given(words=_WORDS, needed=st.sampled_from([1, 2]))
def test_nothing_opens_without_its_approvals(
    words: list[tuple[GrantEvent, str, frozenset[Role], float]], needed: int
) -> None:
    """A normal grant that is active has as many approvers as it needs, in roles that the requester lacks."""
    for grant, _ in _walk(people.grant(needed=needed), words):
        if grant.state in _OPEN:
            others = {each.person for each in grant.approvals} - {grant.requester}
            roles = {each.role for each in grant.approvals} - grant.requester_roles

            assert min(len(others), len(roles)) >= needed


@given(words=_WORDS, mode=_MODES)
def test_nobody_has_two_parts(words: list[tuple[GrantEvent, str, frozenset[Role], float]], mode: GrantMode) -> None:
    """Requester, approvers, ratifier and reviewer are different people, whatever roles their accounts hold."""
    for grant, _ in _walk(people.grant(mode), words):
        parts = [grant.requester, *(each.person for each in grant.approvals)]
        parts += [each.person for each in (grant.ratification, grant.review) if each is not None]

        assert len(parts) == len(set(parts))


@given(words=_WORDS, mode=_MODES)
def test_an_active_grant_ends_in_time(
    words: list[tuple[GrantEvent, str, frozenset[Role], float]], mode: GrantMode
) -> None:
    """An emergency lasts 30 minutes at most and a normal grant 4 hours, from its first activation on."""
    longest = 30 * 60 if mode is GrantMode.EMERGENCY else 4 * 3600
    start = replace(people.grant(mode), terms=people.terms(mode, seconds=10**9))
    began: set[float] = set()
    for grant, now in _walk(start, words):
        if grant.activated_at is not None:
            began.add(grant.activated_at)
        if grant.state in _OPEN:
            assert now < (grant.activated_at or 0.0) + longest
    assert 1 >= len(began)


@given(words=_WORDS, mode=_MODES)
def test_an_end_is_an_end(words: list[tuple[GrantEvent, str, frozenset[Role], float]], mode: GrantMode) -> None:
    """After expiry, exhaustion, revocation, release, denial or a review nothing opens, and how it ended stays."""
    over, ended_as = False, None
    for grant, now in _walk(people.grant(mode), words):
        if over:
            assert (False, ended_as) == (grant.state in _OPEN, grant.ended_as)
            with pytest.raises(AccessDenied):
                may_open(grant, people.requester(now), now)
        over = over or grant.ended_as is not None or grant.state in (S.DENIED, S.EXPIRED_UNAPPROVED, *ENDED)
        ended_as = grant.ended_as


def _active(mode: GrantMode = GrantMode.NORMAL) -> Grant:
    grant = people.grant(mode)
    if mode is GrantMode.NORMAL:
        grant = step(grant, E.APPROVE, people.officer(), START)
    return step(grant, E.ACTIVATE, people.requester(), START)


def test_an_emergency_opens_at_once() -> None:
    """Nobody is asked before; 20 tokens and 30 minutes."""
    grant = _active(GrantMode.EMERGENCY)
    may_open(grant, people.requester(), START)
    figures, normal = FIGURES[GrantMode.EMERGENCY], FIGURES[GrantMode.NORMAL]

    assert (S.ACTIVE_EMERGENCY, START + 1800, 20) == (grant.state, grant.expires_at, figures.tokens)
    assert (200, 50, 20, 0) == (normal.tokens, normal.events, normal.lookups, figures.lookups)


@pytest.mark.parametrize("mode", GrantMode)
@pytest.mark.parametrize("event", [E.APPROVE, E.DENY, E.RATIFY, E.CONTEST, E.REVIEW, E.FIND])
def test_one_person_under_two_accounts_is_one(mode: GrantMode, event: GrantEvent) -> None:
    """An account with other roles, but the requester's issuer and subject, has no word on the requester's grant."""
    self_ = people.identity("ada", Role.PRIVACY_OFFICER, Role.SECURITY, Role.AUDITOR)
    waiting = people.grant(mode)
    ended = settle(step(_active(mode), E.RELEASE, people.requester(), START), START)
    emergency = _active(GrantMode.EMERGENCY)
    for grant in (waiting, ended, emergency):
        with pytest.raises(AccessDenied):
            step(grant, event, self_, START)


def test_an_approver_brings_a_role_that_the_requester_lacks() -> None:
    """Somebody of security who asks is not approved by security."""
    grant = replace(people.grant(), requester_roles=frozenset({Role.REQUESTER, Role.SECURITY}))
    with pytest.raises(AccessDenied):
        step(grant, E.APPROVE, people.security(), START)

    assert S.APPROVED is step(grant, E.APPROVE, people.officer(), START).state


def test_two_approvals_are_of_different_roles() -> None:
    """Where a tenant demands two, two privacy officers are not enough."""
    grant = step(people.grant(needed=2), E.APPROVE, people.officer(), START)
    with pytest.raises(AccessDenied):
        step(grant, E.APPROVE, people.identity("ed", Role.PRIVACY_OFFICER), START)

    assert S.APPROVED is step(grant, E.APPROVE, people.security(), START).state


@pytest.mark.parametrize(
    "who",
    [
        people.officer(at=START - 301),
        people.officer(at=START + 60),
        replace(people.officer(), methods=frozenset({"pwd"})),
        people.identity("bo", Role.PRIVACY_OFFICER, tenant=people.OTHER_TENANT),
        people.identity("bo", Role.KEY_ADMIN, Role.AUDITOR),
    ],
)
def test_a_weak_word_does_not_count(who: Identity) -> None:
    """An approver signed in with two factors, within five minutes, and has the role in this tenant."""
    with pytest.raises(AccessDenied):
        step(people.grant(), E.APPROVE, who, START)


def test_an_unratified_emergency_blocks_its_requester() -> None:
    """Four hours without another person's word open an incident; a word after that comes too late."""
    grant = _active(GrantMode.EMERGENCY)
    before = settle(grant, START + RATIFY_SECONDS - 1)
    after = settle(grant, START + RATIFY_SECONDS)
    with pytest.raises(AccessDenied):
        step(after, E.RATIFY, people.officer(START + RATIFY_SECONDS), START + RATIFY_SECONDS)

    assert (S.REVIEW_DUE, False) == (before.state, blocks(before))
    assert (S.REVIEW_OVERDUE, "not_ratified", True) == (after.state, after.incident, blocks(after))


def test_a_ratified_emergency_is_still_reviewed() -> None:
    """Ratifying within four hours opens no incident; a review by a third person is due, and blocks when it is late."""
    soon = START + 3 * 3600
    grant = step(settle(_active(GrantMode.EMERGENCY), soon), E.RATIFY, people.officer(soon), soon)
    late = START + 30 * 60 + 24 * 3600
    with pytest.raises(AccessDenied):
        step(grant, E.REVIEW, people.officer(soon), soon)
    closed = step(grant, E.REVIEW, people.auditor(soon), soon)

    assert (None, S.REVIEW_DUE) == (grant.incident, settle(grant, START + RATIFY_SECONDS).state)
    assert ("review_overdue", True) == (settle(grant, late).incident, blocks(settle(grant, late)))
    assert (S.CLOSED_APPROPRIATE, False) == (closed.state, blocks(closed))


def test_a_contested_emergency_ends() -> None:
    """Another person's objection revokes it at once and opens an incident until it is reviewed."""
    grant = settle(step(_active(GrantMode.EMERGENCY), E.CONTEST, people.security(), START), START)

    assert (S.REVOKED, "contested", True) == (grant.ended_as, grant.incident, blocks(grant))
    assert not blocks(step(grant, E.FIND, people.auditor(), START))


def test_who_lost_the_role_opens_nothing() -> None:
    """An active grant opens for its requester alone, and only while they hold the role in its tenant."""
    grant = _active()
    for who in (
        people.officer(),
        people.identity("ada", Role.REQUESTER, tenant=people.OTHER_TENANT),
        people.identity("ada"),
        replace(people.requester(), methods=frozenset({"pwd"})),
    ):
        with pytest.raises(AccessDenied):
            may_open(grant, who, START)


def test_a_clock_that_was_set_back_opens_nothing() -> None:
    """A time before the activation cannot be."""
    with pytest.raises(AccessDenied):
        may_open(_active(), people.requester(), START - 3600)
