"""Policies: what the shipped ones do, and what no policy may."""

from pathlib import Path

import pytest

from schemas.errors import ConfigError
from schemas.identifiers import IdentifierType
from schemas.vault import TokenMode
from streams.policy import FOLDER, SHIPPED, Claim, Kept, OperatorName, PolicyRule, load_policy

LOW = {IdentifierType.DATE, IdentifierType.AGE, IdentifierType.GEO}


def write(tmp_path: Path, shipped: str, *changes: tuple[str, str]) -> Path:
    """Write a shipped policy with some text replaced; each replaced text must be there."""
    text = (FOLDER / f"{shipped}.toml").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "policy.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", SHIPPED)
def test_every_identifier_has_a_rule(name: str) -> None:
    """A shipped policy loads by its name and covers all identifiers; credentials are redacted for good."""
    policy = load_policy(name)

    assert policy.name == name
    assert set(policy.rules) == set(IdentifierType)
    assert policy.rules[IdentifierType.CREDENTIAL] == PolicyRule(OperatorName.REDACT)
    assert policy.statement


def test_default_is_keyed_by_conversation() -> None:
    """Under the default policy every token is of mode c."""
    modes = {rule.mode for rule in load_policy("default").rules.values()} - {None}

    assert modes == {TokenMode.CONVERSATION}
    assert load_policy("default").claim is Claim.PSEUDONYMISED
    assert "not de-identified" in load_policy("default").statement


def test_safe_harbor_is_random_only() -> None:
    """Under safe-harbor every token is of mode r, and staff get no pseudonym."""
    policy = load_policy("safe-harbor")

    assert {rule.mode for rule in policy.rules.values()} - {None} == {TokenMode.RANDOM}
    assert not policy.staff_pseudonyms()
    assert load_policy("default").staff_pseudonyms()


def test_joinable_is_tenant_wide_for_high_entropy_alone() -> None:
    """Under joinable dates, ages and places stay keyed by conversation."""
    rules = load_policy("joinable").rules
    tenant_wide = {type_ for type_, rule in rules.items() if rule.mode is TokenMode.DETERMINISTIC}

    assert tenant_wide == set(IdentifierType) - LOW - {IdentifierType.CREDENTIAL}
    assert {rules[type_].mode for type_ in LOW} == {TokenMode.CONVERSATION}


def test_a_limited_data_set_keeps_what_the_rule_allows() -> None:
    """Dates, ages, towns and ZIP codes stay; every direct identifier of 164.514(e)(2) is a token."""
    rules = load_policy("limited-data-set").rules

    assert {type_ for type_, rule in rules.items() if rule.operator is OperatorName.KEEP} == {
        IdentifierType.DATE,
        IdentifierType.AGE,
    }
    assert rules[IdentifierType.GEO].keeps == frozenset(Kept)
    assert {rule.operator for type_, rule in rules.items() if type_ not in LOW} == {
        OperatorName.TOKEN,
        OperatorName.REDACT,
    }


TOKEN_C = 'operator = "token", mode = "c"'


@pytest.mark.parametrize(
    ("shipped", "old", "new", "reason"),
    [
        ("default", f"DATE = {{ {TOKEN_C}", 'DATE = { operator = "token", mode = "d"', "high entropy"),
        ("default", f"AGE = {{ {TOKEN_C}", 'AGE = { operator = "token", mode = "d"', "high entropy"),
        ("default", f"GEO = {{ {TOKEN_C}", 'GEO = { operator = "token", mode = "d"', "high entropy"),
        ("safe-harbor", 'SSN = { operator = "token", mode = "r"', f"SSN = {{ {TOKEN_C}", "164.514\\(c\\)"),
        ("safe-harbor", 'SSN = { operator = "token", mode = "r"', 'SSN = { operator = "token", mode = "d"', "Harbor"),
        ("safe-harbor", 'SSN = { operator = "token", mode = "r"', 'SSN = { operator = "hash"', "Safe Harbor"),
        ("safe-harbor", 'SSN = { operator = "token", mode = "r"', 'SSN = { operator = "keep"', "keeps no identifier"),
        ("default", f"NAME = {{ {TOKEN_C}", 'NAME = { operator = "keep"', "keeps no identifier"),
        ("limited-data-set", f"NAME = {{ {TOKEN_C}", 'NAME = { operator = "keep"', "164.514\\(e\\)"),
        ("default", 'CREDENTIAL = { operator = "redact"', f"CREDENTIAL = {{ {TOKEN_C}", "for good"),
        ("default", 'CREDENTIAL = { operator = "redact"', 'CREDENTIAL = { operator = "mask"', "for good"),
        ("default", f"NAME = {{ {TOKEN_C}", f"NAME = {{ {TOKEN_C}, remainder = true", "may remain"),
        ("default", f"NAME = {{ {TOKEN_C}", f'NAME = {{ {TOKEN_C}, keeps = ["town"]', "geography"),
        ("default", f"NAME = {{ {TOKEN_C}", 'NAME = { operator = "token"', "mode"),
        ("default", f"NAME = {{ {TOKEN_C}", 'NAME = { operator = "redact", mode = "c"', "mode"),
    ],
)
def test_what_no_policy_may(tmp_path: Path, shipped: str, old: str, new: str, reason: str) -> None:
    """A rule that the claim or the identifier cannot carry is refused with its reason and its identifier."""
    with pytest.raises(ConfigError, match=reason) as refused:
        load_policy(write(tmp_path, shipped, (old, new)))

    assert refused.value.facts["type"] == new.split(" ", 1)[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version = 1", 'version = "one"'),
        ('claim = "pseudonymised"', 'claim = "anonymous"'),
        ('name = "default"\n', ""),
        ("SSN =", "SOCIAL ="),
        ("SSN =", "# SSN ="),
        ('SSN = { operator = "token"', 'SSN = { operator = "scrub"'),
        (f"SSN = {{ {TOKEN_C}", f"SSN = {{ {TOKEN_C}, salt = 1"),
        ("version = 1", "version = 1\nextra = 2"),
        ("[identifiers]", "[identifiers"),
    ],
)
def test_a_policy_that_is_not_understood_is_refused(tmp_path: Path, old: str, new: str) -> None:
    """Unknown words, missing identifiers and broken files stop the start."""
    with pytest.raises(ConfigError):
        load_policy(write(tmp_path, "default", (old, new)))


def test_a_name_that_is_not_shipped_is_a_file(tmp_path: Path) -> None:
    """A missing file is named."""
    with pytest.raises(ConfigError, match="absent"):
        load_policy(tmp_path / "absent.toml")


def test_the_fingerprint_follows_every_rule(tmp_path: Path) -> None:
    """Whatever changes what is done changes the fingerprint; comments and the statement do not."""
    changes = [
        ("version = 1", "version = 2"),
        (f"SSN = {{ {TOKEN_C}", 'SSN = { operator = "redact"'),
        (f"SSN = {{ {TOKEN_C}", 'SSN = { operator = "token", mode = "r"'),
        (f"DATE = {{ {TOKEN_C}, remainder = true", f"DATE = {{ {TOKEN_C}, remainder = false"),
        ('claim = "pseudonymised"', 'claim = "none"'),
        ('name = "default"', 'name = "ours"'),
    ]
    base = load_policy("default").fingerprint
    changed = {load_policy(write(tmp_path, "default", change)).fingerprint for change in changes}
    comment = load_policy(write(tmp_path, "default", ("[identifiers]", "[identifiers]\n# A comment.")))

    assert len({base, *changed}) == len(changes) + 1
    assert comment.fingerprint == base
    assert base.startswith("default-1-")
