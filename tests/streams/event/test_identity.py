"""Who and what an event is: ids, tenants, conversations, fields that identify as a whole."""

import pytest

from schemas.events import FieldKind, TextField
from schemas.identifiers import IdentifierType
from schemas.sources.source import ConversationSeed
from schemas.spans import Span
from streams.event.conversation import conversation_of
from streams.event.identity import EventIdentity
from streams.log.ports import Record
from streams.record.whole import spans_in_place, whole_span
from streams.vault.tokenkeys import new_token_keys
from streams.vault.tokens import Minter

MINTER = Minter("a", new_token_keys())
LONG = "I have a question about the blood test of last week, please."


def record(offset: int = 0, *, topic: str = "t", partition: int = 0) -> Record:
    """Return a record at some coordinates."""
    return Record(topic, partition, offset, 0, None, b"{}")


def test_an_event_id_is_a_function_of_where_the_record_stands() -> None:
    """A replay gives the same id; another cluster, a topic made anew, partition or offset another one."""
    identity = EventIdentity("c1", {"t": "id1", "u": "id2"}.__getitem__)
    others = [
        EventIdentity("c2", {"t": "id1"}.__getitem__).of(record()),
        EventIdentity("c1", {"t": "id9"}.__getitem__).of(record()),
        identity.of(record(topic="u")),
        identity.of(record(partition=1)),
        identity.of(record(1)),
    ]

    assert identity.of(record()) == identity.of(record())
    assert 6 == len({identity.of(record()), *others})


@pytest.mark.parametrize(
    "seed",
    [
        ConversationSeed(),
        ConversationSeed(first_message="Hi"),
        ConversationSeed(first_message="x" * 39),
        ConversationSeed(end_user="u1"),
    ],
    ids=["empty", "greeting", "short", "no message"],
)
def test_strangers_never_share_a_conversation(seed: ConversationSeed) -> None:
    """Where nothing tells two conversations apart, there is none."""
    assert conversation_of(seed, MINTER) is None


@pytest.mark.parametrize(
    "seed",
    [
        ConversationSeed(given="conv-1"),
        ConversationSeed(first_message=LONG),
        ConversationSeed(first_message="Hi", end_user="u1"),
        ConversationSeed(first_message="Hi", first_answer="Hello, how can I help?"),
    ],
    ids=["given", "long", "end user", "answer"],
)
def test_a_conversation_keeps_its_id(seed: ConversationSeed) -> None:
    """The same begin gives the same id, which shows nothing of it."""
    found = conversation_of(seed, MINTER)

    assert found is not None
    assert found == conversation_of(seed, MINTER)
    assert "conv-1" not in found
    assert found != conversation_of(seed, Minter("b", new_token_keys()))


@pytest.mark.parametrize(
    ("key", "whole"),
    [
        ("00471123", True),
        ("patient-4471123", True),
        ("4f1c4a52-6e0b-4d0c-9a54-0f6f9c2f7b11", False),
        ("conv-20260101-77", False),
        ("4bf92f3577b34da6a3ce929d0e0e4736", False),
        ("k", False),
        ("  ", False),
    ],
)
def test_record_keys_that_may_identify_go_whole(key: str, *, whole: bool) -> None:
    """A bare number as record key has no context, so it is taken for somebody's."""
    spans = whole_span(TextField("key", key, "record_key", FieldKind.RECORD_KEY), (), staff=False)

    assert whole == bool(spans)
    assert not whole or (0, len(key)) == (spans[0].start, spans[0].end)


def test_staff_get_a_pseudonym() -> None:
    """The user of a staff application is one identifier, whatever it looks like."""
    field = TextField("/user", "nurse station two", "user", FieldKind.VALUE)

    assert whole_span(field, (), staff=True)
    assert not whole_span(field, (), staff=False)


@pytest.mark.parametrize(
    ("field", "recognizer", "kept"),
    [
        (TextField("/x", "120", "vitals.sbp", FieldKind.NUMBER), "ner", False),
        (TextField("/x", "12345678", "patient.mrn", FieldKind.NUMBER), "key_hint", True),
        (TextField("/x", "1772600000", "started", FieldKind.NUMBER), "ner", False),
        (TextField("/x", "2125550143", "callback", FieldKind.VALUE), "ner", True),
        (TextField("/x", "prompt_b64", "", FieldKind.KEY), "ner", False),
        (TextField("/x", "Maria Quintana", "", FieldKind.KEY), "ner", True),
        (TextField("/x", "patient_4471123", "", FieldKind.KEY), "ner", True),
        (TextField("/x", "K50.90", "dx.icd10", FieldKind.VALUE), "ner", False),
        (TextField("/x", "Maria came in", "note", FieldKind.VALUE), "ner", True),
    ],
    ids=lambda value: value.text if isinstance(value, TextField) else None,
)
def test_a_span_is_borne_out_by_its_place(field: TextField, recognizer: str, *, kept: bool) -> None:
    """A guess that needs prose around it says nothing of a bare number, a program's key or a code."""
    span = Span(0, len(field.text), IdentifierType.OTHER_ID, 0.5, recognizer)

    assert kept == bool(spans_in_place(field, [span], staff=False))


@pytest.mark.parametrize(
    ("field", "whole"),
    [
        (TextField("/x", "mquintana", "metadata.user", FieldKind.VALUE), True),
        (TextField("headers", "mquintana", "x-consumer-username", FieldKind.HEADER), True),
        (TextField("/x", "a longer text about a user", "user", FieldKind.VALUE), False),
        (TextField("/x", "user", "messages.role", FieldKind.VALUE), False),
    ],
    ids=["metadata", "header", "prose", "role"],
)
def test_what_stands_under_a_users_key_goes_whole(field: TextField, *, whole: bool) -> None:
    """A user name is an identifier, whatever it looks like."""
    assert whole == bool(spans_in_place(field, (), staff=False))
