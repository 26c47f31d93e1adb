"""A real PostgreSQL from the distribution's package, in a folder of its own, for the tests that ask for one."""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.stack.certificates import make_certificates
from tests.stack.ports import free_port

_FOLDERS = "/usr/lib/postgresql"
_START_SECONDS = 180.0
_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server: where it listens, who may log in, and where its files lie."""

    port: int
    password: str = field(repr=False)
    data: Path

    def url(self, database: str = "postgres") -> str:
        """Return the URL of one of its databases."""
        return f"postgresql://phistream:{self.password}@127.0.0.1:{self.port}/{database}"

    def tls_url(self, ca: Path | None = None) -> str:
        """Return the URL over TLS, with the server's certificate checked against its own CA or another one."""
        checked = f"sslmode=verify-full&sslrootcert={ca or self.data.parent / 'tls' / 'ca.pem'}"
        return f"postgresql://phistream:{self.password}@localhost:{self.port}/postgres?{checked}"

    def files(self) -> bytes:
        """Return the bytes of all tables and indexes, once the server has written them out; not its log's."""
        self.run("CHECKPOINT")
        return b"".join(path.read_bytes() for path in sorted((self.data / "base").rglob("*")) if path.is_file())

    def run(self, statement: str) -> None:
        """Run one statement as the super user."""
        environment = os.environ | {"PGPASSWORD": self.password}
        command = (str(_binary("psql")), "-h", "127.0.0.1", "-p", str(self.port), "-U", "phistream", "-q", "postgres")
        subprocess.run([*command, "-c", statement], check=True, env=environment, capture_output=True)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Start a new server and remove it afterwards; without the package skip, or fail under `REQUIRE_STACK=1`."""
    if not _versions():
        reason = f"PostgreSQL is not installed in {_FOLDERS}: apt-get install postgresql"
        if os.environ.get("REQUIRE_STACK") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    home = Path(tempfile.mkdtemp(prefix="phistream-postgres-"))
    try:
        with _server(home) as server:
            yield server
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _server(home: Path) -> Iterator[Postgres]:
    account = _account(home)
    server = Postgres(free_port(), secrets.token_hex(16), home / "data")
    word = home / "word"
    word.write_text(server.password, "ascii")
    word.chmod(0o644)  # For the account that the server runs as; its folder is closed to all others.
    made = (str(_binary("initdb")), "-D", str(server.data), "-U", "phistream", "-A", "scram-sha-256", "-E", "UTF8")
    subprocess.run([*made, "--pwfile", str(word)], check=True, cwd=home, capture_output=True, user=account)
    make_certificates(home / "tls", ("server",))
    for path in (home / "tls", *(home / "tls").iterdir()):
        if account is not None:
            os.chown(path, account, -1)
    options = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-p", str(server.port)]
    options += [
        "-c",
        "ssl=on",
        "-c",
        f"ssl_cert_file={home}/tls/server.pem",
        "-c",
        f"ssl_key_file={home}/tls/server-key.pem",
    ]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(_binary("postgres")), "-D", str(server.data), *options], cwd=home, stdout=log, stderr=log, user=account
        )
    try:
        _wait(server, process)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(server: Postgres, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    command = (str(_binary("pg_isready")), "-h", "127.0.0.1", "-p", str(server.port))
    while subprocess.run(command, check=False, capture_output=True).returncode != 0:
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(
                f"PostgreSQL did not start: {(server.data.parent / 'log').read_text('utf-8', 'replace')[-500:]}"
            )
        time.sleep(_POLL_SECONDS)


def _account(home: Path) -> int | None:
    """Return the account without rights that the server runs as where we are root: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    account = pwd.getpwnam("nobody").pw_uid
    os.chown(home, account, -1)
    return account


def _versions() -> list[Path]:
    return sorted(Path(_FOLDERS).glob("*/bin/postgres"))


def _binary(name: str) -> Path:
    return _versions()[-1].with_name(name)
