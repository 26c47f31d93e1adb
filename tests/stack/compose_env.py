"""Make what `docker-compose.yml` asks for: certificates and passwords. `python -m tests.stack.compose_env FOLDER`."""

import base64
import re
import secrets
import sys
import uuid
from pathlib import Path

from typer import echo

from tests.stack.certificates import make_certificates
from tests.stack.settings import REPOSITORY

# Service → its certificate; the administrator of the index has one too.
CERTIFICATES = ("kafka-controller", "kafka", "opensearch", "dashboards", "postgres", "admin")
_PASSWORD = re.compile(r"\$\{([A-Z_]+_PASSWORD):\?")


def make_environment(folder: Path) -> Path:
    """Write the certificates and the environment file into a fresh folder, closed to other accounts."""
    folder.mkdir(mode=0o700, parents=True)
    folder = folder.absolute()
    certificates = folder / "certificates"
    make_certificates(certificates, CERTIFICATES)
    for name in CERTIFICATES:
        _give(certificates, name)
    text = (REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8")
    values = {name: secrets.token_hex(24) for name in sorted(set(_PASSWORD.findall(text)))}
    values["KAFKA_CLUSTER_ID"] = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    values["PHISTREAM_CERTIFICATES"] = str(certificates)
    environment = folder / "compose.env"
    environment.touch(mode=0o600)
    environment.write_text("".join(f"{name}={value}\n" for name, value in values.items()), encoding="utf-8")
    return environment


def _give(certificates: Path, name: str) -> None:
    """Move one service's files into a folder of its own, all that its container sees.

    Services run under accounts of their images, which must read the files: what closes them to others on this
    machine is the folder above.
    """
    own = certificates / name
    own.mkdir()
    (own / "ca.pem").write_bytes((certificates / "ca.pem").read_bytes())
    for file in (f"{name}.pem", f"{name}-key.pem", f"{name}-pair.pem"):
        (certificates / file).rename(own / file)
        (own / file).chmod(0o644)
    own.chmod(0o755)


def main() -> int:
    """Make the environment, unless the folder is there already."""
    if len(sys.argv) != 2:
        echo("usage: python -m tests.stack.compose_env FOLDER", err=True)
        return 2
    folder = Path(sys.argv[1])
    try:
        environment = make_environment(folder)
    except FileExistsError:
        echo(f"{folder} is there already. Fix: remove it to have new certificates and passwords.", err=True)
        return 1
    echo(f"Certificates and passwords are in {folder}.")
    echo("Set PHISTREAM_CONFIG, PHISTREAM_KEYS and PHISTREAM_TENANTS, then:")
    echo(f"  docker compose --env-file {environment} up --build --wait")
    return 0


if __name__ == "__main__":
    sys.exit(main())
