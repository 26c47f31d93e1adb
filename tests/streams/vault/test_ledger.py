"""The ledger of erasures: nothing leaves it, and what it says is done over any copy of the store."""

import json
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from schemas.errors import ConfigError, VaultError
from streams.config import VaultSettings
from streams.vault.keystore_sqlite import SqliteKeyStore
from streams.vault.ledger import EntryKind, Ledger, LedgerEntry
from streams.vault.stores import open_key_store, replay
from tests.contracts.keystore import wrapped_dek

ERASED = LedgerEntry(EntryKind.DESTROYING, "acme", "2026-11", at_ms=5, generation=1)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Return an empty ledger."""
    return Ledger(tmp_path / "audit" / "erasures.jsonl")


def test_keeps_what_was_appended(ledger: Ledger) -> None:
    """Lines come back as they were appended, for every process, in a file of their owner's."""
    entries = (ERASED, LedgerEntry(EntryKind.HELD, "acme", reason="court", by="local|officer", at_ms=6))
    assert ledger.entries() == ()
    for entry in entries:
        ledger.append(entry)

    assert Ledger(ledger.path).entries() == entries
    assert stat.S_IMODE(ledger.path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[1:],
        lambda lines: [lines[0], lines[2]],
        lambda lines: [lines[1], lines[0], lines[2]],
        lambda lines: [lines[0].replace(b"acme", b"amce"), *lines[1:]],
        lambda lines: [lines[0].replace(b'"generation":1', b'"generation":0'), *lines[1:]],
        lambda lines: [*lines, b"{}"],
        lambda lines: [*lines, b"[]"],
        lambda lines: [*lines, b"not json"],
    ],
)
def test_an_altered_ledger_serves_nobody(ledger: Ledger, change: object) -> None:
    """A line that was changed, left out or moved is found, and no key store opens beside it."""
    for number in range(3):
        ledger.append(LedgerEntry(EntryKind.DESTROYING, "acme", f"2026-0{number + 1}", generation=1))
    lines = ledger.path.read_bytes().splitlines()
    assert callable(change)
    ledger.path.write_bytes(b"\n".join(change(lines)) + b"\n")

    with pytest.raises(ConfigError, match="altered"):
        open_key_store(VaultSettings(key_store=ledger.path.with_name("keys.db"), ledger=ledger.path))


def test_a_line_that_a_crash_cut_is_written_over(ledger: Ledger) -> None:
    """What was not written to its end was not acted on: it counts for nothing, and the next line takes its place."""
    ledger.append(ERASED)
    whole = ledger.path.read_bytes()
    ledger.append(LedgerEntry(EntryKind.DESTROYING, "acme", "2026-12", generation=1))
    ledger.path.write_bytes(ledger.path.read_bytes()[:-5])
    assert ledger.entries() == (ERASED,)
    ledger.append(ERASED)

    assert ledger.entries() == (ERASED, ERASED)
    assert ledger.path.read_bytes().startswith(whole)


def test_a_cut_tail_is_told_by_who_knows_the_head(ledger: Ledger) -> None:
    """Whoever kept count and head tells a ledger that was cut or begun anew from one that went on."""
    ledger.append(ERASED)
    kept = ledger.head()
    ledger.append(ERASED)
    ledger.refuse_shorter(*kept)
    longer = ledger.head()
    ledger.path.write_bytes(ledger.path.read_bytes().splitlines(keepends=True)[0])

    with pytest.raises(VaultError):
        ledger.refuse_shorter(*longer)
    with pytest.raises(VaultError):
        ledger.refuse_shorter(1, "0" * 64)


def test_lines_follow_the_format(ledger: Ledger) -> None:
    """A line is the JSON that FORMAT.md writes down."""
    ledger.append(ERASED)

    line = ledger.path.read_bytes()
    assert line == json.dumps(json.loads(line), sort_keys=True, separators=(",", ":")).encode() + b"\n"
    assert json.loads(line) == {
        "v": 1, "n": 1, "prev": "0" * 64, "kind": "destroying", "tenant": "acme", "unit": "2026-11", "at_ms": 5,
        "generation": 1, "deks": 0, "token": "", "reason": "", "by": "",
    }  # fmt: skip


def test_an_erasure_that_was_cut_short_is_finished(ledger: Ledger, tmp_path: Path) -> None:
    """A crash between the ledger's line and the destruction leaves no key: opening the store destroys it."""
    store = SqliteKeyStore(tmp_path / "keys.db")
    store.put(wrapped_dek("one"), 0)
    ledger.append(ERASED)
    store.close()
    opened = open_key_store(VaultSettings(key_store=tmp_path / "keys.db", ledger=ledger.path))

    assert [dek.wrapped for dek in opened.list("acme")] == [b""]
    assert replay(ledger, opened) == 0
    opened.close()


@pytest.mark.parametrize(("path", "url"), [(None, None), (Path("keys.db"), "postgresql://127.0.0.1/keys")])
def test_one_key_store_is_named(path: Path | None, url: str | None) -> None:
    """Neither none nor two."""
    with pytest.raises(ConfigError, match="not both"):
        open_key_store(VaultSettings(key_store=path, key_store_url=None if url is None else SecretStr(url)))
