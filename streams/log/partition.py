"""Kafka's default partitioner, so that both logs put a record key into the same partition."""

_SEED = 0x9747B28C
_M = 0x5BD1E995
_MASK = 0xFFFFFFFF


def murmur2(data: bytes) -> int:
    """Return the 32-bit murmur2 hash as Kafka's Java client computes it (org.apache.kafka.common.utils.Utils).

    >>> murmur2(b"21") == (-973932308) & 0xFFFFFFFF
    True
    """
    length = len(data)
    digest = _SEED ^ length
    whole = length - length % 4
    for index in range(0, whole, 4):
        digest = _mix(digest, int.from_bytes(data[index : index + 4], "little"))
    if length % 4:
        digest ^= int.from_bytes(data[whole:], "little")
        digest = (digest * _M) & _MASK
    digest ^= digest >> 13
    digest = (digest * _M) & _MASK
    return digest ^ (digest >> 15)


def partition_of(key: bytes | None, partitions: int) -> int:
    """Return the partition of a record key; without a key always the first, since one host has no load to spread."""
    return 0 if key is None else (murmur2(key) & 0x7FFFFFFF) % partitions


def _mix(digest: int, word: int) -> int:
    word = (word * _M) & _MASK
    word ^= word >> 24
    word = (word * _M) & _MASK
    return ((digest * _M) & _MASK) ^ word
