"""What is weaker: each kind of weakening alone is named, and nothing that protects as much or more is."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import ConfigError
from schemas.identifiers import IdentifierType
from schemas.vault import TokenMode
from streams import accepted_policy
from streams.accepted_policy import Accepted, AcceptedFile, accepted_file, refuse_unaccepted, refuse_weaker
from streams.breakglass.identity.settings import BreakglassSettings, OidcSettings
from streams.config import LimitSettings, RetentionSettings, Settings, TenantSettings, VaultSettings
from streams.detection.settings import DetectorSettings, RecognizerSettings
from streams.policy import SHIPPED, Claim, OperatorName, Policy, PolicyRule, load_policy
from streams.posture import Posture, posture_of, weakenings
from streams.vault.private_file import write_private
from streams.vault.tokenkeys import ensure_token_keys

_MRN = RecognizerSettings(name="mrn", identifier=IdentifierType.MRN, pattern="M[0-9]{6}", examples=("M123456",))
_OIDC = OidcSettings(issuer="https://idp.example.org", audience="x", jwks_uri="https://x", acr_values=("gold",))
_BASE = Settings(
    tenants={"north": TenantSettings(breakglass=True, approvals=2), "south": TenantSettings()},
    detector=DetectorSettings(recognizers=(_MRN,)),
    breakglass=BreakglassSettings(oidc=_OIDC),
)


def _posture(settings: Settings = _BASE, policy: str | Policy = "default") -> Posture:
    return posture_of(settings, load_policy(policy) if isinstance(policy, str) else policy)


def _settings(**changes: object) -> Settings:
    return _BASE.model_copy(update=changes)


def _tenant(name: str, **changes: object) -> Settings:
    return _settings(tenants={**_BASE.tenants, name: TenantSettings(**changes)})  # type: ignore[arg-type]


def _oidc(**changes: object) -> Settings:
    return _settings(breakglass=BreakglassSettings(oidc=_OIDC.model_copy(update=changes)))


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("allow_plaintext", _settings(allow_plaintext=True)),
        ("retention.raw_days", _settings(retention=RetentionSettings(raw_days=4))),
        ("retention.quarantine_days", _settings(retention=RetentionSettings(quarantine_days=91))),
        ("retention.audit_days", _settings(retention=RetentionSettings(audit_days=30))),
        ("tenants.north.approvals", _tenant("north", breakglass=True, approvals=1)),
        ("tenants.south.approvals", _tenant("south", breakglass=True, approvals=2)),
        ("tenants.west.approvals", _tenant("west", breakglass=True, approvals=2)),
        ("tenants.south.staff_applications", _tenant("south", staff_applications=("portal",))),
        ("limits.decoding_depth", _settings(limits=LimitSettings(decoding_depth=1))),
        ("detector.recognizers", _settings(detector=DetectorSettings())),
        (
            "detector.recognizers",
            _settings(detector=DetectorSettings(recognizers=(_MRN.model_copy(update={"score": 0.1}),))),
        ),
        ("detector.safe_list", _settings(detector=DetectorSettings(recognizers=(_MRN,), safe_list=Path(__file__)))),
        ("identity.acr_values", _oidc(acr_values=("gold", "bronze"))),
        ("identity.issuer", _oidc(issuer="https://other.example.org")),
        ("identity.max_age_seconds", _oidc(max_age_seconds=24 * 3600)),
    ],
)
def test_settings_that_protect_less(name: str, settings: Settings) -> None:
    """It is named, it alone; and the way back is none."""
    assert (name,) == weakenings(_posture(), _posture(settings))
    if not name.startswith(("detector.recognizers", "identity.issuer")):
        assert () == weakenings(_posture(settings), _posture())


def _with(type_: IdentifierType, rule: PolicyRule, claim: Claim = Claim.NONE) -> Policy:
    rules = {**load_policy("default").rules, type_: rule}
    return Policy("own", 1, claim, "", rules)


_TOKEN = OperatorName.TOKEN
_RULES = [
    PolicyRule(OperatorName.REDACT),
    PolicyRule(_TOKEN, TokenMode.RANDOM),
    PolicyRule(_TOKEN, TokenMode.CONVERSATION),
    PolicyRule(_TOKEN, TokenMode.DETERMINISTIC),
    PolicyRule(OperatorName.HASH),
    PolicyRule(OperatorName.MASK),
    PolicyRule(OperatorName.KEEP),
]


@pytest.mark.parametrize("first", range(len(_RULES)))
@pytest.mark.parametrize("second", range(len(_RULES)))
def test_operators_and_modes_have_one_order(first: int, second: int) -> None:
    """From nothing left to everything kept: a step towards more is weaker, one towards less is not."""
    old, new = (_posture(policy=_with(IdentifierType.MRN, _RULES[number])) for number in (first, second))

    assert (("policy.identifiers.MRN",) if second > first else ()) == weakenings(old, new)


@pytest.mark.parametrize(
    ("type_", "rule"),
    [
        (IdentifierType.DATE, PolicyRule(_TOKEN, TokenMode.CONVERSATION, remainder=True)),
        (IdentifierType.AGE, PolicyRule(OperatorName.GENERALIZE)),
    ],
)
def test_what_remains_beside_a_token_is_weaker(type_: IdentifierType, rule: PolicyRule) -> None:
    """A year, the first digits of a ZIP, a coarser value: each leaves more than a bare token."""
    bare = _posture(policy=_with(type_, PolicyRule(_TOKEN, TokenMode.CONVERSATION)))

    assert (f"policy.identifiers.{type_.value}",) == weakenings(bare, _posture(policy=_with(type_, rule)))


def test_an_identifier_without_a_rule_is_kept() -> None:
    """A posture that says nothing of an identifier is weaker than one that does."""
    posture = _posture()
    fewer = Posture(posture.policy, {k: v for k, v in posture.facts.items() if k != "policy.identifiers.SSN"})

    assert ("policy.identifiers.SSN",) == weakenings(posture, fewer)


def test_the_shipped_policies() -> None:
    """Safe harbor is the strongest; from it every other one is weaker, and none is weaker than itself."""
    of = {name: _posture(policy=name) for name in SHIPPED}

    assert all(() == weakenings(each, each) for each in of.values())
    assert () == weakenings(of["default"], of["safe-harbor"])
    assert all("policy.claim" in weakenings(of["safe-harbor"], of[name]) for name in SHIPPED if name != "safe-harbor")
    assert "policy.identifiers.NAME" in weakenings(of["default"], of["joinable"])
    assert "policy.identifiers.DATE" in weakenings(of["default"], of["limited-data-set"])


def _accepting(tmp_path: Path) -> Settings:
    """Return settings with token keys and a place for what two persons accept."""
    ensure_token_keys(tmp_path / "keys" / "token-keys.json", ["north", "south"])
    vault = VaultSettings(token_keys_file=tmp_path / "keys" / "token-keys.json")
    return _settings(accepted_policy=tmp_path / "accepted.json", vault=vault)


def _accept(settings: Settings, policy: str = "default", at_ms: int = 1) -> AcceptedFile:
    file = accepted_file(settings)
    file.write(Accepted(_posture(settings, policy), at_ms, ("a|b", "a|c")))
    return file


def test_nothing_weaker_than_what_was_accepted_starts(tmp_path: Path) -> None:
    """Without a file anything runs; with one, what is as strong or stronger; one that was edited stops everything."""
    settings = _accepting(tmp_path)
    joinable = settings.model_copy(update={"policy": "joinable"})
    refuse_weaker(joinable)
    file = _accept(settings)

    assert _posture() == (file.read() or Accepted(Posture("", {}), 0, ())).posture
    refuse_weaker(settings)
    refuse_weaker(settings.model_copy(update={"policy": "safe-harbor"}))
    with pytest.raises(ConfigError, match="weaker"):
        refuse_weaker(joinable)


#: What a hand may do that writes the file and cannot read the token keys.
_BY_HAND: dict[str, Callable[[Path], object]] = {
    "edited": lambda path: _rewritten(path, lambda tree: tree["facts"].update(allow_plaintext=True)),
    "by others": lambda path: _rewritten(path, lambda tree: tree.update(by=["a|eve", "a|eve2"])),
    "unsigned": lambda path: _rewritten(path, lambda tree: tree.update(macs={})),
    "for another tenant": lambda path: _rewritten(path, lambda tree: tree["macs"].update(north="00")),
    "no JSON": lambda path: path.write_text("nonsense"),
    "empty": lambda path: path.write_text(""),
    "gone": Path.unlink,
}


def _rewritten(path: Path, change: Callable[[Any], object]) -> None:
    tree = json.loads(path.read_bytes())
    change(tree)
    tree["digest"] = Posture(tree["policy"], tree["facts"]).digest
    path.write_text(json.dumps(tree))


@pytest.mark.parametrize("noted", [True, False], ids=["here", "on another host"])
@pytest.mark.parametrize("hand", _BY_HAND)
def test_another_hand_accepts_nothing(tmp_path: Path, hand: str, noted: bool) -> None:
    """A file that was edited, taken away or named elsewhere is refused, also where only the token keys know of it."""
    settings = _accepting(tmp_path)
    file = _accept(settings)
    if not noted:
        (tmp_path / "keys" / "accepted-policy.sha256").unlink()
    _BY_HAND[hand](file.path)

    with pytest.raises(ConfigError):
        refuse_unaccepted(settings)
    if file.path.exists():
        with pytest.raises(ConfigError):
            refuse_weaker(settings)


def test_another_place_holds_nothing_else(tmp_path: Path) -> None:
    """Settings that name another file, or none, do not start on the host where a policy was accepted."""
    settings = _accepting(tmp_path)
    _accept(settings)
    for place in (tmp_path / "nowhere.json", None):
        with pytest.raises(ConfigError, match="taken away"):
            refuse_weaker(settings.model_copy(update={"accepted_policy": place, "run_folder": tmp_path / "run"}))


def test_an_older_one_does_not_come_back(tmp_path: Path) -> None:
    """What was accepted before is signed too: on the host where it was replaced it counts no more."""
    settings = _accepting(tmp_path)
    older = _accept(settings, "joinable").path.read_bytes()
    file = _accept(settings, "default", 2)
    file.path.write_bytes(older)

    with pytest.raises(ConfigError, match="put back"):
        file.read()


def test_a_kill_between_digest_and_file_leaves_one_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut short before the file is exchanged, the one before it stands, also where there was none."""
    settings = _accepting(tmp_path)
    file = accepted_file(settings)
    for _ in range(2):
        before = file.read()
        with monkeypatch.context() as killed:
            killed.setattr(accepted_policy, "write_private", _killed_at(file.path))
            with pytest.raises(KeyboardInterrupt):
                file.write(Accepted(_posture(settings, "joinable"), 2, ("a|b",)))
        assert before == file.read()
        _accept(settings)


def test_a_place_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    """Where nothing can be kept nothing is accepted, and the place is told."""
    settings = _accepting(tmp_path)
    (tmp_path / "accepted.json").mkdir()
    with pytest.raises(ConfigError, match=r"accepted\.json"):
        _accept(settings)


def _killed_at(path: Path) -> Callable[..., None]:
    def write(target: Path, *content: Any) -> None:
        if target == path:
            raise KeyboardInterrupt
        write_private(target, *content)

    return write


def test_tenants_come_and_go(tmp_path: Path) -> None:
    """One tenant's keys are enough: a tenant more, or one whose keys were taken out, changes nothing."""
    settings = _accepting(tmp_path)
    file = _accept(settings)
    keys = tmp_path / "keys" / "token-keys.json"
    ensure_token_keys(keys, ["west"])
    tree = json.loads(keys.read_bytes())
    del tree["tenants"]["north"]
    write_private(keys, json.dumps(tree).encode())

    assert file.read() is not None
    ensure_token_keys(tmp_path / "other" / "token-keys.json", ["north"])
    with pytest.raises(ConfigError, match="another hand"):
        AcceptedFile(file.path, tmp_path / "other" / "token-keys.json").read()
