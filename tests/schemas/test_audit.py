"""Audit records: closed fields, and nothing that a text of an event could be put into."""

from dataclasses import fields, replace
from enum import StrEnum
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.access import GrantMode, Purpose, Role, View
from schemas.audit import Actor, AuditRecord, Counts, KmsUse, Resource, Source
from schemas.audit_shapes import MAX_IDS
from schemas.audit_terms import Action, Client, KmsProvider, Phase, ResourceKind, Result
from schemas.codec import AUDIT_RECORD, decode, encode
from schemas.errors import AuditRefused, Malformed
from schemas.identifiers import IdentifierType
from schemas.vault import Secret, Token

TOKEN = "phi_name_ca_bcdfghjklmnpqrstvwxz"
GRANT = "3f6f2c1e-8a8f-4b0c-9d57-0a1b2c3d4e5f"
ACTOR = Actor("https://idp.example.org/realms/a", "f:1:abc", roles=(Role.REQUESTER,), methods=("pwd", "otp"))
RECORD = AuditRecord(
    ts="2026-11-21T23:20:00.000Z",
    tenant="a",
    phase=Phase.OUTCOME,
    intent=3,
    action=Action.REVEAL,
    actor=replace(ACTOR, authenticated_at=1_795_000_000, assurance="urn:mace:silver", session="0" * 64),
    resource=Resource(ResourceKind.TOKEN, (TOKEN,), 1),
    build="0.1.0",
    source=Source(Client.HTTPS, "192.0.2.7", "f" * 64),
    grant_id=GRANT,
    mode=GrantMode.NORMAL,
    purpose=Purpose.TREATMENT,
    ticket="INC-1042",
    justification_mac="1" * 64,
    request_mac="2" * 64,
    view=View.MASKED,
    result=Result.SUCCESS,
    counts=Counts(requested=1, revealed=1),
    kms=KmsUse(KmsProvider.AWS_KMS, "aws-kms:arn:aws:kms:eu-west-1:000000000000:key/k", 1, (GRANT,)),
    policy="default-1-0123456789abcdef",
)
PHI = ("Maria Lopez", "078-05-1120", "+1 415 555 0132", "MRN 4471123", "maria@example.org", "1931-02-04", "4471123")
OPEN_TEXT = {"subject", "tenant"}  # Names that an operator or an identity provider gives, each a single word.
PARTS: tuple[Any, ...] = (RECORD, RECORD.actor, RECORD.source, RECORD.resource, RECORD.counts, RECORD.kms)
FIELDS = [(part, field.name) for part in PARTS for field in fields(part)]


def test_a_record_reads_back() -> None:
    """Decode after encode is identity."""
    assert RECORD == decode(AUDIT_RECORD, encode(RECORD))


@pytest.mark.parametrize(("part", "name"), FIELDS, ids=[f"{type(part).__name__}.{name}" for part, name in FIELDS])
@pytest.mark.parametrize("text", PHI)
def test_no_field_takes_text_of_an_event(part: Any, name: str, text: str) -> None:
    """A clear value in any field, alone or in a list, raises; the error does not repeat it."""
    if name in OPEN_TEXT and " " not in text and "@" not in text and "+" not in text:
        return
    for value in (text, (text,), f"x {text}"):
        with pytest.raises((AuditRefused, AttributeError)) as raised:
            replace(part, **{name: value})

        assert text not in str(raised.value)


@pytest.mark.parametrize("kind", ResourceKind)
@pytest.mark.parametrize("text", [text for text in PHI if not text.isdecimal()])
def test_no_kind_of_id_takes_text_of_an_event(kind: ResourceKind, text: str) -> None:
    """What is no id of its kind raises, whatever the kind."""
    if kind is ResourceKind.TENANT and not {" ", "@"} & set(text):
        return
    with pytest.raises(AuditRefused):
        Resource(kind, (text,), 1)


@given(st.text())
def test_a_ticket_is_a_short_code(text: str) -> None:
    """Only the short closed shape of a ticket passes, with no room for words."""
    try:
        replace(RECORD, ticket=text)
    except AuditRefused:
        return

    assert len(text) <= 19
    assert text.isascii()
    assert text.replace("-", "").isalnum()


@pytest.mark.parametrize(
    "change",
    [
        {"ticket": 78051120},
        {"counts": 78051120},
        {"intent": -1},
        {"intent": None},
        {"phase": Phase.INTENT},
        {"result": None},
        {"v": True},
        {"build": "0.1.0 for Maria"},
        {"policy": "default\n"},
    ],
)
def test_a_record_out_of_shape_is_refused(change: dict[str, Any]) -> None:
    """Numbers in fields of text, outcomes without intent, intents with a result: all raise."""
    with pytest.raises(AuditRefused):
        replace(RECORD, **change)


class Note(StrEnum):
    """An enumeration that is none of a record's."""

    TEXT = "Maria Lopez"


@pytest.mark.parametrize(
    "value",
    [Note.TEXT, Secret(Token(TOKEN), IdentifierType.NAME, "Maria Lopez", "/prompt", "input", "00")],
    ids=["enumeration", "secret"],
)
def test_nothing_foreign_is_taken(value: Any) -> None:
    """An enumeration or value that does not belong to records raises in every field: its text would be written."""
    for field in fields(RECORD):
        with pytest.raises(AuditRefused):
            replace(RECORD, **{field.name: value})


def test_a_count_is_no_number_of_somebody() -> None:
    """Counts stop before the length of numbers that identify people."""
    with pytest.raises(AuditRefused):
        Counts(requested=123_456_789)


def test_ids_are_bounded() -> None:
    """A record names at most so many ids; more things need more records."""
    Resource(ResourceKind.TOKEN, (TOKEN,) * MAX_IDS, MAX_IDS)

    with pytest.raises(AuditRefused):
        Resource(ResourceKind.TOKEN, (TOKEN,) * (MAX_IDS + 1), MAX_IDS + 1)


def test_an_unknown_field_is_refused() -> None:
    """What is not on the list cannot be read back either."""
    tree = orjson.loads(encode(RECORD)) | {"note": "text"}

    with pytest.raises(Malformed):
        decode(AUDIT_RECORD, orjson.dumps(tree))
