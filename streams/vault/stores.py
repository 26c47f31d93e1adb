"""Opening the key store that settings name, never before the ledger of erasures was replayed over it."""

from pathlib import Path

from schemas.errors import ConfigError
from streams.vault.keystore import KeyStore
from streams.vault.keystore_sqlite import SqliteKeyStore
from streams.vault.ledger import EntryKind, Ledger


def open_key_store(path: Path | None, url: str | None, ledger: Path | None) -> KeyStore:
    """Return the key store: a file by its path, or PostgreSQL by its URL.

    Raises ConfigError where neither or both are set, or the ledger was altered.
    """
    if (path is None) == (url is None):
        raise ConfigError("set vault.key_store or vault.key_store_url, and not both", setting="vault.key_store")
    store = _open(path, url)
    try:
        if ledger is not None:
            replay(Ledger(ledger), store)
    except BaseException:
        store.close()
        raise
    return store


def replay(ledger: Ledger, store: KeyStore) -> int:
    """Destroy what the ledger says is destroyed, where an old copy of the store has it still; return how many DEKs."""
    wanted: dict[tuple[str, str], int] = {}
    for entry in ledger.entries():
        if entry.kind is EntryKind.DESTROYING:
            place = (entry.tenant, entry.unit)
            wanted[place] = max(wanted.get(place, 0), entry.generation)
    destroyed = 0
    for (tenant, unit), generation in wanted.items():
        if store.generation(tenant, unit) < generation or store.live_below(tenant, unit, generation):
            destroyed += store.destroy_below(tenant, unit, generation)
    return destroyed


def _open(path: Path | None, url: str | None) -> KeyStore:
    if path is not None:
        return SqliteKeyStore(path)
    from streams.vault.keystore_postgres import PostgresKeyStore  # noqa: PLC0415 - SQLAlchemy is slow to import.

    return PostgresKeyStore(str(url))
