"""Local key pairs: made once, private, and behind a passphrase where one is given."""

import contextlib
import multiprocessing
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from schemas.errors import ConfigError, IncorrectKey, KmsUnavailable
from streams.vault import key_pairs
from streams.vault import passphrase as passphrases
from streams.vault.kek import open_kek
from streams.vault.kek_local_private import LocalPrivateKek
from streams.vault.key_pairs import KeyPair, create_key_pair, ensure_key_pair, rotate_key_pair
from streams.vault.private_file import write_private
from streams.vault.wrapping import WrapContext

DEK = bytes(range(32))


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretch passphrases a little only; the file says how much."""
    monkeypatch.setattr(passphrases, "_COST", 2**10)


def round_trip(pair: KeyPair, private: LocalPrivateKek) -> bytes:
    """Wrap and unwrap a DEK."""
    kek = open_kek(pair.uri)
    context = WrapContext("acme", "2026-11", "dk_x", kek.uri)
    return private.unwrap(kek.wrap(DEK, context).wrapped, context)


def test_the_private_half_is_the_owners_alone(tmp_path: Path) -> None:
    """The private half has mode 0600 in a folder of mode 0700; the public half may be read."""
    pair = create_key_pair(tmp_path / "keys", "vault")

    assert stat.S_IMODE(pair.private.stat().st_mode) == 0o600
    assert stat.S_IMODE(pair.public.stat().st_mode) == 0o644
    assert stat.S_IMODE(pair.private.parent.stat().st_mode) == 0o700
    assert b"PRIVATE" not in pair.public.read_bytes()


def test_a_private_half_open_to_others_is_refused(tmp_path: Path) -> None:
    """The file is not read once anybody else could."""
    pair = create_key_pair(tmp_path, "vault")
    pair.private.chmod(0o644)

    with pytest.raises(ConfigError, match="chmod 600"):
        LocalPrivateKek.load(pair.private)


@pytest.mark.usefixtures("cheap")
def test_a_passphrase_opens(tmp_path: Path) -> None:
    """With its passphrase the private half unwraps."""
    pair = create_key_pair(tmp_path, "vault", b"correct example horse")

    assert round_trip(pair, LocalPrivateKek.load(pair.private, b"correct example horse")) == DEK


@pytest.mark.usefixtures("cheap")
@pytest.mark.parametrize("given_", [b"wrong", b"", b"correct example horse "])
def test_a_wrong_passphrase_does_not(tmp_path: Path, given_: bytes) -> None:
    """A wrong passphrase is refused, and does not stand in the error."""
    pair = create_key_pair(tmp_path, "vault", b"correct example horse")

    with pytest.raises((IncorrectKey, ConfigError)) as refused:
        LocalPrivateKek.load(pair.private, given_)
    assert "horse" not in repr(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.usefixtures("cheap")
def test_no_passphrase_for_a_protected_key(tmp_path: Path) -> None:
    """A protected key without a passphrase is a matter of configuration, and the reverse too."""
    protected = create_key_pair(tmp_path, "protected", b"correct example horse")
    plain = create_key_pair(tmp_path, "plain")

    with pytest.raises(ConfigError):
        LocalPrivateKek.load(protected.private)
    with pytest.raises(ConfigError):
        LocalPrivateKek.load(plain.private, b"correct example horse")


def test_passphrases_are_stretched(tmp_path: Path) -> None:
    """A protected file says that scrypt with 2^17 blocks of 8 stretched its passphrase."""
    pair = create_key_pair(tmp_path, "vault", b"correct example horse")
    first = pair.private.read_bytes().split(b"\n", 1)[0]

    assert first.startswith(b"phistream-kdf: scrypt ln=17 r=8 p=1 salt=")
    assert b"ENCRYPTED PRIVATE KEY" in pair.private.read_bytes()


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    """Making a pair where either half is there is refused, and leaves it as it was."""
    pair = create_key_pair(tmp_path, "vault")
    before = pair.private.read_bytes()
    pair.public.unlink()

    for make in (create_key_pair, ensure_key_pair):
        with pytest.raises(ConfigError):
            make(tmp_path, "vault")
    assert pair.private.read_bytes() == before


def test_the_private_half_may_live_elsewhere(tmp_path: Path) -> None:
    """Where only the public half is there, it is used and nothing new is made."""
    pair = create_key_pair(tmp_path, "vault")
    private = LocalPrivateKek.load(pair.private)
    pair.private.unlink()

    assert round_trip(ensure_key_pair(tmp_path, "vault"), private) == DEK
    assert not pair.private.exists()


def _ensure(folder: Path) -> bytes:
    return ensure_key_pair(folder, "vault").public.read_bytes()


def test_processes_that_start_together_agree(tmp_path: Path) -> None:
    """Workers on a new state folder end with one key pair, whose halves belong together."""
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        found = pool.map(_ensure, [tmp_path] * 8)
    pair = ensure_key_pair(tmp_path, "vault")

    assert len(set(found)) == 1
    assert round_trip(pair, LocalPrivateKek.load(pair.private)) == DEK


def test_nothing_prints(tmp_path: Path) -> None:
    """A loaded private half shows no key."""
    pair = create_key_pair(tmp_path, "vault")

    assert repr(LocalPrivateKek.load(pair.private)) == "LocalPrivateKek()"


def test_a_public_half_that_is_away_is_a_matter_of_waiting(tmp_path: Path) -> None:
    """Nothing is wrapped while the file is not to be read, and all goes on once it is back."""
    pair = create_key_pair(tmp_path, "vault")
    kek, context = open_kek(pair.uri), WrapContext("acme", "2026-11", "dk_x", pair.uri)
    away = pair.public.rename(tmp_path / "away.pem")
    with pytest.raises(KmsUnavailable):
        kek.wrap(DEK, context)
    away.rename(pair.public)

    assert LocalPrivateKek.load(pair.private).unwrap(kek.wrap(DEK, context).wrapped, context) == DEK


@pytest.mark.usefixtures("cheap")
def test_a_rotated_pair_still_opens_what_the_old_one_wrapped(tmp_path: Path) -> None:
    """After rotations a wrap of every version opens, with its version or without, and new wraps have the new one."""
    pair = create_key_pair(tmp_path, "vault", b"correct example horse")
    kek, context = open_kek(pair.uri), WrapContext("acme", "2026-11", "dk_x", pair.uri)
    wraps = [kek.wrap(DEK, context)]
    for _ in range(2):
        rotate_key_pair(tmp_path, "vault", b"correct example horse")
        wraps.append(kek.wrap(DEK, context))
    private = LocalPrivateKek.load(pair.private, b"correct example horse")

    assert len({wrap.kek_version for wrap in wraps}) == 3
    for wrap in wraps:
        assert private.unwrap(wrap.wrapped, context) == DEK
        assert private.unwrap(wrap.wrapped, replace(context, kek_version=wrap.kek_version)) == DEK
        with pytest.raises(IncorrectKey):
            private.unwrap(wrap.wrapped, replace(context, kek_version="0" * 16))


def test_a_rotation_cut_short_loses_no_private_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the power goes during a rotation, what was or will be wrapped opens, and a second one goes through."""
    pair = create_key_pair(tmp_path, "vault")
    kek, context = open_kek(pair.uri), WrapContext("acme", "2026-11", "dk_x", pair.uri)
    wraps = [kek.wrap(DEK, context)]
    for writes in range(5):
        left = [writes]

        def write(path: Path, data: bytes, mode: int = 0o600, left: list[int] = left) -> None:
            if left[0] == 0:
                raise OSError(28, "no space")
            left[0] -= 1
            write_private(path, data, mode)

        with monkeypatch.context() as patched:
            patched.setattr(key_pairs, "write_private", write)
            with contextlib.suppress(OSError):
                rotate_key_pair(tmp_path, "vault")
        wraps.append(kek.wrap(DEK, context))
        private = LocalPrivateKek.load(pair.private)
        assert [private.unwrap(wrap.wrapped, replace(context, kek_version=wrap.kek_version)) for wrap in wraps] == (
            [DEK] * len(wraps)
        )


def test_a_pair_is_rotated_where_both_halves_lie(tmp_path: Path) -> None:
    """The redactor's machine, which has the public half alone, makes no key that nobody could open."""
    pair = create_key_pair(tmp_path, "vault")
    before = pair.public.read_bytes()
    pair.private.unlink()

    with pytest.raises(ConfigError, match="where both lie"):
        rotate_key_pair(tmp_path, "vault")
    assert pair.public.read_bytes() == before
