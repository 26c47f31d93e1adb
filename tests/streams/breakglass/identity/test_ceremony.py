"""`breakglass init`: two persons, once, and private keys that nobody opens without the passphrase."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from schemas.access import Role
from schemas.audit_terms import Action, Phase, Result
from schemas.errors import AccessDenied, AuditUnavailable, ConfigError, IncorrectKey
from streams.breakglass.identity.ceremony import Ceremony, Protection, protection_of
from streams.breakglass.identity.halves import passphrase_of, protect_halves
from streams.embedded.state import KEY_PAIRS, EmbeddedState
from streams.vault.kek import open_kek
from streams.vault.kek_local_private import LocalPrivateKek
from streams.vault.passphrase import protect
from tests.streams.breakglass.identity.rig import HOME, NOW, People, people, two_enrolled

CHEAP = partial(protect, cost=2**4)
WHOLE = "nine grey herons on the pier"
PARTS = ("nine grey herons", "rest on the north pier")


@pytest.fixture
def state(tmp_path: Path) -> EmbeddedState:
    """Return a state folder with its key pairs, unprotected."""
    made = EmbeddedState(tmp_path)
    made.prepare()
    return made


def ceremony(made: People, state: EmbeddedState, *parts: str) -> Ceremony:
    """Return the ceremony over the keys of a state."""
    passphrase = passphrase_of(parts)
    return Ceremony(
        made.accounts, lambda: protect_halves(state.keys, KEY_PAIRS, passphrase, CHEAP), split=len(parts) > 1
    )


def both(made: People) -> tuple:  # type: ignore[type-arg]
    """Return what two persons enrol with."""
    return made.new("ada"), made.new("ben")


def test_the_two_may_ask_and_approve_each_other(tmp_path: Path) -> None:
    """Each asks and approves, in roles that differ, and neither holds the keys."""
    made = two_enrolled(tmp_path)

    ada, ben = made.sign_in("ada", NOW + 60), made.sign_in("ben", NOW + 60)

    assert {HOME: frozenset({Role.REQUESTER, Role.PRIVACY_OFFICER})} == ada.roles
    assert {HOME: frozenset({Role.REQUESTER, Role.SECURITY})} == ben.roles
    assert ada.person != ben.person


def test_the_private_halves_ask_for_the_passphrase(tmp_path: Path, state: EmbeddedState) -> None:
    """After the ceremony the keys are the same, and open with the passphrase alone; the warning ends."""
    before = [LocalPrivateKek.load(state.keys / f"{name}.private.pem") for name in KEY_PAIRS]
    made = people(tmp_path)
    ceremony(made, state, WHOLE).hold(both(made), NOW)
    paths = [state.keys / f"{name}.private.pem" for name in KEY_PAIRS]

    assert [kek.private.private_bytes_raw() for kek in before] == [
        LocalPrivateKek.load(path, passphrase_of((WHOLE,))).private.private_bytes_raw() for path in paths
    ]
    for path in paths:
        with pytest.raises(ConfigError):
            LocalPrivateKek.load(path)
        with pytest.raises(IncorrectKey):
            LocalPrivateKek.load(path, b"another passphrase")
    assert not state.prepare()
    assert open_kek(f"local:{state.keys / 'vault.public.pem'}")


def test_neither_of_two_opens_alone(tmp_path: Path, state: EmbeddedState) -> None:
    """A split passphrase opens with both parts, in any order, and with neither of them alone."""
    made = people(tmp_path)
    ceremony(made, state, *PARTS).hold(both(made), NOW)
    path = state.keys / "vault.private.pem"

    assert LocalPrivateKek.load(path, passphrase_of(PARTS))
    assert LocalPrivateKek.load(path, passphrase_of(PARTS[::-1]))
    for alone in (*PARTS, "".join(PARTS)):
        with pytest.raises(IncorrectKey):
            LocalPrivateKek.load(path, passphrase_of((alone,)))
    assert Protection(enrolled=True, split=True) == protection_of(made.registry)


def test_the_ceremony_is_held_once(tmp_path: Path, state: EmbeddedState) -> None:
    """A second ceremony is refused and changes nothing: two strangers cannot enrol themselves."""
    made = two_enrolled(tmp_path)
    before = [path.read_bytes() for path in sorted(state.keys.iterdir())]

    with pytest.raises(ConfigError, match="set up before"):
        ceremony(made, state, WHOLE).hold((made.new("eve"), made.new("mal")), NOW)
    assert before == [path.read_bytes() for path in sorted(state.keys.iterdir())]


def test_a_ceremony_cut_short_is_held_again(tmp_path: Path, state: EmbeddedState) -> None:
    """Keys protected and nobody enrolled: the same passphrase goes on, another one is refused."""
    made = people(tmp_path)
    protect_halves(state.keys, KEY_PAIRS[:1], passphrase_of((WHOLE,)), CHEAP)

    with pytest.raises(IncorrectKey):
        ceremony(made, state, "a passphrase of somebody else").hold(both(made), NOW)
    assert not protection_of(made.registry).enrolled
    assert 2 == len(ceremony(made, state, WHOLE).hold(both(made), NOW))


def test_the_ceremony_is_audited_before_it_acts(tmp_path: Path, state: EmbeddedState) -> None:
    """Intent and outcome name both persons; where the intent cannot be written, nothing happens."""
    made = people(tmp_path)
    made.audit.full = True
    with pytest.raises(AuditUnavailable):
        ceremony(made, state, WHOLE).hold(both(made), NOW)

    assert state.prepare()
    assert not protection_of(made.registry).enrolled

    made.audit.full = False
    enrolled = ceremony(made, state, WHOLE).hold(both(made), NOW)
    intent, outcome = made.audit.records[-2:]

    assert [(Phase.INTENT, None), (Phase.OUTCOME, Result.SUCCESS)] == [
        (record.phase, record.result) for record in (intent, outcome)
    ]
    assert Action.ACCOUNT_CREATE == intent.action
    assert tuple(f"{person.issuer}|{person.subject}" for person in enrolled) == intent.resource.ids


BAD: dict[str, Callable[[People], tuple]] = {  # type: ignore[type-arg]
    "one name for both": lambda made: (made.new("ada"), made.new("ada")),
    "a code that is wrong": lambda made: (made.new("ada"), replace(made.new("ben"), code="1")),
    "a weak password": lambda made: (made.new("ada"), replace(made.new("ben"), password="short")),
}


@pytest.mark.parametrize("why", BAD)
def test_two_persons_or_none(tmp_path: Path, state: EmbeddedState, why: str) -> None:
    """Where one of the two does not enrol rightly, neither does, and the keys stay as they were."""
    made = people(tmp_path)

    with pytest.raises((ConfigError, AccessDenied)):
        ceremony(made, state, WHOLE).hold(BAD[why](made), NOW)
    assert state.prepare()
    assert not protection_of(made.registry).enrolled


@pytest.mark.parametrize("parts", [("short",), ("a" * 20,), (PARTS[0], "short"), (WHOLE, WHOLE)])
def test_a_passphrase_that_could_be_guessed_is_refused(parts: tuple[str, ...]) -> None:
    """Each part alone is long enough: who knows one of them still has to guess the other."""
    with pytest.raises(ConfigError):
        passphrase_of(parts)
