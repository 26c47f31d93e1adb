"""Walking: default deny, and nothing but text changes."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Malformed, QuarantineReason
from schemas.events import FieldKind, LLMEvent
from schemas.raw import decode_raw, encode_raw
from schemas.sources.all import recognise
from streams.walk import Walker

NUMBERS = st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
TREES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=25,
)


def event_of(document: Any, *, key: str | None = None, headers: tuple[tuple[str, str | None], ...] = ()) -> LLMEvent:
    """Return an event around a document."""
    return LLMEvent("e1", "a", recognise(document).name, document, key, headers)


def walker_of(document: Any, *, structured: bool = False) -> Walker:
    """Return a walker that trusts labels, or none."""
    return Walker(recognise(document), lambda _: structured, lambda _: "digest")


def texts_of(document: Any) -> list[str]:
    """Return every text of a document."""
    return [text.text for text in walker_of(document).texts(event_of(document))]


@given(TREES)
def test_unchanged_texts_give_the_same_record(tree: Any) -> None:
    """Rebuilding with the texts as they were is identity."""
    document = decode_raw(orjson.dumps(tree, option=orjson.OPT_NON_STR_KEYS)) if _fits(tree) else None
    event, walker = event_of(document), walker_of(document)

    rebuilt = walker.rebuild(event, [text.text for text in walker.texts(event)])

    assert encode_raw(document) == encode_raw(rebuilt.document)


@given(st.dictionaries(st.text(min_size=1), st.text() | st.integers(), max_size=4))
def test_every_leaf_of_unknown_json_is_text(tree: dict[str, Any]) -> None:
    """Default deny: each key and value is text, or one of the envelope's own few fields."""
    document = {"payload": {"nested": tree}}
    found = texts_of(document)

    for value in tree.values():
        if isinstance(value, str) and not _is_json(value):
            assert value in found
        elif isinstance(value, int):
            assert repr(value) in found


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"model": "gpt-4o", "messages": [{"role": "user", "content": "A"}]}, ["A"]),
        ({"model": "gpt 4", "messages": [{"role": "Maria", "content": "A"}]}, ["gpt 4", "Maria", "A"]),
        ({"note": '{"inner": "A"}'}, ["note", "inner", "A"]),
        ({"note": '{"inner": "A"}\n'}, ["note", "inner", "A"]),
        ({"note": "[broken"}, ["note", "[broken"]),
        ({"a~b": 12}, ["a~b", "12"]),
        ("A", ["A"]),
        (12345, ["12345"]),
        ([True, None, 0.5], []),
    ],
    ids=repr,
)
def test_texts_are_found(document: Any, expected: list[str]) -> None:
    """Known paths pass in their closed shape only; everything else is read."""
    assert expected == texts_of(document)


def test_a_label_with_an_identifier_is_text() -> None:
    """A path that is not text becomes text where its value holds an identifier, or looks like a token of ours."""
    document = {"model": "ada@example.org", "messages": [{"role": "user", "content": "A"}]}
    token = {"model": "phi_name_ca_bcdfghjklmnpqrstvwxz", "messages": [{"role": "user", "content": "A"}]}

    assert "ada@example.org" in [text.text for text in walker_of(document, structured=True).texts(event_of(document))]
    assert token["model"] in texts_of(token)


def test_json_in_strings_stays_json() -> None:
    """The inner JSON is walked and written back as a string; outer and inner stay valid."""
    document = {"arguments": orjson.dumps({"x": orjson.dumps({"y": "secret"}).decode()}).decode()}
    event, walker = event_of(document), walker_of(document)
    texts = [text.text.replace("secret", "hidden") for text in walker.texts(event)]

    rebuilt = walker.rebuild(event, texts).document

    assert {"y": "hidden"} == orjson.loads(orjson.loads(rebuilt["arguments"])["x"])


@pytest.mark.parametrize(("levels", "fits"), [(3, True), (4, False)])
def test_nesting_of_json_strings_is_bounded(levels: int, *, fits: bool) -> None:
    """Three levels of JSON in strings are read, the fourth goes to quarantine."""
    inner = "{}"
    for _ in range(levels - 1):
        inner = orjson.dumps({"x": inner}).decode()
    document = {"payload": inner}

    if fits:
        assert texts_of(document)
        return
    with pytest.raises(Malformed) as caught:
        texts_of(document)
    assert QuarantineReason.DECODING_LIMIT == caught.value.reason


def test_keys_that_collide_after_redaction_get_a_suffix() -> None:
    """Two keys that become one token both stay."""
    document = {"payload": {"Ann Lee": 1, "Lee, Ann": 2}}
    event, walker = event_of(document), walker_of(document)
    texts = ["T" if text.kind is FieldKind.KEY else text.text for text in walker.texts(event)]

    assert {"payload": {"T": 1, "T~2": 2}} == walker.rebuild(event, texts).document


def test_a_redacted_number_becomes_a_string() -> None:
    """A number that was redacted cannot stay a number; one that was not stays as it is."""
    document = {"payload": [{"mrn": 12345678}, {"count": 12345}]}
    event, walker = event_of(document), walker_of(document)
    texts = [text.text.replace("12345678", "T") for text in walker.texts(event)]

    assert {"payload": [{"mrn": "T"}, {"count": 12345}]} == walker.rebuild(event, texts).document


def test_what_is_told_by_tokens_becomes_null_with_a_count() -> None:
    """An answer's tokens beside it, and the numbers from which anybody makes it again, are not passed on."""
    document = {"response": "Maria", "context": [9134, 4711], "details": {"tokens": [{"text": "Mar", "logprob": -1}]}}

    event, walker = event_of(document), walker_of(document)

    rebuilt = walker.rebuild(event, [text.text for text in walker.texts(event)]).document

    assert (None, 2) == (rebuilt["context"], rebuilt["context_count"])
    assert {"tokens": None, "tokens_count": 1} == rebuilt["details"]
    assert "Maria" == rebuilt["response"]


def test_logprobs_become_null_with_a_count() -> None:
    """Log probabilities repeat the completion token by token."""
    logprobs = {"content": [{"token": "Mar"}, {"token": "ia"}]}
    document = {"choices": [{"message": {"role": "assistant", "content": "Maria"}, "logprobs": logprobs}]}
    event, walker = event_of(document), walker_of(document)

    choice = walker.rebuild(event, [text.text for text in walker.texts(event)]).document["choices"][0]

    assert (None, 2) == (choice["logprobs"], choice["logprobs_count"])


@pytest.mark.parametrize(
    ("content", "kind", "incomplete"),
    [
        ({"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}, "media", False),
        ({"type": "image_url", "image_url": {"url": "https://files.example.org/maria.png"}}, "pointer", True),
        ({"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}, "media", False),
    ],
)
def test_what_cannot_be_read_is_not_passed_on(content: dict[str, Any], kind: str, *, incomplete: bool) -> None:
    """Media and pointers become kind, size and digest; a pointer makes the event incomplete."""
    document = {"model": "gpt-4o", "messages": [{"role": "user", "content": [content]}]}
    event, walker = event_of(document), walker_of(document)

    rebuilt = walker.rebuild(event, [text.text for text in walker.texts(event)])

    shown = orjson.dumps(rebuilt.document).decode()
    assert f"[{kind} " in shown
    assert "maria" not in shown
    assert "iVBOR" not in shown
    assert incomplete == rebuilt.incomplete


def test_headers_and_record_keys_are_text() -> None:
    """Record keys, header names and values are read; headers that claim to be ours are dropped."""
    forged = ("phistream-event-id", "forged")
    headers = (("x-patient", "Maria"), ("content-type", "application/json"), forged, ("n", None))
    event, walker = event_of({"a": 1}, key="Maria", headers=headers), walker_of({"a": 1})

    texts = walker.texts(event)
    rebuilt = walker.rebuild(event, [text.text.replace("Maria", "T") for text in texts])

    assert "T" == rebuilt.record_key
    assert {"x-patient": "T", "content-type": "application/json", "n": None} == rebuilt.headers


def test_a_tombstone_has_no_texts() -> None:
    """A record without value is an event whose record is null."""
    event, walker = event_of(None), walker_of(None)

    assert () == walker.texts(event)
    assert walker.rebuild(event, []).document is None


def test_paths_show_only_vocabulary() -> None:
    """A path that stands in a vault entry shows no key that was text itself."""
    document = {"messages_of": {"Maria Quintana": {"content": "A"}}}

    paths = [text.path for text in walker_of(document).texts(event_of(document))]

    assert not [path for path in paths if "Maria" in path]


def test_a_label_beside_a_value_is_its_hint() -> None:
    """{"label": "Date of birth", "value": ...} says what the value is."""
    document = {"fields": [{"label": "Date of birth", "value": "A"}]}

    hints = {text.text: text.hint for text in walker_of(document).texts(event_of(document))}

    assert "date of birth" == hints["A"]


def _fits(tree: Any) -> bool:
    try:
        orjson.dumps(tree)
    except (orjson.JSONEncodeError, TypeError):
        return False
    return True


def _is_json(text: str) -> bool:
    return text.strip()[:1] in "{[" and text.strip() != ""


def test_what_kongs_plugin_says_of_a_call_is_not_text() -> None:
    """Its models and provider pass in their shape; the bodies beside them are text, and so is a shape that is none."""
    meta = {"provider_name": "openai", "request_model": "gpt-4o", "llm_latency": 812, "response_model": "for Maria"}
    document = {"ai": {"proxy": {"meta": meta, "usage": {"prompt_tokens": 9}, "payload": {"request": "Maria"}}}}

    assert ["for Maria", "Maria"] == texts_of(document)


def test_a_number_as_a_key_has_the_key_above_it_for_a_hint() -> None:
    """Where records are sorted by somebody's number the key above says whose; other keys speak for themselves."""
    event, walker = event_of(document := {"by_mrn": {"4471123": 1, "v2": 2}, "2026": 3}), walker_of(document)
    keys = {text.text: text.hint for text in walker.texts(event) if text.kind is FieldKind.KEY}

    assert {"by_mrn": "", "4471123": "mrn", "v2": "", "2026": ""} == keys


@pytest.mark.parametrize(
    ("document", "text", "hint"),
    [
        ({"patients": {"3381902": {"a1c": 7.2}}}, "3381902", "patient_id"),
        ({"by_mrn": {"3381902": 1}}, "3381902", "mrn"),
        ({"scores": {"3381902": 1}}, "3381902", "scores"),
        (
            {"identifier": [{"system": "http://hospital.example.org/mrn", "value": "3381902"}]},
            "3381902",
            "identifier.value",
        ),
        ({"held": {"system": "urn:mrn", "value": "3381902"}}, "3381902", "mrn"),
        ({"telecom": [{"system": "phone", "value": "555-0133"}]}, "555-0133", "phone"),
        ({"size": {"system": "urn:oid:2.16.840.1", "value": "512"}}, "512", "size.value"),
    ],
    ids=repr,
)
def test_a_hint_says_what_a_value_or_key_is(document: Any, text: str, hint: str) -> None:
    """Numbers as keys are those of whom the object is about; a label that is a URI says less than the keys around."""
    found = {each.text: each.hint for each in walker_of(document).texts(event_of(document))}

    assert hint == found[text]
