"""What is weaker: each kind of weakening alone is named, and nothing that protects as much or more is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.errors import ConfigError
from schemas.identifiers import IdentifierType
from schemas.vault import TokenMode
from streams.accepted_policy import Accepted, read_accepted, refuse_weaker, write_accepted
from streams.breakglass.identity.settings import BreakglassSettings, OidcSettings
from streams.config import LimitSettings, RetentionSettings, Settings, TenantSettings
from streams.detection.settings import DetectorSettings, RecognizerSettings
from streams.policy import SHIPPED, Claim, OperatorName, Policy, PolicyRule, load_policy
from streams.posture import Posture, posture_of, weakenings

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


def test_nothing_weaker_than_what_was_accepted_starts(tmp_path: Path) -> None:
    """Without a file anything runs; with one, what is as strong or stronger; one that was edited stops everything."""
    settings = _settings(accepted_policy=tmp_path / "accepted.json")
    joinable = settings.model_copy(update={"policy": "joinable"})
    refuse_weaker(joinable)
    write_accepted(tmp_path / "accepted.json", Accepted(_posture(), 1, ("a|b", "a|c")))

    refuse_weaker(settings)
    refuse_weaker(settings.model_copy(update={"policy": "safe-harbor"}))
    with pytest.raises(ConfigError, match="weaker"):
        refuse_weaker(joinable)

    edited = (tmp_path / "accepted.json").read_text().replace('"allow_plaintext": false', '"allow_plaintext": true')
    (tmp_path / "accepted.json").write_text(edited)
    with pytest.raises(ConfigError, match="altered"):
        refuse_weaker(settings)


@pytest.mark.parametrize(
    "damage", [lambda _: "{}", lambda _: "nonsense", lambda text: text.replace('"v": 1', '"v": 2')]
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, damage: Callable[[str], str]) -> None:
    """What cannot be read does not count as nothing accepted."""
    path = tmp_path / "accepted.json"
    write_accepted(path, Accepted(_posture(), 1, ()))
    assert _posture() == (read_accepted(path) or Accepted(Posture("", {}), 0, ())).posture

    path.write_text(damage(path.read_text()))
    with pytest.raises(ConfigError):
        read_accepted(path)
