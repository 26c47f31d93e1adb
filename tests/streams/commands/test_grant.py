"""`phistream grant`, `reveal`, `lookup` and `disclosures` as two persons use them over a state folder."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from schemas.errors import AccessDenied, ConfigError, PhistreamError
from streams.breakglass import cleaning
from streams.breakglass.identity import passwords
from streams.cli import app
from streams.clock import SystemClock
from streams.embedded.state import EmbeddedState
from streams.vault import passphrase as passphrases
from tests.streams.breakglass.identity.rig import CHEAP
from tests.streams.breakglass.rig import VALUES, redacted_state
from tests.streams.commands.test_breakglass import PASSPHRASE, Desk, password_of
from tests.streams.embedded_rig import EmbeddedRig

REASON = "The patient has to be called back, the ward cannot reach them."
_FOR = ("--purpose", "treatment")


class Ward(Desk):
    """A desk whose state folder holds a redacted conversation."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.now_ms = 1_800_000_000_000

    def opening(self, name: str) -> list[str]:
        """Return the option that signs somebody in who opens keys, too."""
        content = {"name": name, "password": password_of(name), "code": self.code(name), "passphrase": [PASSPHRASE]}
        return ["--credentials", self.file(content)]

    def do(self, *arguments: str, typed: str | None = None) -> Result:
        """Run one command; raises what it raised."""
        result = CliRunner().invoke(app, [*arguments, "--state", str(self.state)], input=typed)
        if isinstance(result.exception, PhistreamError):
            raise result.exception
        assert result.exception is None, result.output
        return result

    def active(self, *options: str) -> str:
        """Return the id of a grant of ada's that ben approved."""
        asked = ("grant", "request", "--purpose", "treatment", "--reason", "-", *options)
        id_ = self.do(*asked, *self.as_("ada"), typed=REASON).stdout.strip()
        self.do("grant", "approve", id_, *self.as_("ben"))
        self.do("grant", "activate", id_, *self.as_("ada"))
        return id_


@pytest.fixture(scope="module")
def event(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ward, str, list[str]]]:
    """Redact a conversation and hold the ceremony, once."""
    folder = tmp_path_factory.mktemp("ward")
    rig = redacted_state(folder / "state")
    tree = rig.trees("llm.events.redacted.v1")[0]
    ward = Ward(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passphrases, "_COST", 2**10)
        patch.setattr(passwords, "Passwords", lambda: CHEAP)
        patch.setattr(cleaning, "clean", lambda text: text)
        patch.setattr(SystemClock, "now_ms", lambda _: ward.now_ms)
        people = [ward.person("ada"), ward.person("ben")]
        ward.run("init", "--credentials", ward.file({"people": people, "passphrase": [PASSPHRASE]}))
        texts = [tree["record"]["request"]["messages"][0]["content"]]
        yield ward, tree["event_id"], texts


def test_one_refused_and_one_complete_reveal(event: tuple[Ward, str, list[str]]) -> None:
    """Who has no approval sees nothing; with it, values and whose text they stand in, and an accounting of it."""
    ward, event_id, texts = event
    asked = ("grant", "request", "--event", event_id, "--purpose", "treatment", "--reason", "-")
    id_ = ward.do(*asked, *ward.as_("ada"), typed=REASON).stdout.strip()
    with pytest.raises(AccessDenied):
        ward.do("reveal", id_, *_FOR, "--event", event_id, *ward.opening("ada"))
    with pytest.raises(AccessDenied):
        ward.do("grant", "approve", id_, *ward.as_("ada"))
    ward.do("grant", "approve", id_, *ward.as_("ben"))
    ward.do("grant", "activate", id_, *ward.as_("ada"))
    shown = ward.do("reveal", id_, *_FOR, "--event", event_id, "--json", *ward.opening("ada"))
    items = [json.loads(line) for line in shown.stdout.splitlines()]
    text = ward.do("reveal", id_, *_FOR, "--text", "-", *ward.opening("ada"), typed=texts[0]).stdout
    listed = ward.do("grant", "list", "--json", *ward.as_("ben")).stdout
    reason = json.loads(ward.do("grant", "show", id_, *ward.as_("ben")).stdout)["reason"]

    assert {(VALUES[0], "input"), (VALUES[2], "output")} <= {(item["value"], item["side"]) for item in items}
    assert f"Write to {VALUES[0]}, SSN {VALUES[1]}." == text
    assert id_ in [json.loads(line)["id"] for line in listed.splitlines()]
    assert REASON == reason


def test_an_accounting_of_disclosures(event: tuple[Ward, str, list[str]]) -> None:
    """By value to its tokens, and from them to everyone who was shown one; asking takes a role."""
    ward, _, _ = event
    finding = ward.active("--lookup")
    token = ward.do(
        "lookup", finding, "EMAIL", *_FOR, "--values", "-", *ward.as_("ada"), typed=VALUES[0]
    ).stdout.strip()
    id_ = ward.active("--token", token)
    ward.do("reveal", id_, *_FOR, "--token", token, *ward.opening("ada"))
    lines = ward.do("disclosures", "--token", token, "--json", *ward.as_("ben")).stdout.splitlines()
    found = [json.loads(line) for line in lines]

    assert ([token], "treatment", id_) == (found[-1]["tokens"], found[-1]["purpose"], found[-1]["grant_id"])
    assert VALUES[0] not in "".join(lines)


def test_an_emergency_is_at_once_and_ratified(event: tuple[Ward, str, list[str]]) -> None:
    """No approval before, masked as wanted, no second one before another person ratified the first."""
    ward, event_id, _ = event
    asked = ("grant", "request", "--event", event_id, "--purpose", "break_glass", "--emergency", "--reason", "-")
    id_ = ward.do(*asked, *ward.as_("ada"), typed=REASON).stdout.strip()
    shown = ward.do(
        "reveal", id_, "--purpose", "break_glass", "--event", event_id, "--masked", *ward.opening("ada")
    ).stdout
    ward.do("grant", "release", id_, *ward.as_("ada"))
    with pytest.raises(AccessDenied):
        ward.do(*asked, *ward.as_("ada"), typed=REASON)
    with pytest.raises(AccessDenied):
        ward.do("grant", "ratify", id_, *ward.as_("ada"))

    assert "ratified" not in ward.do("grant", "ratify", id_, *ward.as_("ben")).stderr
    assert not any(value in shown for value in VALUES)


def test_off_until_two_persons_enrolled(tmp_path: Path) -> None:
    """Without `breakglass init` nothing is asked and nothing opens."""
    redacted_state(tmp_path / "state")
    with pytest.raises(ConfigError, match="breakglass init"):
        Ward(tmp_path).do("reveal", "x", *_FOR, "--token", "y")


def test_quarantined_records_go_back_and_are_destroyed(event: tuple[Ward, str, list[str]]) -> None:
    """Two grants over two records that failed: one is put before a worker of today, the other never opens again."""
    ward = event[0]
    rig = EmbeddedRig(EmbeddedState(ward.state))
    rig.feed(b"no JSON", b"nor this")
    rig.drain()
    failed = [tree["event_id"] for tree in rig.trees("llm.events.redacted.v1") if tree["kind"] == "withheld"]
    back, gone = (ward.active(option, event) for option, event in zip(("--replay", "--destroy"), failed, strict=True))
    again = ward.do("quarantine", "replay", back, *ward.opening("ada")).stdout
    destroyed = ward.do("quarantine", "destroy", gone, *ward.as_("ada"))
    listed = ward.do("quarantine", "list", "--json").stdout.splitlines()

    assert f"{failed[0]} put back\n" == again
    assert f"{failed[1]} destroyed\n" == destroyed.stdout
    assert "Copies of the state folder" in destroyed.stderr
    # It is no JSON today, either: settled once more, and sealed anew.
    assert [*failed, failed[0]] == [
        tree["event_id"] for tree in rig.trees("llm.events.redacted.v1") if tree["kind"] == "withheld"
    ]
    assert [failed[0]] * 2 == [json.loads(line)["event_id"] for line in listed]
