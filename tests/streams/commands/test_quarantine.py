"""`phistream quarantine`: a mistyped folder; putting back and destroying through a service."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest
import uvicorn
from typer.testing import CliRunner, Result

from schemas.audit_terms import Action
from schemas.errors import AccessDenied, AuditUnavailable, ConfigError, LogUnavailable, PhistreamError
from schemas.topics import KEYED, REDACTED
from streams.breakglass.desk import HOME
from streams.cli import app
from streams.embedded.state import EmbeddedState
from tests.stack.ports import free_port
from tests.streams.breakglass.rig import rig_over
from tests.streams.breakglass.service import Service, served
from tests.streams.embedded_rig import EmbeddedRig, rig_at


def test_a_folder_without_state_is_named(tmp_path: Path) -> None:
    """A mistyped folder is refused by name, and none is made."""
    missing = tmp_path / "nowhere"
    result = CliRunner().invoke(app, ["quarantine", "list", "--state", str(missing)])

    assert isinstance(result.exception, ConfigError)
    assert str(missing) in str(result.exception)
    assert not missing.exists()


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedState:
    """Return a state folder with two records in quarantine."""
    rig = rig_at(tmp_path_factory.mktemp("state") / "s")
    rig.feed(b"no JSON", b"nor this")
    rig.drain()
    with rig_over(rig.state):
        return rig.state


@dataclass
class Office:
    """A service that answers at an address, and somebody's token in a file."""

    service: Service
    url: str
    token: Path
    events: list[str]

    def grant(self, scope: str) -> str:
        """Return a grant of ada's over both records."""
        asked = {"tenant": HOME, "mode": "normal", "purpose": "quality_engineering", "seconds": 3600, "view": "masked"}
        asked |= {"justification": "A newer version reads them.", "scope": {scope: self.events}}
        id_ = str(self.service.post("ada", "/v1/grants", asked).json()["id"])
        self.service.post("bo", f"/v1/grants/{id_}/approve")
        self.service.post("ada", f"/v1/grants/{id_}/activate")
        return id_

    def do(self, *arguments: str, who: str = "ada") -> Result:
        """Run one command as somebody; raises what it raised."""
        self.token.write_text(self.service.token(who) + "\n")
        self.token.chmod(0o600)
        given = ["quarantine", *arguments, "--service", self.url, "--token", str(self.token)]
        result = CliRunner().invoke(app, given)
        if isinstance(result.exception, PhistreamError):
            raise result.exception
        return result


@pytest.fixture
def office(failed: EmbeddedState, tmp_path: Path) -> Iterator[Office]:
    """Serve a copy of the folder at an address of this host."""
    with served(failed, tmp_path / "state") as service:
        events = [tree["event_id"] for tree in EmbeddedRig(service.rig.desk.state).trees(REDACTED)]
        port = free_port()
        server = uvicorn.Server(uvicorn.Config(service.client.app, port=port, log_level="critical", lifespan="off"))
        thread = Thread(target=server.run)
        thread.start()
        while not server.started:
            thread.join(0.01)
        yield Office(service, f"http://127.0.0.1:{port}", tmp_path / "token", events)
        server.should_exit = True
        thread.join()


def test_put_back_and_destroyed_through_a_service(office: Office) -> None:
    """Under grants of the service: once each, refused to others, and what remains of the destroyed is said."""
    back = office.grant("replays")
    with pytest.raises(AccessDenied, match="other_person"):
        office.do("replay", back, who="bo")
    first = office.do("replay", back, "--event", office.events[0])
    rest = office.do("replay", back)
    assert (0, f"{office.events[0]} put back\n") == (first.exit_code, first.stdout)
    lines = {f"{office.events[0]} denied repeated", f"{office.events[1]} put back"}
    assert (1, lines) == (rest.exit_code, set(rest.stdout.splitlines()))
    assert 2 == len(EmbeddedRig(office.service.rig.desk.state).records(KEYED))

    gone = office.do("destroy", office.grant("destructions"))
    assert (0, [f"{event} destroyed" for event in sorted(office.events)]) == (gone.exit_code, gone.stdout.splitlines())
    assert "Copies of the state folder" in gone.stderr


def test_what_a_service_refuses_is_told_by_its_code(office: Office) -> None:
    """A grant that never was, one that names none, words that are no event, a log that takes no record."""
    with pytest.raises(AccessDenied, match="grant_unknown"):
        office.do("replay", "0" * 32)
    with pytest.raises(AccessDenied, match="out_of_scope"):
        office.do("destroy", office.grant("replays"))
    with pytest.raises(ConfigError, match="malformed"):
        office.do("replay", "0" * 32, "--event", "Jane Doe")
    with pytest.raises(ConfigError):
        office.do("replay", "../erasures")
    grant = office.grant("replays")
    office.service.rig.recorded.refuse = lambda record: record.action is Action.QUARANTINE_REPLAY
    with pytest.raises(AuditUnavailable, match="store_unavailable"):
        office.do("replay", grant)


def test_nobody_at_the_address(office: Office) -> None:
    """What does not answer, or answers something else, is told of without a word of it."""
    office.url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(LogUnavailable, match="cannot be reached"):
        office.do("replay", "0" * 32)


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--service", "https://breakglass.example.org"],
        ["--service", "https://breakglass.example.org", "--token", "fd:977"],
        ["--service", "http://192.0.2.7:8443", "--token", "{token}"],
        ["--service", "https://breakglass.example.org/v1?x=1", "--token", "{token}"],
        ["--service", "https://breakglass.example.org", "--token", "{token}", "--state", "somewhere"],
        ["--service", "https://breakglass.example.org", "--token", "{empty}"],
        ["--service", "https://breakglass.example.org", "--token", "{open}"],
    ],
)
def test_where_and_as_whom_is_said_in_full(tmp_path: Path, options: list[str]) -> None:
    """A state folder or a service, over TLS beyond this host, with a token that nobody else reads; nothing is asked."""
    for name, content, mode in (("token", "abc.def", 0o600), ("empty", "\n", 0o600), ("open", "abc.def", 0o644)):
        (tmp_path / name).write_text(content)
        (tmp_path / name).chmod(mode)
    given = [
        each.format(token=tmp_path / "token", empty=tmp_path / "empty", open=tmp_path / "open") for each in options
    ]
    result = CliRunner().invoke(app, ["quarantine", "replay", "0" * 32, *given])

    assert isinstance(result.exception, ConfigError)
    assert "abc.def" not in str(result.exception)
