"""Start a real OpenSearch node: 3.8.0 with every core module, or 2.19.4 with the security plugin."""

import http.client
import json
import os
import pwd
import shutil
import ssl
import zipfile
from pathlib import Path

from tests.stack import daemon, maven
from tests.stack.certificates import Certificates
from tests.stack.java import find_jdk
from tests.stack.opensearch_security import MODULES, add_modules, install_security, security_settings
from tests.stack.requests import request
from tests.stack.settings import INNER_PORT_DISTANCE, StackError, StackSettings

NAME = "opensearch"
VERSION = "3.8.0"
SECURE_VERSION = "2.19.4"
READY_SECONDS = 300.0
_HEAP = "-Xms512m -Xmx512m -XX:-UseG1GC -XX:+UseSerialGC -XX:-HeapDumpOnOutOfMemoryError"
_PREPARATION = "1"
_OWN_FOLDERS = ("config", "data", "logs", "tmp")


def launch(settings: StackSettings, data: Path, certificates: Certificates | None) -> daemon.Launch:
    """Lay out a fresh home and say how the node in it is started."""
    if certificates is None:
        jdk = find_jdk(f"OpenSearch {VERSION}", at_least=21)
        distribution = maven.fetch(settings.cache, "opensearch", "160 MB", prepare=_unpack, salt=_PREPARATION)
    else:
        # The plugin of this version relies on Java's security manager, which later versions have lost.
        jdk = find_jdk(f"OpenSearch {SECURE_VERSION}", at_least=17, at_most=23)
        distribution = maven.fetch(
            settings.cache, "opensearch-secure", "140 MB",
            prepare=lambda folder: _unpack_secure(folder, str(jdk.home)), salt=_PREPARATION + str(MODULES),
        )  # fmt: skip
    home = data / NAME
    _clone(distribution / "home", home)
    lines = _settings(settings, home) | (security_settings(certificates, home) if certificates else {})
    text = "".join(f"{name}: {json.dumps(value)}\n" for name, value in lines.items())
    (home / "config" / "opensearch.yml").write_text(text, encoding="utf-8")
    _close(home / "config")
    user = _account(home)
    temporary = home / "tmp"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OPENSEARCH_", "JAVA_"))}
    environment |= {
        "HOME": str(temporary),
        "OPENSEARCH_JAVA_HOME": str(jdk.home),
        "OPENSEARCH_JAVA_OPTS": _HEAP,
        "OPENSEARCH_PATH_CONF": str(home / "config"),
        "OPENSEARCH_TMPDIR": str(temporary),
    }
    return daemon.Launch(NAME, (str(home / "bin" / "opensearch"),), str(home), environment, user)


def is_ready(port: int, context: ssl.SSLContext | None = None) -> bool:
    """Say whether the node answers, its indexes have their primaries and its accounts are known."""
    paths = ["/_cluster/health?wait_for_status=yellow&timeout=2s"]
    if context is not None:
        paths.append("/_plugins/_security/health?mode=strict")
    try:
        answers = [request(port, "GET", path, context=context) for path in paths]
    except OSError:
        return False
    good = {"yellow", "green", "UP"}
    return all(status == http.client.OK and json.loads(body).get("status") in good for status, body in answers)


def _settings(settings: StackSettings, home: Path) -> dict[str, object]:
    return {
        "cluster.name": "phistream-stack",
        "node.name": "phistream-stack-1",
        "discovery.type": "single-node",
        "network.host": "127.0.0.1",
        "http.port": settings.opensearch_port,
        "transport.port": settings.opensearch_port + INNER_PORT_DISTANCE,
        "path.data": str(home / "data"),
        "path.logs": str(home / "logs"),
        "action.auto_create_index": "phistream-*,.*,security-auditlog-*",
        # The disk of a build machine may be nearly full: no index is made read-only for that.
        "cluster.routing.allocation.disk.threshold_enabled": False,
    }


def _unpack(folder: Path) -> None:
    (archive,) = (folder / "libs").glob("opensearch-[0-9]*.zip")
    with zipfile.ZipFile(archive) as content:
        content.extractall(folder)
        for item in content.infolist():
            # zipfile forgets which files are programs.
            if not item.is_dir() and item.external_attr >> 16 & 0o111:
                (folder / item.filename).chmod(0o755)
    (unpacked,) = folder.glob("opensearch-[0-9]*")
    unpacked.rename(folder / "home")
    archive.unlink()


def _unpack_secure(folder: Path, java_home: str) -> None:
    _unpack(folder)
    install_security(folder, java_home)
    add_modules(folder, SECURE_VERSION)
    shutil.rmtree(folder / "libs")


def _clone(distribution: Path, home: Path) -> None:
    """Copy the configuration and link the rest: each start has a home of its own at no cost."""

    def link(source: str, target: str) -> None:
        try:
            os.link(source, target)
        except OSError:
            shutil.copy2(source, target)

    shutil.copytree(distribution, home, copy_function=link, ignore=shutil.ignore_patterns("config"))
    shutil.copytree(distribution / "config", home / "config")
    for name in (*_OWN_FOLDERS, "plugins"):
        (home / name).mkdir(exist_ok=True)


def _close(folder: Path) -> None:
    """Keep the configuration, private keys in it, from other accounts."""
    folder.chmod(0o700)
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)


def _account(home: Path) -> int | None:
    """Give the home to an account without rights when we are root: OpenSearch refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        account = pwd.getpwnam("nobody")
    except KeyError:
        raise StackError("OpenSearch does not run as root, and this system has no account `nobody` to run it") from None
    for path in (home, *(item for name in _OWN_FOLDERS for item in (home / name, *(home / name).rglob("*")))):
        os.chown(path, account.pw_uid, account.pw_gid)
    return account.pw_uid
