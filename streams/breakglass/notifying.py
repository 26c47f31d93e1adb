"""Telling people: messages of the outbox by SMTP and webhook, tried again until they arrive, each on record."""

import hmac
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Protocol

import httpx
import orjson
import structlog

from schemas.audit import Resource
from schemas.audit_terms import Action, Reason, ResourceKind, Result
from schemas.errors import AuditError
from schemas.vault import TenantId
from streams.breakglass.outbox import Message, Outbox, Ungranted
from streams.breakglass.trail import Trail, grant_resource, intent_of
from streams.clock import Clock, rfc3339

log = structlog.get_logger(__name__)
_TIMEOUT_SECONDS = 5.0
_WORDS = {
    "grant.request": "asked for",
    "grant.activate": "activated",
    "grant.ratify": "ratified",
    "grant.contest": "contested",
    "grant.revoke": "revoked",
    "grant.release": "given back",
    "grant.review": "reviewed",
    "grant.expire": "used up",
    "incident.open": "an incident",
    "alert.raise": "is unusual",
}


class Channel(Protocol):
    """One way to tell people."""

    def send(self, message: Message) -> None:
        """Hand a message over; raises OSError or httpx.HTTPError where nobody took it."""
        ...


@dataclass(frozen=True, slots=True)
class SmtpChannel:
    """Mail to everyone concerned. TLS from the first byte or by STARTTLS; in clear on this host alone."""

    host: str
    port: int
    sender: str
    recipients: tuple[str, ...] = field(repr=False)
    tls: str = "starttls"
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    def send(self, message: Message) -> None:
        """See Channel."""
        mail = EmailMessage()
        mail["From"], mail["To"] = self.sender, ", ".join(self.recipients)
        mail["Subject"] = f"phistream: {_told(message)} in {message.tenant}"
        mail["Date"] = format_datetime(datetime.fromtimestamp(message.queued_at, UTC))
        mail["Message-ID"] = make_msgid(f"outbox-{message.number}", "phistream.invalid")
        mail.set_content("\n".join(f"{name}: {value}" for name, value in _facts(message).items()) + "\n")
        with self._connect() as connection:
            if self.username is not None:
                connection.login(self.username, self.password or "")
            if connection.send_message(mail):
                raise smtplib.SMTPException("some recipients were refused")

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.tls == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=_TIMEOUT_SECONDS, context=context)
        connection = smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT_SECONDS)
        if self.tls == "starttls":
            try:
                connection.starttls(context=context)
            except BaseException:
                connection.close()
                raise
        return connection


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """A POST of JSON, signed: `phistream-signature` is HMAC-SHA-256 of the body in hex."""

    url: str = field(repr=False)
    secret: bytes = field(repr=False)

    def send(self, message: Message) -> None:
        """See Channel."""
        body = orjson.dumps({"id": message.number, **_facts(message)})
        signature = hmac.digest(self.secret, body, "sha256").hex()
        headers = {"content-type": "application/json", "phistream-signature": signature}
        answer = httpx.post(self.url, content=body, headers=headers, timeout=_TIMEOUT_SECONDS, follow_redirects=False)
        if not answer.is_success:
            raise httpx.HTTPError(f"status {answer.status_code}")


@dataclass(frozen=True, slots=True)
class Courier:
    """Delivers what is due."""

    outbox: Outbox
    channels: Mapping[str, Channel]
    trail: Trail
    clock: Clock

    def deliver(self) -> int:
        """Try everything that is due, once; return how many messages are undelivered for too long, newly."""
        for message in self.outbox.due(self._now()):
            channel = self.channels.get(message.channel)
            if channel is not None:
                self._try(message, channel)
        late = self.outbox.alarms(self._now())
        for message in late:
            log.error("Notification is undelivered.", tenant=message.tenant, count=message.tries)
            self._tell(message, Result.ERROR, Reason.UNDELIVERED)
        return len(late)

    def _try(self, message: Message, channel: Channel) -> None:
        try:
            channel.send(message)
            # Told before it is noted: a delivery that cannot be put on record is made again.
            self._tell(message, Result.SUCCESS, None)
        except (OSError, httpx.HTTPError, AuditError) as error:
            log.warning("Notification was not delivered.", tenant=message.tenant, error_class=type(error).__name__)
            self.outbox.failed(message, self._now())
        else:
            self.outbox.delivered(message, self._now())

    def _tell(self, message: Message, result: Result, reason: Reason | None) -> None:
        tenant = TenantId(message.tenant)
        resource = Resource(ResourceKind.GRANT) if message.grant == Ungranted.id else grant_resource(message.grant)
        record = intent_of(Action.NOTIFICATION_SEND, None, tenant, resource, self._now())
        self.trail.single(record, result, reason)

    def _now(self) -> float:
        return self.clock.now_ms() / 1000


def _told(message: Message) -> str:
    if message.grant == Ungranted.id:
        return "a honeytoken was named under no grant"
    return f"{message.mode} access {_WORDS.get(message.action, message.action)}"


def _facts(message: Message) -> dict[str, str]:
    tree = {name: str(value) for name, value in asdict(message).items()}
    kept = {name: tree[name] for name in ("grant", "action", "tenant", "mode", "purpose", "requester")}
    return {**kept, "at": rfc3339(int(message.queued_at * 1000))}
