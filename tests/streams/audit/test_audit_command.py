"""`phistream audit`: what somebody sees who verifies, examines and anchors the log of a state folder."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from schemas.audit import Counts
from schemas.audit_terms import Action, Phase
from schemas.errors import ConfigError
from streams.audit.audit_log import open_audit_log
from streams.audit.verify_log import main as verify_alone
from streams.cli import app
from streams.embedded.state import TENANT, EmbeddedState
from streams.vault import passphrase
from tests.streams.audit.samples import record
from tests.streams.commands.test_breakglass import Desk

RECORDS = (
    record(action=Action.GRANT_ACTIVATE, tenant=TENANT),
    record(Phase.INTENT, tenant=TENANT),
    record(Phase.OUTCOME, tenant=TENANT, intent=1, counts=Counts(requested=2, revealed=2)),
)


@pytest.fixture
def state(tmp_path: Path) -> EmbeddedState:
    """Return a state folder whose audit log has a grant and a reveal."""
    state = EmbeddedState(tmp_path / "state")
    _append(state, *RECORDS)
    return state


def _append(state: EmbeddedState, *records: object) -> None:
    with open_audit_log(state.audit_log, state.audit_keys, 0) as log:
        for each in records:
            log.append(each)  # type: ignore[arg-type]


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["audit", *map(str, arguments)])


def test_a_log_verifies_and_an_altered_one_does_not(state: EmbeddedState, tmp_path: Path) -> None:
    """Status 0 with the count of entries; status 1 after one byte was changed."""
    kept = tmp_path / "kept"
    kept.write_bytes((state.audit_log / "checkpoint").read_bytes())
    _append(state, RECORDS[0])
    found = _run("verify", "--state", state.folder, "--old", kept)

    assert (0, True) == (found.exit_code, "4 entries" in found.output)
    bundle = state.audit_log / "tile/entries/000.p/4"
    bundle.chmod(0o600)
    bundle.write_bytes(bundle.read_bytes().replace(b"ana", b"ben", 1))
    assert 1 == _run("verify", "--state", state.folder).exit_code


def test_a_log_written_anew_fails_against_its_anchor(state: EmbeddedState, tmp_path: Path) -> None:
    """With the key of the log everything can be signed again; the anchor tells."""
    anchor = tmp_path / "anchor"
    assert 0 == _run("anchor", "--state", state.folder, "--to", anchor).exit_code
    assert 0 == _run("verify", "--state", state.folder, "--anchor", anchor).exit_code
    state.audit_log.rename(tmp_path / "hidden")
    _append(state, RECORDS[0])

    assert 0 == _run("verify", "--state", state.folder).exit_code
    assert 1 == _run("verify", "--state", state.folder, "--anchor", anchor).exit_code


def test_a_proof_is_for_an_outsider(state: EmbeddedState, tmp_path: Path) -> None:
    """An entry, its proof and the printed key are all that the stand-alone verifier needs; so is a copy of the log."""
    key = tmp_path / "key"
    key.write_text(_run("key", "--state", state.folder).output)
    assert 0 == _run("prove", 1, "--to", tmp_path / "proof", "--log", state.audit_log, "--key", key).exit_code
    proof = [str(tmp_path / "proof" / f"entry-1.{kind}") for kind in ("json", "proof")]

    assert 0 == verify_alone(["--entry", *proof, str(key)])
    assert 1 == verify_alone(["--entry", proof[1], proof[1], str(key)])
    assert 0 == verify_alone([str(state.audit_log), str(key)])
    assert 2 == verify_alone([])


def test_entries_are_shown_and_exported(state: EmbeddedState) -> None:
    """The last entries in lines or as they are; all of them as OCSF."""
    assert ["2  2026-11-21T23:20:00.000Z  reveal  outcome  of 1  local|ana  1 grant  success"] == _run(
        "tail", "--state", state.folder, "-n", 1
    ).output.splitlines()
    assert (
        "intent" == json.loads(_run("tail", "--state", state.folder, "-n", 2, "--json").output.splitlines()[0])["phase"]
    )
    events = [json.loads(line) for line in _run("export", "--state", state.folder).output.splitlines()]
    fhir = [json.loads(line) for line in _run("export", "--fhir", "--state", state.folder).output.splitlines()]
    assert ["AuditEvent"] * 3 == [event["resourceType"] for event in fhir]
    assert [3003, 6005, 6005] == [event["class_uid"] for event in events]


def test_reconcile_tells_by_its_status(state: EmbeddedState, tmp_path: Path) -> None:
    """Silence and status 0 where all agrees; lines and status 1 where an intent died or the KMS tells more than we."""
    assert (0, "") == ((found := _run("reconcile", "--state", state.folder)).exit_code, found.output)
    kms = tmp_path / "kms.jsonl"
    kms.write_text('{"request_id":"r","time":"2026-11-21T23:20:01Z"}\n')
    found = _run("reconcile", "--state", state.folder, "--kms", kms)
    assert (1, "unwrap_without_record") == (found.exit_code, json.loads(found.output)["mismatch"])
    _append(state, replace(RECORDS[1], ts="2026-11-20T00:00:00.000Z"))

    assert "intent_without_outcome" in _run("reconcile", "--state", state.folder).output


def test_a_review_shows_who_was_shown_what(state: EmbeddedState) -> None:
    """By person and grant, with the digest that a sign-off records."""
    found = json.loads(_run("review", "--state", state.folder, "--json").output)

    assert [("ana", 2)] == [(line["subject"], line["revealed"]) for line in found["lines"]]
    assert 64 == len(found["digest"])


@pytest.mark.parametrize(
    "arguments",
    [("verify",), ("verify", "--log", "there"), ("tail", "--state", "nowhere"), ("anchor", "--log", "x", "--key", "y")],
)
def test_what_names_no_log_is_refused(arguments: tuple[str, ...]) -> None:
    """Without a log, or a log without its key, nothing is verified and nothing made."""
    found = _run(*arguments)

    assert isinstance(found.exception, ConfigError)
    assert not Path("nowhere").exists()


def test_a_review_is_signed_by_who_signed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the ceremony an approver signs the review off; the next one begins behind it."""
    monkeypatch.setattr(passphrase, "_COST", 2**10)
    desk = Desk(tmp_path)
    desk.init()
    with desk.at_its_time():
        signed = _run("review", "--state", desk.state, "--sign", *desk.as_("ada"))

    assert (0, True) == (signed.exit_code, "signed as entry" in signed.output)
    assert 0 < json.loads(_run("review", "--state", desk.state, "--json").output)["start"]
    assert 0 == _run("verify", "--state", desk.state).exit_code
