"""A real HashiCorp Vault, built from its Go module, once, into the stack's cache, and its transit engine for tests."""

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hvac
import orjson
import requests

from tests.stack.gobuild import BUILD_SECONDS, built
from tests.stack.ports import free_port

#: The last version whose published sdk and api modules it builds with; under the Mozilla Public License 2.0.
_VERSION = "1.13.0"
_MODULE = f"github.com/hashicorp/vault@v{_VERSION}"
_START_SECONDS = 180.0
MOUNT = "transit"


@dataclass(frozen=True, slots=True)
class RealTransit:
    """A running server with a transit engine; `root` may do everything."""

    url: str
    root: hvac.Client = field(repr=False)

    @property
    def _engine(self) -> Any:
        return self.root.secrets.transit

    def create_key(self, name: str) -> str:
        """Make a key and return the rest of its URI."""
        self._engine.create_key(name, mount_point=MOUNT)
        return f"{self.url}/{MOUNT}/{name}"

    def rotate(self, name: str) -> None:
        """Add a version."""
        self._engine.rotate_key(name, mount_point=MOUNT)

    def shut_off_before(self, name: str, version: int) -> None:
        """Decrypt nothing any more that an older version encrypted."""
        self._engine.update_key_configuration(name, min_decryption_version=version, mount_point=MOUNT)

    def token(self, paths: Sequence[str]) -> str:
        """Return a new token that may update some paths and nothing else."""
        name = f"test-{secrets.token_hex(4)}"
        policy = "\n".join(f'path "{path}" {{ capabilities = ["update"] }}' for path in paths)
        self.root.sys.create_or_update_policy(name, policy)
        made = self.root.auth.token.create(policies=[name], no_default_policy=True)
        return str(made["auth"]["client_token"])


@contextmanager
def running_hcvault() -> Iterator[RealTransit]:
    """Start a server whose storage is memory, with a transit engine; skip, saying why, only where there is no Go."""
    program = built(f"hcvault-{_VERSION}", _build)
    root = secrets.token_hex(16)
    address = f"127.0.0.1:{free_port()}"
    command = [str(program), "server", "-dev", f"-dev-root-token-id={root}", f"-dev-listen-address={address}"]
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home}  # It keeps the root token there.
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        try:
            client = hvac.Client(url=f"http://{address}", token=root)
            _wait(client, process)
            client.sys.enable_secrets_engine("transit", path=MOUNT)
            yield RealTransit(f"http://{address}", client)
        finally:
            process.terminate()
            process.wait(30)


def _wait(client: hvac.Client, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _START_SECONDS
    while True:
        assert process.poll() is None, "Vault ended while it started"
        assert time.monotonic() < until, "Vault did not start"
        try:
            if client.is_authenticated():
                return
        except requests.RequestException:
            pass
        time.sleep(0.2)


def _build(go: str, folder: Path) -> Path:
    """Compile a copy of the module without what it replaces by folders of its own: the published modules fit."""
    found = subprocess.run([go, "mod", "download", "-json", _MODULE], cwd=folder, check=True, capture_output=True)
    source = folder / "source"
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(orjson.loads(found.stdout)["Dir"], source)
    subprocess.run(["chmod", "-R", "u+w", str(source)], check=True)
    module = source / "go.mod"
    lines = module.read_text(encoding="utf-8").splitlines(keepends=True)
    module.write_text("".join(line for line in lines if not line.startswith("replace ")), encoding="utf-8")
    command = [go, "build", "-mod=mod", "-o", str(folder / "vault.new"), "."]
    subprocess.run(command, cwd=source, check=True, timeout=BUILD_SECONDS)
    shutil.rmtree(source)
    return folder / "vault.new"
