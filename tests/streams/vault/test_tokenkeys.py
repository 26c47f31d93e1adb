"""The token key file: private, made once, never changed under what was minted."""

import json
import multiprocessing
import stat
from pathlib import Path

import pytest

from schemas.errors import ConfigError
from streams.vault.tokenkeys import EPOCH_LETTERS, TokenKeys, begin_epoch, ensure_token_keys, load_token_keys

NOW = 1_793_491_200_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the file will be."""
    return tmp_path / "keys" / "token-keys.json"


def test_made_on_first_use_for_its_owner_alone(path: Path) -> None:
    """The file and its folder are closed to others from the start."""
    ensure_token_keys(path, ["acme"])

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_keys_stay(path: Path) -> None:
    """A second start reads the keys of the first; a new tenant gets its own beside them."""
    first = ensure_token_keys(path, ["acme"])
    second = ensure_token_keys(path, ["acme", "other"])

    assert second["acme"] == first["acme"]
    assert second["other"].lookup != second["acme"].lookup
    assert load_token_keys(path) == second


def test_keys_that_are_there_are_only_read(path: Path) -> None:
    """A worker starts where the folder of the keys is mounted read-only: no lock and no file is written."""
    made = ensure_token_keys(path, ["a"])
    lock = path.parent / ".lock"
    lock.unlink()
    lock.mkdir()  # Nobody, whatever their rights, can open this for writing.

    assert made == ensure_token_keys(path, ["a"])


def test_no_two_secrets_are_equal(path: Path) -> None:
    """Every secret of every tenant is drawn anew."""
    known = ensure_token_keys(path, ["acme", "other"])
    secrets = [
        secret
        for keys in known.values()
        for secret in (keys.epochs[0].secret, keys.lookup, keys.conversation, keys.digests[0].secret)
    ]

    assert len(set(secrets)) == 8
    assert {len(secret) for secret in secrets} == {32}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620, 0o601])
def test_refused_when_open_to_others(path: Path, mode: int) -> None:
    """A key file that anybody else may touch is refused, and the message says how to mend it."""
    ensure_token_keys(path, ["acme"])
    path.chmod(mode)

    with pytest.raises(ConfigError, match="chmod 600"):
        load_token_keys(path)
    with pytest.raises(ConfigError, match="chmod 600"):
        ensure_token_keys(path, ["acme"])


def test_a_link_is_refused(path: Path, tmp_path: Path) -> None:
    """A link in place of the file is refused: it could be turned elsewhere."""
    ensure_token_keys(path, ["acme"])
    link = tmp_path / "link.json"
    link.symlink_to(path)

    with pytest.raises(ConfigError):
        load_token_keys(link)


def _damage_version(tree: dict[str, object]) -> None:
    tree["v"] = 2


def _damage_secret(tree: dict[str, dict[str, dict[str, object]]]) -> None:
    tree["tenants"]["acme"]["lookup"] = "c2hvcnQ"


def _damage_epochs(tree: dict[str, dict[str, dict[str, object]]]) -> None:
    tree["tenants"]["acme"]["epochs"] = []


@pytest.mark.parametrize("damage", [_damage_version, _damage_secret, _damage_epochs])
def test_a_damaged_file_is_refused_without_showing_it(path: Path, damage: object) -> None:
    """A file that cannot be read whole stops the start; it is never made anew, and no secret stands in the message."""
    ensure_token_keys(path, ["acme"])
    tree = json.loads(path.read_text())
    secret = tree["tenants"]["acme"]["conversation"]
    damage(tree)  # type: ignore[operator]
    path.write_text(json.dumps(tree))

    with pytest.raises(ConfigError) as refused:
        ensure_token_keys(path, ["acme"])
    assert secret not in str(refused.value)
    assert refused.value.__cause__ is None
    assert json.loads(path.read_text()) == tree


def test_missing_is_no_invitation_to_make_one(path: Path) -> None:
    """Loading alone never makes keys."""
    with pytest.raises(ConfigError, match="missing"):
        load_token_keys(path)


def _ensure(path: Path) -> TokenKeys:
    return ensure_token_keys(path, ["acme"])["acme"]


def test_processes_that_start_together_agree(path: Path) -> None:
    """Four workers on a new state folder end with one set of keys."""
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        found = pool.map(_ensure, [path] * 8)

    assert all(keys == found[0] for keys in found)


def test_epochs_follow_each_other(path: Path) -> None:
    """A new epoch has the next letter and fresh secret, and leaves the first as it was."""
    before = ensure_token_keys(path, ["acme"])["acme"]
    begun = begin_epoch(path, "acme", NOW + 1000, NOW)
    after = load_token_keys(path)["acme"]

    assert after.epochs == (before.epochs[0], begun)
    assert begun.letter == "b"
    assert begun.secret != before.epochs[0].secret
    assert after.lookup == before.lookup
    assert after.epoch_at(NOW + 999) == before.epochs[0]
    assert after.epoch_at(NOW + 1000) == begun


@pytest.mark.parametrize("starts_ms", [NOW, NOW - 1, 0])
def test_no_epoch_begins_in_the_past(path: Path, starts_ms: int) -> None:
    """Records that were redacted already would get other tokens in a replay."""
    ensure_token_keys(path, ["acme"])

    with pytest.raises(ConfigError):
        begin_epoch(path, "acme", starts_ms, NOW)
    assert len(load_token_keys(path)["acme"].epochs) == 1


def test_epoch_letters_fit_the_grammar() -> None:
    """There are 702 epochs of one or two letters, all different."""
    assert len(set(EPOCH_LETTERS)) == 702
    assert EPOCH_LETTERS[:2] == ("a", "b")
    assert EPOCH_LETTERS[25:28] == ("z", "aa", "ab")
