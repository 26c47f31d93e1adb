"""The campaign's rules of streams: each of them fails where it should."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import orjson
import pytest

from benchmarks.campaign.seen import Output
from benchmarks.campaign.stream_checker import StreamEvidence, places_of, stream_rules
from benchmarks.campaign.streams import Answer, Written, answer
from schemas.origin import Origin
from streams.log.ports import Record
from tests.schemas.sources.streamed.streams import Tree

TOKEN = "phi_email_ca_bcdfghjklmnpqrstvwxz"
WHOLE, ONCE, MOVED = (
    "every stream is one event, whole and in order",
    "every piece is settled exactly once",
    "intake writes every piece on exactly once, as it was",
)
Change = Callable[[StreamEvidence], StreamEvidence]


def sound() -> StreamEvidence:
    """Return what a campaign finds where nothing is wrong: two streams, whose pieces take turns on two partitions."""
    answers = [answer(1, number, ("north",)) for number in (0, 3)]
    written = [
        Written(each.number, Record("raw", (number + place) % 2, number * 100 + place, 7, each.key, piece))
        for number, each in enumerate(answers)
        for place, piece in enumerate(each.pieces)
    ]
    outputs = [event(each, [one.record for one in written if one.answer == each.number]) for each in answers]
    return StreamEvidence(answers, written, [moved(each.record) for each in written], outputs)


def event(of: Answer, records: Sequence[Record], text: str | None = None) -> Output:
    """Return the output of a stream."""
    first = records[0]
    runs = [[each.offset, each.offset] for each in records if each.partition == first.partition]
    others = [[each.partition, each.offset, each.offset] for each in records if each.partition != first.partition]
    whole = TOKEN.join(of.around) if text is None else text
    tree: Tree = {
        "assembly": {"pieces": len(records), "whole": True, "offsets": runs, "elsewhere": others},
        "record": {"choices": [{"message": {"content": whole}}]},
    }
    return Output(
        event_id=f"e{of.number}",
        tenant=of.tenant,
        withheld=False,
        partition=first.partition,
        offset=first.offset,
        batch_id="b",
        digest="",
        reason="",
        tokens=frozenset(),
        text=orjson.dumps(tree),
    )


def moved(record: Record) -> Record:
    """Return a raw record as intake writes it on, read again."""
    origin = Origin(1, "e", record.topic, record.partition, record.offset, record.timestamp_ms, "north", None)
    return replace(record, topic="keyed", origin=origin)


def broken(evidence: StreamEvidence) -> dict[str, list[str]]:
    """Return the rules that do not hold."""
    return {rule: found for rule, cases in stream_rules(evidence).items() if (found := list(cases))}


def _outputs(change: Callable[[Output], list[Output]]) -> Change:
    """Return a change of the first output."""

    def changed(evidence: StreamEvidence) -> StreamEvidence:
        first, *others = evidence.outputs
        return replace(evidence, outputs=(*change(first), *others))

    return changed


def _records(evidence: StreamEvidence) -> list[Record]:
    return [each.record for each in evidence.written if each.answer == 0]


def _without_last(evidence: StreamEvidence) -> StreamEvidence:
    return replace(evidence, outputs=(event(evidence.answers[0], _records(evidence)[:-1]), *evidence.outputs[1:]))


def _in_halves(evidence: StreamEvidence) -> StreamEvidence:
    of, records = evidence.answers[0], _records(evidence)
    return replace(evidence, outputs=(event(of, records[:5]), event(of, records[5:]), *evidence.outputs[1:]))


def _without_blamed(evidence: StreamEvidence) -> StreamEvidence:
    of, (first, *others) = evidence.answers[0], _records(evidence)
    blamed = replace(event(of, [first]), withheld=True, reason="killed_worker")
    return replace(evidence, outputs=(blamed, event(of, others), *evidence.outputs[1:]))


def _changed_on_the_way(evidence: StreamEvidence) -> StreamEvidence:
    first, *others = evidence.moved
    return replace(evidence, moved=(replace(first, value=b""), *others))


def _told(text: str) -> Change:
    return lambda evidence: replace(
        evidence, outputs=(event(evidence.answers[0], _records(evidence), text), *evidence.outputs[1:])
    )


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        (lambda evidence: evidence, set()),
        (_outputs(lambda _: []), {ONCE, WHOLE}),
        (_outputs(lambda output: [output, output]), {ONCE, WHOLE}),
        (_outputs(lambda output: [replace(output, withheld=True, reason="stream_piece")]), {WHOLE}),
        (_outputs(lambda output: [replace(output, withheld=True, reason="killed_worker")]), set()),
        (_outputs(lambda output: [replace(output, tenant="south")]), {WHOLE}),
        (_without_last, {ONCE, WHOLE}),
        (_in_halves, {WHOLE}),
        (_without_blamed, {WHOLE}),
        (_told("words in another order"), {WHOLE}),
        (_told("an address x@example.org"), {WHOLE}),
        (lambda evidence: replace(evidence, moved=evidence.moved[1:]), {MOVED}),
        (lambda evidence: replace(evidence, moved=(evidence.moved[0], *evidence.moved)), {MOVED}),
        (_changed_on_the_way, {MOVED}),
        (lambda evidence: replace(evidence, failures=1), {"every piece is written"}),
    ],
)  # fmt: skip
def test_each_breach_is_found(change: Change, rules: set[str]) -> None:
    """What is lost, doubled, torn, changed or written on otherwise breaks its rule; what was blamed breaks none."""
    assert rules == set(broken(change(sound())))


def test_the_places_of_a_stream_are_all_of_its_pieces() -> None:
    """An output settles the pieces of its own raw partition and those elsewhere."""
    evidence = sound()
    wanted = sorted((each.record.partition, each.record.offset) for each in evidence.written)

    assert wanted == sorted(place for output in evidence.outputs for place in places_of(output))


def test_a_seed_gives_the_same_streams() -> None:
    """Streams follow from seed and number; a piece of one stream is no piece of another."""
    some = [answer(4, number, ("a", "b")) for number in range(9)]

    assert [each.pieces for each in some] == [answer(4, number, ("a", "b")).pieces for number in range(9)]
    assert some[0].pieces != answer(5, 0, ("a", "b")).pieces
    assert {each.tenant for each in some} == {"a", "b"}
