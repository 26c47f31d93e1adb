"""Where notifications go: `notify.toml` of a state folder, read strictly."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from schemas.errors import ConfigError
from streams.breakglass.notifying import Channel, SmtpChannel, WebhookChannel
from streams.config import is_loopback
from streams.section import Section
from streams.vault.private_file import read_private


class SmtpSettings(Section):
    """A mail server; in clear on this host alone."""

    host: str
    port: Annotated[int, Field(ge=1, le=65_535)] = 587
    sender: str
    recipients: Annotated[tuple[str, ...], Field(min_length=1)]
    tls: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password_file: Path | None = None


class WebhookSettings(Section):
    """One address that takes JSON; beyond loopback by HTTPS. The secret signs the body."""

    url: str
    secret_file: Path


class NotifySettings(Section):
    """Who is told of grants."""

    smtp: SmtpSettings | None = None
    webhooks: tuple[WebhookSettings, ...] = ()


def read_channels(path: Path) -> Mapping[str, Channel]:
    """Return the channels of a `notify.toml`, none where there is no such file; raises ConfigError."""
    try:
        settings = NotifySettings(**tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError("notify.toml cannot be read", path=str(path), errno=error.errno) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise ConfigError("notify.toml is not TOML", path=str(path)) from None
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_input=False, include_url=False)[0]["loc"])
        raise ConfigError("setting is refused", path=str(path), setting=where) from None
    found: dict[str, Channel] = {} if settings.smtp is None else {"smtp": _smtp(settings.smtp)}
    for number, webhook in enumerate(settings.webhooks):
        found[f"webhook-{number}"] = _webhook(webhook, f"webhooks.{number}.url")
    return found


def _smtp(settings: SmtpSettings) -> SmtpChannel:
    if settings.tls == "none" and not is_loopback(settings.host):
        raise ConfigError("mail beyond loopback needs TLS", setting="smtp.tls")
    password = None if settings.password_file is None else read_private(settings.password_file).decode().strip()
    return SmtpChannel(
        settings.host,
        settings.port,
        settings.sender,
        settings.recipients,
        settings.tls,
        settings.username,
        password,
    )


def _webhook(settings: WebhookSettings, setting: str) -> WebhookChannel:
    if not settings.url.startswith("https://") and not (
        settings.url.startswith("http://") and is_loopback(settings.url)
    ):
        raise ConfigError("webhook beyond loopback needs https", setting=setting)
    secret = read_private(settings.secret_file).strip()
    if not secret:
        raise ConfigError("webhook needs a secret", setting=setting)
    return WebhookChannel(settings.url, secret)
