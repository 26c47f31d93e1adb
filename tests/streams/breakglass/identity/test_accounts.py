"""Local accounts: who gets in, and that nothing tells why somebody does not."""

import re
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from schemas.audit_terms import Action, Reason
from schemas.errors import AccessDenied, AuditUnavailable, ConfigError, IncorrectKey
from streams.breakglass.identity.accounts import REFUSED, Accounts
from streams.breakglass.identity.passwords import HashCost, Passwords
from streams.breakglass.identity.registry import end
from streams.breakglass.identity.tables import ACCOUNTS
from streams.breakglass.identity.totp import TotpSeal, TotpSecret
from tests.streams.breakglass.identity.rig import CHEAP, NOW, People, password_of, people

LATER = NOW + 60


@pytest.fixture
def one(tmp_path: Path) -> People:
    """Return a registry with one person."""
    made = people(tmp_path)
    made.add("ada")
    return made


def refusal(people: People, name: str, password: str, code: str, now: float = LATER) -> str:
    """Return what a refused sign-in says."""
    with pytest.raises(AccessDenied) as caught:
        people.accounts.sign_in(name, password, code, now)
    return str(caught.value)


def offboard(people: People, name: str) -> None:
    """End everything of one person."""
    person = people.accounts.person_of(name)
    with people.registry.engine.begin() as connection:
        end(connection, person, NOW)


def test_password_and_code_let_a_person_in(one: People) -> None:
    """Who signs in is a random subject of this registry's own issuer, proven by two factors."""
    identity = one.sign_in("ada", LATER)

    assert one.accounts.person_of("ada") == identity.person
    assert identity.person.issuer.startswith("local:")
    assert re.fullmatch("[0-9a-f]{32}", identity.person.subject)
    assert frozenset({"pwd", "otp", "mfa"}) == identity.methods
    assert LATER == identity.authenticated_at
    assert Action.AUTH_ACCEPTED == one.audit.records[-1].action


REFUSALS: dict[str, Callable[[People], str]] = {
    "unknown name": lambda one: refusal(one, "eve", password_of("ada"), one.secrets["ada"].code_at(LATER)),
    "wrong password": lambda one: refusal(one, "ada", password_of("eve"), one.secrets["ada"].code_at(LATER)),
    "empty password": lambda one: refusal(one, "ada", "", one.secrets["ada"].code_at(LATER)),
    "wrong code": lambda one: refusal(one, "ada", password_of("ada"), "000000"),
    "empty code": lambda one: refusal(one, "ada", password_of("ada"), ""),
    "old code": lambda one: refusal(one, "ada", password_of("ada"), one.secrets["ada"].code_at(LATER - 90)),
    "code of enrolment": lambda one: refusal(one, "ada", password_of("ada"), one.secrets["ada"].code_at(NOW), NOW),
}


@pytest.mark.parametrize("why", REFUSALS)
def test_every_refusal_says_the_same(one: People, why: str) -> None:
    """A refused sign-in never tells which part of it was wrong, and it is audited."""
    assert REFUSED == REFUSALS[why](one)
    assert Action.AUTH_DENIED == one.audit.records[-1].action


def test_a_code_serves_once(one: People) -> None:
    """A code that somebody saw being typed is of no use to them."""
    one.sign_in("ada", LATER)

    assert REFUSED == refusal(one, "ada", password_of("ada"), one.secrets["ada"].code_at(LATER))


def test_a_code_serves_once_at_the_same_moment(one: People) -> None:
    """Of two sign-ins with one code, each begun before the other ended, one gets in."""
    code = one.secrets["ada"].code_at(LATER)
    first, second = (one.accounts._begin_try("ada", LATER)[0] for _ in range(2))
    one.accounts._succeed(second, password_of("ada"), code, LATER)

    with pytest.raises(AccessDenied):
        one.accounts._succeed(first, password_of("ada"), code, LATER)


def test_failures_make_the_next_try_wait(one: People) -> None:
    """After five failures in a row the right password and code are refused too, until the wait is over."""
    for _ in range(5):
        refusal(one, "ada", "wrong wrong wrong", "000000")

    assert REFUSED == refusal(one, "ada", password_of("ada"), one.secrets["ada"].code_at(LATER))
    assert Reason.LOCKED == one.audit.records[-1].reason
    assert one.sign_in("ada", LATER + 31)


def test_waiting_tries_do_not_lengthen_the_wait(one: People) -> None:
    """Who is made to wait cannot be kept out by somebody who goes on trying."""
    for _ in range(40):
        refusal(one, "ada", "wrong wrong wrong", "000000")

    assert one.sign_in("ada", LATER + 31)


def test_the_last_try_closes_the_account(one: People) -> None:
    """After a hundred failures in a row, however slowly, an account is closed for good."""
    for turn in range(100):
        refusal(one, "ada", "wrong wrong wrong", "000000", LATER + turn * 1000)

    assert REFUSED == refusal(one, "ada", password_of("ada"), one.secrets["ada"].code_at(LATER * 2), LATER * 2)


def test_success_forgets_failures(one: People) -> None:
    """Four failures, a success, four failures: nobody waits."""
    for start in (LATER, LATER + 60):
        for _ in range(4):
            refusal(one, "ada", "wrong wrong wrong", "000000", start)
        assert one.sign_in("ada", start)


def test_who_was_offboarded_does_not_get_in(one: People) -> None:
    """Offboarding ends sign-in, with the words of every refusal."""
    offboard(one, "ada")

    assert REFUSED == refusal(one, "ada", password_of("ada"), one.secrets["ada"].code_at(LATER))
    assert Reason.OFFBOARDED == one.audit.records[-1].reason


def test_a_name_is_never_given_again(one: People) -> None:
    """The name of somebody who left stays theirs, so that nobody is taken for them."""
    offboard(one, "ada")

    with pytest.raises(ConfigError, match="already there"):
        one.add("ada")


def test_no_sign_in_without_its_record(one: People) -> None:
    """Where a sign-in cannot be audited, nobody signs in."""
    one.audit.full = True

    with pytest.raises(AuditUnavailable):
        one.sign_in("ada", LATER)


def test_what_was_typed_as_a_name_is_not_audited(one: People) -> None:
    """A password typed in the place of a name stands in no record."""
    refusal(one, "blue-turtle-77", "x", "1")

    assert "blue-turtle-77" not in repr(one.audit.records)
    assert "unknown" == one.audit.records[-1].actor.subject


def test_nothing_at_rest_lets_anybody_in(one: People, tmp_path: Path) -> None:
    """The database holds neither password nor one-time secret, and its key file is its owner's alone."""
    with one.registry.engine.connect() as connection:
        row = connection.execute(select(ACCOUNTS)).one()
    everything = b"".join(path.read_bytes() for path in (tmp_path / "breakglass").iterdir())

    assert row.password_hash.startswith("$argon2id$")
    assert one.secrets["ada"].secret not in everything
    assert one.secrets["ada"].text.encode() not in everything
    assert password_of("ada").encode() not in everything
    assert 0o600 == stat.S_IMODE((tmp_path / "breakglass" / "totp.key").stat().st_mode)


def test_a_secret_belongs_to_one_account(one: People) -> None:
    """Who may write the database cannot give an account the one-time secret of another one."""
    one.add("ben")
    with one.registry.engine.begin() as connection:
        ben = connection.execute(select(ACCOUNTS).where(ACCOUNTS.c.name == "ben")).one()
        mine = update(ACCOUNTS).where(ACCOUNTS.c.name == "ada")
        connection.execute(mine.values(totp_nonce=ben.totp_nonce, totp_sealed=ben.totp_sealed))

    with pytest.raises(IncorrectKey):
        one.sign_in("ada", LATER)


def test_a_stronger_cost_is_taken_up(one: People) -> None:
    """A hash made at another cost is made again at the next sign-in."""
    dearer = replace(one.accounts, passwords=Passwords(HashCost(2, 16, 1)))
    dearer.sign_in("ada", password_of("ada"), one.secrets["ada"].code_at(LATER), LATER)
    with one.registry.engine.connect() as connection:
        found = connection.execute(select(ACCOUNTS.c.password_hash)).scalar_one()

    assert "m=16,t=2,p=1" in found


@pytest.mark.parametrize(
    "password", ["short", "ada is the owner", "aaaaaaaaaaaaaaaa", "abababababababab", "x" * 2000, " " * 20]
)
def test_a_password_that_could_be_guessed_is_refused(one: People, password: str) -> None:
    """Too short, too long, the account's own name, a few characters again and again."""
    with pytest.raises(ConfigError, match="password"):
        one.accounts.enrol((replace(one.new("ada"), password=password),), NOW)


@pytest.mark.parametrize("name", ["", "A", "Ada", "a b", "ada@example.org", "-ada", "a" * 40])
def test_a_name_has_one_shape(one: People, name: str) -> None:
    """Names are lower-case words, so that two of them never look alike."""
    with pytest.raises(ConfigError, match="name"):
        one.accounts.enrol((one.new(name),), NOW)


def test_an_authenticator_must_show_its_code(one: People) -> None:
    """Nobody enrols with a secret that their authenticator does not hold."""
    with pytest.raises(AccessDenied):
        one.accounts.enrol((replace(one.new("ben"), code="123456"),), NOW - 1e6)


def test_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, SHA-1: the last six of its eight digits."""
    secret = TotpSecret(b"12345678901234567890")

    assert ["287082", "081804", "050471", "005924", "279037", "353130"] == [
        secret.code_at(moment) for moment in (59, 1111111109, 1111111111, 1234567890, 2000000000, 20000000000)
    ]


def test_a_secret_is_written_and_read() -> None:
    """What people type or scan is the secret itself; what is no secret is refused."""
    secret = TotpSecret.generate()

    assert secret == TotpSecret.from_text(secret.text)
    assert f"otpauth://totp/phistream:ada?secret={secret.text}&issuer=phistream" == secret.uri("ada")
    for wrong in ("not base32!", "MFRGG", secret.text + "1"):
        with pytest.raises(ConfigError):
            TotpSecret.from_text(wrong)


def test_nothing_prints_a_secret(one: People) -> None:
    """No repr of what signs people in shows it."""
    new = one.new("ben")

    shown = f"{new!r} {one.accounts!r} {new.totp!r}"

    assert new.password not in shown
    assert new.totp.text not in shown
    assert new.code not in shown


def test_a_key_file_open_to_others_is_refused(tmp_path: Path) -> None:
    """The key of the one-time secrets is read by its owner, or by nobody."""
    TotpSeal.load(tmp_path / "totp.key")
    (tmp_path / "totp.key").chmod(0o640)

    with pytest.raises(ConfigError, match="open to others"):
        TotpSeal.load(tmp_path / "totp.key")


def test_the_default_cost_is_argon2id_of_the_standard(one: People) -> None:
    """Without a word about it, a hash costs what RFC 9106 recommends second: 64 MiB, three passes."""
    assert Passwords().hash("violet harbor at noon").startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert isinstance(Accounts(one.registry, one.accounts.seal, CHEAP).passwords, Passwords)


def test_two_registries_never_share_an_issuer(tmp_path: Path) -> None:
    """A person of one state folder is nobody in another one, and an issuer stays what it is."""
    first, second = people(tmp_path / "a"), people(tmp_path / "b")

    assert first.registry.issuer != second.registry.issuer
    assert first.registry.issuer == people(tmp_path / "a").registry.issuer
    with first.registry.engine.connect() as connection:
        assert 1 == connection.execute(text("SELECT count(*) FROM identity_issuer")).scalar_one()
