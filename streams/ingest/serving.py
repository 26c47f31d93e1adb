"""The HTTP door as a service: its address, token and TLS, and the thread that owns the log."""

import secrets
import signal
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from schemas.errors import ConfigError
from schemas.raw import Bounds
from streams.clock import SystemClock
from streams.config import is_loopback
from streams.ingest.gate import Gate, GateLimits
from streams.ingest.listening import Door
from streams.log.inlet import Inlet
from streams.telemetry.metrics import Metrics
from streams.vault.private_file import read_private, write_private

_TOKEN_BYTES = 32
_SHORTEST_TOKEN = 32
_CONNECTIONS = 32
_HEADER_BYTES = 32 * 1024


@dataclass(frozen=True, slots=True)
class Address:
    """Where the door stands, and the files of its TLS."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = field(default=None, repr=False)

    def check(self, *, allow_plaintext: bool) -> None:
        """Raise ConfigError for a door without TLS that others than this host can reach."""
        if (self.certificate is None) != (self.key is None):
            raise ConfigError("TLS needs a certificate and its key", setting="--certificate")
        if self.certificate is None and not allow_plaintext and not is_loopback(f"[{self.host}]:{self.port}"):
            raise ConfigError("plaintext beyond loopback; give --certificate and --key", setting="--listen")


def address_of(text: str, certificate: Path | None, key: Path | None) -> Address:
    """Read HOST:PORT.

    >>> address_of("127.0.0.1:4318", None, None).port, address_of("[::1]:4318", None, None).host
    (4318, '::1')
    """
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:  # noqa: PLR2004 - the last port.
        raise ConfigError("an address is HOST:PORT", setting="--listen")
    return Address(host.strip("[]"), int(port), certificate, key)


def token_of(path: Path) -> tuple[bytes, bool]:
    """Return the bearer token of a file, made (mode 0600) where there is none, and whether it was made.

    Raises ConfigError for a file that others may read, and for a token that could be guessed.
    """
    made = not path.exists()
    if made:
        write_private(path, secrets.token_urlsafe(_TOKEN_BYTES).encode() + b"\n")
    token = read_private(path).strip()
    if len(token) < _SHORTEST_TOKEN:
        raise ConfigError("token is shorter than 32 characters", setting="--token-file")
    return token, made


@dataclass(slots=True)
class Service:
    """Serves the door until asked to end, and answers then what it has begun.

    `open_inlet` is called in the one thread that uses the inlet.
    """

    address: Address
    token: bytes = field(repr=False)
    open_inlet: Callable[[], Inlet]
    bounds: Bounds
    metrics: Metrics
    limits: GateLimits
    _server: uvicorn.Server | None = None
    _stopping: bool = False

    def run(self) -> None:
        """Serve; raises what opening the inlet raises, before anything is answered."""
        with ThreadPoolExecutor(1, "inlet") as executor:
            inlet = executor.submit(self.open_inlet).result()
            try:
                gate = Gate(self.token, self.limits, SystemClock(), inlet.waiting)
                door = Door(gate, inlet, executor, self.bounds, self.metrics)
                with listening_socket(self.address) as listening:
                    self._server = uvicorn.Server(server_config(door.app(), self.address))
                    self._server.should_exit = self._stopping
                    self._server.run(sockets=[listening])
            finally:
                executor.submit(inlet.close).result()

    def stop(self) -> None:
        """Ask the server to end; it may be asked before it runs."""
        self._stopping = True
        if self._server is not None:
            self._server.should_exit = True


def listening_socket(address: Address) -> socket.socket:
    """Return the socket that an address is served at; raises ConfigError where it cannot be."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        return socket.create_server((address.host, address.port), family=family)
    except OSError as error:
        raise ConfigError("address cannot be listened on", setting="--listen", reason=error.strerror) from None


def serve_until_asked(app: Starlette, address: Address, ready: Callable[[], None]) -> None:
    """Serve an application until SIGTERM or SIGINT, then answer what was begun; *ready* is told before the first."""
    with listening_socket(address) as listening:
        server = uvicorn.Server(server_config(app, address))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: setattr(server, "should_exit", True))
        ready()
        server.run(sockets=[listening])


def server_config(app: Starlette, address: Address) -> uvicorn.Config:
    """Return how an application is served: no access log, no names of ours, few connections, TLS 1.2 or newer."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="off",
        proxy_headers=False,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=30,
        h11_max_incomplete_event_size=_HEADER_BYTES,
        ssl_context_factory=None if address.certificate is None else lambda *_: _tls(address),
    )


def _tls(address: Address) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(str(address.certificate), str(address.key))
    except (OSError, ssl.SSLError):
        raise ConfigError("certificate or key cannot be read", setting="--certificate") from None
    return context
