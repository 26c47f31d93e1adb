"""`phistream vault verify`: whether the vault topic holds what the batch records say, and nothing else."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from schemas.access import Role
from schemas.errors import ConfigError, VaultError
from schemas.topics import BATCHES, VAULT
from streams.commands.key_desk import Needs, at_key_desk
from streams.commands.options import ConfigFile, StateFolder
from streams.commands.signing_in import CredentialsSource

if TYPE_CHECKING:
    from streams.commands.key_desk import KeyDesk
    from streams.log.ports import Record

vault_app = typer.Typer(help="Check the vault topic.", no_args_is_help=True)
_PAGE = 2_000


@vault_app.callback()
def _vault() -> None:
    """Check the vault topic."""


@vault_app.command()
def verify(
    config: ConfigFile = None,
    state: StateFolder = None,
    credentials: CredentialsSource = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Compare vault topic, batch records and key store: nothing deleted, nothing added, no entry without its key."""
    from schemas.audit_terms import Action
    from streams.vault.erasing import denied_tokens
    from streams.vault.tokenkeys import load_token_keys
    from streams.vault.verifying import verify as compared

    with (
        at_key_desk(config, state, credentials, Needs(Role.AUDITOR, unattended=True)) as desk,
        desk.audited(Action.VAULT_VERIFY),
    ):
        path = desk.settings.vault.token_keys_file
        if path is None:
            raise ConfigError("setting is missing", setting="vault.token_keys_file")
        found = compared(
            _records(desk, VAULT),
            lambda: _records(desk, BATCHES),
            load_token_keys(path),
            desk.store,
            lambda tenant: denied_tokens(desk.ledger, tenant),
        )
        if json:
            typer.echo(orjson.dumps(asdict(found)).decode())
        else:
            typer.echo(f"{found.present} entries, {found.listed} listed by batches, {found.buried} erased by name.")
        if not found.sound:
            raise VaultError(
                "vault topic, batch records and key store disagree",
                code="inconsistent",
                missing=found.missing,
                unlisted=found.unlisted,
                orphans=found.orphans,
                batches=" ".join(found.batches),
            )
    typer.echo("Topic, batch records and key store agree.", err=True)


def _records(desk: "KeyDesk", topic: str) -> "Iterator[Record]":
    if desk.state is None:
        from streams.log.kafka import read_whole_topic

        yield from read_whole_topic(desk.settings, topic)
        return
    store = desk.state.open_store()
    try:
        for place in store.places([topic]):
            at = store.ends(place)[0]
            while records := store.fetch(place, at, _PAGE):
                yield from records
                at = records[-1].offset + 1
    finally:
        store.close()
