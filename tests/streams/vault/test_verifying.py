"""`vault verify`: what was deleted from the vault topic, put there or moved in it, is found and named."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from schemas.errors import VaultError
from schemas.topics import BATCHES, VAULT
from streams.audit.audit_log import read_records
from streams.cli import app
from streams.embedded.state import TENANT
from streams.log.ports import Publication
from streams.vault.keystore_sqlite import SqliteKeyStore
from tests.streams.embedded_rig import EmbeddedRig, rig_at


@pytest.fixture
def rig(tmp_path: Path) -> EmbeddedRig:
    """Return a state folder into which a worker wrote two batches of entries."""
    made = rig_at(tmp_path / "state")
    for number in range(2):
        made.feed(json.dumps({"text": f"mail a{number}@example.org and b{number}@example.org"}).encode())
        made.drain()
    assert len(made.records(VAULT)) == 4
    return made


def verified(rig: EmbeddedRig) -> dict[str, Any]:
    """Return what the command finds; its error's facts where it is one."""
    result = CliRunner().invoke(app, ["vault", "verify", "--state", str(rig.state.folder), "--json"])
    assert result.exception is None or isinstance(result.exception, VaultError), repr(result.exception)
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[0])
    sound = not (found["missing"] or found["unlisted"] or found["orphans"])
    assert (result.exception is None) is sound
    return found


def publish(rig: EmbeddedRig, *publications: Publication) -> None:
    """Write into the log past the worker."""
    store = rig.state.open_store()
    with store.transaction():
        store.append(publications)
    store.close()


def test_what_the_worker_wrote_agrees(rig: EmbeddedRig) -> None:
    """Nothing is missing, unlisted or without its key; the run is audited."""
    found = verified(rig)

    assert {name: found[name] for name in ("present", "listed", "buried", "missing", "unlisted", "orphans")} == {
        "present": 4, "listed": 4, "buried": 0, "missing": 0, "unlisted": 0, "orphans": 0
    }  # fmt: skip
    assert [record.action.value for _, record in read_records(rig.state.audit_log, 0, 2)] == ["vault.verify"] * 2


def test_a_deleted_entry_is_found_with_its_batch(rig: EmbeddedRig) -> None:
    """An entry that is gone, by deletion or by a tombstone that no ledger has, is missing, and its batch is named."""
    batches = [batch["batch_id"] for batch in rig.trees(BATCHES)]
    first = rig.records(VAULT)[0]
    with sqlite3.connect(rig.state.log_file) as log:
        log.execute("DELETE FROM log_records WHERE topic = ? AND offset = ?", (VAULT, first.offset))
    log.close()
    found = verified(rig)
    assert (found["missing"], found["batches"]) == (1, batches[:1])
    publish(rig, Publication(VAULT, rig.records(VAULT)[-1].key, None))

    found = verified(rig)
    assert (found["missing"], sorted(found["batches"])) == (2, sorted(batches))


def test_what_was_erased_by_name_is_not_missing(rig: EmbeddedRig) -> None:
    """A tombstone whose denial is in the ledger is no deletion."""
    token = (rig.records(VAULT)[0].key or b"").decode().split("|")[1]
    erased = CliRunner().invoke(app, ["erase", "record", TENANT, token, "--state", str(rig.state.folder)])
    assert erased.exception is None

    found = verified(rig)
    assert (found["present"], found["buried"], found["missing"]) == (3, 1, 0)


def test_an_entry_that_no_batch_wrote_is_found(rig: EmbeddedRig) -> None:
    """An entry put there under a new unit, or moved under another one's key, is unlisted; what it hid is missing."""
    first, second = rig.records(VAULT)[:2]
    tree = json.loads(first.value or b"") | {"unit": "2031-01"}
    publish(rig, Publication(VAULT, f"{TENANT}|{tree['token']}|2031-01".encode(), json.dumps(tree).encode()))
    assert verified(rig)["unlisted"] == 1
    publish(rig, Publication(VAULT, second.key, first.value))

    found = verified(rig)
    assert (found["unlisted"], found["missing"]) == (2, 1)


def test_an_entry_without_its_key_is_found(rig: EmbeddedRig) -> None:
    """Where the key store never had an entry's DEK the vault is not whole; a destroyed one is no loss."""
    store = SqliteKeyStore(rig.state.key_store)
    unit = store.list(TENANT)[0].unit
    store.retire_unit(TENANT, unit)
    store.destroy_unit(TENANT, unit)
    store.close()
    assert verified(rig)["orphans"] == 0
    for lost in rig.state.folder.glob("keys.db*"):
        lost.unlink()

    assert verified(rig)["orphans"] == 2
