"""Bearer tokens: whom they let in, whom they turn away, and who is asked to sign in again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from schemas.access import Person, Role
from schemas.audit_terms import Reason
from schemas.errors import AccessDenied, ConfigError
from streams.breakglass.identity.changes import Change, ChangeKind, Changes
from streams.breakglass.identity.oidc import Oidc, Provider
from streams.breakglass.identity.provider_keys import ProviderKeys, ProviderUnavailable, fetch_over_https
from streams.breakglass.identity.registry import end
from streams.breakglass.identity.step_up import StepUp, StepUpNeeded
from tests.streams.breakglass.identity.provider import (
    AUDIENCE,
    EC,
    ED,
    ISSUER,
    OTHER,
    RSA,
    Idp,
    StandingClock,
    claims,
    signed,
    signed_with_public_key,
    unsigned,
)
from tests.streams.breakglass.identity.rig import HOME, NOW, two_enrolled

LATER = NOW + 60


class Desk:
    """A provider, and the side that judges its tokens."""

    def __init__(self, folder: Path) -> None:
        self.idp, self.clock = Idp(), StandingClock()
        self.people = two_enrolled(folder)
        provider = Provider(ISSUER, AUDIENCE, frozenset({"gold"}), frozenset({"otp", "hwk"}))
        self.oidc = Oidc(provider, ProviderKeys(self.idp.fetch, self.clock), self.people.registry)

    def map(self, group: str, role: Role) -> None:
        """Map a group to a role, as two persons do."""
        ada, ben = self.people.sign_in("ada", LATER), self.people.sign_in("ben", LATER)
        self.force(Change(ChangeKind.MAP_GROUP, ISSUER, group, HOME, role), ada, ben)

    def force(self, change: Change, ada: Any, ben: Any) -> None:
        """Change at the word of two persons."""
        changes = Changes(self.people.registry)
        changes.confirm(ben, changes.propose(ada, change, LATER).id, LATER)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a provider and who judges its tokens."""
    return Desk(tmp_path)


def test_a_good_token_stands_for_its_subject(desk: Desk) -> None:
    """Issuer and subject make the person; how and when they signed in comes with them."""
    identity = desk.oidc.verify(signed(claims(NOW, email="ada@example.org")), NOW)

    assert Person(ISSUER, "f3b1c2") == identity.person
    assert frozenset({"pwd", "otp", "mfa"}) == identity.methods
    assert NOW - 60 == identity.authenticated_at
    assert "gold" == identity.assurance
    assert {} == identity.roles


@pytest.mark.parametrize(("key", "alg"), [(RSA, "RS256"), (RSA, "PS256"), (EC, "ES256"), (ED, "EdDSA")])
def test_the_pinned_algorithms_are_taken(desk: Desk, key: Any, alg: str) -> None:
    """Four signatures by private keys, each by a key of its kind."""
    assert desk.oidc.verify(signed(claims(NOW), key, alg), NOW)


GOOD = claims(NOW)
REFUSED: dict[str, Callable[[], str]] = {
    "nobody signed": lambda: unsigned(GOOD),
    "nobody signed, written oddly": lambda: unsigned(GOOD, "nOnE"),
    "HMAC with the public key": lambda: signed_with_public_key(GOOD),
    "an algorithm that is not pinned": lambda: signed(GOOD, RSA, "RS512"),
    "a stranger's key": lambda: signed(GOOD, OTHER),
    "a stranger's key under a known id": lambda: signed(GOOD, OTHER, kid=RSA.kid),
    "no key id": lambda: signed(GOOD, RSA, kid=""),
    "a key of another kind": lambda: signed(GOOD, EC, "ES256", kid=ED.kid),
    "a critical header nobody knows": lambda: signed(GOOD, RSA, crit=["b64"], b64=False),
    "another kind of token": lambda: signed(GOOD, RSA, typ="logout+jwt"),
    "the claims of another token": lambda: _mixed(signed(GOOD), signed(claims(NOW, sub="somebody"))),
    "another issuer": lambda: signed(claims(NOW, iss="https://id.example.org/realms/other")),
    "an issuer that begins alike": lambda: signed(claims(NOW, iss=ISSUER + "/")),
    "no issuer": lambda: signed(claims(NOW, iss=None)),
    "another audience": lambda: signed(claims(NOW, aud="account")),
    "audiences without ours": lambda: signed(claims(NOW, aud=["account", "phistream2"])),
    "no audience": lambda: signed(claims(NOW, aud=None)),
    "over": lambda: signed(claims(NOW, exp=int(NOW) - 31)),
    "without an end": lambda: signed(claims(NOW, exp=None)),
    "an end that is no number": lambda: signed(claims(NOW, exp=str(int(NOW) + 300))),
    "an end beyond numbers": lambda: signed(claims(NOW, exp=float("nan"))),
    "not begun": lambda: signed(claims(NOW, nbf=int(NOW) + 60)),
    "made in the future": lambda: signed(claims(NOW, iat=int(NOW) + 60)),
    "made at no time": lambda: signed(claims(NOW, iat=None)),
    "signed in in the future": lambda: signed(claims(NOW, auth_time=int(NOW) + 60)),
    "signed in at no number": lambda: signed(claims(NOW, auth_time=True)),
    "no subject": lambda: signed(claims(NOW, sub=None)),
    "an empty subject": lambda: signed(claims(NOW, sub="")),
    "a subject that is a name": lambda: signed(claims(NOW, sub="Jane Roe, 555-0142")),
    "not a token": lambda: "phi.phi.phi",
    "letters of no token": lambda: "é.ü.ö",
    "too long": lambda: signed(claims(NOW, padding="x" * 20_000)),
}


def _mixed(good: str, other: str) -> str:
    """Return the claims of one token under the signature of another."""
    return ".".join((good.split(".", maxsplit=1)[0], other.split(".")[1], good.split(".")[2]))


@pytest.mark.parametrize("why", REFUSED)
def test_a_token_that_is_not_right_is_refused(desk: Desk, why: str) -> None:
    """Each wrong token gets the same short answer, which holds nothing of it."""
    with pytest.raises(AccessDenied) as caught:
        desk.oidc.verify(REFUSED[why](), NOW)

    assert "bearer token is refused (code=bad_credential)" == str(caught.value)


STEP_UPS: dict[str, tuple[dict[str, Any], Reason]] = {
    "one factor": ({"acr": "bronze", "amr": ["pwd"]}, Reason.WEAK_AUTHENTICATION),
    "no word about it": ({"acr": None, "amr": None}, Reason.WEAK_AUTHENTICATION),
    "an empty list": ({"acr": None, "amr": []}, Reason.WEAK_AUTHENTICATION),
    "methods that are no list": ({"acr": None, "amr": "otp"}, Reason.WEAK_AUTHENTICATION),
    "a class that is no text": ({"acr": ["gold"], "amr": None}, Reason.WEAK_AUTHENTICATION),
    "too long ago": ({"auth_time": int(NOW) - 9 * 3600}, Reason.STALE_AUTHENTICATION),
    "refreshed since": ({"auth_time": int(NOW) - 9 * 3600, "iat": int(NOW)}, Reason.STALE_AUTHENTICATION),
    "nobody knows when": ({"auth_time": None}, Reason.STALE_AUTHENTICATION),
}


@pytest.mark.parametrize("why", STEP_UPS)
def test_a_weak_or_old_sign_in_is_asked_for_again(desk: Desk, why: str) -> None:
    """A right token of a sign-in that is not enough says what would be, as RFC 9470 has it."""
    changes, reason = STEP_UPS[why]

    with pytest.raises(StepUpNeeded) as caught:
        desk.oidc.verify(signed(claims(NOW, **changes)), NOW)
    assert StepUp(("gold",), 8 * 3600) == caught.value.step_up
    assert reason.value == caught.value.facts["code"]


def test_a_step_up_is_asked_for_in_the_words_of_the_standard(desk: Desk) -> None:
    """RFC 9470, section 3."""
    assert (
        'Bearer error="insufficient_user_authentication", acr_values="gold", max_age="300"'
        == desk.oidc.step_up(300).header
    )


def test_a_provider_must_say_what_two_factors_are() -> None:
    """Without a class or a method that stands for two factors nothing can be configured."""
    with pytest.raises(ConfigError, match="two factors"):
        Provider(ISSUER, AUDIENCE)


def test_groups_bring_the_roles_two_persons_mapped(desk: Desk) -> None:
    """A group is its whole name: neither one within it nor one that begins alike brings anything."""
    desk.map("/clinic/privacy", Role.PRIVACY_OFFICER)
    inside = ["/clinic/privacy/trainees", "/clinic", "privacy", "/clinic/privacy2", "/CLINIC/PRIVACY"]

    assert {} == desk.oidc.verify(signed(claims(NOW, groups=inside)), NOW).roles
    assert {HOME: frozenset({Role.PRIVACY_OFFICER})} == (
        desk.oidc.verify(signed(claims(NOW, groups=["/clinic/privacy", 7])), NOW).roles
    )
    assert {} == desk.oidc.verify(signed(claims(NOW, groups="/clinic/privacy")), NOW).roles


def test_groups_of_another_provider_bring_nothing(desk: Desk) -> None:
    """A mapping belongs to one issuer."""
    desk.map("/clinic/privacy", Role.PRIVACY_OFFICER)
    elsewhere = replace(desk.oidc, provider=replace(desk.oidc.provider, issuer="https://id.example.net"))

    token = signed(claims(NOW, iss="https://id.example.net", groups=["/clinic/privacy"]))

    assert {} == elsewhere.verify(token, NOW).roles


def test_two_groups_do_not_make_one_person_of_two(desk: Desk) -> None:
    """Whose groups bring key admin and a role that approves gets in with neither."""
    ada, ben = desk.people.sign_in("ada", LATER), desk.people.sign_in("ben", LATER)
    desk.force(Change(ChangeKind.MAP_GROUP, ISSUER, "keys", HOME, Role.KEY_ADMIN), ada, ben)
    desk.force(Change(ChangeKind.MAP_GROUP, ISSUER, "privacy", HOME, Role.PRIVACY_OFFICER), ada, ben)

    with pytest.raises(AccessDenied, match="key_admin"):
        desk.oidc.verify(signed(claims(NOW, groups=["keys", "privacy"])), NOW)


def test_a_group_and_a_role_given_here_do_not_either(desk: Desk) -> None:
    """Roles given here count with those of groups."""
    ada, ben = desk.people.sign_in("ada", LATER), desk.people.sign_in("ben", LATER)
    desk.force(Change(ChangeKind.GRANT_ROLE, ISSUER, "f3b1c2", HOME, Role.KEY_ADMIN), ada, ben)
    desk.force(Change(ChangeKind.MAP_GROUP, ISSUER, "privacy", HOME, Role.PRIVACY_OFFICER), ada, ben)

    assert {HOME: frozenset({Role.KEY_ADMIN})} == desk.oidc.verify(signed(claims(NOW)), NOW).roles
    with pytest.raises(AccessDenied, match="key_admin"):
        desk.oidc.verify(signed(claims(NOW, groups=["privacy"])), NOW)


def test_two_addresses_are_one_person(desk: Desk) -> None:
    """What a provider lets people choose (address, name) makes no second person of one."""
    one = desk.oidc.verify(signed(claims(NOW, email="jane@example.org", preferred_username="jane")), NOW)
    two = desk.oidc.verify(signed(claims(NOW, email="j.roe@example.net", preferred_username="roe")), NOW)

    assert one.person == two.person


def test_who_was_offboarded_is_turned_away_at_once(desk: Desk) -> None:
    """A token that is still good does not outlive its person's leaving."""
    token = signed(claims(NOW))
    desk.oidc.verify(token, NOW)
    with desk.people.registry.engine.begin() as connection:
        end(connection, Person(ISSUER, "f3b1c2"), NOW)

    with pytest.raises(AccessDenied, match="offboarded"):
        desk.oidc.verify(token, NOW)


def test_a_rotated_key_is_fetched(desk: Desk) -> None:
    """A token under a key of which we have not heard makes us ask, once in half a minute at most."""
    desk.oidc.verify(signed(claims(NOW)), NOW)
    desk.idp.keys = [OTHER]
    token = signed(claims(NOW), OTHER)
    with pytest.raises(AccessDenied):
        desk.oidc.verify(token, NOW)
    assert 1 == desk.idp.asked

    desk.clock.seconds += 30

    assert desk.oidc.verify(token, NOW)
    assert 2 == desk.idp.asked


def test_strangers_do_not_flood_the_provider(desk: Desk) -> None:
    """A thousand unknown key ids cost the provider one request."""
    for turn in range(1000):
        with pytest.raises(AccessDenied):
            desk.oidc.verify(signed(GOOD, ED, "EdDSA", kid=f"stranger-{turn}"), NOW)

    assert 1 == desk.idp.asked


def test_a_withdrawn_key_is_not_trusted_for_long(desk: Desk) -> None:
    """Ten minutes after the provider took a key away, what it signed is refused."""
    token = signed(claims(NOW))
    desk.oidc.verify(token, NOW)
    desk.idp.keys = [EC]
    desk.clock.seconds += 600

    with pytest.raises(AccessDenied):
        desk.oidc.verify(token, NOW)


def test_a_silent_provider_lets_nobody_in_for_long(desk: Desk) -> None:
    """Known keys serve while they are young; then nobody gets in, and the reason is told apart."""
    token = signed(claims(NOW))
    desk.oidc.verify(token, NOW)
    desk.idp.down = True
    desk.clock.seconds += 599
    assert desk.oidc.verify(token, NOW)
    desk.clock.seconds += 1

    with pytest.raises(ProviderUnavailable):
        desk.oidc.verify(token, NOW)


def test_keys_that_cannot_be_right_are_left_out(desk: Desk) -> None:
    """Shared secrets, keys for encryption and keys that can be factored sign nothing; the rest still does."""
    desk.idp.extra = [
        {"kty": "oct", "kid": "shared", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"},
        {**OTHER.as_dict(private=False), "kid": "enc", "use": "enc"},
        {"kty": "RSA", "kid": "small", "n": "AQAB" * 16, "e": "AQAB"},
        {"kty": "RSA", "kid": "broken"},
        {"kty": "future", "kid": "unknown"},
    ]

    assert desk.oidc.verify(signed(GOOD), NOW)
    assert {"rsa", "ec", "ed"} == set(desk.oidc.keys._keys)


@pytest.mark.parametrize("url", ["http://id.example.org/certs", "ftp://127.0.0.1/certs", "file:///etc/passwd"])
def test_keys_come_over_tls(url: str) -> None:
    """Whoever could change keys on their way could sign as anybody."""
    with pytest.raises(ConfigError, match="https"):
        fetch_over_https(url)
