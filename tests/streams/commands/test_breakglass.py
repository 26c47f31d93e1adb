"""`phistream breakglass`: the ceremony as two persons hold it, and what follows it, over a state folder."""

import codecs
import json
import os
import pty
import re
import select
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from schemas.access import GrantMode, GrantRequest, GrantTerms, Purpose, Scope, View
from schemas.errors import AccessDenied, ConfigError, IncorrectKey, PhistreamError
from schemas.vault import Token
from streams.breakglass.desk import HOME, desk_over
from streams.breakglass.identity.credentials import Credentials
from streams.breakglass.identity.halves import passphrase_of
from streams.breakglass.identity.totp import TotpSecret
from streams.cli import app
from streams.clock import SystemClock
from streams.commands.signing_in import open_accounts, open_audit, sign_in
from streams.embedded.state import EmbeddedState
from streams.vault import passphrase as passphrases
from streams.vault.kek_local_private import LocalPrivateKek
from tests.stack.certificates import make_certificates
from tests.stack.ports import free_port
from tests.streams.breakglass.identity.provider import claims, signed

PASSPHRASE = "nine grey herons on the pier"
STEP = 30
SECRETS = {name: TotpSecret.generate() for name in ("ada", "ben", "cat", "dan")}


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretch passphrases a little only; the file says how much."""
    monkeypatch.setattr(passphrases, "_COST", 2**10)


def password_of(name: str) -> str:
    """Return the password that somebody has in these tests."""
    return f"violet harbor {name.encode().hex()} noon"


class Desk:
    """One state folder, and files of credentials as each person would write them; each code serves once.

    Its commands run at a time of its own, so that no code grows old while one runs.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.now_ms = int(time.time() * 1000)

    @contextmanager
    def at_its_time(self) -> Iterator[None]:
        """Let this process have the desk's time."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(SystemClock, "now_ms", lambda _: self.now_ms)
            yield

    def code(self, name: str) -> str:
        """Return a code that was not used yet: half a minute passes."""
        self.now_ms += 1000 * STEP
        return SECRETS[name].code_at(self.now_ms / 1000)

    def file(self, content: object, mode: int = 0o600) -> str:
        """Write credentials."""
        path = self.folder / "credentials.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        path.chmod(mode)
        return str(path)

    def person(self, name: str) -> dict[str, str]:
        """Return what somebody enrols with."""
        secret, code = SECRETS[name].text, self.code(name)
        return {"name": name, "password": password_of(name), "totp_secret": secret, "code": code}

    def as_(self, name: str) -> list[str]:
        """Return the option that signs somebody in."""
        code = self.code(name)
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps({"name": name, "password": password_of(name), "code": code}), encoding="utf-8")
        path.chmod(0o600)
        return ["--credentials", str(path)]

    def run(self, *arguments: str) -> Result:
        """Run one command; raises what it raised."""
        with self.at_its_time():
            result = CliRunner().invoke(app, ["breakglass", *arguments, "--state", str(self.state)])
        if isinstance(result.exception, PhistreamError):
            raise result.exception
        assert 0 == result.exit_code, result.output
        return result

    def policy(self, *arguments: str) -> Result:
        """Run one command on the accepted policy."""
        with self.at_its_time():
            return CliRunner().invoke(app, ["policy", *arguments, "--state", str(self.state)])

    def init(self) -> Result:
        """Hold the ceremony out of a file."""
        people = [self.person("ada"), self.person("ben")]
        return self.run("init", "--credentials", self.file({"people": people, "passphrase": [PASSPHRASE]}))


@pytest.fixture
def desk(tmp_path: Path, cheap: None) -> Desk:
    """Return a desk before the ceremony."""
    return Desk(tmp_path)


def test_from_two_persons_to_a_third_with_a_role(desk: Desk) -> None:
    """Init, a new person, a role proposed by one and confirmed by the other, reviewed and signed off."""
    desk.init()
    new = desk.folder / "new.json"
    new.write_text(json.dumps(desk.person("cat")), encoding="utf-8")
    new.chmod(0o600)
    cat = desk.run("person", "add", "--new", str(new), *desk.as_("ada")).stdout.strip()
    proposal = desk.run("role", "propose", "cat", "auditor", *desk.as_("ben")).stdout.strip()

    assert proposal in desk.run("role", "list").output
    assert cat in desk.run("person", "list").output

    desk.run("role", "confirm", proposal, *desk.as_("ada"))
    signed = desk.run("access", "review", "--sign-off", "--json", *desk.as_("ben"))

    assert {"local": ["auditor"]} == next(line["roles"] for line in review(desk) if line["name"] == "cat")
    assert "Signed off" in signed.stderr
    assert "" == desk.run("role", "list").output


def test_init_accepts_a_policy_and_two_persons_another(desk: Desk) -> None:
    """Weaker than what both accepted is named, proposed by one and confirmed by the other, and then runs."""
    desk.init()
    weaker = ("--policy", "joinable")

    assert 0 == desk.policy("check").exit_code
    assert "policy.identifiers.NAME" in desk.policy("check", *weaker).stdout.splitlines()

    proposal = desk.policy("propose", *weaker, *desk.as_("ada")).stdout.strip()
    assert "weaker in policy.identifiers.ACCOUNT" in desk.policy("list").stdout
    assert 0 == desk.policy("confirm", proposal, *desk.as_("ben")).exit_code
    assert 0 == desk.policy("check", *weaker).exit_code


def review(desk: Desk) -> list[dict[str, Any]]:
    """Return the lines of the access review."""
    lines = [json.loads(line) for line in desk.run("access", "review", "--json").stdout.splitlines()]
    assert "service|breakglass-init" in [line.get("service") for line in lines]
    return [line for line in lines if "service" not in line]


def test_after_init_the_keys_ask_for_the_passphrase(desk: Desk) -> None:
    """Nothing says any more that the keys lie unprotected, and they do not."""
    result = desk.init()
    state = EmbeddedState(desk.state)

    assert "Two persons are enrolled" in result.output
    assert not state.prepare()
    with pytest.raises(IncorrectKey):
        LocalPrivateKek.load(state.keys / "vault.private.pem", b"another passphrase")
    assert LocalPrivateKek.load(state.keys / "quarantine.private.pem", passphrase_of((PASSPHRASE,)))


def test_init_runs_once(desk: Desk) -> None:
    """A second ceremony is refused before anybody types anything."""
    desk.init()

    with pytest.raises(ConfigError, match="set up before"):
        desk.run("init")


WRONG: dict[str, Callable[[Desk], str]] = {
    "open to others": lambda desk: desk.file({"people": [desk.person("ada"), desk.person("ben")]}, 0o644),
    "not there": lambda desk: str(desk.folder / "nowhere"),
    "not JSON": lambda desk: desk.file("blue turtle"),
    "an unknown field": lambda desk: desk.file({"people": [], "passphrase": ["blue turtle"], "hint": "blue turtle"}),
    "one person": lambda desk: desk.file({"people": [desk.person("ada")], "passphrase": [PASSPHRASE]}),
    "no such descriptor": lambda _: "fd:977",
}


@pytest.mark.parametrize("why", WRONG)
def test_credentials_are_read_from_a_private_file(desk: Desk, why: str) -> None:
    """Others may not read them, and what is refused is never printed."""
    with pytest.raises(ConfigError) as caught:
        desk.run("init", "--credentials", WRONG[why](desk))
    assert "blue turtle" not in str(caught.value)
    assert EmbeddedState(desk.state).prepare()


def test_credentials_come_through_a_descriptor(desk: Desk) -> None:
    """A program hands credentials over without a file."""
    content = json.dumps({"people": [desk.person("ada"), desk.person("ben")], "passphrase": [PASSPHRASE]})
    reading, writing = os.pipe()
    with os.fdopen(writing, "w", encoding="utf-8") as file:
        file.write(content)

    desk.run("init", "--credentials", f"fd:{reading}")

    assert not EmbeddedState(desk.state).prepare()


class Terminal:
    """A terminal with a person at it: answers what is asked, and keeps all that was on the screen."""

    def __init__(self, *arguments: str) -> None:
        self.fd, inner = pty.openpty()
        command = [sys.executable, "-m", "streams.cli", *arguments]
        self.running = subprocess.Popen(command, stdin=inner, stdout=inner, stderr=inner, close_fds=True)
        os.close(inner)
        self.screen = ""
        self.read = 0
        self.decoder = codecs.getincrementaldecoder("utf-8")()

    def until(self, pattern: str) -> re.Match[str]:
        """Wait until the screen shows it, after what was seen before."""
        end = time.monotonic() + 240
        while time.monotonic() < end:
            if found := re.search(pattern, self.screen[self.read :]):
                self.read += found.end()
                return found
            if not select.select([self.fd], [], [], 1)[0]:
                continue
            try:
                self.screen += self.decoder.decode(os.read(self.fd, 65536))
            except OSError:
                break
        raise AssertionError(self.screen)

    def type(self, text: str) -> None:
        """Type a line."""
        os.write(self.fd, text.encode() + b"\n")

    def enrol(self, name: str) -> None:
        """Enrol one person, as they read the screen."""
        self.until(r"Name: ")
        self.type(name)
        for _ in range(2):
            self.until(r"[^\n]*: ")
            self.type(password_of(name))
        secret = TotpSecret.from_text(self.until(r"secret: ([A-Z2-7]{32})")[1])
        self.until(r"Code that the app shows: ")
        self.type("000000")
        self.until(r"That is not the code")
        self.until(r"Code that the app shows: ")
        self.type(secret.code_at(time.time()))


def test_two_persons_at_a_terminal(tmp_path: Path) -> None:
    """What people type hidden never shows; each secret shows once; each holds a part of the passphrase."""
    parts = ("nine grey herons", "rest on the north pier")
    terminal = Terminal("breakglass", "init", "--split", "--state", str(tmp_path))
    for name in ("ada", "ben"):
        terminal.enrol(name)
    for part in (parts[0], parts[0], parts[1], parts[1]):
        terminal.until(r"part[^\n]*: |confirmation: ")
        terminal.type(part)
    terminal.until(r"Two persons are enrolled")

    assert 0 == terminal.running.wait(120)
    os.close(terminal.fd)
    for hidden in (password_of("ada"), password_of("ben"), *parts):
        assert hidden not in terminal.screen
    keys = EmbeddedState(tmp_path).keys
    assert LocalPrivateKek.load(keys / "vault.private.pem", passphrase_of(parts))
    with pytest.raises(IncorrectKey):
        LocalPrivateKek.load(keys / "vault.private.pem", passphrase_of(parts[:1]))


def test_offboarding_revokes_open_grants(desk: Desk) -> None:
    """Who leaves takes nothing along: what they asked for is revoked with their sign-in."""
    state = EmbeddedState(desk.state)
    state.prepare()
    state.open_store().close()
    desk.init()
    with desk.at_its_time(), open_audit(state) as log:
        ben = sign_in(open_accounts(state, log), Credentials("ben", password_of("ben"), desk.code("ben")))
        granting = desk_over(state, SystemClock(), log, str, lambda *_: None).granting
        scope = Scope(frozenset({Token(f"phi_name_ca_{'b' * 26}")}))
        terms = GrantTerms(HOME, GrantMode.NORMAL, Purpose.TREATMENT, scope, View.FULL, 600)
        granting.request(ben, GrantRequest(terms, "a drill, nobody is ill", None))

    assert "1 open grants revoked" in desk.run("person", "offboard", "ben", *desk.as_("ada")).stderr
    with pytest.raises(AccessDenied):
        desk.run("role", "propose", "ada", "auditor", *desk.as_("ben"))


OIDC = """
[breakglass.oidc]
issuer = "https://id.example.org/realms/clinic"
audience = "phistream"
jwks_uri = "https://127.0.0.1:1/certs"
acr_values = ["gold"]
"""


def settings_of(desk: Desk, text: str = OIDC) -> str:
    """Write settings."""
    path = desk.folder / "phistream.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("text", "listen", "message"),
    [
        (OIDC, "192.0.2.1:8443", "plaintext beyond loopback"),
        ("", "127.0.0.1:8443", "identity provider"),
        (OIDC.replace("https://127.0.0.1:1", "http://192.0.2.1"), "127.0.0.1:8443", "https only"),
        (OIDC, "127.0.0.1:8443", "break-glass is off"),
    ],
)
def test_the_api_is_not_served_in_the_open(desk: Desk, text: str, listen: str, message: str) -> None:
    """In clear beyond this host, without a provider, with keys fetched in clear, before two enrolled: refused."""
    EmbeddedState(desk.state).prepare()

    with pytest.raises(ConfigError, match=message):
        desk.run("serve", "--config", settings_of(desk, text), "--listen", listen)


def test_the_api_is_served_over_tls(desk: Desk) -> None:
    """Started by somebody who signs in, it answers over TLS, lets nobody in without a token, and ends well."""
    make_certificates(desk.folder / "tls", ["api"])
    EmbeddedState(desk.state).prepare()
    EmbeddedState(desk.state).open_store().close()
    desk.now_ms -= 3_600_000  # An hour ago: the service has the host's time.
    desk.init()
    code = SECRETS["ada"].code_at(time.time() + STEP)  # The next half minute's is taken for the longest time.
    credentials = {"name": "ada", "password": password_of("ada"), "code": code, "passphrase": [PASSPHRASE]}
    port = free_port()
    tls = ["--certificate", str(desk.folder / "tls" / "api.pem"), "--key", str(desk.folder / "tls" / "api-key.pem")]
    command = ["breakglass", "serve", "--state", str(desk.state), "--config", settings_of(desk), *tls]
    command = [sys.executable, "-m", "streams.cli", *command, "--listen", f"127.0.0.1:{port}"]
    command += ["--credentials", desk.file(credentials)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        try:
            assert running.stderr is not None
            told = ""
            for line in running.stderr:
                told += line
                if "served at" in line:
                    break
            context = ssl.create_default_context(cafile=str(desk.folder / "tls" / "ca.pem"))
            url = f"https://127.0.0.1:{port}"
            with httpx.Client(verify=context, base_url=url, trust_env=False, timeout=60) as client:
                assert "/v1/reveal" in client.get("/openapi.json").json()["paths"]
                assert 401 == client.post("/v1/reveal", json={}).status_code
                unknown = client.get("/v1/grants", headers={"Authorization": f"Bearer {signed(claims(time.time()))}"})
                assert (503, "identity_unavailable") == (unknown.status_code, unknown.json()["code"])
        finally:
            running.send_signal(signal.SIGTERM)
            rest = running.communicate(timeout=120)[1]

    assert 0 == running.returncode, told + rest
