"""Telling people: queued with the change, delivered by a real mail server and webhook, tried again, each on record."""

import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from schemas.access import GrantMode, Purpose, Scope, View
from schemas.audit_terms import Action, Reason, Result
from schemas.errors import AccessDenied, ConfigError
from streams.breakglass.alerting import Alerting
from streams.breakglass.channels import read_channels
from streams.breakglass.desk import HOME, Desk, desk_over
from streams.breakglass.revealing import RevealRequest
from streams.breakglass.scoping import Asked
from tests.stack.ports import free_port
from tests.streams.breakglass import people
from tests.streams.breakglass import rig as rigs
from tests.streams.breakglass.rig import Rig
from tests.streams.embedded_rig import rig_at

_SCOPE = Scope(tokens=frozenset({people.TOKEN}))


@dataclass(slots=True)
class _Sink:
    """A mail server that keeps what it is given."""

    mails: list[bytes] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.mails.append(envelope.original_content or b"")
        return "250 OK"


@contextmanager
def _listening(sink: _Sink, port: int) -> Iterator[None]:
    controller = Controller(sink, hostname="127.0.0.1", port=port, ready_timeout=120)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


@pytest.fixture
def port() -> int:
    """Return a port that is free."""
    return free_port()


@pytest.fixture
def sink(port: int) -> Iterator[_Sink]:
    """Run a mail server on loopback."""
    sink = _Sink()
    with _listening(sink, port):
        yield sink


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """Open break-glass over a state folder without events."""
    state = rig_at(tmp_path / "s").state
    state.open_store().close()
    with rigs.rig_over(state) as rig:
        yield rig


def _telling(rig: Rig, text: str) -> Rig:
    """Return the rig with the channels of a notify.toml."""
    (rig.desk.state.breakglass / "notify.toml").write_text(text, encoding="utf-8")
    rig.desk = _desk(rig)
    return rig


def _desk(rig: Rig) -> Desk:
    return desk_over(rig.desk.state, rig.clock, rig.recorded, lambda text: text)


def _smtp(port: int) -> str:
    return (
        f'[smtp]\nhost = "127.0.0.1"\nport = {port}\ntls = "none"\n'
        'sender = "phistream@example.org"\nrecipients = ["privacy@example.org", "security@example.org"]\n'
    )


def test_everyone_gets_mail_of_an_emergency(rig: Rig, sink: _Sink, port: int) -> None:
    """Request and activation arrive, once, without a reason, a token or a name, and the deliveries are on record."""
    grant = _telling(rig, _smtp(port)).active(_SCOPE, GrantMode.EMERGENCY)
    rig.desk.courier.deliver()
    rig.desk.courier.deliver()
    text = b"\n".join(sink.mails).decode()
    sent = [each for each in rig.recorded.records if each.action is Action.NOTIFICATION_SEND]

    assert 2 == len(sink.mails)
    assert "Subject: phistream: emergency access activated in local" in text
    assert grant.id in text
    assert not [word for word in ("called back", people.TOKEN) if word in text]
    assert [(Result.SUCCESS, (grant.id,))] * 2 == [(each.result, each.resource.ids) for each in sent]


def test_everyone_gets_mail_of_a_honeytoken_under_no_grant(rig: Rig, sink: _Sink, port: int) -> None:
    """Who names one under a grant that never was is told of by mail, as under any other, and that is on record."""
    desk = _telling(rig, _smtp(port)).desk
    Alerting.over(desk.granting).plant(rig.bo(), HOME, people.TOKEN)
    with pytest.raises(AccessDenied), desk.revealer() as revealer:
        revealer.reveal(rig.ada(), RevealRequest("never", View.FULL, Purpose.TREATMENT, Asked(tokens=(people.TOKEN,))))
    desk.courier.deliver()
    text = b"\n".join(sink.mails).decode()
    sent = [each for each in rig.recorded.records if each.action is Action.NOTIFICATION_SEND]

    assert "Subject: phistream: a honeytoken was named under no grant in local" in text
    assert "requester: ada" in text
    assert people.TOKEN not in text
    assert [(Result.SUCCESS, ())] == [(each.result, each.resource.ids) for each in sent]


def test_undelivered_mail_waits_and_alarms(rig: Rig, port: int) -> None:
    """Nobody listens: it is tried later and later, alarms once after five minutes, and arrives in the end."""
    _telling(rig, _smtp(port)).request(_SCOPE)
    assert 0 == rig.desk.courier.deliver()
    rig.clock.seconds += 301
    late = [rig.desk.courier.deliver() for _ in range(2)]
    told = [each.reason for each in rig.recorded.records if each.action is Action.NOTIFICATION_SEND]
    sink = _Sink()
    with _listening(sink, port):
        rig.clock.seconds += 301
        rig.desk.courier.deliver()

    assert ([1, 0], [Reason.UNDELIVERED], 1) == (late, told, len(sink.mails))


def test_what_did_not_happen_is_not_told(rig: Rig, port: int) -> None:
    """A request that was refused queues nothing."""
    _telling(rig, _smtp(port)).active(_SCOPE, GrantMode.EMERGENCY)
    queued = len(rig.desk.courier.outbox.due(rig.clock.seconds))
    with pytest.raises(AccessDenied):
        rig.request(_SCOPE, GrantMode.EMERGENCY)

    assert (2, 2) == (queued, len(rig.desk.courier.outbox.due(rig.clock.seconds)))


def test_webhooks_are_signed(rig: Rig, tmp_path: Path) -> None:
    """The body is signed with the secret; an answer that is no success is tried again."""
    seen: list[tuple[str, bytes]] = []
    answers = [500, 204]

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            seen.append((self.headers["phistream-signature"], body))
            self.send_response(answers.pop(0))
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Hook)
    Thread(target=server.serve_forever, daemon=True).start()
    secret = tmp_path / "secret"
    secret.touch(0o600)
    secret.write_text("a shared secret\n", encoding="utf-8")
    url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    _telling(rig, f'[[webhooks]]\nurl = "{url}"\nsecret_file = "{secret}"\n').request(_SCOPE)
    rig.desk.courier.deliver()
    rig.clock.seconds += 11
    rig.desk.courier.deliver()
    server.shutdown()
    server.server_close()

    assert 2 == len(seen)
    assert all(hmac.new(b"a shared secret", body, "sha256").hexdigest() == signature for signature, body in seen)
    assert "grant.request" == json.loads(seen[1][1])["action"]


@pytest.mark.parametrize(
    "text",
    [
        '[smtp]\nhost = "mail.example.org"\ntls = "none"\nsender = "a@example.org"\nrecipients = ["b@example.org"]\n',
        '[smtp]\nhost = "127.0.0.1"\nsender = "a@example.org"\nrecipients = []\n',
        '[[webhooks]]\nurl = "http://hook.example.org/"\nsecret_file = "/nowhere"\n',
        '[[webhooks]]\nurl = "https://hook.example.org/"\nsecret_file = "/nowhere"\n',
        "[pager]\n",
        "not toml",
    ],
)
def test_what_is_not_safe_is_refused(text: str, tmp_path: Path) -> None:
    """In clear beyond loopback, to nobody, unsigned or unknown: refused before anything is sent."""
    (tmp_path / "notify.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError):
        read_channels(tmp_path / "notify.toml")
