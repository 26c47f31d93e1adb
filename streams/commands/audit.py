"""`phistream audit`: verify the log of who did what, prove and read its entries, examine and anchor it."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from schemas.errors import AuditAltered, ConfigError
from streams.commands.audit_batches import batches
from streams.commands.audit_source import KeyFile, LogFolder, log_source, newest_in, open_anchor, text_of
from streams.commands.audit_views import print_record, print_review
from streams.commands.options import StateFolder
from streams.commands.signing_in import CredentialsSource, State

if TYPE_CHECKING:
    from streams.audit.reviewing import Review

audit_app = typer.Typer(help="The log of who did what: verify, read, examine and anchor it.", no_args_is_help=True)

audit_app.command()(batches)

AnchorFolder = Annotated[
    Path | None, typer.Option("--anchor", help="A folder that it is anchored to.", file_okay=False)
]
Since = Annotated[int, typer.Option(min=0, help="From this entry on.")]
_POLL_SECONDS = 1.0


@audit_app.command()
def verify(
    state: StateFolder = None,
    log: LogFolder = None,
    key: KeyFile = None,
    *,
    old: Annotated[list[Path] | None, typer.Option(help="A checkpoint kept earlier; may be repeated.")] = None,
    anchor: AnchorFolder = None,
) -> None:
    """Verify every entry against the signed checkpoint, and this one against those kept elsewhere; status 1 if altered.

    Without `--old` or `--anchor` nothing shows whether the log was written anew by who holds its key.
    """
    from streams.audit.verify_log import Altered, verify_log

    found = log_source(state, log, key)
    olds = [text_of(path) for path in old or ()]
    if anchor is not None:
        olds.append(newest_in(anchor))
    try:
        checkpoint = verify_log(found.folder, found.verifiers, olds)
        found.read_all()
    except (Altered, AuditAltered) as error:
        typer.secho(f"ALTERED: {error}", fg=typer.colors.RED, err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{checkpoint.origin}: {checkpoint.size} entries, all as signed; {len(olds)} older checkpoints agree")


@audit_app.command()
def prove(
    index: int,
    to: Annotated[Path, typer.Option(help="Folder for the entry and its proof.", file_okay=False)],
    state: StateFolder = None,
    log: LogFolder = None,
    key: KeyFile = None,
) -> None:
    """Write one entry and the proof that it is in the log, for somebody who has only the verifier key."""
    from streams.audit.proofs import inclusion, write_proof
    from streams.audit.reading import entries_of, hashes_of, read_checkpoint

    found = log_source(state, log, key)
    note, checkpoint = read_checkpoint(found.folder, found.verifiers)
    if not 0 <= index < checkpoint.size:
        raise ConfigError("no such entry in the log", size=checkpoint.size)
    steps = inclusion(hashes_of(found.folder, checkpoint.size), index, checkpoint.size)
    to.mkdir(parents=True, exist_ok=True)
    to.joinpath(f"entry-{index}.json").write_bytes(next(entries_of(found.folder, index, index + 1)))
    to.joinpath(f"entry-{index}.proof").write_text(write_proof(index, steps, note), encoding="utf-8")
    typer.echo(f"python verify_log.py --entry {to}/entry-{index}.json {to}/entry-{index}.proof KEY")


@audit_app.command("tail")
def show(
    state: StateFolder = None,
    log: LogFolder = None,
    key: KeyFile = None,
    *,
    last: Annotated[int, typer.Option("--last", "-n", min=0, help="Begin with that many of the last entries.")] = 20,
    follow: Annotated[bool, typer.Option("--follow", help="Wait for more, until Ctrl-C.")] = False,
    json: Annotated[bool, typer.Option("--json", help="The entries as they are, one a line.")] = False,
) -> None:
    """Show the last entries, and with `--follow` those to come."""
    found = log_source(state, log, key)
    shown = max(0, found.size() - last)
    try:
        while True:
            for index, record in found.records(shown):
                print_record(index, record, json=json)
                shown = index + 1
            if not follow:
                return
            time.sleep(_POLL_SECONDS)
    except KeyboardInterrupt:
        typer.echo(err=True)


@audit_app.command()
def review(
    state: State,
    *,
    since: Annotated[int | None, typer.Option(min=0, help="From this entry on; else behind the last review.")] = None,
    sign: Annotated[bool, typer.Option("--sign", help="Sign in, and record that you examined this.")] = False,
    credentials: CredentialsSource = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Sum up by person and grant who was shown what; `--sign` records who examined it: never one of these persons."""
    from streams.audit.reviewing import reviewed_up_to, summarise
    from streams.embedded.state import TENANT

    found = log_source(state, None, None)
    start = reviewed_up_to(found.records(), TENANT) if since is None else since
    size = found.size()
    summary = summarise(found.records(start), TENANT, start, size)
    if json:
        typer.echo(orjson.dumps(asdict(summary) | {"digest": summary.digest}).decode())
    else:
        print_review(summary)
    if sign:
        typer.echo(f"signed as entry {_sign(state, credentials, summary)}")


@audit_app.command()
def reconcile(
    state: StateFolder = None,
    log: LogFolder = None,
    key: KeyFile = None,
    *,
    kms: Annotated[
        Path | None, typer.Option(help="Decryptions as the KMS tells them, JSON lines.", dir_okay=False)
    ] = None,
) -> None:
    """Find what does not agree: intents without outcome, reveals without grant, unwraps without record; status 1."""
    from streams.audit.reconciling import read_unwraps, reconcile

    unwraps = [] if kms is None else list(read_unwraps(text_of(kms).splitlines()))
    findings = reconcile(log_source(state, log, key).records(), unwraps, time.time())
    for finding in findings:
        typer.echo(orjson.dumps({name: value for name, value in asdict(finding).items() if value is not None}).decode())
    if findings:
        raise typer.Exit(1)


@audit_app.command()
def export(
    state: StateFolder = None,
    log: LogFolder = None,
    key: KeyFile = None,
    *,
    since: Since = 0,
    fhir: Annotated[bool, typer.Option("--fhir", help="FHIR R4 AuditEvents instead.")] = False,
) -> None:
    """Write entries as OCSF events, one JSON object a line."""
    from streams.audit.fhir import to_fhir
    from streams.audit.ocsf import to_ocsf

    found = log_source(state, log, key)
    written = to_fhir if fhir else to_ocsf
    for index, record in found.records(since):
        typer.echo(orjson.dumps(written(found.verifiers[-1].name, index, record)).decode())


@audit_app.command()
def anchor(
    state: StateFolder = None,
    log: LogFolder = None,
    key: KeyFile = None,
    *,
    to: Annotated[Path | None, typer.Option(help="A folder, best on another machine.", file_okay=False)] = None,
    bucket: Annotated[str | None, typer.Option(help="An S3 bucket with Object Lock, best of another account.")] = None,
    region: Annotated[str | None, typer.Option(help="The bucket's region.")] = None,
    prefix: Annotated[str, typer.Option(help="What names in the bucket begin with.")] = "",
    days: Annotated[int, typer.Option(min=1, help="How long the bucket keeps it; 2192 days are six years.")] = 2192,
) -> None:
    """Copy what is new, and the checkpoint over it, out of its writer's reach. Run it every 5 minutes."""
    from streams.audit.anchoring import Anchoring
    from streams.clock import SystemClock

    found = log_source(state, log, key)
    place = open_anchor(to, bucket, region, prefix, days)
    checkpoint = Anchoring(found.folder, found.verifiers, place, SystemClock()).run()
    typer.echo(f"{checkpoint.origin}: {checkpoint.size} entries anchored")


@audit_app.command("key")
def show_key(
    state: StateFolder = None,
    signing: Annotated[
        Path | None, typer.Option(help="The log's signing keys: RUN/searches/audit-log.json.", dir_okay=False)
    ] = None,
) -> None:
    """Print the verifier keys of a log, for those who verify it; give them out before they are needed."""
    from streams.audit.signing import read_log_keys
    from streams.embedded.state import EmbeddedState

    if (state is None) == (signing is None):
        raise ConfigError("name a state folder (--state), or a file of signing keys (--signing)")
    file = signing if state is None else EmbeddedState(state).audit_keys
    typer.echo(read_log_keys(file or Path()).public_text(), nl=False)


def _sign(state: Path, credentials: str | None, summary: "Review") -> int:
    from schemas.audit import Resource
    from schemas.audit_terms import Action, ResourceKind
    from schemas.vault import TenantId
    from streams.audit.reviewing import sign_off
    from streams.breakglass.trail import intent_of
    from streams.commands.signing_in import ask_credentials, now, open_accounts, open_audit, sign_in
    from streams.embedded.state import TENANT, EmbeddedState

    given = ask_credentials(credentials)
    with open_audit(EmbeddedState(state)) as log:
        identity = sign_in(open_accounts(EmbeddedState(state), log), given)
        nothing = Resource(ResourceKind.ENTRIES)
        record = intent_of(Action.AUDIT_REVIEW, identity, TenantId(TENANT), nothing, now())
        return sign_off(log, identity, summary, record).index
