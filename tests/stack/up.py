"""Start the stack and return when it is ready: `python -m tests.stack.up [--secure]`."""

import argparse
import fcntl
import secrets
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from typer import echo

from tests.stack import daemon, kafka, opensearch, opensearch_security
from tests.stack.certificates import Certificates, make_stack_certificates
from tests.stack.down import note_data, stop_all
from tests.stack.running import Stack, load_stack
from tests.stack.settings import StackError, StackSettings


def bring_up(settings: StackSettings) -> Stack:
    """Return the running stack of this kind, starting it unless it is up; the other kind is stopped first."""
    settings.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _lock(settings.state):
        running = load_stack(settings.secure)
        if running is not None and _matches(running, settings) and running.is_ready():
            return running
        stop_all(settings)
        _check_ports(settings)
        try:
            return _start(settings)
        except BaseException:
            stop_all(settings)
            raise


def _start(settings: StackSettings) -> Stack:
    data = Path(tempfile.mkdtemp(prefix="phistream-stack-"))
    # The account that runs OpenSearch passes through; what lies inside has modes of its own.
    data.chmod(0o711)
    note_data(settings, data)
    certificates = make_stack_certificates(settings.state / "certificates") if settings.secure else None
    stack = _describe(settings, certificates)
    for name in (*kafka.NAMES, opensearch.NAME):
        daemon.log_file(settings.state, name).unlink(missing_ok=True)
    daemon.start(settings.state, opensearch.launch(settings, data, certificates))
    for launch in kafka.launches(settings, data, stack.kafka_passwords, certificates):
        daemon.start(settings.state, launch)
    options, context = stack.kafka_options(), stack.admin_context()
    daemon.wait_ready(settings.state, kafka.NAME, lambda: kafka.is_ready(options), kafka.READY_SECONDS)
    daemon.wait_ready(
        settings.state, opensearch.NAME,
        lambda: opensearch.is_ready(settings.opensearch_port, context), opensearch.READY_SECONDS,
    )  # fmt: skip
    if context is not None:
        opensearch_security.apply_roles(settings.opensearch_port, context, stack.opensearch_passwords)
    stack.save(settings.state)
    return stack


def _describe(settings: StackSettings, certificates: Certificates | None) -> Stack:
    bootstrap = f"127.0.0.1:{settings.kafka_port}"
    if certificates is None:
        return Stack(False, bootstrap, f"http://127.0.0.1:{settings.opensearch_port}")
    return Stack(
        secure=True,
        bootstrap=bootstrap,
        opensearch_url=f"https://127.0.0.1:{settings.opensearch_port}",
        ca=str(certificates.ca),
        admin_certificate=str(certificates.admin_certificate),
        admin_key=str(certificates.admin_key),
        kafka_passwords={user: secrets.token_hex(16) for user in kafka.USERS},
        opensearch_passwords={user: secrets.token_hex(16) for user in opensearch_security.USERS},
    )


def _matches(stack: Stack, settings: StackSettings) -> bool:
    ours = (f"127.0.0.1:{settings.kafka_port}", settings.opensearch_port)
    return (stack.bootstrap, stack.opensearch_port) == ours


def _check_ports(settings: StackSettings) -> None:
    for port, owner in settings.ports().items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                kind = "_TLS_PORT" if settings.secure else "_PORT"
                raise StackError(
                    f"Port {port} ({owner}) is taken by another program.\n"
                    f"Fix: stop it, or choose others with PHISTREAM_KAFKA{kind} and PHISTREAM_OPENSEARCH{kind}."
                ) from None


@contextmanager
def _lock(state: Path) -> Iterator[None]:
    """Let two starts at once follow each other."""
    with (state / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Start the stack, and say where it is or what is missing."""
    parser = argparse.ArgumentParser(prog="python -m tests.stack.up", description=__doc__)
    parser.add_argument("--secure", action="store_true", help="TLS, passwords, ACLs and roles")
    begun = time.monotonic()
    try:
        settings = StackSettings.from_environment(secure=parser.parse_args().secure)
        stack = bring_up(settings)
    except StackError as error:
        echo(f"stack-up: {error}", err=True)
        return 1
    versions = opensearch.SECURE_VERSION if stack.secure else opensearch.VERSION
    echo(f"Kafka {kafka.VERSION} on {stack.bootstrap}, OpenSearch {versions} on {stack.opensearch_url}")
    echo(f"Ready after {time.monotonic() - begun:.0f} s; described in {settings.state / 'stack.json'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
