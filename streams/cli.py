"""The command line: every command in one table."""

import sys
from collections.abc import Callable, Mapping

import typer

from schemas.errors import (
    AccessDenied,
    AuditAltered,
    AuditUnavailable,
    KmsUnavailable,
    LogUnavailable,
    PhistreamError,
    Pushback,
    TransactionFailed,
    UnknownVersion,
    VaultError,
)
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
from streams.commands.retention import retention_app
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
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

FILES, SERVICES, SEARCHING = "Files and detection", "Services", "Searching"
REIDENTIFYING, EVIDENCE = "Re-identification", "Keys, erasure and evidence"

COMMANDS: Mapping[str, tuple[Callable[..., None], ...]] = {
    FILES: (demo, redact, detect, explain, sources),
    SERVICES: (worker, intake, indexer, monitor, ingest),
    SEARCHING: (search, tail),
    REIDENTIFYING: (reveal, lookup, disclosures),
}
GROUPS: Mapping[str, Mapping[str, typer.Typer]] = {
    FILES: {"lists": lists_app},
    SERVICES: {"topics": topics_app, "config": config_app},
    SEARCHING: {"quarantine": quarantine_app},
    REIDENTIFYING: {"grant": grant_app, "breakglass": breakglass_app},
    EVIDENCE: {
        "keys": keys_app,
        "erase": erase_app,
        "retention": retention_app,
        "vault": vault_app,
        "audit": audit_app,
        "policy": policy_app,
    },
}

for panel, commands in COMMANDS.items():
    for command in commands:
        app.command(rich_help_panel=panel)(command)
for panel, groups in GROUPS.items():
    for name, group in groups.items():
        app.add_typer(group, name=name, rich_help_panel=panel)

#: What an error of ours ends a command with, the first kind that it is; README, "Commands", lists every status.
STATUSES: tuple[tuple[type[PhistreamError], int], ...] = (
    (UnknownVersion, UNREADABLE_STATUS),
    (KmsUnavailable, 69),
    (LogUnavailable, 69),
    (TransactionFailed, 69),
    (AuditUnavailable, 69),
    (Pushback, 69),
    (AccessDenied, 77),
    (VaultError, 65),
    (AuditAltered, 65),
)
REFUSED_STATUS = 78


def main() -> None:
    """Run the command line; an error of ours is one line that names where, never what."""
    hide_messages()
    configure()
    try:
        # Calling `app` itself would put Typer's own hook in place of ours, which prints the message of an exception.
        typer.main.get_command(app)()
    except PhistreamError as error:
        _say(str(error))
        sys.exit(next((status for kind, status in STATUSES if isinstance(error, kind)), REFUSED_STATUS))
    except OSError as error:
        if error.filename is None:
            raise
        _say(f"{error.strerror} (path={error.filename})")
        sys.exit(REFUSED_STATUS)


def _say(what: str) -> None:
    typer.secho(f"phistream: {what}", fg=typer.colors.RED, err=True)


if __name__ == "__main__":
    main()
