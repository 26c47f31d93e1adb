"""The vectors of FORMAT.md, made by a second implementation of it: tokens, entries, wraps and quarantined records."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from schemas.audit import QuarantineRecord
from schemas.codec import VAULT_ENTRY, decode
from schemas.errors import ConfigError, IncorrectKey
from schemas.identifiers import IdentifierType
from schemas.vault import TenantId, TokenMode, WrappedDek
from streams.vault.backup import read_backup
from streams.vault.canonical import canonical
from streams.vault.kek_local import version_of
from streams.vault.kek_local_private import LocalPrivateKek
from streams.vault.ledger import EntryKind, Ledger, LedgerEntry
from streams.vault.opening import open_entry, open_quarantined, unwrap_dek
from streams.vault.primitives import from_base64url
from streams.vault.restoring import open_backup
from streams.vault.tokenkeys import load_token_keys
from streams.vault.tokens import Minter
from tests.vectors.vault import generate

FOLDER = Path(generate.__file__).parent
VECTORS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))
}
TOKENS, ENTRIES, QUARANTINE = VECTORS["tokens-v1"], VECTORS["entries-v1"], VECTORS["quarantine-v1"]
LEDGER, BACKUP = VECTORS["ledger-v1"], VECTORS["backup-v1"]
PRIVATE = LocalPrivateKek(X25519PrivateKey.from_private_bytes(bytes.fromhex(ENTRIES["private"])))


@pytest.fixture
def minter(tmp_path: Path) -> Minter:
    """Return a minter of tenant acme that read its keys from a file as the format has it."""
    return _minter(tmp_path, "acme")


def _minter(folder: Path, tenant: str) -> Minter:
    path = folder / "token-keys.json"
    path.touch(0o600)
    path.write_text(json.dumps({"v": 1, "tenants": {tenant: TOKENS["keys"]}}))
    return Minter(tenant, load_token_keys(path)[tenant])


@pytest.mark.parametrize("name", sorted(generate.VECTORS))
def test_the_second_implementation_still_agrees(name: str) -> None:
    """The files are what the second implementation writes, so that neither drifts alone."""
    assert generate.text(name) == (FOLDER / f"{name}.json").read_text("utf-8")


@pytest.mark.parametrize("vector", TOKENS["tokens"], ids=lambda vector: vector["token"])
def test_tokens(tmp_path: Path, vector: dict[str, Any]) -> None:
    """Every keyed mode mints the documented token of the documented canonical form."""
    type_ = IdentifierType(vector["type"])
    scope = _minter(tmp_path, vector["tenant"]).scope(vector["event_id"], vector["conversation"], 0)

    assert canonical(type_, vector["value"]) == vector["canonical"]
    assert vector["token"] == scope.mint(type_, vector["value"], TokenMode(vector["mode"]), staff=vector["staff"])


@pytest.mark.parametrize("vector", TOKENS["lookup_tags"], ids=lambda vector: vector["type"])
def test_lookup_tags(minter: Minter, vector: dict[str, Any]) -> None:
    """Look-up tags are the documented ones."""
    tag = minter.scope("ev-1", None, 0).lookup_tag(IdentifierType(vector["type"]), vector["value"])

    assert vector["tag"] == tag


@pytest.mark.parametrize("vector", TOKENS["conversations"], ids=lambda vector: vector["id"])
def test_conversation_ids(minter: Minter, vector: dict[str, Any]) -> None:
    """Conversation ids are the documented ones."""
    assert vector["id"] == minter.conversation_id(vector["parts"])


@pytest.mark.parametrize("vector", TOKENS["digests"], ids=lambda vector: vector["digest"][:8])
def test_digests(minter: Minter, vector: dict[str, Any]) -> None:
    """Payload digests are the documented ones."""
    assert vector["digest"] == minter.digest(vector["data"].encode())


@pytest.mark.parametrize("vector", ENTRIES["vectors"], ids=lambda vector: vector["name"])
def test_entries(vector: dict[str, Any]) -> None:
    """An entry opens as it was sealed, and with no field exchanged."""
    entry = decode(VAULT_ENTRY, json.dumps(vector["entry"]).encode())
    dek = bytes.fromhex(ENTRIES["dek"])

    if vector["expect"] == "ok":
        assert vector["value"] == open_entry(entry, dek).value
    else:
        with pytest.raises(IncorrectKey):
            open_entry(entry, dek)


def _wrapped(**changes: str) -> WrappedDek:
    fields = ENTRIES["wrapped_dek"] | changes
    wrapped = bytes.fromhex(fields["wrapped"])
    return WrappedDek(1, fields["dek_id"], TenantId(fields["tenant"]), fields["unit"], fields["kek_uri"], wrapped, 0)


def test_wrapped_deks() -> None:
    """A DEK that another HPKE implementation wrapped unwraps."""
    assert bytes.fromhex(ENTRIES["dek"]) == unwrap_dek(_wrapped(), PRIVATE)


@pytest.mark.parametrize("vector", ENTRIES["wrapped_swaps"], ids=lambda vector: vector["name"])
def test_wrapped_deks_with_an_exchanged_context(vector: dict[str, Any]) -> None:
    """It does not unwrap for another tenant, unit, id or KEK."""
    with pytest.raises(IncorrectKey):
        unwrap_dek(_wrapped(**vector["change"]), PRIVATE)


@pytest.mark.parametrize("vector", QUARANTINE["vectors"], ids=lambda vector: vector["name"])
def test_quarantined_records(vector: dict[str, Any]) -> None:
    """A quarantined record opens as it was sealed, and with nothing exchanged."""
    record = QuarantineRecord(
        v=1,
        reason="not_json",
        attempts=1,
        topic="llm.events.raw.v1",
        partition=0,
        offset=0,
        timestamp_ms=0,
        size=0,
        quarantined_at="2026-11-01T00:00:00.000Z",
        **vector["record"],
    )
    if vector["expect"] == "ok":
        opened = open_quarantined(record, PRIVATE)
        headers = [[name, content.decode() if content is not None else None] for name, content in opened.headers]
        read = {
            "record_key": (opened.record_key or b"").decode(),
            "value": (opened.value or b"").decode(),
            "headers": headers,
        }
        assert vector["opened"] == read
    else:
        with pytest.raises(IncorrectKey):
            open_quarantined(record, PRIVATE)


def _told() -> list[LedgerEntry]:
    entries: list[dict[str, Any]] = LEDGER["entries"]
    return [
        LedgerEntry(kind=EntryKind(entry["kind"]), **{name: entry[name] for name in entry if name not in ("v", "kind")})
        for entry in entries
    ]


def test_the_ledger(tmp_path: Path) -> None:
    """A ledger that another implementation wrote is read, and ours writes the same bytes."""
    path = tmp_path / "erasures.jsonl"
    for entry in _told():
        Ledger(path).append(entry)

    assert path.read_text("ascii").splitlines() == LEDGER["lines"]
    assert list(Ledger(path).entries()) == _told()
    assert list(Ledger(path).head()) == LEDGER["head"]


@pytest.mark.parametrize("vector", LEDGER["altered"], ids=lambda vector: vector["name"])
def test_an_altered_ledger(tmp_path: Path, vector: dict[str, Any]) -> None:
    """A ledger with a line left out, moved or changed is none."""
    path = tmp_path / "erasures.jsonl"
    path.write_text("".join(f"{line}\n" for line in vector["lines"]), "ascii")

    with pytest.raises(ConfigError):
        Ledger(path).entries()


@pytest.mark.parametrize("vector", BACKUP["vectors"], ids=lambda vector: vector["name"])
def test_backups(vector: dict[str, Any]) -> None:
    """A backup opens as it was sealed, and with no field exchanged."""
    backup = read_backup(json.dumps(vector["file"]).encode())
    if vector["expect"] != "ok":
        with pytest.raises(IncorrectKey):
            open_backup(backup, lambda _: PRIVATE)
        return
    opened = open_backup(backup, lambda _: PRIVATE)
    wanted: dict[str, Any] = vector["opened"]
    (dek, generation), row = opened.copy.deks[0], wanted["deks"][0]

    assert version_of(PRIVATE.private.public_key()) == row["kek_version"] == dek.kek_version
    assert (dek.dek_id, dek.unit, generation) == (row["dek_id"], row["unit"], row["generation"])
    assert len(unwrap_dek(dek, PRIVATE)) == 32
    assert [list(unit) for unit in opened.copy.units] == wanted["units"]
    assert [list(opened.ledger), opened.token_keys] == [wanted["ledger"], from_base64url(wanted["token_keys"])]
