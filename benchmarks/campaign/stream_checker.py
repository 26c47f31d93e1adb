"""The rules of streams: written on once, settled once, and each stream one event, whole and in order."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import orjson

from benchmarks.campaign.seen import Output
from benchmarks.campaign.streams import Answer, Written
from schemas.vault import TOKEN_PATTERN
from streams.log.ports import Record

Place = tuple[int, int]
_BLAMED = "killed_worker"


@dataclass(frozen=True, slots=True)
class StreamEvidence:
    """What was written in pieces, what intake made of it, and what came out; `failures` are those of the load."""

    answers: Sequence[Answer]
    written: Sequence[Written]
    moved: Sequence[Record]
    outputs: Sequence[Output]
    failures: int = 0


def stream_rules(evidence: StreamEvidence) -> Mapping[str, Iterator[str]]:
    """Return each rule with its breaches."""
    return {
        "every piece is written": (f"{count} failures" for count in [evidence.failures] if count),
        "intake writes every piece on exactly once, as it was": _moved(evidence),
        "every piece is settled exactly once": _settled(evidence),
        "every stream is one event, whole and in order": _whole(evidence),
    }


def places_of(output: Output) -> list[Place]:
    """Return the raw partition and offset of every piece that an output settles."""
    assembly = orjson.loads(output.text).get("assembly") or {}
    runs = [(output.partition, *run) for run in assembly.get("offsets") or [(output.offset, output.offset)]]
    runs += [(number, first, last) for number, first, last in assembly.get("elsewhere") or []]
    return [(number, offset) for number, first, last in runs for offset in range(first, last + 1)]


def _moved(evidence: StreamEvidence) -> Iterator[str]:
    raw = {(each.record.partition, each.record.offset): each.record for each in evidence.written}
    moved = Counter[Place]()
    for record in evidence.moved:
        if record.origin is not None:
            place = record.origin.partition, record.origin.offset
            moved[place] += 1
            was = raw.get(place)
            if was is None or (was.key, was.value, was.headers) != (record.key, record.value, record.headers):
                yield f"{place[0]}/{place[1]}: not what was written"
    yield from (f"{place[0]}/{place[1]}: {moved[place]} times" for place in raw if moved[place] != 1)


def _settled(evidence: StreamEvidence) -> Iterator[str]:
    counts = Counter(place for output in evidence.outputs for place in places_of(output))
    raw = {(each.record.partition, each.record.offset) for each in evidence.written}
    yield from (f"{place[0]}/{place[1]}: {counts[place]} times" for place in raw | counts.keys() if counts[place] != 1)


def _whole(evidence: StreamEvidence) -> Iterator[str]:
    """Yield streams that are no event, or several; one with a piece that was blamed may not pass for whole."""
    owners = {(each.record.partition, each.record.offset): each.answer for each in evidence.written}
    found: dict[int, list[Output]] = {}
    for output in evidence.outputs:
        for number in {owners[place] for place in places_of(output) if place in owners}:
            found.setdefault(number, []).append(output)
    for answer in evidence.answers:
        outputs = found.get(answer.number, [])
        blamed = any(output.reason == _BLAMED for output in outputs)
        wrong = _torn(outputs) if blamed else _wrong(answer, outputs)
        if wrong:
            yield f"stream {answer.number}: {wrong}"


def _torn(outputs: Sequence[Output]) -> str:
    """Return what is wrong with what became of a stream of which a piece stayed unread."""
    shown = [orjson.loads(output.text).get("assembly") or {} for output in outputs if not output.withheld]
    return "shown without a piece" if any(assembly.get("whole") for assembly in shown) else ""


def _wrong(answer: Answer, outputs: Sequence[Output]) -> str:
    """Return what is wrong with what became of a stream, in words without its text."""
    if len(outputs) != 1 or outputs[0].withheld:
        reasons = sorted({output.reason or "redacted" for output in outputs})
        return f"{len(outputs)} outputs ({', '.join(reasons)})"
    if outputs[0].tenant != answer.tenant:
        return "another tenant"
    tree = orjson.loads(outputs[0].text)
    assembly = tree.get("assembly") or {}
    if assembly.get("pieces") != len(answer.pieces):
        return f"{assembly.get('pieces')} of {len(answer.pieces)} pieces"
    before, after = map(re.escape, answer.around)
    text = answer.text(tree["record"])
    return "" if re.fullmatch(f"{before}(?:{TOKEN_PATTERN}){after}", text) else "another text"
