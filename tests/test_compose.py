"""`docker-compose.yml` is what the Compose Specification allows, and keeps the project's own rules."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from schemas.topics import Role
from streams.config import Settings
from streams.intake import main as intake_main
from tests.stack import kafka, opensearch
from tests.stack.compose_env import CERTIFICATES, make_environment
from tests.stack.settings import REPOSITORY

_TEXT = (REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8")
_COMPOSE: dict[str, Any] = yaml.safe_load(_TEXT)
_SERVICES: dict[str, dict[str, Any]] = _COMPOSE["services"]
_ONCE = {name for name, service in _SERVICES.items() if service["restart"] == "no"}
_OURS = {name for name, service in _SERVICES.items() if service["image"].startswith("phistream:")}


def _variables(text: str) -> Iterator[tuple[str, str]]:
    """Give each variable of the file with what follows its name; `$$` stands for a dollar sign."""
    for match in re.finditer(r"(?<!\$)\$(?:\{([A-Za-z_]+)([^}]*)\}|([A-Za-z_]+))", text.replace("$$", "")):
        yield match[1] or match[3], match[2] or ""


def _properties(name: str) -> dict[str, str]:
    lines = _COMPOSE["configs"][name]["content"].splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


def test_compose_file_follows_the_specification() -> None:
    """The file is valid under the Compose Specification's JSON Schema."""
    schema = json.loads((REPOSITORY / "tests" / "stack" / "compose-spec.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    errors = jsonschema.Draft202012Validator(schema).iter_errors(_COMPOSE)
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


def test_schema_is_able_to_refuse() -> None:
    """A misspelled key of a service is found, so that the validation above means something."""
    schema = json.loads((REPOSITORY / "tests" / "stack" / "compose-spec.json").read_text(encoding="utf-8"))
    wrong = {**_COMPOSE, "services": {"kafka": {"image": "x", "helthcheck": {}}}}
    assert not jsonschema.Draft202012Validator(schema).is_valid(wrong)


def test_services_of_the_design_are_there() -> None:
    """Broker, index, dashboards, database and the services of ours are described."""
    wanted = {
        "kafka-controller",
        "kafka",
        "opensearch",
        "dashboards",
        "postgres",
        "topics-init",
        "worker",
        "intake",
        "indexer",
        "monitor",
    }
    assert wanted <= set(_SERVICES)


def test_no_variable_has_a_default() -> None:
    """Each variable is required and says what to do, so no secret falls back to a known value."""
    found = list(_variables(_TEXT))
    assert found
    assert [name for name, rest in found if not re.fullmatch(r":\?.{10,}", rest)] == []


def test_passwords_come_from_variables() -> None:
    """Whatever is called a password is taken from the environment, in services and in their settings."""
    named = re.findall(r"(?im)^\s*[\w.]*password[\w.]*\s*[:=]\s*(.+)$", _TEXT)
    written = re.findall(r'(?i)password="([^"]*)"', _TEXT)
    assert len(named) >= 8
    assert [value for value in named + written if not value.strip('"').startswith("${")] == []


@pytest.mark.parametrize("name", sorted(_SERVICES))
def test_service_is_bounded(name: str) -> None:
    """Each service has limits of memory, processor and processes, and cannot gain privileges."""
    service = _SERVICES[name]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("name", sorted(set(_SERVICES) - _ONCE))
def test_lasting_service_is_checked(name: str) -> None:
    """Each lasting service has a health check with bounds and comes back after a failure."""
    check = _SERVICES[name]["healthcheck"]
    assert {"test", "interval", "timeout", "retries", "start_period"} <= set(check)
    assert _SERVICES[name]["restart"] == "unless-stopped"


def test_dependencies_wait_for_the_right_moment() -> None:
    """A service waits until a lasting one is healthy, or until one that ends has succeeded."""
    for name, service in _SERVICES.items():
        for needed, rule in service.get("depends_on", {}).items():
            expected = "service_completed_successfully" if needed in _ONCE else "service_healthy"
            assert (name, needed, rule["condition"]) == (name, needed, expected)


def test_ports_are_published_on_loopback_only() -> None:
    """No published port is reachable from another machine."""
    published = [port for service in _SERVICES.values() for port in service.get("ports", ())]
    assert published
    assert [port for port in published if not re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port)] == []


def test_versions_are_those_of_the_tests() -> None:
    """Images are pinned, the broker and the index to the versions that the tests run."""
    images = {name: service["image"] for name, service in _SERVICES.items()}
    assert images["kafka"] == images["kafka-controller"] == f"apache/kafka:{kafka.VERSION}"
    assert images["opensearch"] == f"opensearchproject/opensearch:{opensearch.VERSION}"
    assert images["dashboards"] == f"opensearchproject/opensearch-dashboards:{opensearch.VERSION}"
    assert [image for image in images.values() if re.search(r":(latest)?$", image) or ":" not in image] == []


def test_kafka_is_as_strict_as_the_tested_one() -> None:
    """Broker and controller have the security settings of those that the tests run, but for names and folders."""
    both = broker, controller = _properties("kafka-server"), _properties("kafka-controller")
    assert int(broker["message.max.bytes"]) == kafka.LARGEST_RECORD_BYTES
    for name in (
        "authorizer.class.name", "allow.everyone.if.no.acl.found", "ssl.enabled.protocols", "auto.create.topics.enable",
    ):  # fmt: skip
        assert {each[name] for each in both} == {kafka.STRICT[name]}, name
    for name in ("sasl.enabled.mechanisms", "sasl.mechanism.inter.broker.protocol"):
        assert (name, broker[name]) == (name, kafka.STRICT[name])
    assert controller["listener.name.controller.ssl.client.auth"] == "required"
    for each in both:
        protocols = dict(pair.split(":") for pair in each["listener.security.protocol.map"].split(","))
        assert set(protocols.values()) <= {"SSL", "SASL_SSL"}
    assert broker["super.users"] == controller["super.users"]


def test_a_broker_without_replicas_keeps_its_markers() -> None:
    """The controller is another process, the broker goes without a word, and comes back when its session has ended."""
    broker, controller = _properties("kafka-server"), _properties("kafka-controller")
    assert (broker["process.roles"], controller["process.roles"]) == ("broker", "controller")
    assert broker["node.id"] != controller["node.id"]
    assert broker["controlled.shutdown.enable"] == "false"
    (script,) = [part for part in _SERVICES["kafka"]["command"] if "format" in part]
    waited = int(re.search(r"^sleep (\d+)$", script, re.MULTILINE)[1])  # type: ignore[index]
    assert waited * 1000 > int(broker["broker.session.timeout.ms"])
    assert broker["broker.session.timeout.ms"] == controller["broker.session.timeout.ms"]


def test_broker_knows_the_roles() -> None:
    """The broker has an account for each role that a service of this file, a person or a producer takes."""
    service = _SERVICES["kafka-controller"]  # The accounts stand in the metadata, which the controller keeps.
    (script,) = [part for part in service["command"] if "format" in part]
    accounts = set(re.search(r"for name in (.+); do", script)[1].split())  # type: ignore[index]
    assert accounts == {"broker", "admin", *(role.value for role in Role)}
    passwords = {f"KAFKA_PASSWORD_{name.upper()}" for name in accounts}
    assert passwords <= set(service["environment"])


def test_every_role_is_granted_its_rights() -> None:
    """The broker refuses whom no grant names: topics are made with the grants of every role."""
    grants = {part for part in _SERVICES["topics-init"]["command"] if part.startswith("--acl=")}
    assert grants == {f"--acl={role.value}=User:{role.value}" for role in Role}


def test_intake_is_one_process_and_is_asked_for() -> None:
    """Intake stops where no topic needs it, so it stands in a profile; its health is asked where its metrics are."""
    service = _SERVICES["intake"]
    port = int(service["environment"]["PHISTREAM__METRICS_PORT"]) + intake_main._METRICS_PORT
    assert service["profiles"] == ["intake"]
    assert service["deploy"].get("replicas", 1) == 1
    assert f"127.0.0.1:{port}/metrics" in service["healthcheck"]["test"][-1]
    assert service["environment"]["PHISTREAM__KAFKA__SASL_USERNAME"] == Role.INTAKE.value


def test_health_is_asked_where_the_service_answers() -> None:
    """Each slot of the worker serves its metrics above the configured port, the monitor at the port of its view."""
    base = int(_SERVICES["worker"]["environment"]["PHISTREAM__METRICS_PORT"])
    slots = range(*(int(end) + number for number, end in enumerate(_SERVICES["worker"]["command"][2].split("-"))))
    wanted = {
        "worker": {base + 1 + slot for slot in slots},
        "indexer": {base},
        "monitor": {Settings().monitor.web_port},
    }
    asked = {name: set(re.findall(r"\d{4,5}", _SERVICES[name]["healthcheck"]["test"][-1])) for name in wanted}
    assert asked == {name: {str(port) for port in ports} for name, ports in wanted.items()}


@pytest.mark.parametrize("name", ["worker", "intake"])
def test_a_first_start_knows_where_to_begin(name: str) -> None:
    """A group without offsets is refused unless the command says where it begins."""
    command = _SERVICES[name]["command"]
    assert command[command.index("--from") + 1] == "earliest"


@pytest.mark.parametrize("name", sorted(_OURS))
def test_settings_exist(name: str) -> None:
    """Each setting given to a service of ours is one that the configuration knows."""
    given = [key for key in _SERVICES[name]["environment"] if key.startswith("PHISTREAM__")]
    assert given
    for key in given:
        fields: Any = Settings
        for part in key.removeprefix("PHISTREAM__").lower().split("__"):
            assert part in fields.model_fields, key
            fields = fields.model_fields[part].annotation


def test_image_runs_without_rights() -> None:
    """The image of ours ends as an account without rights, and installs by hash."""
    lines = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users
    assert users[-1].split(":")[0] not in {"0", "root"}
    assert any("--require-hashes" in line for line in lines)


def test_image_holds_what_settings_may_name() -> None:
    """KMS drivers, S3 anchors, PostgreSQL and the monitor are installed: what the lock has is what the image has."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = {
        each.replace("[binary]", "") for name in ("aws", "hcvault", "monitor", "postgres") for each in extras[name]
    }
    lines = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8").splitlines()
    locked = {line.removesuffix(" \\") for line in lines if line[:1].isalnum()}
    assert wanted | {"psycopg-binary==3.3.9"} <= locked


def test_made_environment_is_complete(tmp_path: Path) -> None:
    """What `make compose-env` writes names every variable but those only the operator knows, and no password twice."""
    folder = tmp_path / "compose"
    make_environment(folder)
    lines = (folder / "compose.env").read_text(encoding="utf-8").splitlines()
    values = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    left = {name for name, _ in _variables(_TEXT)} - set(values)
    assert left == {"PHISTREAM_CONFIG", "PHISTREAM_KEYS", "PHISTREAM_TENANTS"}
    passwords = [value for name, value in values.items() if name.endswith("_PASSWORD")]
    assert len(set(passwords)) == len(passwords)
    assert min(len(value) for value in passwords) >= 32
    assert folder.stat().st_mode & 0o077 == 0
    for service in CERTIFICATES:
        assert (folder / "certificates" / service / "ca.pem").is_file()
