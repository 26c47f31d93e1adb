"""The vault's days end: what is past them is erased like anything else, and what is held is not."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from schemas.access import Role
from schemas.errors import ConfigError
from schemas.topics import DAY_MS
from schemas.vault import TenantId
from streams.accepted_policy import Accepted, accepted_file, posture_of_settings
from streams.audit.audit_log import read_records
from streams.cli import app
from streams.clock import SystemClock
from streams.commands.key_desk import Needs, at_key_desk
from streams.config import load_settings
from streams.vault.envelope import SealingVault
from streams.vault.erasing import Erasing
from streams.vault.expiring import held_units, is_past
from streams.vault.kek import open_kek
from streams.vault.key_pairs import create_key_pair
from streams.vault.keystore import live
from streams.vault.keystore_sqlite import SqliteKeyStore
from streams.vault.ledger import EntryKind, LedgerEntry
from streams.vault.tokenkeys import ensure_token_keys
from tests.streams.vault.test_envelope import secret

#: 2026-01-31, 2026-02-28, and a day in the month after.
_JANUARY, _FEBRUARY, _MARCH = 1_769_817_600_000, 1_772_236_800_000, 1_773_000_000_000


class Deployment:
    """A deployment whose vault has three months of two tenants; two persons accepted that it is kept for two days."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.config = folder, folder / "phistream.toml"
        create_key_pair(folder, "vault")
        ensure_token_keys(folder / "token-keys.json", ["clinic-a", "clinic-b"])
        self.write(2)
        store = SqliteKeyStore(folder / "keys.db")
        for tenant in ("clinic-a", "clinic-b"):
            vault = SealingVault(TenantId(tenant), open_kek(f"local:{folder}/vault.public.pem"), store, SystemClock())
            for at_ms in (_JANUARY, _FEBRUARY, _MARCH):
                vault.seal("ev-1", [secret(1)], at_ms)
        store.close()

    def accept(self) -> None:
        """Let two persons accept what the settings say."""
        settings = load_settings(self.config)
        accepted_file(settings).write(Accepted(posture_of_settings(settings), 0, ("local|a", "local|b")))

    def write(self, days: int) -> None:
        """Write settings under which events and vault are kept so long."""
        self.config.write_text(
            f"""
            run_folder = "{self.folder}/run"
            [tenants.clinic-a]
            [tenants.clinic-b]
            [retention]
            redacted_days = {days}
            vault_days = {days}
            [vault]
            kek_uri = "local:{self.folder}/vault.public.pem"
            token_keys_file = "{self.folder}/token-keys.json"
            key_store = "{self.folder}/keys.db"
            ledger = "{self.folder}/audit/erasures.jsonl"
            audit_log = "{self.folder}/audit"
            audit_keys = "{self.folder}/audit-log.json"
            """
        )

    def run(self, *words: str) -> str:
        """Let the vault's days end."""
        result = CliRunner().invoke(app, ["retention", "vault", *words, "--config", str(self.config)])
        if isinstance(result.exception, ConfigError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    def units(self) -> set[tuple[str, str]]:
        """Return the units that still open."""
        store = SqliteKeyStore(self.folder / "keys.db")
        found = {(str(dek.tenant), dek.unit) for dek in live(store)}
        store.close()
        return found


@pytest.fixture
def deployment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    """Return a deployment on the third of March."""
    monkeypatch.setattr(SystemClock, "now_ms", lambda _: _FEBRUARY + 3 * DAY_MS)
    return Deployment(tmp_path)


def test_months_past_their_days_are_erased(deployment: Deployment) -> None:
    """Keys of months that ended longer ago are destroyed, in the ledger and on record; a held month's are not."""
    deployment.accept()
    with at_key_desk(deployment.config, None, None, Needs(Role.KEY_ADMIN, unattended=True)) as desk:
        erasing = Erasing(desk.store, desk.ledger, desk.trail, desk.clock, 1)
        erasing.hold(desk.actor, "clinic-b", "2026-02", "LAW-1")
        assert held_units(desk.ledger.entries()) == {"2026-02"}
    before = deployment.units()
    assert "past its days" in deployment.run("--dry-run")
    assert deployment.units() == before
    said = deployment.run()

    assert {unit for _, unit in before - deployment.units()} == {"2026-01", "2026-02"}
    assert deployment.units() == {("clinic-b", "2026-02"), ("clinic-a", "2026-03"), ("clinic-b", "2026-03")}
    assert "clinic-b 2026-02: held." in said
    records = [record for _, record in read_records(deployment.folder / "audit", 0, 8)]
    assert [record.action.value for record in records] == ["hold.set"] * 2 + ["erase.execute"] * 6
    assert "0 units erased" in deployment.run()


def test_fewer_days_than_accepted_erase_nothing(deployment: Deployment) -> None:
    """Whoever may write the settings has nothing erased by a smaller number, nor where nobody accepted one."""
    before = deployment.units()
    with pytest.raises(ConfigError, match="fewer days"):
        deployment.run()
    deployment.accept()
    deployment.write(1)
    with pytest.raises(ConfigError, match="fewer days"):
        deployment.run()
    assert deployment.units() == before


def test_a_month_is_past_after_its_last_day() -> None:
    """A month's days are counted from the end of its last one."""
    end = _FEBRUARY + DAY_MS
    assert [is_past("2026-02", 3, end + 3 * DAY_MS - 1), is_past("2026-02", 3, end + 3 * DAY_MS)] == [False, True]


def test_a_hold_that_was_released_holds_nothing() -> None:
    """What counts of a place is its last word; another tenant's hold on the same month is another hold."""
    lines = [
        LedgerEntry(kind, tenant, "2026-01", at_ms)
        for at_ms, (kind, tenant) in enumerate(
            [(EntryKind.HELD, "a"), (EntryKind.HELD, "b"), (EntryKind.RELEASED, "a"), (EntryKind.REQUESTED, "b")]
        )
    ]

    assert held_units(lines) == {"2026-01"}
    assert held_units([*lines, LedgerEntry(EntryKind.RELEASED, "b", "2026-01", 9)]) == set()
