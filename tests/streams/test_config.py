"""Settings: one file, overrides from the environment, and what is refused."""

from pathlib import Path

import pytest

from schemas.errors import ConfigError
from schemas.topics import DAY_MS, RAW
from streams.config import is_loopback, load_settings, refuse_undeclared, retention_ms

FIT = """
[kafka]
encrypted_at_rest = true
[siem]
encrypted_at_rest = true
[tenants.a]
[topics."llm.events.raw.v1"]
tenant = "a"
"""


def settings_file(folder: Path, text: str) -> Path:
    """Write a settings file."""
    path = folder / "phistream.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_environment_stands_above_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PHISTREAM__KAFKA__PARTITIONS overrides kafka.partitions."""
    monkeypatch.setenv("PHISTREAM__KAFKA__PARTITIONS", "7")

    assert 7 == load_settings(settings_file(tmp_path, "[kafka]\npartitions = 3\n")).kafka.partitions


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("[kafka]\nbootstrap_server = 'x'\n", "kafka.bootstrap_server"),
        ("[kafka]\npartitions = 'many'\n", "kafka.partitions"),
        ("polcy = 'default'\n", "polcy"),
        ("[retention]\nvault_days = 30\n", "retention.vault_days"),
        ("[topics.t]\n", "topics.t"),
        ("[topics.t]\ntenant = 'a'\ntenant_header = 'h'\n", "topics.t"),
        ("[topics.t]\ntenant = 'a'\n", "topics.t.tenant"),
        ("[tenants.a]\nregion = 'eu'\n[kafka]\nregion = 'us'\n", "tenants.a.region"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, setting: str) -> None:
    """Unknown keys, wrong types and contradictions are refused by name, without the value."""
    with pytest.raises(ConfigError) as caught:
        load_settings(settings_file(tmp_path, text))

    assert setting == caught.value.facts["setting"]
    assert "many" not in str(caught.value)


def test_a_refusal_says_what_is_allowed(tmp_path: Path) -> None:
    """A wrong value is answered with what the setting takes, in words."""
    with pytest.raises(ConfigError, match="'PLAINTEXT', 'SSL', 'SASL_SSL'"):
        load_settings(settings_file(tmp_path, "[kafka]\nsecurity_protocol = 'TLS'\n"))


@pytest.mark.parametrize(
    ("variable", "value", "setting"),
    [
        ("PHISTREAM__POLCY", "default", "PHISTREAM__POLCY"),
        ("PHISTREAM__KAFKA__PARTITION", "7", "kafka.partition"),
        ("PHISTREAM__TOPICS", "Jane Roe", "topics"),
    ],
)
def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, setting: str) -> None:
    """A variable with our prefix is refused as a key of the file would be, by name, without the value."""
    monkeypatch.setenv(variable, value)

    with pytest.raises(ConfigError) as caught:
        load_settings(None)

    assert setting == caught.value.facts["setting"]
    assert value not in str(caught.value)


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    """A broken file is named, not quoted."""
    with pytest.raises(ConfigError, match="not TOML"):
        load_settings(settings_file(tmp_path, "password = hunter2 ="))


@pytest.mark.parametrize(
    ("more", "setting"),
    [
        ("[kafka]\nbootstrap_servers = 'kafka.example.org:9092'\n", "kafka"),
        ("[siem]\nurl = 'http://siem.example.org:9200'\n", "siem"),
        ("", "kafka.encrypted_at_rest"),
        ("[kafka]\nencrypted_at_rest = true\n", "siem.encrypted_at_rest"),
        ("[kafka]\nencrypted_at_rest = false\n", "kafka.encrypted_at_rest"),
    ],
)
def test_no_service_runs_unprotected(tmp_path: Path, more: str, setting: str) -> None:
    """Plaintext beyond loopback and stores whose encryption nobody declared are refused."""
    with pytest.raises(ConfigError) as caught:
        refuse_undeclared(load_settings(settings_file(tmp_path, more)))

    assert setting == caught.value.facts["setting"]


def test_loopback_needs_no_tls(tmp_path: Path) -> None:
    """On this host plaintext is fit to run with, once encryption at rest is declared."""
    refuse_undeclared(load_settings(settings_file(tmp_path, FIT)))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1:9092", True),
        ("localhost:9092,127.0.0.2:9093", True),
        ("[::1]:9092", True),
        ("https://127.0.0.1:9200/x", True),
        ("localhost.example.org:9092", False),
        ("127.0.0.1:9092,kafka:9092", False),
        ("http://user:x@siem.example.org:9200", False),
    ],
)
def test_loopback_is_told_by_every_host(address: str, *, expected: bool) -> None:
    """One host that is not this one makes the whole address a remote one."""
    assert expected == is_loopback(address)


def test_every_raw_topic_is_kept_as_long_as_the_settings_say(tmp_path: Path) -> None:
    """`raw_days` is for each declared raw topic, whatever its name."""
    text = "[retention]\nraw_days = 9\n[tenants.a]\n[topics.gateway]\ntenant = 'a'\n"
    settings = load_settings(settings_file(tmp_path, text))

    assert [9 * DAY_MS] * 2 == [retention_ms(settings, topic) for topic in ("gateway", RAW)]


def test_secrets_do_not_print(tmp_path: Path) -> None:
    """A password shows in no repr and no dump of the settings."""
    settings = load_settings(settings_file(tmp_path, "[kafka]\nsasl_password = 'hunter2'\n"))

    assert "hunter2" not in repr(settings)
    assert "hunter2" not in str(settings.model_dump(mode="json"))
