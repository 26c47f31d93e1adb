"""`phistream keys init`: token keys before the first worker."""

from pathlib import Path

from typer.testing import CliRunner

from schemas.errors import ConfigError
from streams.cli import app
from streams.vault.tokenkeys import load_token_keys


def test_every_tenant_gets_keys_and_keeps_them(tmp_path: Path) -> None:
    """The tenants of the settings and the operator's have keys, which a second run does not change."""
    config, keys = tmp_path / "phistream.toml", tmp_path / "keys" / "token-keys.json"
    config.write_text(f"[vault]\ntoken_keys_file = '{keys}'\n[tenants.a]\n[tenants.b]\n", encoding="utf-8")
    runner = CliRunner()

    assert 0 == runner.invoke(app, ["keys", "init", "--config", str(config)]).exit_code
    made = load_token_keys(keys)
    assert {"a", "b", "operator"} == set(made)
    assert 0 == runner.invoke(app, ["keys", "init", "--config", str(config)]).exit_code
    assert made == load_token_keys(keys)


def test_settings_without_the_file_are_refused() -> None:
    """Where no file is named, none is made anywhere."""
    assert isinstance(CliRunner().invoke(app, ["keys", "init"]).exception, ConfigError)
