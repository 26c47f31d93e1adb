"""`phistream keys`: what keys there are, how old they are, and how they are exchanged, backed up and tried."""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from schemas.access import Role
from schemas.errors import ConfigError, VaultError
from streams.commands.key_desk import Needs, at_key_desk, bar
from streams.commands.key_pair import pair
from streams.commands.options import ConfigFile, StateFolder
from streams.commands.signing_in import CredentialsSource
from streams.commands.token_keys import init

if TYPE_CHECKING:
    from streams.commands.key_desk import KeyDesk
    from streams.vault.restoring import OpenedBackup

keys_app = typer.Typer(help="Keys: making, age, rotation, backup and drills.", no_args_is_help=True)
keys_app.command()(init)
keys_app.command()(pair)
_INCOMPLETE = 1
_ASKING = Needs(Role.REQUESTER, anywhere=True, opens=True)
_ADMIN, _OPENS = Needs(Role.KEY_ADMIN), Needs(Role.KEY_ADMIN, opens=True)
#: What opens and changes nothing may run by itself: a report is watched, a backup is made daily.
_UNATTENDED = Needs(Role.KEY_ADMIN, unattended=True)
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


class Rotating(StrEnum):
    """What can be rotated here."""

    VAULT = "vault"
    QUARANTINE = "quarantine"
    TOKEN_KEYS = "token-keys"  # noqa: S105 - the name of a kind of key.
    AUDIT = "audit"


@keys_app.command("list")
def show_all(
    config: ConfigFile = None, state: StateFolder = None, credentials: CredentialsSource = None, *, json: Json = False
) -> None:
    """List every version of a KEK that wrapped a DEK, and how many DEKs hang on it."""
    with at_key_desk(config, state, credentials, _UNATTENDED) as desk:
        rows = [
            {"uri": kek.uri, "version": kek.version, "since": _day(kek.since_ms), "deks": kek.deks,
             "retired": _day(kek.retired_at_ms) if kek.retired_at_ms else ""}
            for kek in desk.store.keks()
        ]  # fmt: skip
    _print(rows, ("uri", "version", "since", "deks", "retired"), json=json)


@keys_app.command()
def report(
    config: ConfigFile = None, state: StateFolder = None, credentials: CredentialsSource = None, *, json: Json = False
) -> None:
    """Tell the age of every key and by when it has to be exchanged; status 1 where one is due within 30 days."""
    from streams.vault.key_ages import key_ages

    with at_key_desk(config, state, credentials, _UNATTENDED) as desk:
        now = desk.clock.now_ms()
        ages = key_ages(desk.settings, desk.store)
    rows = [
        {"kind": age.kind, "name": age.name, "since": _day(age.since_ms), "due": _day(age.due_ms),
         "days_left": age.days_left(now)}
        for age in ages
    ]  # fmt: skip
    _print(rows, ("kind", "name", "since", "due", "days_left"), json=json)
    if any(age.is_due(now) for age in ages):
        raise typer.Exit(_INCOMPLETE)


@keys_app.command()
def rotate(
    what: Rotating,
    config: ConfigFile = None,
    state: StateFolder = None,
    credentials: CredentialsSource = None,
    *,
    tenant: Annotated[
        str | None, typer.Option(help="Whose own KEK, or whose token keys; without it the KEK of all, all token keys.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="In how many days the new token keys begin.")] = 1,
) -> None:
    """Make a new version of a key; old ones stay until nothing hangs on them.

    A local KEK is rotated where both halves lie, on the side of break-glass; workers take the new public half up by
    themselves. Restart the workers before new token keys begin. A KEK in a KMS is rotated there.
    """
    from schemas.audit_terms import Action

    opens = what in (Rotating.VAULT, Rotating.QUARANTINE)
    with (
        at_key_desk(config, state, credentials, _OPENS if opens else _ADMIN) as desk,
        desk.audited(Action.KEY_ROTATE),
    ):
        told = _rotated(desk, what, tenant, days)
    typer.echo(told)


@keys_app.command()
def rewrap(config: ConfigFile = None, state: StateFolder = None, credentials: CredentialsSource = None) -> None:
    """Wrap every DEK to the newest version of its KEK, and prove that none is left; status 1 where one is."""
    from schemas.audit_terms import Action
    from streams.vault.rewrapping import rewrap_all

    with (
        at_key_desk(config, state, credentials, _OPENS) as desk,
        desk.audited(Action.KEY_REWRAP),
        bar("Re-wrapping") as progress,
    ):
        done = rewrap_all(desk.store, desk.kek, desk.openers(), desk.clock.now_ms(), progress)
    typer.echo(f"{done.rewrapped} DEKs re-wrapped.")
    for kek in done.behind:
        typer.echo(f"{kek.deks} DEKs are left under {kek.uri} version {kek.version or 'unknown'}.", err=True)
    for dek_id in done.unreadable:
        typer.echo(f"{dek_id} does not open.", err=True)
    if not done.complete:
        raise typer.Exit(_INCOMPLETE)
    typer.echo("No DEK is left under an older version.")


@keys_app.command()
def retire(
    version: Annotated[str, typer.Argument(help="The version, as `phistream keys list` shows it.")],
    config: ConfigFile = None,
    state: StateFolder = None,
    credentials: CredentialsSource = None,
) -> None:
    """Let a version of a KEK wrap no more; refused while a DEK hangs on it."""
    from schemas.audit_terms import Action

    with at_key_desk(config, state, credentials, _ADMIN) as desk, desk.audited(Action.KEY_RETIRE):
        uris = [kek.uri for kek in desk.store.keks() if kek.version == version]
        if not uris:
            raise VaultError("no such version of a KEK", version=version)
        for uri in uris:
            if _newest(uri) == version:
                raise VaultError("the newest version of a KEK cannot be retired, rotate first", version=version)
            desk.store.retire_kek(uri, version, desk.clock.now_ms())
    typer.echo("Retired. Destroy its private half once no backup made before the re-wrap has to be opened.")


@keys_app.command()
def drill(
    config: ConfigFile = None,
    state: StateFolder = None,
    credentials: CredentialsSource = None,
    *,
    file: Annotated[Path | None, typer.Option("--backup", help="Try a backup instead.", dir_okay=False)] = None,
    emergency: Annotated[bool, typer.Option("--emergency", help="As who may ask in an emergency.")] = False,
) -> None:
    """Open every DEK of the store, or of a backup, and drop it: what an emergency will need works. Else status 1.

    With --emergency somebody who may ask for a grant tries the account and the passphrase that they keep for one.
    """
    from schemas.audit_terms import Action
    from streams.vault.keystore import DekState, live
    from streams.vault.rewrapping import drill as tried

    with (
        at_key_desk(config, state, credentials, _ASKING if emergency else _OPENS) as desk,
        desk.audited(Action.KEY_DRILL),
        bar("Opening") as progress,
    ):
        deks = list(live(desk.store)) if file is None else [dek for dek, _ in _opened(desk, file).copy.deks]
        found = tried([dek for dek in deks if dek.state != DekState.DESTROYED], desk.openers(), progress)
    typer.echo(f"{found.opened} DEKs open.")
    for dek_id in found.unreadable:
        typer.echo(f"{dek_id} does not open.", err=True)
    if found.unreadable:
        raise typer.Exit(_INCOMPLETE)


@keys_app.command()
def backup(
    out: Annotated[Path, typer.Argument(help="A new file; keep it apart from the vault topic's backups.")],
    config: ConfigFile = None,
    state: StateFolder = None,
    credentials: CredentialsSource = None,
) -> None:
    """Write the key store and the token keys, sealed to the KEK. Without the store the whole vault is lost."""
    from schemas.audit_terms import Action
    from streams.vault.backup import make_backup
    from streams.vault.private_file import read_private, write_private

    if out.exists():
        raise ConfigError(f"file is already there: {out}")
    with at_key_desk(config, state, credentials, _UNATTENDED) as desk, desk.audited(Action.KEY_BACKUP):
        path = desk.settings.vault.token_keys_file
        keys = read_private(path) if path is not None and path.exists() else None
        made = make_backup(desk.store, keys, desk.ledger.head(), desk.kek(desk.tenant), desk.clock.now_ms())
        write_private(out, made.to_bytes())
    typer.echo(f"Written to {out}; `phistream keys drill --backup` tells whether it opens.")


@keys_app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.", dir_okay=False)],
    config: ConfigFile = None,
    state: StateFolder = None,
    credentials: CredentialsSource = None,
) -> None:
    """Fill an empty key store from a backup, without what was erased since; token keys only where there are none."""
    from schemas.audit_terms import Action
    from streams.vault.private_file import write_private
    from streams.vault.restoring import restore_backup

    with (
        at_key_desk(config, state, credentials, Needs(Role.KEY_ADMIN, opens=True, replayed=False)) as desk,
        desk.audited(Action.KEY_RESTORE),
    ):
        opened = _opened(desk, file)
        erased = restore_backup(opened, desk.store, desk.ledger)
        path = desk.settings.vault.token_keys_file
        kept = path is not None and path.exists()
        if path is not None and not kept and opened.token_keys is not None:
            write_private(path, opened.token_keys)
    typer.echo(f"{len(opened.copy.deks)} DEKs restored, {erased} of them erased again.")
    typer.echo("Token keys were there and stay." if kept else "Token keys restored.")


def _rotated(desk: "KeyDesk", what: Rotating, tenant: str | None, days: int) -> str:
    """Make the new version, and say what comes next."""
    from schemas.topics import DAY_MS
    from streams.audit.signing import rotate_log_key
    from streams.vault.tokenkeys import begin_epoch, load_token_keys

    vault, now = desk.settings.vault, desk.clock.now_ms()
    if what is Rotating.VAULT:
        return _rotated_pair(desk, desk.kek(tenant or desk.tenant).uri) + " `phistream keys rewrap` comes next."
    if what is Rotating.QUARANTINE:
        return (
            _rotated_pair(desk, vault.quarantine_kek_uri) + " Keep the old half while quarantine holds older records."
        )
    if what is Rotating.AUDIT:
        assert vault.audit_keys is not None
        rotate_log_key(vault.audit_keys, now)
        return "A new key signs the audit log from its next opening on; hand its public half to those who verify."
    if vault.token_keys_file is None:
        raise ConfigError("setting is missing", setting="vault.token_keys_file")
    starts = now + days * DAY_MS
    tenants = [tenant] if tenant is not None else sorted(load_token_keys(vault.token_keys_file))
    for name in tenants:
        begin_epoch(vault.token_keys_file, name, starts, now)
    return f"New token keys of {len(tenants)} tenants begin on {_day(starts)}; restart the workers before."


def _rotated_pair(desk: "KeyDesk", uri: str | None) -> str:
    from streams.vault.kek_local_private import LocalPrivateKek
    from streams.vault.key_pairs import rotate_key_pair
    from streams.vault.openers import private_half

    scheme, _, rest = (uri or "").partition(":")
    if scheme != "local":
        raise ConfigError("this KEK is rotated where it lives, in its KMS; then re-wrap", scheme=scheme)
    half = private_half(rest, desk.settings.vault.private_folder)
    LocalPrivateKek.load(half, desk.passphrase)  # The new half gets the passphrase of the old one, or none is made.
    pair = rotate_key_pair(half.parent, half.name.removesuffix(".private.pem"), desk.passphrase)
    return f"A new pair is in use: {pair.public}."


def _newest(uri: str) -> str:
    from streams.vault.kek import open_kek
    from streams.vault.rewrapping import current_version

    return current_version(open_kek(uri))


def _opened(desk: "KeyDesk", file: Path) -> "OpenedBackup":
    from streams.vault.backup import read_backup
    from streams.vault.restoring import open_backup

    try:
        data = file.read_bytes()
    except OSError as error:
        raise ConfigError(f"backup cannot be read: {file}", errno=error.errno) from None
    return open_backup(read_backup(data), desk.openers())


def _print(rows: list[dict[str, object]], columns: tuple[str, ...], *, json: bool) -> None:
    if json:
        for row in rows:
            typer.echo(orjson.dumps(row).decode())
        return
    table = Table(*columns)
    for row in rows:
        table.add_row(*(str(row[column]) for column in columns))
    Console().print(table)


def _day(timestamp_ms: int) -> str:
    return datetime.fromtimestamp(timestamp_ms / 1000, UTC).strftime("%Y-%m-%d")
