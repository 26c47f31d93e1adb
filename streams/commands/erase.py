"""`phistream erase`: of a unit or a tenant by destroying keys, of one record by denial; and the holds against it."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from schemas.access import Role
from streams.commands.key_desk import Needs, at_key_desk
from streams.commands.options import ConfigFile, StateFolder
from streams.commands.signing_in import CredentialsSource

if TYPE_CHECKING:
    from streams.commands.key_desk import KeyDesk
    from streams.vault.erasing import Erasing, Erasure

erase_app = typer.Typer(help="Erasure of units, tenants and records, and legal holds.", no_args_is_help=True)
Tenant = Annotated[str, typer.Argument(help="The tenant; `local` in a state folder.")]
Unit = Annotated[str, typer.Argument(help="The unit: a month of record time, such as 2026-11.")]
Ticket = Annotated[str, typer.Option(help="The reference of the request, such as GDPR-17; never a name.")]


@erase_app.command()
def unit(
    tenant: Tenant,
    unit: Unit,
    config: ConfigFile = None,
    state: StateFolder = None,
    credentials: CredentialsSource = None,
    *,
    ticket: Ticket = "",
) -> None:
    """Destroy the keys of a tenant's month: nothing sealed in it opens again. There is no way back."""
    with at_key_desk(config, state, credentials, Needs(Role.PRIVACY_OFFICER, tenant)) as desk:
        _print([_erasing(desk).unit(desk.actor, tenant, unit, ticket)])


@erase_app.command("tenant")
def whole_tenant(
    tenant: Tenant,
    config: ConfigFile = None,
    state: StateFolder = None,
    credentials: CredentialsSource = None,
    *,
    ticket: Ticket = "",
) -> None:
    """Destroy the keys of every month of a tenant. There is no way back."""
    with at_key_desk(config, state, credentials, Needs(Role.PRIVACY_OFFICER, tenant)) as desk:
        _print(list(_erasing(desk).tenant(desk.actor, tenant, ticket)))


@erase_app.command()
def record(
    tenant: Tenant,
    token: Annotated[str, typer.Argument(help="The token, as it stands in the event.")],
    config: ConfigFile = None,
    state: StateFolder = None,
    credentials: CredentialsSource = None,
    *,
    ticket: Ticket = "",
) -> None:
    """Deny one token for good and delete its entries from the log.

    Its key still seals other records, so this is no cryptographic erasure: backups and old segments of the log can
    bring the entry back, but no reveal opens it.
    """
    with at_key_desk(config, state, credentials, Needs(Role.PRIVACY_OFFICER, tenant)) as desk:
        entries = _erasing(desk).record(desk.actor, tenant, token, _tombstones(desk), ticket)
    typer.echo(f"Denied from now on; {entries} entries buried.")


@erase_app.command()
def hold(
    tenant: Tenant,
    config: ConfigFile = None,
    state: StateFolder = None,
    credentials: CredentialsSource = None,
    *,
    unit: Annotated[str, typer.Option(help="One month only.")] = "",
    ticket: Ticket = "",
) -> None:
    """Let nothing of a tenant, or of one of its months, be erased until the hold is released."""
    with at_key_desk(config, state, credentials, Needs(Role.PRIVACY_OFFICER, tenant)) as desk:
        _erasing(desk).hold(desk.actor, tenant, unit, ticket)
    typer.echo("Held.")


@erase_app.command()
def release(
    tenant: Tenant,
    config: ConfigFile = None,
    state: StateFolder = None,
    credentials: CredentialsSource = None,
    *,
    unit: Annotated[str, typer.Option(help="One month only.")] = "",
    ticket: Ticket = "",
) -> None:
    """Release a legal hold."""
    with at_key_desk(config, state, credentials, Needs(Role.PRIVACY_OFFICER, tenant)) as desk:
        _erasing(desk).release(desk.actor, tenant, unit, ticket)
    typer.echo("Released.")


@erase_app.command()
def status(
    config: ConfigFile = None,
    state: StateFolder = None,
    credentials: CredentialsSource = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List erasures: requested, key_destroyed, or complete once the backups made before it are gone."""
    with at_key_desk(config, state, credentials, Needs(Role.PRIVACY_OFFICER, anywhere=True)) as desk:
        found = [each for each in _erasing(desk).states() if _sees(desk, each)]
    if json:
        for each in found:
            typer.echo(orjson.dumps(_row(each)).decode())
        return
    _print(found)


def _sees(desk: "KeyDesk", erasure: "Erasure") -> bool:
    """Tell whether an erasure is of a tenant whose privacy officer asks; a state folder has one tenant only."""
    from schemas.vault import TenantId

    if desk.state is not None or desk.identity is None:
        return True
    return desk.identity.holds(TenantId(erasure.tenant), Role.PRIVACY_OFFICER)


def _erasing(desk: "KeyDesk") -> "Erasing":
    from streams.vault.erasing import Erasing

    return Erasing(desk.store, desk.ledger, desk.trail, desk.clock, desk.settings.vault.backup_days)


def _tombstones(desk: "KeyDesk") -> Callable[[str, str], int]:
    """Return what buries the entries of a token: in the log of a state folder, or on Kafka."""
    if desk.state is not None:
        from streams.embedded.tombstones import bury as bury_here

        return partial(bury_here, desk.state)
    from streams.log.kafka_tombstones import bury

    return partial(bury, desk.settings)


def _row(erasure: "Erasure") -> dict[str, object]:
    after = erasure.complete_after_ms
    return {
        "tenant": erasure.tenant,
        "unit": erasure.unit,
        "state": erasure.state.value,
        "requested": _day(erasure.requested_at_ms),
        "complete_after": _day(after) if after else "",
        "deks": erasure.deks,
    }


def _print(found: "list[Erasure]") -> None:
    columns = ("tenant", "unit", "state", "requested", "complete_after", "deks")
    table = Table(*columns)
    for each in found:
        table.add_row(*(str(value) for value in _row(each).values()))
    Console().print(table)


def _day(timestamp_ms: int) -> str:
    return datetime.fromtimestamp(timestamp_ms / 1000, UTC).strftime("%Y-%m-%d")
