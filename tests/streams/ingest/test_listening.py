"""The HTTP door: what is answered 200 is durable, and nothing comes in without token, beyond a limit or in clear."""

import gzip
import http.client
import json
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from schemas.errors import ConfigError, LogUnavailable
from schemas.raw import Bounds
from schemas.topics import RAW
from streams.embedded.state import EmbeddedState
from streams.ingest.gate import Gate, GateLimits
from streams.ingest.serving import Address, Service, address_of, token_of
from streams.log.ports import TopicPartition
from streams.log.sqlite_inlet import SqliteInlet
from streams.log.sqlite_store import SqliteStore
from streams.telemetry.metrics import Metrics
from tests.schemas.sources.wire import held
from tests.stack.certificates import make_certificates
from tests.stack.ports import free_port

TOKEN = b"t" * 40
SPAN = held(1, held(2, held(2, held(1, bytes(16)), held(2, bytes(8)), held(5, "chat"))))
LIMITS = GateLimits(body_bytes=4_000, requests_a_second=10_000)
PROTOBUF = "application/x-protobuf"


class Broken(SqliteInlet):
    """An inlet whose log is away."""

    def append(self, values: Sequence[bytes]) -> None:
        """Fail as a broker that cannot be reached does."""
        raise LogUnavailable("away")


@dataclass(slots=True)
class Standing:
    """A door that stands open on loopback, over a state folder or a broker."""

    state: EmbeddedState | None
    port: int
    metrics: Metrics
    tls: ssl.SSLContext | None = None
    token: bytes = field(default=TOKEN, repr=False)

    def ask(
        self, path: str, body: bytes = b"", kind: str = "application/json", more: Mapping[str, str] | None = None
    ) -> tuple[int, bytes, Mapping[str, str]]:
        """Send one request; GET where there is no body."""
        plain = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        made = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=self.tls) if self.tls else plain
        headers = {"Authorization": f"Bearer {self.token.decode()}", "Content-Type": kind, **(more or {})}
        made.request("POST" if path.startswith("/v1") else "GET", path, body, headers)
        answer = made.getresponse()
        found = answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
        made.close()
        return found

    def values(self) -> list[bytes]:
        """Return what stands in the raw topic."""
        assert self.state is not None
        store = self.state.open_store()
        try:
            return [record.value or b"" for record in store.fetch(TopicPartition(RAW, 0), 0, 1000)]
        finally:
            store.close()


@contextmanager
def standing(
    folder: Path,
    limits: GateLimits = LIMITS,
    kind: type[SqliteInlet] = SqliteInlet,
    certificates: tuple[Path, Path] | None = None,
) -> Iterator[Standing]:
    """Open a door."""
    state = EmbeddedState(folder / "state")
    state.prepare()
    port = free_port()
    metrics = Metrics()
    address = Address("127.0.0.1", port, *(certificates or (None, None)))
    bounds = Bounds(record_bytes=2_000)
    service = Service(address, TOKEN, lambda: kind(state.open_store(), owned=True), bounds, metrics, limits)
    thread = threading.Thread(target=service.run)
    thread.start()
    try:
        wait_for_port(port)
        yield Standing(state, port, metrics)
    finally:
        service.stop()
        thread.join()


def wait_for_port(port: int) -> None:
    """Return when somebody listens there."""
    until = time.monotonic() + 240
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise TimeoutError


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Standing]:
    """Return an open door."""
    with standing(tmp_path) as found:
        yield found


def test_otlp_is_taken_in_as_it_is(door: Standing) -> None:
    """Protobuf and JSON, plain and packed: one record a request, its bytes unchanged, answered in its own encoding."""
    spans = b'{"resourceSpans": []}'

    for path, body, kind in (
        ("/v1/traces", SPAN, PROTOBUF),
        ("/v1/logs", SPAN, PROTOBUF),
        ("/v1/traces", spans, "application/json; charset=utf-8"),
    ):
        status, answer, headers = door.ask(path, body, kind)
        packed = door.ask(path, gzip.compress(body), kind, {"Content-Encoding": "gzip"})

        assert (200, 200) == (status, packed[0])
        assert (b"" if kind == PROTOBUF else b"{}") == answer
        assert kind.partition(";")[0] == headers["content-type"]
    assert [SPAN] * 4 + [spans] * 2 == door.values()


def test_lines_are_records(door: Standing) -> None:
    """Each line that is not blank is a record, also one that is no JSON: it is judged where it is redacted."""
    status, answer, _ = door.ask("/v1/events", b'{"a": 1}\r\n\n{broken\n"\xe2\x80\xa8"', "application/x-ndjson")

    assert (200, {"records": 3}) == (status, json.loads(answer))
    assert [b'{"a": 1}', b"{broken", b'"\xe2\x80\xa8"'] == door.values()


def test_an_empty_request_writes_nothing(door: Standing) -> None:
    """An export request without anything in it is answered like any other."""
    assert 200 == door.ask("/v1/traces", b"", PROTOBUF)[0]
    assert [] == door.values()


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer x", f"Basic {'t' * 40}", f"Bearer {'t' * 41}", "Bearer tää"]
)
def test_nobody_comes_in_without_the_token(door: Standing, authorization: str) -> None:
    """Without the token a request is refused before its body is looked at, and nothing is written."""
    status, answer, headers = door.ask(
        "/v1/events", b"{}", more={"Authorization": authorization.encode().decode("latin-1")}
    )

    assert (401, "Bearer") == (status, headers["www-authenticate"])
    assert b"Bearer" not in answer
    assert [] == door.values()


@pytest.mark.parametrize(
    ("path", "body", "kind", "encoding", "status"),
    [
        ("/v1/traces", b"hello", PROTOBUF, "", 400),
        ("/v1/traces", b"{broken", "application/json", "", 400),
        ("/v1/logs", b"[]", "application/json", "", 400),
        ("/v1/traces", SPAN, "text/html", "", 415),
        ("/v1/events", b"{}", "image/png", "", 415),
        ("/v1/events", b"{}", "application/json", "br", 415),
        ("/v1/events", b"{}", "application/json", "gzip", 400),
        ("/v1/events", gzip.compress(b"{}")[:-4], "application/json", "gzip", 400),
        ("/v1/events", gzip.compress(b" " * 4_001), "application/json", "gzip", 413),
        ("/v1/events", b" " * 4_001, "application/json", "", 413),
        ("/v1/events", b"{}\n" + b"x" * 2_001, "application/json", "", 413),
        ("/v1/traces", held(1, b"x" * 2_001), PROTOBUF, "", 413),
        ("/v1/metrics", SPAN, PROTOBUF, "", 404),
    ],
    ids=range(13),
)
def test_what_is_refused_is_not_written(
    door: Standing, path: str, body: bytes, kind: str, *, encoding: str, status: int
) -> None:
    """A body that is not what it says, or larger than the limits, packed or not: all of it is refused."""
    assert status == door.ask(path, body, kind, {"Content-Encoding": encoding} if encoding else {})[0]
    assert [] == door.values()


def test_as_large_as_the_limits_say(door: Standing) -> None:
    """A record and a body at their limits come in."""
    assert 200 == door.ask("/v1/events", b"x" * 2_000 + b"\n" + b"y" * 1_999)[0]


def test_a_body_that_does_not_come_is_given_up(tmp_path: Path) -> None:
    """A client that stalls holds a connection no longer than the limit."""
    limits = replace(LIMITS, body_seconds=1.0)
    with standing(tmp_path, limits) as door, socket.create_connection(("127.0.0.1", door.port), 60) as client:
        head = f"POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN.decode()}\r\n"
        client.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{".encode())

        assert b" 408 " in client.recv(1000)
        assert [] == door.values()


def test_a_log_that_is_away_is_not_a_success(tmp_path: Path) -> None:
    """What may not be durable is answered 503, so that the client sends it again."""
    with standing(tmp_path, kind=Broken) as door:
        status, answer, headers = door.ask("/v1/events", b"{}")

        assert (503, {"error": "log_unavailable"}, "5") == (status, json.loads(answer), headers["retry-after"])


def test_a_log_that_is_behind_is_told(tmp_path: Path) -> None:
    """Where the redactors have too much before them, clients wait."""
    with standing(tmp_path, replace(LIMITS, most_waiting=1)) as door:
        assert 200 == door.ask("/v1/events", b"{}\n{}")[0]
        time.sleep(1.1)
        status, answer, _ = door.ask("/v1/events", b"{}")

        assert (429, {"error": "log_behind"}) == (status, json.loads(answer))
        assert 2 == len(door.values())


def test_too_many_requests_are_slowed(tmp_path: Path) -> None:
    """Beyond its rate the door asks for patience."""
    with standing(tmp_path, replace(LIMITS, requests_a_second=0.001)) as door:
        assert [200, 429] == [door.ask("/v1/events", b"{}")[0] for _ in range(2)]


def test_health_needs_no_token(door: Standing) -> None:
    """Whoever watches the service sees that it lives and that its log answers, and nothing more."""
    door.token = b"x"

    assert [200, 200] == [door.ask(path)[0] for path in ("/healthz", "/readyz")]


def test_requests_are_counted(door: Standing) -> None:
    """Outcomes are codes, and records those that were taken in."""
    door.ask("/v1/events", b"{}\n{}")
    door.ask("/v1/events", b"{}", "image/png")

    value = door.metrics.registry.get_sample_value
    assert 1 == value("phistream_ingest_requests_total", {"outcome": "taken"})
    assert 1 == value("phistream_ingest_requests_total", {"outcome": "content_type"})
    assert 2 == value("phistream_ingest_records_total")


def test_tls_is_spoken(tmp_path: Path) -> None:
    """With a certificate the door speaks TLS 1.2 or newer, and nothing else."""
    made = tmp_path / "certificates"
    make_certificates(made, ("door",))
    with standing(tmp_path, certificates=(made / "door.pem", made / "door-key.pem")) as door:
        door.tls = ssl.create_default_context(cafile=str(made / "ca.pem"))

        assert 200 == door.ask("/v1/events", b"{}")[0]
        door.tls = None
        with pytest.raises((http.client.HTTPException, OSError)):
            door.ask("/v1/events", b"{}")


@pytest.mark.parametrize(
    ("listen", "allowed"), [("127.0.0.1:4318", True), ("[::1]:4318", True), ("0.0.0.0:4318", False), ("[::]:1", False)]
)
def test_no_plaintext_beyond_loopback(listen: str, *, allowed: bool) -> None:
    """A door that others can reach has TLS, or the settings say otherwise."""
    address = address_of(listen, None, None)

    if allowed:
        address.check(allow_plaintext=False)
        return
    with pytest.raises(ConfigError, match="plaintext"):
        address.check(allow_plaintext=False)
    address.check(allow_plaintext=True)
    replace(address, certificate=Path("c"), key=Path("k")).check(allow_plaintext=False)


@pytest.mark.parametrize("text", ["4318", ":4318", "host:", "host:x", "host:0", "host:65536"])
def test_an_address_is_host_and_port(text: str) -> None:
    """Anything else is refused."""
    with pytest.raises(ConfigError):
        address_of(text, None, None)


def test_the_token_is_made_and_kept(tmp_path: Path) -> None:
    """It is made once, for its owner only; one that others may read or that is short is refused."""
    path = tmp_path / "token"

    first, made = token_of(path)
    assert (first, False) == token_of(path)
    assert made
    assert 0o600 == path.stat().st_mode & 0o777
    path.chmod(0o644)
    with pytest.raises(ConfigError):
        token_of(path)
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(ConfigError):
        token_of(path)


def test_the_rate_grows_back() -> None:
    """The allowance of two seconds is used up, and comes back with time."""

    class Still:
        now = 0.0

        def now_ms(self) -> int:
            return 0

        def monotonic(self) -> float:
            return self.now

    clock = Still()
    gate = Gate(TOKEN, GateLimits(requests_a_second=2), clock, lambda: 0)

    assert [False] * 4 + [True] == [gate.refusal() is not None for _ in range(5)]
    clock.now = 0.5
    assert [False, True] == [gate.refusal() is not None for _ in range(2)]


def test_store_belongs_to_the_inlet(tmp_path: Path) -> None:
    """An owned store is closed with its inlet."""
    state = EmbeddedState(tmp_path / "state")
    state.prepare()
    store: SqliteStore = state.open_store()
    SqliteInlet(store, owned=True).close()

    with pytest.raises(Exception, match="closed"):
        store.ends(TopicPartition(RAW, 0))


def test_the_command_serves_until_asked_to_end(tmp_path: Path) -> None:
    """Over a state folder the door redacts and indexes what comes in, and ends well on SIGTERM."""
    port = free_port()
    state = EmbeddedState(tmp_path / "state")
    command = [sys.executable, "-m", "streams.cli"]
    listening = [*command, "ingest", "--state", str(state.folder), "--listen", f"127.0.0.1:{port}"]
    with subprocess.Popen(listening, stderr=subprocess.PIPE, text=True) as service:
        try:
            wait_for_port(port)
            token = (state.keys / "ingest-token").read_bytes().strip()
            door = Standing(state, port, Metrics(), token=token)
            assert 200 == door.ask("/v1/events", b'{"note": "mail ada@example.org zebra"}')[0]
            found = _searched([*command, "search", "zebra", "--json", "--state", str(state.folder)])
        finally:
            service.send_signal(signal.SIGTERM)
            printed = service.communicate(timeout=120)[1]

    assert 0 == service.returncode, printed
    assert 1 == len(found)
    assert not [value for value in ("ada@example.org", token.decode()) if value in printed + found[0]]


def _searched(command: list[str]) -> list[str]:
    """Search until something is found."""
    until = time.monotonic() + 240
    while time.monotonic() < until:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.stdout.strip():
            return done.stdout.splitlines()
        time.sleep(1.0)
    return []
