"""`phistream keys pair`: a key pair of a tenant's own, made where the private halves of break-glass lie."""

import re
from typing import Annotated

import typer

from schemas.access import Role
from schemas.errors import ConfigError
from streams.commands.key_desk import Needs, at_key_desk
from streams.commands.signing_in import CredentialsSource, State

_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")


def pair(
    name: Annotated[str, typer.Argument(help="What its files are called, such as clinic-a.")],
    state: State,
    credentials: CredentialsSource = None,
) -> None:
    """Make a key pair for a tenant that brings its own KEK; the private half gets the passphrase of the others.

    Hand the public half to the workers, and name it in the tenant's `kek_uri`.
    """
    from schemas.audit_terms import Action
    from streams.vault.key_pairs import create_key_pair

    if _NAME.fullmatch(name) is None:
        raise ConfigError("a key pair is called by letters, digits and dashes")
    with (
        at_key_desk(None, state, credentials, Needs(Role.KEY_ADMIN, opens=True)) as desk,
        desk.audited(Action.KEY_CREATE),
    ):
        assert desk.state is not None
        # Another passphrase would be noticed when somebody has to be re-identified, and not before.
        desk.openers()(f"local:{desk.state.keys / 'vault.public.pem'}")
        made = create_key_pair(desk.state.keys, name, desk.passphrase)
    typer.echo(f"{made.public}: name it in the tenant's kek_uri.")
