"""`phistream keys init`: the token keys of a deployment, made before its first worker starts."""

import typer

from schemas.errors import ConfigError
from streams.commands.options import ConfigFile


def init(config: ConfigFile = None) -> None:
    """Make the token keys of every tenant that has none yet, in the file that the settings name.

    A worker makes them as well where it may write there; run this where the keys are mounted read-only. Workers, intake
    and break-glass need the same file, mode 0600: with other keys they would mint other tokens.
    """
    from streams.config import load_settings
    from streams.vault.tokenkeys import ensure_token_keys

    settings = load_settings(config)
    path = settings.vault.token_keys_file
    if path is None:
        raise ConfigError("setting is missing", setting="vault.token_keys_file")
    known = ensure_token_keys(path, sorted({*settings.tenants, settings.operator_tenant}))
    typer.echo(f"{path} has the token keys of {len(known)} tenants.")
