"""A second implementation of streams/vault/FORMAT.md, which writes the vectors beside it: nothing of ours is imported.

Run `python tests/vectors/vault/generate.py` after a new version was added to the format; old vectors are never changed.
"""

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HERE = Path(__file__).parent
Tree = dict[str, Any]

MASTER, LOOKUP, CONVERSATION, DIGEST = (bytes(range(at, at + 32)) for at in (0, 32, 64, 96))
DEK = bytes(range(64, 96))
PRIVATE = bytes(range(128, 160))
EPHEMERAL = bytes(range(160, 192))
NONCE = bytes(range(12))
URI = "local:/keys/vault.public.pem"


def lp(*parts: str | bytes) -> bytes:
    """Section 1."""
    encoded = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def mac(secret: bytes, message: bytes) -> bytes:
    """Section 1."""
    return hmac.new(secret, message, hashlib.sha256).digest()


def hkdf(secret: bytes, info: bytes) -> bytes:
    """Section 1; RFC 5869 with one block of output."""
    return mac(mac(bytes(32), secret), info + b"\x01")


def word(data: bytes, count: int) -> str:
    """Section 1."""
    rest, out = int.from_bytes(data, "big") % 20**count, ""
    for _ in range(count):
        rest, digit = divmod(rest, 20)
        out = "bcdfghjklmnpqrstvwxz"[digit] + out
    return out


def base64url(data: bytes) -> str:
    """Section 1."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def part(value: bytes | str | None) -> bytes:
    """Section 7."""
    return b"\x00" if value is None else b"\x01" + lp(value)


def dek_id(dek: bytes) -> str:
    """Section 5."""
    return "dk_" + base64.b32encode(mac(dek, b"phistream/dek-id/v1")[:20]).decode().lower().rstrip("=")


def token(tenant: str, type_: tuple[str, str], mode: str, place: tuple[str, ...], canonical: str) -> str:
    """Section 3, epoch a."""
    name, code = type_
    secret = hkdf(MASTER, lp("phistream/token/v1", tenant, "a", mode, name))
    return f"phi_{code}_{mode}a_{word(mac(secret, lp(*place, canonical)), 20)}"


def wrap(dek: bytes, info: bytes) -> bytes:
    """Section 6: RFC 9180 in base mode, with an ephemeral key that is fixed for the vector's sake."""
    ephemeral = X25519PrivateKey.from_private_bytes(EPHEMERAL)
    recipient = _public(X25519PrivateKey.from_private_bytes(PRIVATE))
    enc = _public(ephemeral)
    kem, suite = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x02"
    dh = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient))
    shared = _expand(kem, _extract(kem, b"", b"eae_prk", dh), b"shared_secret", enc + recipient, 32)
    context = b"\x00" + _extract(suite, b"", b"psk_id_hash", b"") + _extract(suite, b"", b"info_hash", info)
    secret = _extract(suite, shared, b"secret", b"")
    key, nonce = _expand(suite, secret, b"key", context, 32), _expand(suite, secret, b"base_nonce", context, 12)
    return enc + AESGCM(key).encrypt(nonce, dek, b"")


def _public(private: X25519PrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _extract(suite: bytes, salt: bytes, label: bytes, data: bytes) -> bytes:
    return mac(salt or bytes(32), b"HPKE-v1" + suite + label + data)


def _expand(suite: bytes, secret: bytes, label: bytes, info: bytes, length: int) -> bytes:
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return mac(secret, labelled + b"\x01")[:length]


def tokens() -> Tree:
    """Tokens of every keyed mode, look-up tags, conversation ids and digests."""
    mrn, name, other = ("MRN", "mrn"), ("NAME", "name"), ("OTHER_ID", "id")
    rows = [
        ("acme", mrn, "d", ("tenant",), "MRN 00-123-456", "mrn00123456", None, False),
        ("other", mrn, "d", ("tenant",), "MRN 00-123-456", "mrn00123456", None, False),
        ("acme", mrn, "c", ("conversation", "conv_one"), "MRN 00-123-456", "mrn00123456", "conv_one", False),
        ("acme", name, "c", ("conversation", "conv_one"), "Jane  DOE", "jane doe", "conv_one", False),
        ("acme", name, "c", ("conversation", "conv_two"), "Jane Doe", "jane doe", "conv_two", False),
        ("acme", name, "c", ("event", "ev-1"), "Jane Doe", "jane doe", None, False),
        ("acme", name, "c", ("conversation", "conv_one"), "Ｊosé", "josé", "conv_one", False),
        ("acme", other, "d", ("tenant",), "JDoe", "jdoe", "conv_one", True),
    ]
    lookup = hkdf(LOOKUP, lp("phistream/lookup/v1", "acme"))
    conversation = hkdf(CONVERSATION, lp("phistream/conversation/v1", "acme"))
    digest = hkdf(DIGEST, lp("phistream/digest/v1", "acme", "dg_example"))
    parts: list[list[str | None]] = [["support", None, "What does it mean?"], ["", None], [None], ["a", "b"], ["ab"]]
    return {
        "keys": {
            "epochs": [{"letter": "a", "starts_ms": 0, "secret": base64url(MASTER)}],
            "lookup": base64url(LOOKUP),
            "conversation": base64url(CONVERSATION),
            "digests": [{"id": "dg_example", "secret": base64url(DIGEST)}],
        },
        "tokens": [
            {
                "tenant": tenant,
                "event_id": "ev-1",
                "conversation": conversation_id,
                "type": type_[0],
                "mode": mode,
                "staff": staff,
                "value": value,
                "canonical": canonical,
                "token": token(tenant, type_, mode, place, canonical),
            }
            for tenant, type_, mode, place, value, canonical, conversation_id, staff in rows
        ],
        "lookup_tags": [
            {
                "tenant": "acme",
                "type": "MRN",
                "value": "MRN 00-123-456",
                "tag": mac(lookup, lp("MRN", "mrn00123456")).hex(),
            },
            {"tenant": "acme", "type": "NAME", "value": "JANE doe", "tag": mac(lookup, lp("NAME", "jane doe")).hex()},
        ],
        "conversations": [
            {"parts": row, "id": "conv_" + word(mac(conversation, b"".join(part(item) for item in row)), 26)}
            for row in parts
        ],
        "digests": [{"data": data, "digest": mac(digest, data.encode()).hex()} for data in ("", '{"model":"m"}')],
    }


def entry() -> tuple[Tree, bytes]:
    """Return a vault entry and its plaintext."""
    value = "Jane  DOE"
    made: Tree = {
        "v": 1,
        "tenant": "acme",
        "token": token("acme", ("NAME", "name"), "c", ("conversation", "conv_one"), "jane doe"),
        "type": "NAME",
        "unit": "2026-11",
        "event_id": "ev-1",
        "field_path": "/messages/0/content",
        "side": "input",
        "dek_id": dek_id(DEK),
        "nonce": base64url(NONCE),
        "ciphertext": "",
        "lookup_tag": mac(hkdf(LOOKUP, lp("phistream/lookup/v1", "acme")), lp("NAME", "jane doe")).hex(),
        "sealed_at_ms": 1793491200000,
    }
    bound = ("tenant", "token", "type", "unit", "event_id", "field_path", "side", "dek_id", "lookup_tag")
    aad = lp("phistream/vault-entry/v1", "A256GCM", *(made[name] for name in bound), str(made["sealed_at_ms"]))
    plaintext = len(value).to_bytes(4, "big") + value.encode()
    plaintext += bytes(-len(plaintext) % 64)
    made["ciphertext"] = base64url(AESGCM(DEK).encrypt(NONCE, plaintext, aad))
    return made, value.encode()


def entries() -> Tree:
    """One entry that opens, and one for each field that was exchanged, which does not."""
    made, value = entry()
    exchanged: Tree = {
        "tenant": "other",
        "token": "phi_name_ca_zzzzzzzzzzzzzzzzzzzz",
        "type": "OTHER_ID",
        "unit": "2026-12",
        "event_id": "ev-2",
        "field_path": "/messages/1/content",
        "side": "output",
        "dek_id": dek_id(bytes(32)),
        "nonce": base64url(bytes(12)),
        "ciphertext": made["ciphertext"][:-3] + "AAA",
        "lookup_tag": "00" * 32,
        "sealed_at_ms": 1793491200001,
    }
    context = {"tenant": "acme", "unit": "2026-11", "dek_id": dek_id(DEK), "kek_uri": URI}
    info = lp("phistream/wrap/v1", *context.values())
    vectors = [{"name": "as sealed", "expect": "ok", "value": value.decode(), "entry": made}]
    vectors += [
        {"name": f"{name} exchanged", "expect": "IncorrectKey", "entry": made | {name: other}}
        for name, other in exchanged.items()
    ]
    return {
        "dek": DEK.hex(),
        "private": PRIVATE.hex(),
        "wrapped_dek": {**context, "wrapped": wrap(DEK, info).hex()},
        "wrapped_swaps": [{"name": name, "expect": "IncorrectKey", "change": {name: "other"}} for name in context],
        "vectors": vectors,
    }


def quarantine() -> Tree:
    """One quarantined record that opens, and one for each field that was exchanged."""
    headers: list[tuple[str, bytes | None]] = [("traceparent", b"00-01"), ("empty", b""), ("null", None)]
    payload = b"phq1" + part(b"thread-7") + part(b'{"not json') + len(headers).to_bytes(4, "big")
    payload += b"".join(lp(name) + part(content) for name, content in headers)
    id_ = dek_id(DEK)
    record = {
        "tenant": "acme",
        "event_id": "ev-1",
        "dek_id": id_,
        "wrapped_dek": base64url(wrap(DEK, lp("phistream/wrap/v1", "acme", "quarantine", id_, URI))),
        "kek_uri": URI,
        "nonce": base64url(NONCE),
        "sealed": base64url(
            AESGCM(DEK).encrypt(NONCE, payload, lp("phistream/quarantine/v1", "A256GCM", "acme", "ev-1", id_))
        ),
    }
    exchanged = {
        "tenant": "other",
        "event_id": "ev-2",
        "dek_id": dek_id(bytes(32)),
        "kek_uri": "local:/x",
        "nonce": base64url(bytes(12)),
    }
    exchanged |= {"wrapped_dek": base64url(bytes(80)), "sealed": record["sealed"][:-3] + "AAA"}
    opened = {
        "record_key": "thread-7",
        "value": '{"not json',
        "headers": [[name, content.decode() if content is not None else None] for name, content in headers],
    }
    vectors: list[Tree] = [{"name": "as sealed", "expect": "ok", "opened": opened, "record": record}]
    vectors += [
        {"name": f"{name} exchanged", "expect": "IncorrectKey", "record": record | {name: other}}
        for name, other in exchanged.items()
    ]
    return {"private": PRIVATE.hex(), "vectors": vectors}


def ledger() -> Tree:
    """Return a ledger of erasures, and what no reader may take for one."""
    common = {"v": 1, "tenant": "acme", "generation": 0, "deks": 0, "token": "", "reason": "", "by": "local|officer"}
    told: list[Tree] = [
        {"kind": "held", "unit": "", "at_ms": 1793491200000, "reason": "LEGAL-1"},
        {"kind": "released", "unit": "", "at_ms": 1793491200001, "reason": "LEGAL-1"},
        {"kind": "requested", "unit": "2026-11", "at_ms": 1793491200002, "reason": "GDPR-17"},
        {"kind": "destroying", "unit": "2026-11", "at_ms": 1793491200003, "reason": "GDPR-17", "generation": 1},
        {
            "kind": "destroyed",
            "unit": "2026-11",
            "at_ms": 1793491200004,
            "reason": "GDPR-17",
            "generation": 1,
            "deks": 9,
        },
        {"kind": "denied", "unit": "", "at_ms": 1793491200005, "token": "phi_name_ca_zzzzzzzzzzzzzzzzzzzz"},
    ]
    lines: list[str] = []
    prev = "0" * 64
    for number, entry in enumerate(told, start=1):
        line = json.dumps(common | entry | {"n": number, "prev": prev}, sort_keys=True, separators=(",", ":"))
        prev = hashlib.sha256(line.encode()).hexdigest()
        lines.append(line)
    altered = [
        {"name": "a line left out", "lines": [*lines[:2], *lines[3:]]},
        {"name": "the first line left out", "lines": lines[1:]},
        {"name": "two lines exchanged", "lines": [lines[1], lines[0], *lines[2:]]},
        {"name": "a generation changed", "lines": [*lines[:3], lines[3].replace('n":1', 'n":0'), *lines[4:]]},
        {"name": "an unknown kind", "lines": [lines[0].replace("held", "kept"), *lines[1:]]},
    ]
    return {
        "lines": lines,
        "entries": [common | entry for entry in told],
        "head": [len(lines), prev],
        "altered": altered,
    }


def backup() -> Tree:
    """One backup that opens, and one for each field that was exchanged."""
    id_, made_at = dek_id(DEK), "1793491200000"
    version = hashlib.sha256(_public(X25519PrivateKey.from_private_bytes(PRIVATE))).hexdigest()[:16]
    kept = dek_id(NONCE + bytes(20))
    payload: Tree = {
        "deks": [
            {
                "v": 1, "dek_id": kept, "tenant": "acme", "unit": "2026-11", "kek_uri": URI, "state": "active",
                "wrapped": base64url(wrap(NONCE + bytes(20), lp("phistream/wrap/v1", "acme", "2026-11", kept, URI))),
                "created_at_ms": 1793491200000, "kek_version": version, "generation": 2,
            }
        ],
        "units": [["acme", "2026-11", 2]],
        "keks": [[URI, version, 1793491200000, 0, 1]],
        "ledger": [0, "0" * 64],
        "token_keys": base64url(b'{"v": 1, "tenants": {}}'),
    }  # fmt: skip
    aad = lp("phistream/key-backup/v1", "A256GCM", id_, made_at)
    file: Tree = {
        "v": 1,
        "made_at_ms": int(made_at),
        "kek_uri": URI,
        "kek_version": version,
        "dek_id": id_,
        "wrapped_dek": base64url(wrap(DEK, lp("phistream/wrap/v1", "backup", "backup", id_, URI))),
        "nonce": base64url(NONCE),
        "sealed": base64url(AESGCM(DEK).encrypt(NONCE, json.dumps(payload).encode(), aad)),
    }
    exchanged: Tree = {
        "made_at_ms": 1793491200001,
        "kek_uri": "local:/x",
        "dek_id": kept,
        "wrapped_dek": base64url(bytes(80)),
        "nonce": base64url(bytes(12)),
        "sealed": file["sealed"][:-3] + "AAA",
    }
    vectors: list[Tree] = [{"name": "as sealed", "expect": "ok", "opened": payload, "file": file}]
    vectors += [
        {"name": f"{name} exchanged", "expect": "IncorrectKey", "file": file | {name: other}}
        for name, other in exchanged.items()
    ]
    return {"private": PRIVATE.hex(), "vectors": vectors}


VECTORS = {
    "tokens-v1": tokens,
    "entries-v1": entries,
    "quarantine-v1": quarantine,
    "ledger-v1": ledger,
    "backup-v1": backup,
}


def text(name: str) -> str:
    """Return a vector file's text."""
    return json.dumps(VECTORS[name](), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for file_name in VECTORS:
        (HERE / f"{file_name}.json").write_text(text(file_name), "utf-8")
