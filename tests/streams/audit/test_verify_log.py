"""What an outsider finds: any byte changed, a tail cut, a fork, a log written anew with the right key."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from shutil import copytree, rmtree

import pytest

from streams.audit import verify_log as verifier
from streams.audit.merkle_log import MerkleLog
from streams.audit.proofs import Hashes, consistency, inclusion, verify_consistency, write_proof
from streams.audit.signing import LogKeys, SigningKey
from streams.audit.verify_log import Altered, Checkpoint, leaf_hash, root_by_proof, root_of, verify_entry, verify_log
from tests.streams.audit.samples import KEYS, entry, grow

#: The leaves of the reference tree of Certificate Transparency.
CT_LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
SIZES = range(1, 70)
LEAVES = [leaf_hash(entry(index)) for index in range(70)]


def _hashes(size: int) -> Hashes:
    return Hashes(size, lambda level, index, width: LEAVES[:width])


def _checkpoint(size: int) -> Checkpoint:
    return Checkpoint(KEYS.origin, size, root_of(LEAVES[:size]))


def test_the_root_is_that_of_certificate_transparency() -> None:
    """Eight known leaves give the published root of RFC 6962 trees."""
    leaves = [leaf_hash(bytes.fromhex(leaf)) for leaf in CT_LEAVES]

    assert "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328" == root_of(leaves).hex()


@pytest.mark.parametrize("size", SIZES)
def test_inclusion_over_all_sizes(size: int) -> None:
    """The proof of each entry leads to the root, and that of any other place does not."""
    for index in range(size):
        proof = inclusion(_hashes(size), index, size)

        assert root_of(LEAVES[:size]) == root_by_proof(LEAVES[index], index, size, proof)
        assert root_of(LEAVES[:size]) != root_by_proof(LEAVES[69], index, size, proof)
        for place in range(len(proof)):
            wrong = [*proof[:place], bytes(32), *proof[place + 1 :]]
            assert root_of(LEAVES[:size]) != root_by_proof(LEAVES[index], index, size, wrong)
        with pytest.raises(Altered):
            root_by_proof(LEAVES[index], index, size, [*proof, bytes(32)])


@pytest.mark.parametrize("size", SIZES)
def test_consistency_over_all_sizes(size: int) -> None:
    """Each earlier size is proved to be the log's beginning; another beginning of that size is not."""
    for old in range(size + 1):
        proof = consistency(_hashes(size), old, size)
        verify_consistency(_checkpoint(old), _checkpoint(size), proof)
        if old:
            fork = replace(_checkpoint(old), root=bytes(32))
            with pytest.raises(Altered):
                verify_consistency(fork, _checkpoint(size), proof)
            with pytest.raises(Altered):
                verify_consistency(_checkpoint(old), replace(_checkpoint(size), root=bytes(32)), proof)


def test_every_byte_counts(tmp_path: Path) -> None:
    """One bit changed in any byte of checkpoint, entries or tiles is found."""
    grow(tmp_path, 260)
    paths = [tmp_path / "checkpoint", *(path for path in tmp_path.glob("tile/**/*") if path.is_file())]
    places = [(path, place) for path in paths for place in range(path.stat().st_size)]
    step = max(1, len(places) // 400)  # Every one in turn takes a minute; each file has its share.
    small = [(path, place) for path, place in places if path.stat().st_size < 100]
    for path, place in [*places[::step], *small]:
        found = path.read_bytes()
        path.chmod(0o600)
        path.write_bytes(found[:place] + bytes([found[place] ^ 1]) + found[place + 1 :])

        with pytest.raises(Altered):
            verify_log(tmp_path, KEYS.verifiers)
        path.write_bytes(found)

    assert 260 == verify_log(tmp_path, KEYS.verifiers).size


def test_tiles_that_fit_changed_entries_do_not_help(tmp_path: Path) -> None:
    """Who changes an entry and every tile with it, but cannot sign, is found by the signed root."""
    grow(tmp_path / "log", 40)
    with MerkleLog(tmp_path / "other", LogKeys(KEYS.origin, (SigningKey(0, bytes(32)),))) as log:
        for index in range(40):
            log.append(entry(index) if index != 7 else b"nothing to see")
    rmtree(tmp_path / "log" / "tile")
    copytree(tmp_path / "other" / "tile", tmp_path / "log" / "tile")

    with pytest.raises(Altered):
        verify_log(tmp_path / "log", KEYS.verifiers)


@pytest.mark.parametrize("name", ["tile/entries/000", "tile/entries/001.p/4", "tile/0/000", "tile/1/000.p/1"])
def test_nothing_may_be_missing(tmp_path: Path, name: str) -> None:
    """A tile or bundle that is gone is found."""
    grow(tmp_path, 260)
    tmp_path.joinpath(name).unlink()

    with pytest.raises(Altered):
        verify_log(tmp_path, KEYS.verifiers)


def _cut_tail(folder: Path) -> None:
    """Write the log of fewer entries in place of the longer one, signed with the right key."""
    _rewrite(folder, [entry(index) for index in range(90)])


def _change_one(folder: Path) -> None:
    """Write the whole log anew with one early entry changed, and sign it."""
    _rewrite(folder, [b"entry 0", b"nothing to see", *(entry(index) for index in range(2, 300))])


def _rewrite(folder: Path, entries: Sequence[bytes]) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    with MerkleLog(folder, KEYS) as log:
        for each in entries:
            log.append(each)


@pytest.mark.parametrize("attack", [_cut_tail, _change_one], ids=["tail-cut", "re-signed"])
def test_a_stolen_key_does_not_hide_a_change(tmp_path: Path, attack: Callable[[Path], None]) -> None:
    """A log that was cut or changed and signed again verifies alone, and fails against a checkpoint kept elsewhere."""
    grow(tmp_path, 100)
    kept = (tmp_path / "checkpoint").read_text()
    grow(tmp_path, 200)
    verify_log(tmp_path, KEYS.verifiers, [kept])

    attack(tmp_path)

    verify_log(tmp_path, KEYS.verifiers)
    with pytest.raises(Altered):
        verify_log(tmp_path, KEYS.verifiers, [kept])


def test_two_forks_are_not_consistent(tmp_path: Path) -> None:
    """Two logs with one key and one beginning that part later cannot be proved to be one."""
    grow(tmp_path / "one", 40)
    copytree(tmp_path / "one", tmp_path / "two")
    with MerkleLog(tmp_path / "two", KEYS) as log:
        log.append(b"another")
    fork = log.checkpoint
    grow(tmp_path / "one", 60)
    with MerkleLog(tmp_path / "one", KEYS) as log:
        proof = consistency(log.hashes(), fork.size, log.size)

        with pytest.raises(Altered):
            verify_consistency(fork, log.checkpoint, proof)


def test_another_key_is_not_believed(tmp_path: Path) -> None:
    """A checkpoint under the log's name but signed with another key is refused."""
    other = LogKeys(KEYS.origin, (SigningKey(0, bytes(32)),))
    grow(tmp_path, 3, keys=other)

    with pytest.raises(Altered):
        verify_log(tmp_path, KEYS.verifiers)


def test_a_rotated_key_keeps_old_checkpoints_valid(tmp_path: Path) -> None:
    """After a rotation both keys verify, each its own checkpoints."""
    grow(tmp_path, 3)
    kept = (tmp_path / "checkpoint").read_text()
    rotated = LogKeys(KEYS.origin, (*KEYS.keys, SigningKey(1, bytes(32))))
    grow(tmp_path, 5, keys=rotated)

    assert 5 == verify_log(tmp_path, rotated.verifiers, [kept]).size
    with pytest.raises(Altered):
        verify_log(tmp_path, KEYS.verifiers)


def test_one_entry_is_proved_alone(tmp_path: Path) -> None:
    """An entry, its proof and the key are enough; another entry fails with the same proof."""
    grow(tmp_path, 70)
    with MerkleLog(tmp_path, KEYS) as log:
        proof = write_proof(66, inclusion(log.hashes(), 66, 70), (tmp_path / "checkpoint").read_text())

    assert 66 == verify_entry(entry(66), proof, KEYS.verifiers)[0]
    with pytest.raises(Altered):
        verify_entry(entry(65), proof, KEYS.verifiers)


def test_the_verifier_stands_alone(tmp_path: Path) -> None:
    """The verifier runs as one file in a Python without phistream, and says by its status what it found."""
    grow(tmp_path / "log", 260)
    (tmp_path / "key").write_text(KEYS.public_text())
    script = tmp_path / "verify_log.py"
    script.write_bytes(Path(verifier.__file__).read_bytes())
    command = [sys.executable, "-I", str(script), str(tmp_path / "log"), str(tmp_path / "key")]
    kept = tmp_path / "log" / "checkpoint"

    assert 0 == subprocess.run([*command, str(kept)], check=False, cwd=tmp_path, capture_output=True).returncode
    assert "streams" not in script.read_text().replace("phistream", "")
    bundle = tmp_path / "log/tile/entries/000"
    bundle.chmod(0o600)
    bundle.write_bytes(bundle.read_bytes().replace(b"entry 17", b"entry 71"))

    assert 1 == subprocess.run(command, check=False, cwd=tmp_path, capture_output=True).returncode


def test_the_published_example_of_a_verifier_key() -> None:
    """The key's id is the one of C2SP's own example, so that other tools read ours."""
    example = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"

    assert [example] == [str(key) for key in verifier.read_keys(example)]


@pytest.mark.parametrize(
    ("kind", "index", "width", "path"),
    [("0", 1234067, 256, "tile/0/x001/x234/067"), ("entries", 3, 70, "tile/entries/003.p/70")],
)
def test_paths_are_those_of_tlog_tiles(kind: str, index: int, width: int, path: str) -> None:
    """Tiles stand where C2SP says, so that its tools and witnesses find them."""
    assert path == verifier.tile_path(kind, index, width)
