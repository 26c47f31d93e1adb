"""A second implementation of streams/audit/FORMAT.md, which writes the vectors beside it: nothing of ours is imported.

Run `python tests/vectors/audit/generate.py` after a new version was added to the format; old vectors are never changed.
"""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HERE = Path(__file__).parent
ORIGIN = "phistream-audit-vectors"
SEED = bytes(range(32))
GRANT = "3f6f2c1e-8a8f-4b0c-9d57-0a1b2c3d4e5f"
ACTOR = {"authenticated_at": 1795000000, "issuer": "local", "methods": ["pwd", "otp"], "subject": "ana", "type": "user"}
RECORD: dict[str, Any] = {
    "action": "reveal",
    "actor": ACTOR,
    "build": "0.1.0",
    "grant_id": GRANT,
    "mode": "normal",
    "phase": "intent",
    "policy": "default-1-0123456789abcdef",
    "purpose": "treatment",
    "resource": {"count": 1, "ids": ["phi_name_ca_bcdfghjklmnpqrstvwxz"], "kind": "token"},
    "tenant": "a",
    "ts": "2026-11-21T23:20:00.000Z",
    "v": 1,
    "view": "masked",
}
OUTCOME = RECORD | {
    "counts": {"corrupt": 0, "denied": 0, "not_found": 0, "requested": 1, "revealed": 1, "shredded": 0},
    "intent": 0,
    "kms": {"key": "local:/keys/vault.public.pem", "provider": "local", "unwraps": 1},
    "phase": "outcome",
    "result": "success",
}


def canonical(tree: dict[str, Any]) -> bytes:
    """Section 2; every text of a record is ASCII, every number a small integer, so sorted JSON is RFC 8785."""
    return json.dumps(tree, sort_keys=True, separators=(",", ":")).encode()


ENTRIES = [
    canonical(RECORD),
    canonical(OUTCOME),
    *(canonical(RECORD | {"tenant": f"t{place}"}) for place in range(298)),
]


def mth(entries: list[bytes]) -> bytes:
    """Section 3."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return hashlib.sha256(b"\x01" + mth(entries[:split]) + mth(entries[split:])).digest()


def path(index: int, entries: list[bytes]) -> list[bytes]:
    """Section 3: RFC 6962, 2.1.1."""
    if len(entries) <= 1:
        return []
    split = 1
    while split * 2 < len(entries):
        split *= 2
    if index < split:
        return [*path(index, entries[:split]), mth(entries[split:])]
    return [*path(index - split, entries[split:]), mth(entries[:split])]


def shared(old: int, entries: list[bytes], *, whole: bool = True) -> list[bytes]:
    """Section 3: RFC 6962, 2.1.2."""
    if old == len(entries):
        return [] if whole else [mth(entries)]
    split = 1
    while split * 2 < len(entries):
        split *= 2
    if old <= split:
        return [*shared(old, entries[:split], whole=whole), mth(entries[split:])]
    return [*shared(old - split, entries[split:], whole=False), mth(entries[:split])]


def verifier_key(seed: bytes) -> tuple[bytes, str]:
    """Section 5."""
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    id_ = hashlib.sha256(ORIGIN.encode() + b"\n\x01" + public).digest()[:4]
    return id_, f"{ORIGIN}+{id_.hex()}+{base64.b64encode(bytes([1]) + public).decode()}"


def note(size: int, seed: bytes = SEED, root: bytes | None = None) -> str:
    """Section 5."""
    body = f"{ORIGIN}\n{size}\n{base64.b64encode(root or mth(ENTRIES[:size])).decode()}\n"
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(body.encode())
    return f"{body}\n\N{EM DASH} {ORIGIN} {base64.b64encode(verifier_key(seed)[0] + signature).decode()}\n"


def journal(first: int, entries: list[bytes]) -> bytes:
    """Section 6."""
    frames = (len(each).to_bytes(2, "big") + hashlib.sha256(b"\x00" + each).digest() + each for each in entries)
    return b"phistream/journal/v1" + first.to_bytes(8, "big") + b"".join(frames)


def refused() -> dict[str, str]:
    """Return notes that no reader may believe, by what is wrong with them."""
    good = note(2)
    body, signatures = good.split("\n\n")
    origin, _, root = body.split("\n")
    other = ORIGIN.replace("vectors", "another")
    return {
        "size changed": f"{origin}\n3\n{root}\n\n{signatures}",
        "root changed": good.replace(root, base64.b64encode(bytes(32)).decode()),
        "origin changed": good.replace(ORIGIN, other),
        "another key": note(2, bytes(32)),
        "no signature": f"{body}\n\n",
        "signature cut": good[:-6] + "\n",
        "no newline at the end": good[:-1],
        "a line more": f"{body}\nextra\n\n{signatures}",
        "size with a zero before it": f"{origin}\n02\n{root}\n\n{signatures}",
    }


def vectors() -> dict[str, Any]:
    """Return all vectors."""
    sizes = (0, 1, 2, 3, 7, 8, 255, 256, 257, 300)
    return {
        "format": 1,
        "origin": ORIGIN,
        "seed": SEED.hex(),
        "verifier_key": verifier_key(SEED)[1],
        "records": [{"entry": each.decode(), "leaf_hash": mth([each]).hex()} for each in ENTRIES[:2]],
        "filler": "entry i from 2 on is entry 0 with tenant t(i-2)",
        "checkpoints": [{"size": size, "root": mth(ENTRIES[:size]).hex(), "note": note(size)} for size in sizes],
        "inclusion": [
            {"index": index, "size": size, "proof": [each.hex() for each in path(index, ENTRIES[:size])]}
            for index, size in ((0, 1), (0, 2), (2, 3), (5, 7), (0, 300), (255, 257), (256, 257), (299, 300))
        ],
        "consistency": [
            {"old": old, "size": size, "proof": [each.hex() for each in shared(old, ENTRIES[:size])]}
            for old, size in ((1, 2), (2, 3), (3, 7), (7, 8), (8, 300), (255, 256), (256, 257), (257, 300))
        ],
        "refused": refused(),
        "journal": {"first": 0, "entries": 2, "sha256": hashlib.sha256(journal(0, ENTRIES[:2])).hexdigest()},
    }


if __name__ == "__main__":
    HERE.joinpath("log-v1.json").write_text(
        json.dumps(vectors(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
