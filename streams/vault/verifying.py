"""Comparing the vault topic with what the batch records say was written: what went missing, what nobody wrote."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from schemas.audit import BatchRecord
from schemas.codec import BATCH_RECORD, VAULT_ENTRY, decode
from schemas.vault import VaultEntry
from streams.log.ports import Record
from streams.vault.keystore import KeyStore
from streams.vault.tokenkeys import TokenKeys
from streams.vault.tokens import Minter

#: As long as a batch record writes a digest of an entry's key.
_DIGEST_LETTERS = 32
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Verified:
    """What a comparison found.

    `missing` counts entries that a batch wrote and the topic has no more, but for those whose erasure is in the ledger;
    `batches` names some of these batches. `unlisted` counts entries that no batch wrote, `orphans` those whose DEK the
    key store never had.
    """

    listed: int
    present: int
    buried: int
    missing: int
    unlisted: int
    orphans: int
    batches: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Tell whether topic, batch records and key store agree."""
        return not (self.missing or self.unlisted or self.orphans)


@dataclass(slots=True)
class _Topic:
    """The vault topic's newest word on each key: the DEK of its entry, or None for a tombstone."""

    deks: dict[bytes, str | None] = field(default_factory=dict, repr=False)

    def take(self, record: Record) -> None:
        if record.key is None:
            return
        if record.value is None:
            self.deks[record.key] = None
            return
        entry: VaultEntry = decode(VAULT_ENTRY, record.value)
        # Under a key that is not its own an entry would pass for another one.
        own = f"{entry.tenant}|{entry.token}|{entry.unit}".encode()
        if own == record.key:
            self.deks[own] = entry.dek_id
        else:
            self.deks[record.key], self.deks[b"misplaced|" + record.key] = None, entry.dek_id


def verify(
    entries: Iterable[Record],
    batches: Callable[[], Iterable[Record]],
    keys: Mapping[str, TokenKeys],
    store: KeyStore,
    denied: Callable[[str], frozenset[str]],
) -> Verified:
    """Compare; *denied* gives the tokens of a tenant whose erasure is in the ledger.

    Batch records are read before the entries and after them, so that a worker that writes meanwhile raises no alarm.
    """
    written = {entry: batch.batch_id for batch in _summaries(batches()) for entry in batch.entries}
    topic = _Topic()
    for record in entries:
        topic.take(record)
    digests = _Digests(keys)
    present = {digest for key, dek in topic.deks.items() if dek is not None for digest in digests.of(key)}
    gone = _audited(topic, store, keys, denied)
    buried = {digest for key in gone for digest in digests.of(key)}
    known = present | buried
    missing = {entry: batch_id for entry, batch_id in written.items() if entry not in known}
    listed = set(written).union(*(batch.entries for batch in _summaries(batches())))
    live = {key: dek for key, dek in topic.deks.items() if dek is not None}
    return Verified(
        listed=len(written),
        present=len(live),
        buried=sum(1 for key in gone if topic.deks.get(key, "") is None),
        missing=len(missing),
        unlisted=sum(1 for key in live if not listed.intersection(digests.of(key))),
        orphans=sum(1 for dek in set(live.values()) if store.get(dek) is None),
        batches=tuple(dict.fromkeys(missing.values()))[:_MOST_NAMED],
    )


def _summaries(records: Iterable[Record]) -> Iterator[BatchRecord]:
    for record in records:
        yield decode(BATCH_RECORD, record.value or b"")


class _Digests:
    """The digests that an entry's key may have: one for each digest key that its tenant had."""

    def __init__(self, keys: Mapping[str, TokenKeys]) -> None:
        self._minters = {
            tenant: [Minter(tenant, replace(each, digests=(digest,))) for digest in each.digests]
            for tenant, each in keys.items()
        }

    def of(self, key: bytes) -> tuple[str, ...]:
        tenant = key.partition(b"|")[0].decode("utf-8", "replace")
        return tuple(minter.digest(key)[:_DIGEST_LETTERS] for minter in self._minters.get(tenant, ()))


def _audited(
    topic: _Topic, store: KeyStore, keys: Mapping[str, TokenKeys], denied: Callable[[str], frozenset[str]]
) -> set[bytes]:
    """Return the keys whose entries may be gone: every unit of every token that was erased by name.

    Compaction drops tombstones after a while, so the units are those that topic and key store know of.
    """
    units = {key.rpartition(b"|")[2].decode("utf-8", "replace") for key in topic.deks}
    found: set[bytes] = set()
    for tenant in keys:
        tokens = denied(tenant)
        if tokens:
            known = units | {dek.unit for dek in store.list(tenant)}
            found |= {f"{tenant}|{token}|{unit}".encode() for token in tokens for unit in known}
    return found
