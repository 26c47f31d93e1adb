"""Minting: what makes two tokens equal, and what never does."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import ConfigError
from schemas.identifiers import IdentifierType
from schemas.vault import MAX_TOKEN_LENGTH, TokenMode, parse_token
from streams.vault.canonical import canonical
from streams.vault.tokenkeys import new_token_keys
from streams.vault.tokens import LOW_ENTROPY, Minter
from tests.streams.vault.fixed import NOVEMBER, fixed_keys

MINTED = [type_ for type_ in IdentifierType if type_ is not IdentifierType.CREDENTIAL]
KEYED = [TokenMode.CONVERSATION, TokenMode.DETERMINISTIC]
VALUES = st.text(min_size=1, max_size=30)
MRN = "MRN 00-123-456"


@given(type_=st.sampled_from(MINTED), value=VALUES, mode=st.sampled_from([TokenMode.RANDOM, TokenMode.CONVERSATION]))
def test_every_token_parses(type_: IdentifierType, value: str, mode: TokenMode) -> None:
    """A minted token follows the grammar and says its type, mode and epoch."""
    token = Minter("acme", fixed_keys()).scope("ev-1", "conv_x", 0).mint(type_, value, mode)
    parts = parse_token(token)

    assert parts is not None
    assert (parts.type, parts.mode, parts.epoch) == (type_, mode, "a")
    assert len(token) <= MAX_TOKEN_LENGTH


@given(type_=st.sampled_from(MINTED), value=VALUES)
def test_keyed_tokens_are_the_same_on_replay(type_: IdentifierType, value: str) -> None:
    """Another process with the same keys mints the same token in the same conversation, whatever the event."""
    first = Minter("acme", fixed_keys()).scope("ev-1", "conv_x", 5).mint(type_, value, TokenMode.CONVERSATION)
    again = Minter("acme", fixed_keys()).scope("ev-2", "conv_x", 9).mint(type_, value, TokenMode.CONVERSATION)

    assert first == again


@given(type_=st.sampled_from(MINTED), value=VALUES)
def test_tokens_follow_the_canonical_value(type_: IdentifierType, value: str) -> None:
    """A value and its canonical form have one token and one look-up tag."""
    scope = Minter("acme", fixed_keys()).scope("ev-1", "conv_x", 0)
    form = canonical(type_, value)

    for mode in (TokenMode.RANDOM, TokenMode.CONVERSATION):
        assert scope.mint(type_, value, mode) == scope.mint(type_, form, mode)
    assert scope.lookup_tag(type_, value) == scope.lookup_tag(type_, form)


def test_tokens_differ_wherever_they_should() -> None:
    """Tenant, conversation, type, mode, epoch, master secret and value each change the body of a keyed token."""
    minters = [Minter("acme", fixed_keys()), Minter("other", fixed_keys()), Minter("acme", fixed_keys(first=7))]
    bodies = []
    for minter, conversation, type_, mode, value, timestamp in itertools.product(
        minters,
        ["conv_x", "conv_y"],
        [IdentifierType.MRN, IdentifierType.ACCOUNT],
        KEYED,
        [MRN, "MRN 00-123-457"],
        [0, NOVEMBER],
    ):
        if mode is TokenMode.DETERMINISTIC and conversation == "conv_y":
            continue
        token = minter.scope("ev-1", conversation, timestamp).mint(type_, value, mode)
        bodies.append(token.rsplit("_", 1)[1])

    assert len(set(bodies)) == len(bodies) == 3 * 2 * 2 * 2 * 3


def test_deterministic_tokens_join_conversations(minter: Minter) -> None:
    """Mode d gives one token throughout the tenant."""
    one = minter.scope("ev-1", "conv_x", 0).mint(IdentifierType.MRN, MRN, TokenMode.DETERMINISTIC)
    two = minter.scope("ev-2", None, 0).mint(IdentifierType.MRN, "mrn 00123456", TokenMode.DETERMINISTIC)

    assert one == two


def test_without_a_conversation_the_event_is_one(minter: Minter) -> None:
    """Mode c falls back to the event; an event id never stands for a conversation of that name."""
    tokens = [
        minter.scope(event, conversation, 0).mint(IdentifierType.MRN, MRN, TokenMode.CONVERSATION)
        for event, conversation in [("ev-1", None), ("ev-1", None), ("ev-2", None), ("ev-2", "ev-1")]
    ]

    assert tokens[0] == tokens[1]
    assert len(set(tokens)) == 3


def test_random_tokens_hold_within_one_event(minter: Minter) -> None:
    """Mode r gives one value one token in an event, and another one in the next event or on replay."""
    scope = minter.scope("ev-1", "conv_x", 0)
    first = scope.mint(IdentifierType.NAME, "Jane Doe", TokenMode.RANDOM)

    assert scope.mint(IdentifierType.NAME, "JANE  DOE", TokenMode.RANDOM) == first
    assert scope.mint(IdentifierType.OTHER_ID, "Jane Doe", TokenMode.RANDOM)[-20:] != first[-20:]
    assert minter.scope("ev-1", "conv_x", 0).mint(IdentifierType.NAME, "Jane Doe", TokenMode.RANDOM) != first


@pytest.mark.parametrize(("timestamp", "epoch"), [(-1, "a"), (0, "a"), (NOVEMBER - 1, "a"), (NOVEMBER, "b")])
def test_the_record_chooses_the_epoch(minter: Minter, timestamp: int, epoch: str) -> None:
    """The token epoch is the one of the record's timestamp, to the millisecond."""
    parts = parse_token(minter.scope("ev-1", None, timestamp).mint(IdentifierType.MRN, MRN, TokenMode.CONVERSATION))

    assert parts is not None
    assert parts.epoch == epoch


@pytest.mark.parametrize("type_", sorted(LOW_ENTROPY))
def test_no_tenant_wide_tokens_of_few_values(minter: Minter, type_: IdentifierType) -> None:
    """Mode d is refused for dates, ages and places, and the refusal does not show the value."""
    with pytest.raises(ConfigError) as refused:
        minter.scope("ev-1", "conv_x", 0).mint(type_, "12 Example Street", TokenMode.DETERMINISTIC)

    assert "Example" not in str(refused.value)


@pytest.mark.parametrize(
    ("type_", "value", "mode"),
    [
        (IdentifierType.NAME, "Jane Doe", "d"),
        (IdentifierType.NAME, "Bartholomew", "c"),
        (IdentifierType.NAME, "J. Li", "c"),
        (IdentifierType.SSN, "078-05-1120", "d"),
        (IdentifierType.SSN, "1120", "c"),
        (IdentifierType.OTHER_ID, "123456", "c"),
        (IdentifierType.OTHER_ID, "1234567", "d"),
    ],
)
def test_short_values_stay_within_their_conversation(
    minter: Minter, type_: IdentifierType, value: str, mode: str
) -> None:
    """A value that could be told by counting gets mode c where d was asked for."""
    parts = parse_token(minter.scope("ev-1", "conv_x", 0).mint(type_, value, TokenMode.DETERMINISTIC))

    assert parts is not None
    assert parts.mode.value == mode


def test_staff_pseudonyms_are_tenant_wide(minter: Minter) -> None:
    """The user of a staff application has one pseudonym, however short the name is."""
    tokens = {
        minter.scope(event, conversation, 0).mint(IdentifierType.OTHER_ID, user, TokenMode.DETERMINISTIC, staff=True)
        for event, conversation, user in [
            ("ev-1", "conv_x", "jdoe"),
            ("ev-2", "conv_y", "JDoe"),
            ("ev-3", None, "jdoe"),
        ]
    }

    assert len(tokens) == 1
    assert next(iter(tokens)).startswith("phi_id_da_")


@pytest.mark.parametrize("mode", list(TokenMode))
def test_credentials_get_no_token(minter: Minter, mode: TokenMode) -> None:
    """A credential is never tokenised, in any mode."""
    with pytest.raises(ValueError, match="credential"):
        minter.scope("ev-1", "conv_x", 0).mint(IdentifierType.CREDENTIAL, "hunter2example", mode)


def test_lookup_tags_find_every_mode_and_epoch(minter: Minter) -> None:
    """A look-up tag depends on tenant, type and value, and on nothing else."""
    tags = {
        minter.scope(event, conversation, timestamp).lookup_tag(IdentifierType.MRN, MRN)
        for event, conversation, timestamp in [("ev-1", "conv_x", 0), ("ev-2", None, NOVEMBER)]
    }
    elsewhere = Minter("other", fixed_keys()).scope("ev-1", "conv_x", 0).lookup_tag(IdentifierType.MRN, MRN)
    other_type = minter.scope("ev-1", "conv_x", 0).lookup_tag(IdentifierType.ACCOUNT, MRN)

    assert len(tags) == 1
    assert len({*tags, elsewhere, other_type}) == 3


PARTS = st.lists(st.none() | st.text(max_size=5), max_size=4)


@given(one=PARTS, two=PARTS)
def test_conversation_ids_tell_all_parts_apart(one: list[str | None], two: list[str | None]) -> None:
    """Equal parts give equal ids and others do not: missing is not empty, and parts do not run together."""
    minter = Minter("acme", fixed_keys())
    ids = [minter.conversation_id(parts) for parts in (one, two)]

    assert (ids[0] == ids[1]) == (one == two)
    assert all(len(id_) == 31 and id_.startswith("conv_") and id_[5:].isalpha() and id_.islower() for id_ in ids)


def test_ids_and_digests_are_keyed() -> None:
    """Without the tenant's keys neither a conversation id nor a digest can be made."""
    minters = [Minter("acme", fixed_keys()), Minter("other", fixed_keys()), Minter("acme", new_token_keys())]

    assert len({minter.conversation_id(["question"]) for minter in minters}) == 3
    assert len({minter.digest(b"payload") for minter in minters}) == 3
    assert minters[0].digest(b"payload") == Minter("acme", fixed_keys()).digest(b"payload")
    assert minters[0].digest_key_id == "dg_example"


def test_no_secret_prints(minter: Minter) -> None:
    """Neither keys nor values stand in what minter and scope print."""
    scope = minter.scope("ev-1", "conv_x", 0)
    scope.mint(IdentifierType.NAME, "Jane Doe", TokenMode.RANDOM)
    printed = f"{minter!r} {scope!r} {minter.keys!r} {minter!s} {scope!s}"

    assert "Jane" not in printed
    assert "\\x" not in printed
    assert "secret" not in printed
