"""A reveal killed at any step: nothing clear was opened without a durable intent, or left without an outcome."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from schemas.access import Purpose, Scope, View
from schemas.audit import AuditRecord
from schemas.audit_terms import Action, Phase
from schemas.vault import Secret, VaultEntry
from streams.audit.audit_log import open_audit_log, read_records
from streams.audit.ports import Appended, Audit
from streams.breakglass.revealing import RevealRequest
from streams.breakglass.scoping import Asked
from streams.embedded.state import EmbeddedState
from tests.streams.breakglass import rig as rigs
from tests.streams.breakglass.rig import Counting

_STEPS = (
    "before intent",
    "after intent",
    "before open",
    "after open",
    "before outcome",
    "after outcome",
    "before exit",
)


@dataclass(frozen=True, slots=True)
class _Step:
    """Dies where it is told to, as by kill -9."""

    last: str

    def reach(self, step: str) -> None:
        if step == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class _DyingAudit:
    audit: Audit
    step: _Step

    def append(self, record: AuditRecord) -> Appended:
        reveals = record.action is Action.REVEAL
        if reveals:
            self.step.reach(f"before {record.phase.value}")
        appended = self.audit.append(record)
        if reveals:
            self.step.reach(f"after {record.phase.value}")
        return appended


@dataclass(slots=True)
class _DyingOpener:
    opener: Counting
    step: _Step
    note: Callable[[], object]
    unwraps: int = 0
    kek_uri: str = ""

    def open(self, entry: VaultEntry) -> Secret:
        self.step.reach("before open")
        secret = self.opener.open(entry)
        self.note()
        self.step.reach("after open")
        return secret


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedState:
    """Return a state folder with a conversation in it."""
    return rigs.redacted_state(tmp_path_factory.mktemp("state") / "s").state


def _reveal(state: EmbeddedState, grant_id: str, event_id: str, step: _Step, folder: Path) -> None:
    """Reveal in this process, which dies on the way; what was opened and what left stands in files."""
    with rigs.rig_over(state) as rig:
        rig.recorded.audit = _DyingAudit(rig.recorded.audit, step)
        opener = _DyingOpener(Counting(state), step, (folder / "opened").touch)
        request = RevealRequest(grant_id, View.FULL, Purpose.TREATMENT, Asked(events=(event_id,)))
        result = rig.desk.revealer_with(opener).reveal(rig.ada(), request)
        (folder / "left").write_text(repr([item.value for item in result.items]))
        step.reach("before exit")


@pytest.mark.parametrize("last", _STEPS)
def test_nothing_clear_without_an_earlier_record(state: EmbeddedState, last: str, tmp_path: Path) -> None:
    """Killed at any step, the log has an intent for whatever was opened, and an outcome for whatever left."""
    with rigs.rig_over(state) as rig:
        event_id = rig.events[0][0]
        grant = rig.active(Scope(events=frozenset({event_id})))
    child = os.fork()
    if child == 0:
        try:
            _reveal(state, grant.id, event_id, _Step(last), tmp_path)
        finally:
            os._exit(1)
    status = os.waitpid(child, 0)[1]
    phases = _phases(state, grant.id)
    opened, left = (tmp_path / "opened").exists(), (tmp_path / "left").exists()

    assert (True, signal.SIGKILL) == (os.WIFSIGNALED(status), os.WTERMSIG(status))
    assert Phase.INTENT in phases or not opened
    assert Phase.OUTCOME in phases or not left
    assert (last in ("after open", "before outcome", "after outcome", "before exit"), last == "before exit") == (
        opened,
        left,
    )


def _phases(state: EmbeddedState, grant_id: str) -> set[Phase]:
    """Return which phases of the grant's reveals outlived the kill."""
    with open_audit_log(state.audit_log, state.audit_keys, 0) as log:
        size = log.sign_checkpoint().size
    records = [record for _, record in read_records(state.audit_log, 0, size)]
    return {record.phase for record in records if record.action is Action.REVEAL and record.grant_id == grant_id}
