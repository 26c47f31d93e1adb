"""Log formats: one golden file a shape says what is text, what is not, and what an analyst sees of the call."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.events import Call, LLMEvent, Side, TokenUsage
from schemas.raw import decode_raw, encode_raw
from schemas.sources.all import SOURCES, recognise
from schemas.sources.otel import calls, seeds
from schemas.sources.pieces import holds_piece
from schemas.sources.shapes import Shape, fits
from streams.walk import Walker

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))
ALL = pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
PLACES = ("0/scopeSpans/0/spans/0", "0/scopeSpans/1/spans/0", "1/scopeSpans/0/spans/0")
WRAPPED = {"model": "m", "messages": [{"role": "user", "content": "Maria Quintana"}]}


def read(path: Path) -> dict[str, Any]:
    """Return a golden file: source, input, its texts, what is planted in it, and the call."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def walker_of(document: Any) -> Walker:
    """Return a walker that trusts labels."""
    return Walker(recognise(document), lambda _: False, lambda _: "digest")


def texts_of(document: Any) -> list[str]:
    """Return every text of a document."""
    return [text.text for text in walker_of(document).texts(event_of(document))]


def event_of(document: Any) -> LLMEvent:
    """Return an event around a document."""
    return LLMEvent("e1", "a", recognise(document).name, document)


def call_of(golden: dict[str, Any]) -> Call:
    """Return the call that a golden file expects; what it does not name is unknown."""
    fields = dict(golden["call"])
    usage = TokenUsage(**fields.pop("usage", {}))
    named: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
    return Call(usage=usage, **named)


@ALL
def test_a_format_is_recognised(path: Path) -> None:
    """A record of a known format is recognised by its shape, and is whole."""
    golden = read(path)

    assert golden["source"] == recognise(golden["input"]).name
    assert not holds_piece(golden["input"])


@ALL
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_part_of_a_record_is_recognised_by_the_first_that_matches(path: Path, data: st.DataObject) -> None:
    """The quick look before all others overlooks nothing that a source would recognise."""
    tree = data.draw(st.sampled_from(_parts(read(path)["input"])))
    fewer = {key: child for key, child in tree.items() if data.draw(st.booleans())}

    for part in (tree, fewer):
        assert next(source for source in SOURCES if source.matches(part)) is recognise(part)


def _parts(tree: Any) -> list[dict[str, Any]]:
    """Return every object of a record."""
    children = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    below = [part for child in children for part in _parts(child)]
    return [tree, *below] if isinstance(tree, dict) else below


@ALL
def test_what_is_text_is_as_written(path: Path) -> None:
    """Exactly the listed texts are read; what is not among them passes in its closed shape."""
    golden = read(path)

    assert golden["texts"] == texts_of(golden["input"])


@ALL
def test_every_planted_identifier_is_in_a_text(path: Path) -> None:
    """No path of a format lets an identifier pass unread."""
    golden = read(path)
    texts = texts_of(golden["input"])

    assert [] == [planted for planted in golden["phi"] if not any(planted in text for text in texts)]


@ALL
def test_nothing_planted_stays_beside_the_texts(path: Path) -> None:
    """With every text replaced nothing planted is left: not in pointers, media or strings of JSON."""
    golden = read(path)
    event, walker = event_of(golden["input"]), walker_of(golden["input"])

    rebuilt = walker.rebuild(event, ["-"] * len(walker.texts(event)))

    shown = encode_raw(rebuilt.document).decode()
    assert [] == [planted for planted in golden["phi"] if planted in shown]
    assert golden["incomplete"] == rebuilt.incomplete


@ALL
def test_unchanged_texts_change_nothing_else(path: Path) -> None:
    """Rebuilding with the texts as they were gives the same record, but for blobs, pointers and single tokens."""
    golden = read(path)
    event, walker = event_of(golden["input"]), walker_of(golden["input"])

    rebuilt = walker.rebuild(event, golden["texts"]).document

    assert texts_of(rebuilt) == _with_blobs(golden["texts"], rebuilt)
    assert _untouched(golden["input"], rebuilt)


@ALL
def test_the_call_is_mapped(path: Path) -> None:
    """Whatever the format, an analyst sees one shape."""
    golden = read(path)

    assert call_of(golden) == recognise(golden["input"]).describe(golden["input"])


@ALL
def test_order_of_fields_does_not_matter(path: Path) -> None:
    """Fields come in any order; the same texts are found."""
    golden = read(path)
    turned = _turned(golden["input"])

    assert golden["source"] == recognise(turned).name
    assert sorted(golden["texts"]) == sorted(texts_of(turned))


def _turned(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _turned(tree[key]) for key in reversed(tree)}
    return [_turned(child) for child in tree] if isinstance(tree, list) else tree


def _untouched(before: Any, after: Any) -> bool:
    """Tell whether nothing differs but strings that became the description of a blob, and dropped tokens."""
    if isinstance(before, dict) and isinstance(after, dict):
        return all(_untouched(child, after[key]) for key, child in before.items())
    if isinstance(before, list) and isinstance(after, list):
        pairs = zip(before, after, strict=True)
        return all(_untouched(*pair) for pair in pairs)
    if isinstance(before, str) and before[:1] in ("{", "[") and before != after:
        return _untouched(json.loads(before), json.loads(after))
    described = isinstance(after, str) and after.startswith(("[media", "[pointer", "[opaque"))
    return before == after or after is None or (isinstance(before, str) and described)


def _with_blobs(texts: list[str], rebuilt: Any) -> list[str]:
    """Return the texts as a second walk finds them: the counts of dropped tokens are new keys and numbers."""
    added = [text for text in texts_of(rebuilt) if text not in texts]
    assert all(text.endswith("_count") or text.isdigit() for text in added)
    return texts_of(rebuilt) if added else texts


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_describing_odd_shapes_never_raises(source: Any, data: st.DataObject) -> None:
    """Whatever stands under a format's own keys, nothing raises."""
    keys = st.sampled_from(sorted(source.keys))
    scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "user", "[1]", '{"a":'])
    tree = data.draw(
        st.recursive(
            scalars,
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=6),
            max_leaves=30,
        )
    )

    for each in SOURCES:
        each.matches(tree)
    source.describe(tree)
    source.seed(tree)
    if source.calls is not None:
        source.calls(tree)


@ALL
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_describing_a_damaged_record_never_raises(path: Path, data: st.DataObject) -> None:
    """A golden record with any of its nodes replaced is still described."""
    golden = read(path)
    source = recognise(golden["input"])
    places = list(_places(golden["input"], ()))
    place = data.draw(st.sampled_from(places))
    odd = data.draw(st.sampled_from([None, True, 3, "x", [], {}, [3], {"a": 1}, "[", "[[]]", 1e300]))
    tree = _replaced(golden["input"], place, odd)

    for each in SOURCES:
        each.matches(tree)
    holds_piece(tree)
    source.describe(tree)
    source.seed(tree)


def _places(tree: Any, path: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(place for key, child in pairs for place in _places(child, (*path, key)))]


def _replaced(tree: Any, place: tuple[Any, ...], odd: Any) -> Any:
    if not place:
        return odd
    out = dict(tree) if isinstance(tree, dict) else list(tree)
    out[place[0]] = _replaced(tree[place[0]], place[1:], odd)
    return out


@pytest.mark.parametrize(
    "tree",
    [
        {
            "schemaType": "ModelInvocationLog",
            "output": {"outputBodyJson": [{"outputText": "Mar"}, {"outputText": "ia"}]},
        },
        {"output": {"outputBodyJson": '[{"generation": "Mar"}]'}},
        {"api_method": "x", "response_payload": ['{"candidates": [1]}', '{"candidates": [2]}']},
        [{"candidates": [{"content": {}}]}, {"candidates": [{"content": {}, "finishReason": "STOP"}]}],
        {"CorrelationId": "c", "SequenceNumber": 2, "RequestMessages": "[]"},
        {"CorrelationId": "c", "SequenceNumber": 1, "RequestMessages": '[{"role": "user", "content": "Mar'},
        {"records": [{"properties": {"sequenceNumber": 3, "responseMessages": "ia"}}]},
    ],
    ids=repr,
)
def test_pieces_of_formats_are_held(tree: Any) -> None:
    """Chunks of a streamed body and parts of a split row are never read one by one."""
    assert holds_piece(tree)


@pytest.mark.parametrize(
    "tree",
    [
        {"batch": [{"candidates": [{"finishReason": "STOP"}]}, {"candidates": [{"finishReason": "STOP"}]}]},
        {"response_payload": ['{"candidates": [{"content": {}}]}']},
        {"candidates": ["a", "b"]},
        {"votes": [{"candidates": 3}]},
        {"SequenceNumber": 1, "RequestMessages": "[]", "ResponseMessages": ""},
        {"SequenceNumber": 7, "note": "a"},
        {"outputBodyJson": {"generation": "a"}},
    ],
    ids=repr,
)
def test_whole_answers_are_not_held(tree: Any) -> None:
    """What is whole in itself is read."""
    assert not holds_piece(tree)


@pytest.mark.parametrize(
    ("tree", "name"),
    [
        ({"model": "m", "input": "a", "output": "b"}, "generic"),
        ({"model": "m", "input": "a", "answer": "b"}, "generic"),
        ({"model": "m", "input": ["a", "b"]}, "generic"),
        ({"model": "m", "input": [], "messages": []}, "openai"),
        ({"traceId": "t", "input": "a", "output": "b"}, "generic"),
        ({"id": "t", "input": "a", "output": "b", "name": "n"}, "generic"),
        ({"request_id": "r", "model": "m", "provider": "p", "prompt": "a"}, "generic"),
        ({"run_type": "llm"}, "generic"),
        ({"contents": "a"}, "generic"),
        ({"candidates": [{"name": "Maria Quintana"}]}, "generic"),
        ({"modelId": "m", "input": "a"}, "generic"),
        ({"resourceSpans": "a"}, "generic"),
        ({"call_type": "x", "model": "m", "messages": [{"role": "user", "content": "a"}]}, "openai"),
        ({"timestamp": "t", "model": "m", "messages": [{"role": "user", "content": "a"}], "request_id": "r"}, "openai"),
    ],
    ids=repr,
)
def test_what_only_resembles_a_format_stays_what_it_was(tree: Any, name: str) -> None:
    """One common field makes no format: what was recognised before is recognised as before."""
    assert name == recognise(tree).name


@pytest.mark.parametrize("path", [path for path in GOLDEN if path.stem.startswith("otel")], ids=lambda path: path.stem)
def test_attributes_are_their_values_hints(path: Path) -> None:
    """What an attribute is called says what its value is, however the value is wrapped."""
    found = walker_of(read(path)["input"]).texts(event_of(read(path)["input"]))
    hints = {text.text: text.hint for text in found}

    expected = {"odalys-laptop": "host.name", "4471123": "patient.mrn", "1949-07-02": "date_of_birth"}
    assert all(hints[text] == hint for text, hint in expected.items() if text in hints)
    assert "host.name" == hints["odalys-laptop"]


def test_attributes_say_whose_text_it_is() -> None:
    """The side of a text in a span is told by its attribute."""
    golden = read(next(path for path in GOLDEN if path.stem == "otel-span"))["input"]
    sides = {text.text: text.side for text in walker_of(golden).texts(event_of(golden))}

    assert Side.OUTPUT is sides["Hello Ms. Lindqvist"]
    assert Side.INPUT is sides["You help Dr. Bram Osterhout"]


def test_every_call_of_a_record_is_mapped() -> None:
    """Several resources, scopes and spans are one event with a call each; spans of no model are none."""
    golden = read(next(path for path in GOLDEN if path.stem == "otel-several"))["input"]

    found = calls(golden)

    assert [("gpt-4o-mini", "triage-bot", 12), ("claude-x", "coder", 7)] == [
        (call.model, call.application, call.usage.input) for _, call in found
    ]


def test_strangers_in_one_record_share_no_conversation() -> None:
    """A record of several calls has no conversation unless all name the same."""
    golden = read(next(path for path in GOLDEN if path.stem == "otel-several"))["input"]

    assert recognise(golden).seed(golden).given is None
    assert recognise(golden).seed(golden).first_message is None
    of_each = seeds(golden)
    assert ["s-perpetua"] * 3 == [of_each[f"/resourceSpans/{place}"].given for place in PLACES]
    assert {"triage-bot", "coder"} == {seed.application for seed in of_each.values()}


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ({"attributes": [{"key": "gen_ai.usage.input_tokens", "value": {"intValue": "521449180"}}]}, "521449180"),
        (
            {"attributes": [{"key": "gen_ai.request.model", "value": {"stringValue": "Maria Quintana"}}]},
            "Maria Quintana",
        ),
        ({"attributes": [{"key": "Maria Quintana", "value": {"boolValue": True}}]}, "Maria Quintana"),
        ({"attributes": [{"key": ["Maria Quintana"], "value": 3}]}, "Maria Quintana"),
        ({"status": {"message": "Maria Quintana"}}, "Maria Quintana"),
        ({"traceId": "Maria Quintana"}, "Maria Quintana"),
    ],
    ids=repr,
)
def test_a_known_attribute_passes_only_in_its_shape(tree: dict[str, Any], expected: str) -> None:
    """A value that is not what its attribute says is text, and so is a name that nobody knows."""
    document = {"resourceSpans": [{"scopeSpans": [{"spans": [tree]}]}]}

    assert expected in texts_of(document)


@pytest.mark.parametrize(
    ("value", "expected"), [("12", True), (12, True), (True, False), ("1" * 9, False), ("x", False)]
)
def test_a_count_is_a_few_digits(value: object, *, expected: bool) -> None:
    """A count may be a string of digits, but not of as many as a number of somebody has."""
    assert expected == fits(Shape.COUNT, value)


@pytest.mark.parametrize(
    "document",
    [
        {"events": [{"name": "new_token", "kwargs": {"token": "Mar"}}], "run_type": "llm", "outputs": {}},
        {"candidates": [{"content": {"parts": [{"text": "x"}]}, "logprobsResult": {"chosenCandidates": ["Mar"]}}]},
        {"unknown": {"logprobsResult": {"chosenCandidates": [{"token": "Mar"}]}}},
    ],
    ids=repr,
)
def test_single_tokens_are_dropped(document: Any) -> None:
    """What repeats an answer token by token cuts identifiers: null with a count."""
    event, walker = event_of(document), walker_of(document)

    rebuilt = walker.rebuild(event, [text.text for text in walker.texts(event)]).document

    assert "Mar" not in json.dumps(rebuilt)
    assert "Mar" not in texts_of(document)


def test_a_known_body_inside_an_unknown_wrapper_is_read_as_such() -> None:
    """A format's rules reach a body that some gateway wrapped, as a tree or as a string of JSON."""
    for body in (WRAPPED, json.dumps(WRAPPED), {"contents": [{"role": "user", "parts": [{"text": "Maria Quintana"}]}]}):
        document = decode_raw(json.dumps({"payload": body}).encode())

        assert "Maria Quintana" in texts_of(document)
        assert "user" not in texts_of(document)
