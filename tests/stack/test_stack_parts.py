"""What the stack is made of keeps its rules where no server runs."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from tests.stack import daemon, java, maven
from tests.stack.certificates import make_stack_certificates
from tests.stack.daemon import Launch
from tests.stack.down import note_data, stop_all
from tests.stack.running import Stack, load_stack
from tests.stack.settings import StackError, StackSettings

_SLEEP = "import time; time.sleep(300)"
_STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(300)"
)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """Return a state folder whose servers are ended afterwards."""
    yield tmp_path / "state"
    for pid_file in (tmp_path / "state").glob("*.pid"):
        daemon.stop(tmp_path / "state", pid_file.stem, kill=True)


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Return an environment in which no JDK is installed and no program is on PATH."""
    for name in ("PHISTREAM_JAVA_HOME", "JAVA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(java, "_JVM_FOLDERS", (tmp_path / "jvm",))
    return monkeypatch


def _python(name: str, program: str, folder: Path) -> Launch:
    return Launch(name, (sys.executable, "-c", program), str(folder), dict(os.environ))


def _jdk(folder: Path, version: str) -> Path:
    (folder / "bin").mkdir(parents=True)
    launcher = folder / "bin" / "java"
    launcher.write_text("#!/bin/sh\n", encoding="utf-8")
    launcher.chmod(0o755)
    (folder / "release").write_text(f'IMPLEMENTOR="X"\nJAVA_VERSION="{version}"\n', encoding="utf-8")
    return folder


def test_server_is_found_and_stopped_by_name(state: Path, tmp_path: Path) -> None:
    """A started server is known by its process id until it is stopped, and stopping twice is no error."""
    daemon.start(state, _python("one", _SLEEP, tmp_path))
    pid = daemon.running_pid(state, "one")
    assert pid is not None
    assert os.getsid(pid) == pid
    assert daemon.stop(state, "one")
    assert daemon.running_pid(state, "one") is None
    assert not daemon.stop(state, "one")


def test_deaf_server_is_killed(state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that ignores the request to end, or is suspended, is killed after its time."""
    monkeypatch.setattr(daemon, "_STOP_SECONDS", 0.3)
    daemon.start(state, _python("deaf", _STUBBORN, tmp_path))
    daemon.wait_ready(state, "deaf", lambda: "up" in daemon.last_lines(state, "deaf"), 120)
    os.kill(daemon.running_pid(state, "deaf") or 0, signal.SIGSTOP)
    assert daemon.stop(state, "deaf")
    assert daemon.running_pid(state, "deaf") is None


def test_reused_process_id_is_left_alone(state: Path, tmp_path: Path) -> None:
    """A process that only has the remembered id, but another start, is not taken for the server."""
    daemon.start(state, _python("one", _SLEEP, tmp_path))
    pid = daemon.running_pid(state, "one")
    identity = state / "one.pid"
    kept = identity.read_text(encoding="utf-8")
    identity.write_text(f'{{"pid": {pid}, "started": "another moment"}}', encoding="utf-8")
    assert not daemon.stop(state, "one")
    identity.write_text(kept, encoding="utf-8")
    assert daemon.running_pid(state, "one") == pid


def test_failed_start_shows_its_log(state: Path, tmp_path: Path) -> None:
    """A server that dies while starting is reported at once, with the end of what it said."""
    daemon.start(state, _python("one", "raise SystemExit('no such setting')", tmp_path))
    with pytest.raises(StackError, match=r"ended while starting(?s:.*)no such setting"):
        daemon.wait_ready(state, "one", lambda: False, 60)


def test_slow_start_is_given_up(state: Path, tmp_path: Path) -> None:
    """A server that never answers is reported when its time is over."""
    daemon.start(state, _python("one", _SLEEP, tmp_path))
    with pytest.raises(StackError, match="was not ready within"):
        daemon.wait_ready(state, "one", lambda: False, 0.3)


def test_restarted_server_keeps_its_command(state: Path, tmp_path: Path) -> None:
    """A stopped server starts again as it was started, and a running one is not started twice."""
    daemon.start(state, _python("one", _SLEEP, tmp_path))
    with pytest.raises(StackError, match="is running"):
        daemon.start_again(state, "one")
    daemon.stop(state, "one", kill=True)
    daemon.start_again(state, "one")
    assert daemon.running_pid(state, "one") is not None


def test_lowest_fitting_jdk_is_taken(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Among the installed versions the lowest that fits runs the server, and too new a one is passed over."""
    for version in ("11.0.2", "17.0.15", "21.0.7", "25"):
        _jdk(tmp_path / "jvm" / f"java-{version}", version)
    assert java.find_jdk("X", at_least=17).version == 17
    assert java.find_jdk("X", at_least=18).version == 21
    assert java.find_jdk("X", at_least=17, at_most=20).version == 17
    with pytest.raises(StackError, match="from 22 to 24"):
        java.find_jdk("X", at_least=22, at_most=24)


def test_named_jdk_goes_first(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The JDK that the environment names is taken before installed ones, unless it does not fit."""
    _jdk(tmp_path / "jvm" / "java-17", "17.0.1")
    environment.setenv("PHISTREAM_JAVA_HOME", str(_jdk(tmp_path / "mine", "25")))
    assert java.find_jdk("X", at_least=17).version == 25
    assert java.find_jdk("X", at_least=17, at_most=23).version == 17


def test_old_jdk_is_named_with_the_fix(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Who has too old a JDK, or none, reads what is needed, what was found and how to mend it."""
    with pytest.raises(StackError, match="Kafka needs a JDK of version 17 or newer; found: none") as none:
        java.find_jdk("Kafka", at_least=17)
    assert "openjdk-17-jdk-headless" in str(none.value)
    assert "PHISTREAM_JAVA_HOME" in str(none.value)
    _jdk(tmp_path / "jvm" / "old", "1.8.0_402")
    with pytest.raises(StackError, match="found: 8 in"):
        java.find_jdk("Kafka", at_least=17)


def test_missing_maven_is_named_with_the_fix(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without Maven the first start says so and leaves no half-made cache."""
    with pytest.raises(StackError, match=r"Maven is missing(?s:.*)apt install maven"):
        maven.fetch(tmp_path / "cache", "kafka", "44 MB")
    assert list((tmp_path / "cache").iterdir()) == []


def test_ports_and_folders_come_from_the_environment(tmp_path: Path) -> None:
    """Each kind of stack has ports of its own, and a value that is no port is refused by name."""
    given = {"PHISTREAM_STACK_DIR": str(tmp_path), "PHISTREAM_KAFKA_PORT": "2001", "PHISTREAM_KAFKA_TLS_PORT": "3001"}
    plain = StackSettings.from_environment(secure=False, environ=given)
    secure = StackSettings.from_environment(secure=True, environ=given)
    assert (plain.state, plain.kafka_port, plain.opensearch_port) == (tmp_path, 2001, 19200)
    assert (secure.kafka_port, secure.opensearch_port) == (3001, 19201)
    assert len(plain.ports()) == 4
    for text in ("x", "80", "65000"):
        with pytest.raises(StackError, match="PHISTREAM_KAFKA_PORT must be a port"):
            StackSettings.from_environment(secure=False, environ={"PHISTREAM_KAFKA_PORT": text})


def test_description_hides_passwords(tmp_path: Path) -> None:
    """The description of a stack is for its owner's eyes, and printing it shows no password."""
    stack = Stack(True, "127.0.0.1:1", "https://127.0.0.1:2", kafka_passwords={"redactor": "pw-1"}, admin_key="/key")
    stack.save(tmp_path)
    assert Stack.load(tmp_path) == stack
    assert (tmp_path / "stack.json").stat().st_mode & 0o077 == 0
    assert "pw-1" not in repr(stack)


def test_dead_stack_is_not_running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A description whose servers have ended counts as no stack, and stopping it removes what is left."""
    monkeypatch.setenv("PHISTREAM_STACK_DIR", str(tmp_path))
    Stack(False, "127.0.0.1:1", "http://127.0.0.1:2").save(tmp_path)
    assert load_stack(secure=False) is None
    settings = StackSettings.from_environment(secure=False)
    data = tmp_path / "data"
    data.mkdir()
    note_data(settings, data)
    assert stop_all(settings) == ()
    assert not data.exists()
    assert Stack.load(tmp_path) is None


def test_certificates_are_signed_for_loopback(tmp_path: Path) -> None:
    """The pairs are signed by the CA for loopback, private keys are closed, and the CA's own key is not kept."""
    certificates = make_stack_certificates(tmp_path / "certificates")
    ca = x509.load_pem_x509_certificate(certificates.ca.read_bytes())
    node = x509.load_pem_x509_certificate(certificates.node_certificate.read_bytes())
    node.verify_directly_issued_by(ca)
    assert node.subject.rfc4514_string() == certificates.node_name
    names = node.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["node", "localhost"]
    assert certificates.node_key.stat().st_mode & 0o077 == 0
    assert not list((tmp_path / "certificates").glob("ca-key*"))
