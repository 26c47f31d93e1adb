"""`phistream retention`: what is past its days goes, from the vault by its keys, from the index by its date."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schemas.access import Role
from schemas.errors import ConfigError
from streams.commands.key_desk import Needs, at_key_desk
from streams.config import SIX_YEARS_DAYS, load_settings

if TYPE_CHECKING:
    from streams.config import Settings

retention_app = typer.Typer(help="Ending what is past its days, from vault and index.", no_args_is_help=True)
_NEEDS = Needs(Role.KEY_ADMIN, unattended=True)
Config = Annotated[Path, typer.Option("--config", "-c", help="The TOML settings file.", dir_okay=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")]


@retention_app.command()
def vault(config: Config, *, dry_run: DryRun = False) -> None:
    """Destroy the keys of months that ended more than `retention.vault_days` ago; a legal hold keeps them.

    The days are those that two persons accepted; fewer are refused. There is no way back.
    """
    from streams.vault.erasing import Erasing
    from streams.vault.expiring import expire, is_past
    from streams.vault.keystore import live

    days = _accepted(config, "vault_days")
    with at_key_desk(config, None, None, _NEEDS) as desk:
        now = desk.clock.now_ms()
        if dry_run:
            for tenant, unit in sorted({(dek.tenant, dek.unit) for dek in live(desk.store)}):
                if is_past(unit, days, now):
                    typer.echo(f"{tenant} {unit}: past its days.")
            return
        erasing = Erasing(desk.store, desk.ledger, desk.trail, desk.clock, desk.settings.vault.backup_days)
        erased = expire(erasing, desk.actor, days, _told)
    typer.echo(f"{len(erased)} units erased.")


@retention_app.command()
def index(config: Config, *, dry_run: DryRun = False) -> None:
    """Drop date indexes whose day is more than `retention.redacted_days` ago; a legal hold on any tenant keeps them.

    Needs an account of the index that may list and delete `phistream-*`; the indexer's may not. Not needed where index
    management drops them, which knows no holds.
    """
    from schemas.audit import Resource
    from schemas.audit_terms import Action, ResourceKind
    from streams.siem.opensearch import connect_sink
    from streams.siem.retention import due_days
    from streams.vault.expiring import held_units

    days = _accepted(config, "redacted_days")
    with at_key_desk(config, None, None, _NEEDS) as desk:
        sink = connect_sink(desk.settings)
        due = due_days(sink.days(), days, held_units(desk.ledger.entries()), desk.clock.now_ms())
        for day in due.held:
            typer.echo(f"{day}: held.")
        for day in due.drop:
            typer.echo(f"{day}: past its days.")
        if due.drop and not dry_run:
            with desk.audited(Action.ERASE_EXECUTE, Resource(ResourceKind.INDEX, ("redacted",), len(due.drop))):
                for day in due.drop:
                    sink.drop(day)
    typer.echo(f"{0 if dry_run else len(due.drop)} indexes dropped.")


def _told(tenant: str, unit: str, *, held: bool) -> None:
    typer.echo(f"{tenant} {unit}: {'held' if held else 'past its days'}.")


def _accepted(config: Path, name: str) -> int:
    """Return how many days something is kept; raises ConfigError where nobody accepted so few.

    Whoever may write the settings could else have everything erased by a number.
    """
    from streams.accepted_policy import refuse_unaccepted

    settings = load_settings(config)
    refuse_unaccepted(settings)
    days: int = getattr(settings.retention, name)
    if days < min(_least(settings, name), SIX_YEARS_DAYS):
        raise ConfigError(
            "fewer days than two persons accepted; `phistream policy propose`, then `confirm`",
            setting=f"retention.{name}",
        )
    return days


def _least(settings: "Settings", name: str) -> int:
    from streams.accepted_policy import accepted_file

    accepted = accepted_file(settings).read()
    return SIX_YEARS_DAYS if accepted is None else int(accepted.posture.facts.get(f"retention.{name}", SIX_YEARS_DAYS))
