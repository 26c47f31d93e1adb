"""Opening the key store that settings name, never before the ledger of erasures was replayed over it."""

from schemas.errors import ConfigError
from streams.config import VaultSettings
from streams.vault.keystore import KeyStore
from streams.vault.keystore_sqlite import SqliteKeyStore
from streams.vault.ledger import EntryKind, Ledger


def open_key_store(vault: VaultSettings) -> KeyStore:
    """Return the key store: a file by its path, or PostgreSQL by its URL.

    Raises ConfigError where neither or both are set, or the ledger was altered.
    """
    store = open_unreplayed(vault)
    try:
        if vault.ledger is not None:
            replay(Ledger(vault.ledger), store)
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


def open_unreplayed(vault: VaultSettings) -> KeyStore:
    """Return the key store as it is, for what fills it from a backup and replays the ledger itself."""
    if (vault.key_store is None) == (vault.key_store_url is None):
        raise ConfigError("set vault.key_store or vault.key_store_url, and not both", setting="vault.key_store")
    if vault.key_store is not None:
        return SqliteKeyStore(vault.key_store)
    from streams.vault.keystore_postgres import PostgresKeyStore  # noqa: PLC0415 - SQLAlchemy is slow to import.

    return PostgresKeyStore(vault.key_store_url.get_secret_value() if vault.key_store_url else "")
