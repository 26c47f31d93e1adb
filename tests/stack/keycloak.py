"""A real Keycloak in a folder of its own, for the tests that ask for one, with sign-ins as in a browser."""

import html
import os
import re
import secrets
import shutil
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from streams.breakglass.identity.totp import TotpSecret
from tests.stack import maven
from tests.stack.java import find_jdk
from tests.stack.ports import free_port
from tests.stack.settings import StackError, StackSettings

CLIENT, AUDIENCE, GROUP = "cli", "phistream", "/clinic/privacy"
_REALM = "clinic"
_BACK = "http://127.0.0.1:1/back"
_START_SECONDS = 600.0
_POLL_SECONDS = 1.0
_ADMIN = "admin"
#: What the steps of the browser's sign-in are called in `amr`; Keycloak names none of them by itself.
_METHODS = {"auth-username-password-form": "pwd", "auth-otp-form": "otp"}
_MAPPERS = {
    "oidc-audience-mapper": {"included.custom.audience": AUDIENCE},
    "oidc-group-membership-mapper": {"claim.name": "groups", "full.path": "true"},
    "oidc-amr-mapper": {},
}


@dataclass(frozen=True, slots=True)
class Keycloak:
    """A running server with one realm: ada has password and one-time codes, bo a password alone."""

    port: int
    admin_password: str = field(repr=False)
    password: str = field(repr=False)
    totp: TotpSecret = field(repr=False)

    @property
    def issuer(self) -> str:
        """What its tokens say."""
        return f"http://127.0.0.1:{self.port}/realms/{_REALM}"

    @property
    def jwks_uri(self) -> str:
        """Where its keys are."""
        return f"{self.issuer}/protocol/openid-connect/certs"

    def sign_in(self, name: str, *, code: bool) -> dict[str, str]:
        """Sign in by the forms that a browser shows; return the tokens."""
        cookies: dict[str, str] = {}
        with _client(cookies) as browser:
            query = {"client_id": CLIENT, "response_type": "code", "scope": "openid", "redirect_uri": _BACK}
            page = browser.get(f"{self.issuer}/protocol/openid-connect/auth", params=query)
            page = browser.post(_action(page), data={"username": name, "password": self.password})
            if code:
                page = browser.post(_action(page), data={"otp": self.totp.code_at(time.time())})
            back = str(page.headers["location"])
            found = re.search(r"[?&]code=([^&]+)", back)
            assert found is not None, page.status_code
            return self._tokens(grant_type="authorization_code", code=found[1], redirect_uri=_BACK)

    def refreshed(self, tokens: dict[str, str]) -> dict[str, str]:
        """Return new tokens without a new sign-in."""
        return self._tokens(grant_type="refresh_token", refresh_token=tokens["refresh_token"])

    def rotate(self) -> None:
        """Sign with a new key from now on, and publish the old one no longer."""
        with self._admin() as admin:
            kind = {"type": "org.keycloak.keys.KeyProvider"}
            listed = admin.get("/components", params=kind).json()
            old = [each for each in listed if each["providerId"] == "rsa-generated"]
            shape = {"providerType": kind["type"], "providerId": "rsa-generated", "parentId": listed[0]["parentId"]}
            new = {**shape, "name": "new", "config": {"priority": ["200"]}}
            admin.post("/components", json=new).raise_for_status()
            for each in old:
                admin.delete(f"/components/{each['id']}").raise_for_status()

    def name_methods(self) -> None:
        """Let tokens say by which methods a person signed in."""
        with self._admin() as admin:
            for step in admin.get("/authentication/flows/browser/executions").json():
                if (name := _METHODS.get(step.get("providerId"))) is not None:
                    config = {"default.reference.value": name, "default.reference.maxAge": "36000"}
                    named = {"alias": f"method-{name}", "config": config}
                    admin.post(f"/authentication/executions/{step['id']}/config", json=named).raise_for_status()

    def _tokens(self, **form: str) -> dict[str, str]:
        with _client({}) as client:
            answer = client.post(f"{self.issuer}/protocol/openid-connect/token", data={"client_id": CLIENT, **form})
        answer.raise_for_status()
        tokens: dict[str, str] = answer.json()
        return tokens

    @contextmanager
    def _admin(self) -> Iterator[httpx.Client]:
        base = f"http://127.0.0.1:{self.port}"
        form = {"grant_type": "password", "client_id": "admin-cli", "username": _ADMIN, "password": self.admin_password}
        with httpx.Client(base_url=f"{base}/admin/realms/{_REALM}", timeout=60, trust_env=False) as client:
            token = client.post(f"{base}/realms/master/protocol/openid-connect/token", data=form).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            yield client


@contextmanager
def running_keycloak() -> Iterator[Keycloak]:
    """Start a new server and remove it afterwards; where it cannot be had skip, or fail under `REQUIRE_STACK=1`."""
    try:
        cache = StackSettings.from_environment(secure=False).cache
        distribution = maven.fetch(cache, "keycloak", "170 MB", prepare=_unpack)
        jdk = find_jdk("Keycloak", at_least=17)
    except StackError as error:
        if os.environ.get("REQUIRE_STACK") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))
    folder = Path(tempfile.mkdtemp(prefix="phistream-keycloak-"))
    try:
        shutil.copytree(distribution / "home", folder / "home")
        with _server(folder / "home", jdk.home) as server:
            server.name_methods()
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _server(home: Path, java_home: Path) -> Iterator[Keycloak]:
    totp = TotpSecret(secrets.token_hex(10).encode("ascii"))
    server = Keycloak(free_port(), secrets.token_hex(16), secrets.token_hex(16), totp)
    realms = home / "data" / "import"
    realms.mkdir(parents=True)
    (realms / f"{_REALM}-realm.json").write_bytes(orjson.dumps(_realm(server)))
    environment = os.environ | {
        "JAVA_HOME": str(java_home),
        "JAVA_OPTS_APPEND": "-Xmx512m",
        "KC_BOOTSTRAP_ADMIN_USERNAME": _ADMIN,
        "KC_BOOTSTRAP_ADMIN_PASSWORD": server.admin_password,
    }
    options = ("--http-host", "127.0.0.1", "--http-port", str(server.port), "--import-realm")
    command = ("bash", str(home / "bin" / "kc.sh"), "start-dev", *options)
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        _wait(server, process, home / "log")
        yield server
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(server: Keycloak, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            if httpx.get(server.issuer, timeout=5, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.HTTPError:
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"Keycloak did not start: {log.read_text('utf-8', 'replace')[-1000:]}")
        time.sleep(_POLL_SECONDS)


def _realm(server: Keycloak) -> dict[str, Any]:
    password = {"type": "password", "value": server.password}
    codes = {
        "type": "otp",
        "secretData": orjson.dumps({"value": server.totp.secret.decode("ascii")}).decode(),
        "credentialData": '{"subType":"totp","digits":6,"counter":0,"period":30,"algorithm":"HmacSHA1"}',
    }
    mappers = [
        {
            "name": kind,
            "protocol": "openid-connect",
            "protocolMapper": kind,
            "config": {**config, "access.token.claim": "true"},
        }
        for kind, config in _MAPPERS.items()
    ]
    client = {"clientId": CLIENT, "publicClient": True, "redirectUris": [_BACK], "protocolMappers": mappers}
    return {
        "realm": _REALM,
        "enabled": True,
        "sslRequired": "none",
        "groups": [{"name": "clinic", "subGroups": [{"name": "privacy"}]}],
        "users": [_user("ada", [password, codes], [GROUP]), _user("bo", [password], [])],
        "clients": [client],
    }


def _user(name: str, credentials: list[dict[str, str]], groups: list[str]) -> dict[str, Any]:
    return {
        "username": name,
        "enabled": True,
        "email": f"{name}@example.org",
        "emailVerified": True,
        "firstName": name,
        "lastName": "Example",
        "groups": groups,
        "credentials": credentials,
    }


def _client(cookies: dict[str, str]) -> httpx.Client:
    """Return a client that keeps cookies as a browser does on loopback, where plain http counts as secure."""

    def send(request: httpx.Request) -> None:
        request.headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())

    def keep(response: httpx.Response) -> None:
        for line in response.headers.get_list("set-cookie"):
            name, _, value = line.split(";")[0].partition("=")
            cookies[name] = value

    return httpx.Client(timeout=60, trust_env=False, event_hooks={"request": [send], "response": [keep]})


def _action(page: httpx.Response) -> str:
    found = re.search(r'action="([^"]+)"', page.text)
    assert found is not None, page.status_code
    return html.unescape(found[1])


def _unpack(folder: Path) -> None:
    (archive,) = (folder / "libs").glob("keycloak-quarkus-dist-*.zip")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    archive.unlink()
    (unpacked,) = folder.glob("keycloak-*")
    unpacked.rename(folder / "home")
