"""Redaction: what is covered, what stays, and that restoring is the reverse."""

import itertools
import logging
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import DetectionError
from schemas.events import FieldKind, Side, TextField
from schemas.identifiers import IdentifierType
from schemas.spans import Span
from schemas.vault import Secret, Token, parse_token
from streams.generalize import Generalizer
from streams.operators import CREDENTIAL
from streams.policy import SHIPPED, Claim, OperatorName, Policy, PolicyRule, load_policy
from streams.redact import RedactedText, Redactor, restore
from streams.vault.canonical import canonical
from streams.vault.tokens import Minter, TokenScope
from tests.streams.vault.fixed import NOVEMBER, fixed_keys

TYPES = list(IdentifierType)
REDACTORS = {name: Redactor(load_policy(name), Generalizer(lambda zip3: zip3 == "036")) for name in SHIPPED}
#: Texts with everything that could confuse brackets and word ends, and no letters of which a token could be made.
GAPS = st.text(st.sampled_from("AEIOU019 _.,:'’[]{}\"\\\n-é\u0301\u200d‿日"), max_size=12)
VALUES = st.one_of(
    st.text(st.sampled_from("JANEDO jan19450/-.[]'é٣２"), min_size=1, max_size=14),
    st.sampled_from(["2024-03-04", "March 4, 1931", "02139", "03601-1234", "94", "Jane Doe", "Boston"]),
)
PIECES = st.lists(st.tuples(GAPS, VALUES, st.sampled_from(TYPES)), min_size=1, max_size=8)


def scope(tenant: str = "acme", conversation: str | None = "conv_x") -> TokenScope:
    """Return what mints for one event."""
    return Minter(tenant, fixed_keys()).scope("ev-1", conversation, NOVEMBER)


def build(pieces: list[tuple[str, str, IdentifierType]], tail: str) -> tuple[str, list[Span]]:
    """Return a text made of gaps and identifiers, and the spans of these."""
    text, spans = "", []
    for gap, value, type_ in pieces:
        start = len(text) + len(gap)
        text += gap + value
        spans.append(Span(start, start + len(value), type_, 1.0, "test"))
    return text + tail, spans


def redact(text: str, *values: tuple[str, IdentifierType], policy: str = "default") -> RedactedText:
    """Redact the first occurrence of each value."""
    spans = [Span(text.index(value), text.index(value) + len(value), type_, 1.0, "test") for value, type_ in values]
    return REDACTORS[policy].redact(TextField("/content", text, side=Side.INPUT), spans, scope())


def lookup_of(secrets: tuple[Secret, ...]) -> dict[Token, str]:
    """Return the values by token, the first one of each, as the vault keeps them."""
    return {secret.token: secret.value for secret in reversed(secrets)}


@pytest.mark.parametrize("policy", SHIPPED)
@given(pieces=PIECES, tail=GAPS)
@settings(max_examples=150, deadline=None)
def test_restoring_is_the_reverse(policy: str, pieces: list[tuple[str, str, IdentifierType]], tail: str) -> None:
    """What is outside spans comes back character for character, what is inside up to its canonical form."""
    text, spans = build(pieces, tail)
    redacted = REDACTORS[policy].redact(TextField("/x", text), spans, scope())
    secrets = lookup_of(redacted.secrets)
    expected, at = "", 0
    rules = REDACTORS[policy].policy.rules
    by_form = {
        (secret.type, canonical(secret.type, secret.value)): secrets[secret.token] for secret in redacted.secrets
    }
    for span in spans:
        value = text[span.start : span.end]
        expected += text[at : span.start]
        if span.type is IdentifierType.CREDENTIAL:
            expected += CREDENTIAL
        elif rules[span.type].operator is OperatorName.KEEP:
            expected += value
        else:
            expected += by_form.get((span.type, canonical(span.type, value)), value)
        at = span.end

    assert restore(redacted.text, secrets.get) == expected + text[at:]


@given(pieces=PIECES, tail=GAPS)
@settings(max_examples=150, deadline=None)
def test_text_outside_spans_is_untouched(pieces: list[tuple[str, str, IdentifierType]], tail: str) -> None:
    """Between the replacements stands what stood between the spans."""
    text, spans = build(pieces, tail)
    redacted = REDACTORS["default"].redact(TextField("/x", text), spans, scope())
    marked = restore(redacted.text.replace(CREDENTIAL, "\ue000"), lambda _: "\ue000")

    assert marked.split("\ue000") == [*(gap for gap, _, _ in pieces), tail]


@pytest.mark.parametrize("policy", SHIPPED)
@given(pieces=PIECES, tail=GAPS)
@settings(max_examples=100, deadline=None)
def test_every_token_is_ours(policy: str, pieces: list[tuple[str, str, IdentifierType]], tail: str) -> None:
    """Every token in the text follows the grammar and has a secret, and no secret is without its token."""
    text, spans = build(pieces, tail)
    redacted = REDACTORS[policy].redact(TextField("/x", text, side=Side.TOOL), spans, scope())
    seen: list[Token] = []
    restore(redacted.text, seen.append)

    assert set(seen) == {secret.token for secret in redacted.secrets}
    assert len(seen) == redacted.text.count("phi_")
    assert all(parse_token(token) is not None for token in seen)
    assert {(secret.field_path, secret.side) for secret in redacted.secrets} <= {("/x", "tool")}
    assert redacted.types == tuple(type_ for _, _, type_ in pieces)


@given(pieces=PIECES, tail=GAPS)
@settings(max_examples=100, deadline=None)
def test_a_replay_gives_the_same_text(pieces: list[tuple[str, str, IdentifierType]], tail: str) -> None:
    """Under keyed modes the same record gives the same text, by another process too."""
    text, spans = build(pieces, tail)
    first = REDACTORS["default"].redact(TextField("/x", text), spans, scope())
    second = Redactor(load_policy("default"), Generalizer(lambda zip3: zip3 == "036")).redact(
        TextField("/x", text), spans[::-1], scope()
    )

    assert second == first


def test_tokens_differ_between_tenants_and_conversations() -> None:
    """One value in two tenants, two conversations or as two types has as many tokens."""
    field = TextField("/x", "MRN0012345")
    tokens = set()
    for tenant, conversation, type_ in itertools.product(
        ["acme", "other"], ["conv_x", "conv_y"], [IdentifierType.MRN, IdentifierType.ACCOUNT]
    ):
        redacted = REDACTORS["default"].redact(field, [Span(0, 10, type_, 1.0, "test")], scope(tenant, conversation))
        tokens.add(redacted.text[-20:])

    assert len(tokens) == 8


DATE, GEO, AGE, NAME = IdentifierType.DATE, IdentifierType.GEO, IdentifierType.AGE, IdentifierType.NAME
T = r"phi_[a-z]+_cb_[b-z]{20}"


@pytest.mark.parametrize(
    ("text", "value", "type_", "pattern"),
    [
        ("seen 2024-03-04.", "2024-03-04", DATE, rf"seen \[{T} 2024\]\."),
        ("in 02139 now", "02139", GEO, rf"in \[{T} 021\] now"),
        ("in 03601 now", "03601", GEO, rf"in {T} now"),
        ("is 94 years", "94", AGE, rf"is \[{T} 90\+\] years"),
        ("by Jane Doe, MD", "Jane Doe", NAME, rf"by {T}, MD"),
        ("Jane Doe", "Jane Doe", NAME, T),
        ("Jane Doe's chart", "Jane Doe", NAME, rf"{T}'s chart"),
        ("Jane Doe’s.", "Jane Doe", NAME, rf"{T}’s\."),
        ("xJane Doe", "Jane Doe", NAME, rf"x\[{T}\]"),
        ("Jane Doe_", "Jane Doe", NAME, rf"\[{T}\]_"),
        ("7Jane Doe", "Jane Doe", NAME, rf"7\[{T}\]"),
        ("Jane Doe日", "Jane Doe", NAME, rf"\[{T}\]日"),
        ("Jane Doe\u0301", "Jane Doe", NAME, rf"\[{T}\]\u0301"),
        ("Dr.Jane Doe", "Jane Doe", NAME, rf"Dr\.\[{T}\]"),
        ("Jane Doe.She", "Jane Doe", NAME, rf"\[{T}\]\.She"),
        ("(Jane Doe)", "Jane Doe", NAME, rf"\({T}\)"),
        ("[Jane Doe]", "Jane Doe", NAME, rf"\[\[{T}\]\]"),
        ("[Jane Doe 2024]", "Jane Doe", NAME, rf"\[\[{T}\] 2024\]"),
    ],
)
def test_brackets_keep_a_token_one_word(text: str, value: str, type_: IdentifierType, pattern: str) -> None:
    """A token stands in brackets where it has a remainder or would grow together with what is beside it."""
    assert re.fullmatch(pattern, redact(text, (value, type_)).text)


@pytest.mark.parametrize(("first", "second"), [("Jane", "Doe"), ("Jane-", "-Doe"), ("(Jane)", "(Doe)"), ("[", "[")])
def test_neighbours_without_a_gap_stay_apart(first: str, second: str) -> None:
    """Two spans that touch become two tokens, each in brackets, and restore as they were."""
    spans = [Span(0, len(first), NAME, 1.0, "test"), Span(len(first), len(first + second), DATE, 1.0, "test")]
    redacted = REDACTORS["default"].redact(TextField("/x", first + second), spans, scope())

    assert re.fullmatch(rf"\[{T}\]\[{T}\]", redacted.text)
    assert restore(redacted.text, lookup_of(redacted.secrets).get) == first + second


def test_neighbours_of_one_type_are_not_merged() -> None:
    """Two names with a space between are two tokens: the engine would make one of them."""
    redacted = redact("Jane Mary", ("Jane", NAME), ("Mary", NAME))

    assert [secret.value for secret in redacted.secrets] == ["Jane", "Mary"]


def test_many_spans_in_a_long_text() -> None:
    """Windows of the engine join without a seam."""
    text = " ".join(f"Jane{number} sees" + " x" * (number % 50) for number in range(2000))
    spans = []
    at = 0
    for number in range(2000):
        at = text.index(f"Jane{number} ", at)
        spans.append(Span(at, at + len(f"Jane{number}"), NAME, 1.0, "test"))
    redacted = REDACTORS["default"].redact(TextField("/x", text), spans, scope())

    assert len(redacted.secrets) == len({secret.token for secret in redacted.secrets}) == 2000
    assert restore(redacted.text, lookup_of(redacted.secrets).get) == text


@pytest.mark.parametrize(
    "spans",
    [
        [(0, 4), (3, 8)],
        [(0, 8), (2, 4)],
        [(0, 4), (0, 4)],
        [(5, 99)],
        [(99, 100)],
    ],
)
def test_spans_that_cannot_be_fail_closed(spans: list[tuple[int, int]]) -> None:
    """Overlaps, and spans beyond the text, are an error without the text in it, never half a redaction."""
    with pytest.raises(DetectionError) as refused:
        REDACTORS["default"].redact(
            TextField("/x", "Jane Doe"), [Span(start, end, NAME, 1.0, "test") for start, end in spans], scope()
        )

    assert "Jane" not in repr(refused.value) + str(refused.value)


def test_without_spans_nothing_changes() -> None:
    """A text without identifiers is passed on as it is."""
    assert REDACTORS["default"].redact(TextField("/x", "no one"), [], scope()) == RedactedText("no one")


@pytest.mark.parametrize("policy", SHIPPED)
def test_credentials_are_gone_for_good(policy: str) -> None:
    """A credential leaves a constant, no token and no secret, under every policy."""
    redacted = redact("key hunter2example!", ("hunter2example", IdentifierType.CREDENTIAL), policy=policy)

    assert redacted == RedactedText(f"key {CREDENTIAL}!", (), (IdentifierType.CREDENTIAL,))


USER = TextField("/user", "jdoe", "user", FieldKind.VALUE)


@pytest.mark.parametrize(("policy", "mode"), [("default", "da"), ("joinable", "da"), ("safe-harbor", "ra")])
def test_staff_users_get_a_pseudonym(policy: str, mode: str) -> None:
    """The user of a staff application is one person throughout the tenant, but not under safe-harbor."""
    span = Span(0, 4, IdentifierType.OTHER_ID, 1.0, "whole_field")
    redacted = REDACTORS[policy].redact(USER, [span], scope(), staff=True)

    assert redacted.text.startswith(f"phi_id_{mode.replace('a', 'b')}_")


def test_only_the_user_is_staff() -> None:
    """Identifiers elsewhere in an event of a staff application keep the policy's mode."""
    span = Span(0, 4, IdentifierType.OTHER_ID, 1.0, "test")
    content = TextField("/messages/0/content", "jdoe", "messages.content", FieldKind.VALUE)

    assert REDACTORS["default"].redact(content, [span], scope(), staff=True).text.startswith("phi_id_cb_")
    assert REDACTORS["default"].redact(USER, [span], scope(), staff=False).text.startswith("phi_id_cb_")


def _policy(operator: OperatorName) -> Policy:
    rules = {type_: PolicyRule(operator) for type_ in IdentifierType}
    rules[IdentifierType.CREDENTIAL] = PolicyRule(OperatorName.REDACT)
    return Policy("test", 1, Claim.NONE, "", rules)


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        (OperatorName.REPLACE, "Mr <NAME>!"),
        (OperatorName.MASK, "Mr ********!"),
        (OperatorName.REDACT, "Mr !"),
        (OperatorName.KEEP, "Mr Jane Doe!"),
    ],
)
def test_other_operators_leave_no_secret(operator: OperatorName, expected: str) -> None:
    """Operators that cannot be undone seal nothing."""
    redacted = Redactor(_policy(operator)).redact(
        TextField("/x", "Mr Jane Doe!"), [Span(3, 11, NAME, 1.0, "test")], scope()
    )

    assert redacted == RedactedText(expected, (), (NAME,))


def test_hashes_are_salted_by_event_and_tenant() -> None:
    """A hash joins within its event alone, and cannot be guessed without the tenant's keys."""
    redactor = Redactor(_policy(OperatorName.HASH))
    spans = [Span(0, 8, NAME, 1.0, "test"), Span(9, 17, NAME, 1.0, "test")]
    scopes = [scope(), scope("other"), Minter("acme", fixed_keys()).scope("ev-2", "conv_x", NOVEMBER)]
    hashes = [redactor.redact(TextField("/x", "Jane Doe Jane Doe"), spans, each).text.split() for each in scopes]

    assert all(first == second and len(first) == 64 for first, second in hashes)
    assert len({first for first, _ in hashes}) == 3


def test_generalizing_leaves_what_the_rule_lets_stand() -> None:
    """The generalizing operator shows the year and no token."""
    rules = dict(_policy(OperatorName.REPLACE).rules)
    rules[DATE] = rules[AGE] = rules[GEO] = PolicyRule(OperatorName.GENERALIZE)
    redactor = Redactor(Policy("test", 1, Claim.SAFE_HARBOR, "", rules))
    text = "2024-03-04|94|02139"
    spans = [Span(0, 10, DATE, 1.0, "t"), Span(11, 13, AGE, 1.0, "t"), Span(14, 19, GEO, 1.0, "t")]

    assert redactor.redact(TextField("/x", text), spans, scope()).text == "[date 2024]|[age 90+]|[geo]"


def test_a_limited_data_set_keeps_towns_and_zips() -> None:
    """Towns and ZIP codes stay, streets and facilities do not."""
    redactor = Redactor(load_policy("limited-data-set"), Generalizer(is_town=lambda text: text == "Springfield"))
    values = ["Springfield", "02139-1234", "12 Example Street", "Example General Hospital"]
    text = "; ".join(values)
    spans = [Span(text.index(value), text.index(value) + len(value), GEO, 1.0, "t") for value in values]
    redacted = redactor.redact(TextField("/x", text), spans, scope())

    assert redacted.text.split("; ")[:2] == values[:2]
    assert [secret.value for secret in redacted.secrets] == values[2:]


def test_what_is_unknown_is_left_as_it_is() -> None:
    """Restoring leaves alone what it has no value for, with its brackets, and does not search in values."""
    token = "phi_name_ca_bcdfghjklmnpqrstvwxz"
    other = "phi_name_ca_zzzzzzzzzzzzzzzzzzzz"
    text = f"[{token} 2024] {other}"

    assert restore(text, lambda _: None) == text
    assert restore(text, lambda found: other if found == token else "Jane") == f"{other} Jane"


def test_no_value_prints_or_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Neither the outcome's repr nor any log line, debug included, shows a value."""
    with caplog.at_level(logging.DEBUG):
        redacted = redact("by Jane Doe on 2024-03-04", ("Jane Doe", NAME), ("2024-03-04", DATE))
    printed = repr(redacted) + caplog.text

    assert caplog.records
    assert "Jane" not in printed
    assert "03-04" not in printed
