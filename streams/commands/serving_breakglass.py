"""`phistream breakglass serve`: the API of break-glass over a state folder, for people of an identity provider."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schemas.errors import ConfigError
from streams.commands.signing_in import (
    CredentialsSource,
    State,
    ask_credentials_to_open,
    open_accounts,
    open_audit,
    sign_in,
)

if TYPE_CHECKING:
    from streams.breakglass.desk import Desk
    from streams.breakglass.http import BreakglassApi
    from streams.breakglass.identity.oidc import Oidc, Provider
    from streams.breakglass.identity.settings import OidcSettings
    from streams.config import Settings
    from streams.embedded.state import EmbeddedState


def serve(
    state: State,
    *,
    config: Annotated[Path, typer.Option("--config", "-c", help="Settings with [breakglass.oidc].", dir_okay=False)],
    listen: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where to serve; TLS beyond loopback.")],
    certificate: Annotated[Path | None, typer.Option(help="TLS certificate chain, PEM.")] = None,
    key: Annotated[Path | None, typer.Option(help="The certificate's private key, PEM.")] = None,
    credentials: CredentialsSource = None,
) -> None:
    """Serve grants, reveals and look-ups over HTTPS to people with a token of the identity provider.

    You sign in and open the private keys for as long as it runs; it holds the audit log meanwhile. GET /openapi.json
    says what it takes.
    """
    from streams.accepted_policy import refuse_unaccepted
    from streams.config import load_settings
    from streams.embedded.state import EmbeddedState
    from streams.ingest.serving import address_of, serve_until_asked
    from streams.telemetry.logs import configure

    configure()
    settings = load_settings(config)
    refuse_unaccepted(settings)
    address = address_of(listen, certificate, key)
    address.check(allow_plaintext=False)
    if settings.breakglass.oidc is None:
        raise ConfigError("the API needs an identity provider", setting="breakglass.oidc")
    embedded = EmbeddedState(state)
    with _api(embedded, settings, settings.breakglass.oidc, (credentials, certificate)) as api:
        serve_until_asked(api.app(), address, lambda: typer.echo(f"Break-glass is served at {listen}.", err=True))


@contextmanager
def _api(
    embedded: "EmbeddedState", settings: "Settings", oidc: "OidcSettings", files: "tuple[str | None, Path | None]"
) -> "Iterator[BreakglassApi]":
    """Sign in, open the keys, and yield what answers; *files* are the credentials and the certificate."""
    from streams.audit.anchored import anchorings_of
    from streams.audit.upkeep import Upkeep
    from streams.breakglass.cleaning import clean
    from streams.breakglass.deployment import deployment
    from streams.breakglass.desk import desk_over
    from streams.breakglass.identity.ceremony import protection_of
    from streams.breakglass.identity.halves import passphrase_of
    from streams.breakglass.identity.provider_keys import fetch_over_https
    from streams.breakglass.keeping import kept
    from streams.breakglass.serving import breakglass_api, watching_of
    from streams.clock import SystemClock
    from streams.telemetry.metrics import Metrics

    clock, (source, certificate) = SystemClock(), files
    fetch = fetch_over_https(oidc.jwks_uri, oidc.ca_file)
    with open_audit(embedded) as audit:
        protection = protection_of(open_accounts(embedded, audit).registry)
    if not protection.enrolled:
        raise ConfigError("break-glass is off; `phistream breakglass init` enrols two persons")
    given = ask_credentials_to_open(source, split=protection.split)
    passphrase = passphrase_of(given.passphrase)
    with open_audit(embedded) as audit, deployment(settings, embedded, clock) as elsewhere:
        sign_in(open_accounts(embedded, audit), given)
        metrics = Metrics()
        desk = desk_over(embedded, clock, audit, clean, elsewhere=elsewhere, unwrapped=metrics.unwrapped)
        if settings.metrics_port:
            metrics.serve(settings.metrics_port)
        upkeep = Upkeep(audit.log, anchorings_of(settings, audit.log, clock), metrics, clock)
        api = breakglass_api(desk, audit.log, _judge(oidc, fetch, desk), metrics, passphrase, settings)
        watching = watching_of(desk, settings, upkeep, metrics, certificate)
        duties = (upkeep.tend, desk.granting.settle_all, desk.courier.deliver, api.gate.refused.tell_rest)
        with kept(*duties, watching.look):
            yield api


def _judge(oidc: "OidcSettings", fetch: "Callable[[], bytes]", desk: "Desk") -> "Oidc":
    from streams.breakglass.identity.oidc import Oidc
    from streams.breakglass.identity.provider_keys import ProviderKeys

    return Oidc(_provider(oidc), ProviderKeys(fetch, desk.clock), desk.registry)


def _provider(oidc: "OidcSettings") -> "Provider":
    from streams.breakglass.identity.oidc import Provider

    return Provider(
        oidc.issuer,
        oidc.audience,
        frozenset(oidc.acr_values),
        frozenset(oidc.amr_values),
        float(oidc.max_age_seconds),
        oidc.groups_claim,
    )
