"""`phistream topics`: the table of topics, applied to the brokers and checked against them."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from schemas.topics import DAY_MS, TOPICS, Role
from streams.commands.options import ConfigFile, service_settings

topics_app = typer.Typer(help="Topics, their retention and who may read and write them.", no_args_is_help=True)


@topics_app.command("list")
def show() -> None:
    """Show every topic of ours."""
    table = Table("topic", "record key", "kept", "clear", "writers", "readers")
    for spec in TOPICS:
        kept = "compacted" if spec.compacted else f"{spec.retention_ms // DAY_MS} days"
        writers, readers = (", ".join(sorted(roles)) for roles in (spec.writers, spec.readers))
        table.add_row(spec.name, spec.record_key, kept, "yes" if spec.clear else "", writers, readers)
    Console().print(table)


@topics_app.command()
def create(
    config: ConfigFile = None,
    *,
    acl: Annotated[
        list[str] | None, typer.Option("--acl", help="Grant a role to a principal: redactor=User:redactor. Repeatable.")
    ] = None,
) -> None:
    """Make the topics that are missing, and grant each role what the table says."""
    from streams.log.admin import apply_acls, create_topics

    settings = service_settings(config)
    created = create_topics(settings)
    typer.echo(f"{len(created)} topics created{''.join(f'{chr(10)}  {name}' for name in created)}")
    principals = dict(_grant(item) for item in acl or ())
    if principals:
        typer.echo(f"{apply_acls(settings, principals)} grants made")


@topics_app.command()
def check(config: ConfigFile = None) -> None:
    """Compare the brokers with the table; exit status 1 where they differ."""
    from streams.log.admin import check_topics

    differences = check_topics(service_settings(config))
    for difference in differences:
        typer.echo(f"{difference.topic}: {difference.setting} is {difference.found}, should be {difference.wanted}")
    if differences:
        raise typer.Exit(1)
    typer.echo("Topics are as they should be.")


def _grant(item: str) -> tuple[Role, str]:
    role, _, principal = item.partition("=")
    if role not in set(Role) or not principal.startswith("User:"):
        raise typer.BadParameter("a role and a principal, such as redactor=User:redactor", param_hint="--acl")
    return Role(role), principal
