"""Tokens of a real Keycloak: what it says of a sign-in, of a refreshed one, and after it rotated its keys."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from schemas.access import Role
from schemas.audit_terms import Reason
from schemas.errors import AccessDenied
from streams.breakglass.identity.changes import Change, ChangeKind, Changes
from streams.breakglass.identity.oidc import Oidc, Provider
from streams.breakglass.identity.provider_keys import ProviderKeys, fetch_over_https
from streams.breakglass.identity.step_up import StepUpNeeded
from streams.clock import SystemClock
from tests.stack.keycloak import AUDIENCE, GROUP, Keycloak, running_keycloak
from tests.streams.breakglass.identity.provider import StandingClock
from tests.streams.breakglass.identity.rig import HOME, NOW, two_enrolled

#: Its start takes a minute or more where it shares two cores.
pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module")
def keycloak() -> Iterator[Keycloak]:
    """Start one for all tests of this file."""
    with running_keycloak() as started:
        yield started


@pytest.fixture(scope="module")
def tokens(keycloak: Keycloak) -> dict[str, str]:
    """Sign ada in with both factors; each of her codes serves once."""
    return keycloak.sign_in("ada", code=True)


@pytest.fixture
def clock() -> StandingClock:
    """Return the clock by which keys age."""
    return StandingClock()


@pytest.fixture
def oidc(keycloak: Keycloak, clock: StandingClock, tmp_path: Path) -> Oidc:
    """Return who judges its tokens, with one group mapped by two persons."""
    people = two_enrolled(tmp_path)
    ada, ben = people.sign_in("ada", NOW + 60), people.sign_in("ben", NOW + 60)
    mapped = Change(ChangeKind.MAP_GROUP, keycloak.issuer, GROUP, HOME, Role.PRIVACY_OFFICER)
    changes = Changes(people.registry)
    changes.confirm(ben, changes.propose(ada, mapped, NOW + 60).id, NOW + 60)
    provider = Provider(keycloak.issuer, AUDIENCE, amr_values=frozenset({"otp", "hwk"}))
    return Oidc(provider, ProviderKeys(fetch_over_https(keycloak.jwks_uri), clock), people.registry)


def now() -> float:
    """Return the time by which tokens are judged."""
    return SystemClock().now_ms() / 1000


def test_two_factors_let_a_person_in(oidc: Oidc, tokens: dict[str, str]) -> None:
    """Password and one-time code at the provider's own forms: person, methods, time and role of the group."""
    identity = oidc.verify(tokens["access_token"], now())

    assert {"pwd", "otp", "mfa"} == identity.methods
    assert {HOME: frozenset({Role.PRIVACY_OFFICER})} == identity.roles
    assert 0 <= now() - identity.authenticated_at < 600
    assert UUID(identity.person.subject)


def test_an_id_token_is_no_access_token(oidc: Oidc, tokens: dict[str, str]) -> None:
    """What the provider made for the client is not for us."""
    with pytest.raises(AccessDenied, match="refused"):
        oidc.verify(tokens["id_token"], now())


def test_a_refreshed_token_carries_the_old_sign_in(oidc: Oidc, keycloak: Keycloak, tokens: dict[str, str]) -> None:
    """A new token without a new sign-in does not count as one."""
    signed_in_at = oidc.verify(tokens["access_token"], now()).authenticated_at
    refreshed = keycloak.refreshed(tokens)["access_token"]
    strict = replace(oidc, provider=replace(oidc.provider, max_age=5.0))

    assert signed_in_at == oidc.verify(refreshed, now()).authenticated_at
    with pytest.raises(StepUpNeeded) as caught:
        strict.verify(refreshed, max(now(), signed_in_at + 6))
    assert Reason.STALE_AUTHENTICATION.value == caught.value.facts["code"]


def test_one_factor_is_not_enough(oidc: Oidc, keycloak: Keycloak) -> None:
    """Somebody with a password alone is asked to step up."""
    with pytest.raises(StepUpNeeded) as caught:
        oidc.verify(keycloak.sign_in("bo", code=False)["access_token"], now())
    assert Reason.WEAK_AUTHENTICATION.value == caught.value.facts["code"]


def test_keys_rotate_at_the_provider(
    oidc: Oidc, keycloak: Keycloak, tokens: dict[str, str], clock: StandingClock
) -> None:
    """After a rotation new tokens are taken as soon as we may ask again, and what the old key signed ends."""
    assert oidc.verify(tokens["access_token"], now())
    keycloak.rotate()
    new = keycloak.refreshed(tokens)["access_token"]
    with pytest.raises(AccessDenied):
        oidc.verify(new, now())

    clock.seconds += 30

    assert oidc.verify(new, now())
    with pytest.raises(AccessDenied):
        oidc.verify(tokens["access_token"], now())
