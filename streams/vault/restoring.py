"""Opening backups of the key store: the break-glass side. No module of the redactor imports this one."""

import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas.errors import IncorrectKey, VaultError
from schemas.vault import TenantId, WrappedDek
from streams.vault.backup import Backup
from streams.vault.keystore import KekUse, KeyStore, StoreCopy
from streams.vault.ledger import Ledger
from streams.vault.openers import Opener
from streams.vault.primitives import from_base64url
from streams.vault.stores import replay
from streams.vault.wrapping import dek_id


@dataclass(frozen=True, slots=True)
class OpenedBackup:
    """What was in a backup: a key store, token keys, and how far the ledger of erasures was (count, head)."""

    copy: StoreCopy = field(repr=False)
    token_keys: bytes | None = field(repr=False)
    ledger: tuple[int, str]


def open_backup(backup: Backup, opener: Opener) -> OpenedBackup:
    """Return what is in a backup; raises IncorrectKey where the KEK is another one or anything was changed."""
    secret = opener(backup.kek_uri).unwrap(backup.wrapped_dek, backup.context())
    if dek_id(secret) != backup.dek_id:
        raise IncorrectKey("backup does not open", dek_id=backup.dek_id)
    try:
        payload = json.loads(AESGCM(secret).decrypt(backup.nonce, backup.sealed, backup.associated()))
    except (InvalidTag, ValueError):
        raise IncorrectKey("backup does not open", dek_id=backup.dek_id) from None
    try:
        return _read(payload)
    except (KeyError, TypeError, ValueError):
        raise VaultError("backup is damaged") from None


def restore_backup(opened: OpenedBackup, store: KeyStore, ledger: Ledger) -> int:
    """Fill an empty store from a backup, erase in it what was erased since, and return how many DEKs that were.

    Raises VaultError where the ledger does not go on from the one of the backup: erasures could come back then.
    """
    ledger.refuse_shorter(*opened.ledger)
    store.restore(opened.copy)
    return replay(ledger, store)


def _read(payload: dict[str, Any]) -> OpenedBackup:
    deks = tuple(
        (
            WrappedDek(
                int(row["v"]), str(row["dek_id"]), TenantId(row["tenant"]), str(row["unit"]), str(row["kek_uri"]),
                from_base64url(row["wrapped"]), int(row["created_at_ms"]), str(row["state"]), str(row["kek_version"]),
            ),
            int(row["generation"]),
        )
        for row in payload["deks"]
    )  # fmt: skip
    units = tuple((str(tenant), str(unit), int(generation)) for tenant, unit, generation in payload["units"])
    count, head = payload["ledger"]
    keys = payload["token_keys"]
    token_keys = None if keys is None else from_base64url(keys)
    copy = StoreCopy(deks, units, tuple(KekUse(*row) for row in payload["keks"]))
    return OpenedBackup(copy, token_keys, (int(count), str(head)))
