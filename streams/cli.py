"""The command line: every command in one table."""

import sys

import typer

from schemas.errors import PhistreamError, UnknownVersion
from streams.commands.audit import audit_app
from streams.commands.breakglass import breakglass_app
from streams.commands.config import config_app
from streams.commands.demo import demo
from streams.commands.detect import detect
from streams.commands.erase import erase_app
from streams.commands.explain import explain
from streams.commands.grant import grant_app
from streams.commands.indexer import indexer
from streams.commands.ingest import ingest
from streams.commands.intake import intake
from streams.commands.keys import keys_app
from streams.commands.lists import lists_app
from streams.commands.lookup import lookup
from streams.commands.monitor import monitor
from streams.commands.policy import policy_app
from streams.commands.quarantine import quarantine_app
from streams.commands.redact import redact
from streams.commands.reveal import disclosures, reveal
from streams.commands.search import search
from streams.commands.sources import sources
from streams.commands.tail import tail
from streams.commands.topics import topics_app
from streams.commands.vault import vault_app
from streams.commands.worker import worker
from streams.supervisor import UNREADABLE_STATUS
from streams.telemetry.crashes import hide_messages
from streams.telemetry.logs import configure

app = typer.Typer(
    name="phistream",
    help="Streaming PHI redaction for LLM inference logs.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(demo)
app.command()(detect)
app.command()(redact)
app.command()(ingest)
app.command()(intake)
app.command()(worker)
app.command()(indexer)
app.command()(monitor)
app.command()(search)
app.command()(tail)
app.command()(reveal)
app.command()(lookup)
app.command()(disclosures)
app.command()(sources)
app.command()(explain)
app.add_typer(audit_app, name="audit")
app.add_typer(quarantine_app, name="quarantine")
app.add_typer(topics_app, name="topics")
app.add_typer(lists_app, name="lists")
app.add_typer(keys_app, name="keys")
app.add_typer(erase_app, name="erase")
app.add_typer(vault_app, name="vault")
app.add_typer(config_app, name="config")
app.add_typer(policy_app, name="policy")
app.add_typer(breakglass_app, name="breakglass")
app.add_typer(grant_app, name="grant")

#: Settings, files or keys that no second try will mend.
REFUSED_STATUS = 78


def main() -> None:
    """Run the command line; an error of ours is one line that names where, never what."""
    hide_messages()
    configure()
    try:
        app()
    except PhistreamError as error:
        typer.secho(f"phistream: {error}", fg=typer.colors.RED, err=True)
        sys.exit(UNREADABLE_STATUS if isinstance(error, UnknownVersion) else REFUSED_STATUS)


if __name__ == "__main__":
    main()
