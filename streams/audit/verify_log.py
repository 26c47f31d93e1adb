"""Verify an audit log, or one entry of it, without trusting who wrote it; needs nothing but `cryptography`.

    python verify_log.py LOG KEY [OLD_CHECKPOINT ...]     the whole log, against its checkpoint and older ones
    python verify_log.py --entry ENTRY PROOF KEY          one entry, against a proof of `phistream audit prove`

LOG is the log's folder (or a copy of what was anchored), KEY a file with one C2SP verifier key a line, OLD_CHECKPOINT a
checkpoint that was kept elsewhere: only such a one shows that nobody with the signing key wrote the log anew.
The formats are C2SP tlog-tiles, tlog-checkpoint, signed-note and tlog-proof; the tree is that of RFC 6962.
"""

import base64
import binascii
import functools
import hashlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WIDTH = 256
HASH_BYTES = 32
ED25519 = 1
PROOF_HEADER = "c2sp.org/tlog-proof@v1"


class Altered(Exception):
    """The log is not what was signed; the message says where."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the RFC 6962 hash of an entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the RFC 6962 hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split_of(size: int) -> int:
    """Return the size of the left subtree: the greatest power of two below *size*."""
    return 1 << (size - 1).bit_length() - 1


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the root over subtrees of one size, from left to right."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = split_of(len(hashes))
    return node_hash(root_of(hashes[:split]), root_of(hashes[split:]))


@dataclass(frozen=True, slots=True)
class Tile:
    """A row of up to 256 hashes at a level of the tree (level L: of subtrees of 256**L entries)."""

    level: int
    index: int
    hashes: tuple[bytes, ...]

    @property
    def path(self) -> str:
        """Return where it stands in the log's folder."""
        return tile_path(str(self.level), self.index, len(self.hashes))


@dataclass(slots=True)
class Tree:
    """A growing tree by its right edge: at each level, the hashes of the tile that is not yet full."""

    size: int = 0
    edge: list[list[bytes]] = field(default_factory=lambda: [[]])

    def add(self, leaf: bytes) -> list[Tile]:
        """Add a leaf hash; return the tiles that this made full."""
        full: list[Tile] = []
        self.size += 1
        level = 0
        while True:
            if level == len(self.edge):
                self.edge.append([])
            row = self.edge[level]
            row.append(leaf)
            if len(row) < WIDTH:
                return full
            full.append(Tile(level, (self.size >> 8 * (level + 1)) - 1, tuple(row)))
            leaf = root_of(row)
            row.clear()
            level += 1

    def partial(self) -> list[Tile]:
        """Return the tiles that are not full, lowest level first."""
        return [Tile(level, self.size >> 8 * (level + 1), tuple(row)) for level, row in enumerate(self.edge) if row]

    def root(self) -> bytes:
        """Return the root over everything added."""
        subtrees: list[bytes] = []  # The perfect subtrees from left to right, as the binary digits of the size say.
        for row in reversed(self.edge):
            start = 0
            for width in (1 << bit for bit in reversed(range(8)) if len(row) & 1 << bit):
                subtrees.append(root_of(row[start : start + width]))
                start += width
        if not subtrees:
            return root_of(())
        return functools.reduce(lambda right, left: node_hash(left, right), reversed(subtrees))


def tile_path(kind: str, index: int, width: int) -> str:
    """Return the path of a tile, `tile/0/x001/x234/067` or `tile/entries/003.p/70`; kind: level or `entries`."""
    parts = [f"{index % 1000:03d}"]
    while index := index // 1000:
        parts.insert(0, f"x{index % 1000:03d}")
    return f"tile/{kind}/{'/'.join(parts)}" + ("" if width == WIDTH else f".p/{width}")


def split_bundle(content: bytes) -> Iterator[bytes]:
    """Yield the entries of a bundle, each of which stands behind its length in two bytes; raises Altered."""
    start = 0
    while start < len(content):
        length = int.from_bytes(content[start : start + 2], "big")
        entry = content[start + 2 : start + 2 + length]
        if start + 2 > len(content) or len(entry) < length:
            raise Altered("entry bundle is cut")
        yield entry
        start += 2 + length


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A name and an Ed25519 public key; written as a line `name+id+key`."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """Return the key's id: four bytes of a digest of name, type and key."""
        return hashlib.sha256(f"{self.name}\n".encode() + bytes([ED25519]) + self.public).digest()[:4]

    def __str__(self) -> str:
        encoded = base64.b64encode(bytes([ED25519]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"


def read_keys(text: str) -> list[VerifierKey]:
    """Read verifier keys, one a line; raises Altered where a line is none, or its id is not that of its key."""
    keys = []
    for line in text.split():
        name, _, rest = line.partition("+")
        public = _from_base64(rest.partition("+")[2])
        key = VerifierKey(name, public[1:])
        if public[:1] != bytes([ED25519]) or len(public) != 1 + HASH_BYTES or str(key) != line:
            raise Altered("not an Ed25519 verifier key")
        keys.append(key)
    return keys


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself at one size."""

    origin: str
    size: int
    root: bytes

    @property
    def body(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def open_checkpoint(note: str, keys: Sequence[VerifierKey]) -> Checkpoint:
    """Return the checkpoint of a signed note; raises Altered unless one of the keys signed exactly this text."""
    body, divider, signatures = note.partition("\n\n")
    lines = body.split("\n")
    if not divider or len(lines) != 3 or not lines[1].isdecimal():  # noqa: PLR2004 - origin, size, root.
        raise Altered("checkpoint is not a signed note of three lines")
    checkpoint = Checkpoint(lines[0], int(lines[1]), _from_base64(lines[2]))
    if checkpoint.body != body + "\n" or len(checkpoint.root) != HASH_BYTES:
        raise Altered("checkpoint is not written as it must be")
    if not signatures.endswith("\n") or not any(
        _signs(key, line, checkpoint) for line in signatures.splitlines() for key in keys if key.name == lines[0]
    ):
        raise Altered("checkpoint has no signature of a known key")
    return checkpoint


def _signs(key: VerifierKey, line: str, checkpoint: Checkpoint) -> bool:
    prefix = f"\N{EM DASH} {key.name} "
    signature = _from_base64(line[len(prefix) :]) if line.startswith(prefix) else b""
    if signature[:4] != key.id:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature[4:], checkpoint.body.encode())
    except InvalidSignature:
        raise Altered("checkpoint's signature is wrong") from None
    return True


def root_by_proof(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """Return the root of a tree of *size* that a leaf and its inclusion proof (RFC 6962, 2.1.1) lead to."""
    if (size == 1) != (not proof) or not 0 <= index < size:
        raise Altered("inclusion proof has the wrong length, or the index is beyond the log")
    if size == 1:
        return leaf
    split = split_of(size)
    if index < split:
        return node_hash(root_by_proof(leaf, index, split, proof[:-1]), proof[-1])
    return node_hash(proof[-1], root_by_proof(leaf, index - split, size - split, proof[:-1]))


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Altered("not base64") from None


def read_entries(folder: Path, size: int) -> Iterator[bytes]:
    """Yield the entries of a log up to *size*; raises Altered where a bundle is missing or too short."""
    for index in range(-(-size // WIDTH)):
        width = min(WIDTH, size - index * WIDTH)
        bundle = list(split_bundle(_read(folder, tile_path("entries", index, width))))
        if len(bundle) != width:
            raise Altered(f"entry bundle {index} has not {width} entries")
        yield from bundle


def verify_log(folder: Path, keys: Sequence[VerifierKey], olds: Sequence[str] = ()) -> Checkpoint:
    """Verify a whole log: signature, every entry, every tile, and that each older checkpoint is its beginning."""
    checkpoint = open_checkpoint(_read(folder, "checkpoint").decode("utf-8", "replace"), keys)
    wanted = [open_checkpoint(old, keys) for old in olds]
    for old in wanted:
        if old.origin != checkpoint.origin or old.size > checkpoint.size:
            raise Altered(f"log of {checkpoint.size} entries was once of {old.size}, or is another log")
    tiles: list[Tile] = []
    tree, seen = Tree(), {0: root_of(())}
    for entry in read_entries(folder, checkpoint.size):
        tiles += tree.add(leaf_hash(entry))
        if tree.size in {old.size for old in wanted}:
            seen[tree.size] = tree.root()
    for tile in (*tiles, *tree.partial()):
        if _read(folder, tile.path) != b"".join(tile.hashes):
            raise Altered(f"{tile.path} does not hold the hashes of the entries")
    if tree.root() != checkpoint.root:
        raise Altered("entries do not give the signed root")
    for old in wanted:
        if seen[old.size] != old.root:
            raise Altered(f"the first {old.size} entries are not those that were signed before")
    return checkpoint


def verify_entry(entry: bytes, proof: str, keys: Sequence[VerifierKey]) -> tuple[int, Checkpoint]:
    """Verify one entry by a C2SP tlog-proof; return its index and the checkpoint that holds it."""
    head, _, note = proof.partition("\n\n")
    lines = head.split("\n")
    words = lines[1].split(" ") if len(lines) > 1 else []
    if lines[0] != PROOF_HEADER or words[:1] != ["index"] or not words[-1].isdecimal():
        raise Altered("not a tlog-proof")
    checkpoint = open_checkpoint(note, keys)
    index, steps = int(words[1]), [_from_base64(line) for line in lines[2:]]
    if root_by_proof(leaf_hash(entry), index, checkpoint.size, steps) != checkpoint.root:
        raise Altered("inclusion proof does not lead to the signed root")
    return index, checkpoint


def _read(folder: Path, name: str) -> bytes:
    try:
        return folder.joinpath(name).read_bytes()
    except OSError:
        raise Altered(f"{name} is missing or cannot be read") from None


def main(arguments: Sequence[str]) -> int:
    """Verify what the arguments name; return 0 where all is well, 1 where it is not, 2 where they say nothing."""
    texts = [Path(argument) for argument in arguments if argument != "--entry"]
    try:
        if arguments[:1] == ["--entry"] and len(texts) == 3:  # noqa: PLR2004 - ENTRY PROOF KEY.
            index, found = verify_entry(texts[0].read_bytes(), texts[1].read_text(), read_keys(texts[2].read_text()))
            sys.stdout.write(f"entry {index} is in {found.origin} of {found.size} entries\n")
        elif len(texts) > 1 and "--entry" not in arguments:
            olds = [old.read_text() for old in texts[2:]]
            found = verify_log(texts[0], read_keys(texts[1].read_text()), olds)
            sys.stdout.write(f"{found.origin}: {found.size} entries, all as signed; {len(olds)} older ones agree\n")
        else:
            sys.stderr.write(__doc__ or "")
            return 2
    except Altered as altered:
        sys.stderr.write(f"ALTERED: {altered}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
