"""Fetch the pinned servers into a cache, once, through Maven, which verifies their checksums."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from typer import echo

from tests.stack.java import find_jdk
from tests.stack.settings import StackError

_POMS = Path(__file__).parent / "pom"
_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_DOWNLOAD_SECONDS = 900
_LOG_LINES = 20


def fetch(cache: Path, name: str, size: str, *, prepare: Callable[[Path], None] | None = None, salt: str = "") -> Path:
    """Return the folder with the artifacts of `pom/*name*.xml`, downloading them if the pins are new.

    *prepare* turns the fresh folder into what is started (unpacked, plugins installed); *salt* changes with it.
    The folder appears whole or not at all, so an interrupted download is begun again.
    """
    pom = _POMS / f"{name}.xml"
    pins = hashlib.sha256(pom.read_bytes() + salt.encode()).hexdigest()[:12]
    folder = cache / f"{name}-{pins}"
    if folder.is_dir():
        return folder
    echo(f"Downloading {name} through Maven ({size}, once) into {folder} …")
    cache.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=cache))
    try:
        _run_maven(pom, fresh)
        if prepare is not None:
            prepare(fresh)
        _make_readable(fresh)
        if not folder.is_dir():
            fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


def _run_maven(pom: Path, folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise StackError(
            "Maven is missing: the stack's servers are downloaded with it.\n"
            "Fix: install it (Debian and Ubuntu: apt install maven; macOS: brew install maven) or put `mvn` on PATH."
        )
    # The pom is copied because Maven writes beside it.
    shutil.copy(pom, folder / "pom.xml")
    command = [maven, "-q", "-B", "--strict-checksums", "-f", str(folder / "pom.xml"), _PLUGIN]
    environment = os.environ | {"JAVA_HOME": str(find_jdk("Maven", at_least=8).home)}
    try:
        result = subprocess.run(
            [*command, f"-DoutputDirectory={folder / 'libs'}"],
            capture_output=True, text=True, check=False, env=environment, timeout=_DOWNLOAD_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise StackError(f"Maven did not finish {pom.name} within {_DOWNLOAD_SECONDS} seconds.") from None
    if result.returncode != 0:
        lines = (result.stdout + result.stderr).splitlines()[-_LOG_LINES:]
        raise StackError(f"Maven could not fetch {pom.name}:\n" + "\n".join(lines))


def _make_readable(folder: Path) -> None:
    """Let the account that runs a server read what another account has downloaded."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or (os.access(path, os.X_OK) and path.stat().st_mode & 0o111) else 0o644)
