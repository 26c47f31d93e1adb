"""`phistream search` and `tail` by somebody who signs in: an analyst's tenant, and a record with their name."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from schemas.access import Role
from schemas.audit import AuditRecord
from schemas.audit_terms import Action, Reason
from schemas.errors import AccessDenied, LogRefused, PhistreamError, SinkRefused
from streams.audit.audit_log import read_records
from streams.audit.reading import read_checkpoint
from streams.audit.signing import read_log_keys
from streams.breakglass.identity import passwords
from streams.cli import app
from streams.commands.signing_in import open_audit
from streams.embedded.state import EmbeddedState
from streams.vault import passphrase as passphrases
from tests.stack.ports import free_port
from tests.streams.breakglass.identity.rig import CHEAP
from tests.streams.commands.test_breakglass import PASSPHRASE, Desk


class Searching:
    """A deployment whose index and broker take no certificate of ours, and cat, analyst of clinic-a."""

    def __init__(self, folder: Path) -> None:
        self.desk, self.folder, self.config = Desk(folder), folder, folder / "phistream.toml"
        EmbeddedState(self.desk.state).prepare()
        self.config.write_text(
            f"""
            run_folder = "{folder}/run"
            [kafka]
            bootstrap_servers = "127.0.0.1:{free_port()}"
            security_protocol = "SSL"
            ca_file = "{folder}/absent.pem"
            encrypted_at_rest = true
            [siem]
            url = "https://127.0.0.1:{free_port()}"
            ca_file = "{folder}/absent.pem"
            encrypted_at_rest = true
            """
        )
        people = [self.desk.person("ada"), self.desk.person("ben")]
        self.desk.run("init", "--credentials", self.desk.file({"people": people, "passphrase": [PASSPHRASE]}))
        self.desk.run("person", "add", "--new", self.desk.file(self.desk.person("cat")), *self.desk.as_("ada"))
        given = self.desk.run("role", "propose", "cat", "analyst", "--tenant", "clinic-a", *self.desk.as_("ada"))
        self.desk.run("role", "confirm", given.stdout.strip(), *self.desk.as_("ben"))

    def run(self, *words: str, who: str) -> None:
        """Run a command as somebody; raises what it raised."""
        signed = ["--config", str(self.config), "--state", str(self.desk.state), *self.desk.as_(who)]
        with self.desk.at_its_time():
            result = CliRunner().invoke(app, [*words, *signed])
        assert isinstance(result.exception, PhistreamError), result.output
        raise result.exception

    def told(self) -> list[AuditRecord]:
        """Return the trail of searches."""
        log, keys = self.folder / "run" / "searches" / "log", self.folder / "run" / "searches" / "audit-log.json"
        size = read_checkpoint(log, read_log_keys(keys).verifiers)[1].size if log.exists() else 0
        return [record for _, record in read_records(log, 0, size)]


@pytest.fixture
def searching(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Searching:
    """Return the deployment."""
    monkeypatch.setattr(passphrases, "_COST", 2**10)
    monkeypatch.setattr(passwords, "Passwords", lambda: CHEAP)
    return Searching(tmp_path)


def test_an_analyst_searches_their_tenant_by_name(searching: Searching) -> None:
    """Who signed in stands in the trail, with the one tenant that they see, before the index is asked."""
    for words in (("search", "fever"), ("search", "--tenant", "clinic-a"), ("tail", "--no-follow")):
        with pytest.raises((SinkRefused, LogRefused)):
            searching.run(*words, who="cat")

    told = searching.told()
    assert {Action.SEARCH, Action.TAIL} == {record.action for record in told}
    assert {("clinic-a", (Role.ANALYST,))} == {(record.tenant, record.actor.roles) for record in told}
    assert all(record.actor.issuer.startswith("local:") for record in told)


def test_who_is_no_analyst_there_searches_nothing(searching: Searching) -> None:
    """An analyst of one tenant sees no other one, an approver none; that they tried is in the folder's log."""
    for who, words in (("cat", ("search", "--tenant", "clinic-b")), ("ada", ("search",)), ("ada", ("tail",))):
        with pytest.raises(AccessDenied, match="role is missing"):
            searching.run(*words, who=who)

    state = EmbeddedState(searching.desk.state)
    with open_audit(state) as audit:
        size = audit.log.size
    denied = [
        record.reason for _, record in read_records(state.audit_log, 0, size) if record.action is Action.AUTH_DENIED
    ]
    assert [Reason.ROLE_MISSING] * 3 == denied
    assert [] == searching.told()
