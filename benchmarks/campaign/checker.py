"""The rules of exactly once, each with a number of breaches."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.campaign.attack import Hit, Zombie
from benchmarks.campaign.load import Place
from benchmarks.campaign.plan import Fault
from benchmarks.campaign.records import MARKER, Input
from benchmarks.campaign.seen import Output, Seen
from benchmarks.campaign.stream_checker import StreamEvidence, stream_rules
from streams.config import Settings, intake_topics
from streams.phase import Phase
from streams.vault.tokenkeys import ensure_token_keys
from streams.vault.tokens import Minter

_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule that does not hold: how often, and where (coordinates and ids, never text)."""

    rule: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the campaign did and saw, to be checked."""

    settings: Settings
    placed: Mapping[Place, Input]
    seen: Seen
    hits: Sequence[Hit]
    zombies: Sequence[Zombie]
    ahead: int
    streams: StreamEvidence | None = None


def breaches(evidence: Evidence) -> tuple[Breach, ...]:
    """Return every rule that does not hold, empty when all is well."""
    rules: dict[str, Iterator[str]] = {
        "every input is redacted or quarantined exactly once": _once(evidence),
        "event ids are unique": _unique(evidence.seen),
        "what is withheld lies in quarantine, and nothing else": _quarantined(evidence.seen),
        "an outcome is that of its input": _matching(evidence),
        "every token has its vault entry": _tokens(evidence.seen),
        "index ids equal the ids of redacted and withheld": _indexed(evidence.seen),
        "no output is at or beyond the committed offset": _beyond(evidence),
        "committed offsets equal the ends": _offsets(evidence.seen),
        "batch records agree with what is there": _batches(evidence),
        "a zombie publishes nothing": _zombies(evidence),
        "a third of the kills hits between begin and commit": _aimed(evidence.hits),
    }
    if evidence.streams is not None:
        rules |= stream_rules(evidence.streams)
    found = {rule: list(cases) for rule, cases in rules.items()}
    return tuple(Breach(rule, len(cases), tuple(cases[:_EXAMPLES])) for rule, cases in found.items() if cases)


def _once(evidence: Evidence) -> Iterator[str]:
    counts = Counter((output.partition, output.offset) for output in evidence.seen.outputs)
    for place in evidence.placed.keys() | counts.keys():
        if counts[place] != 1 or place not in evidence.placed:
            known = "" if place in evidence.placed else ", no such input"
            yield f"{place[0]}/{place[1]}: {counts[place]} times{known}"


def _unique(seen: Seen) -> Iterator[str]:
    counts = Counter(output.event_id for output in seen.all_outputs)
    yield from (f"{event_id}: {count} times" for event_id, count in counts.items() if count > 1)


def _quarantined(seen: Seen) -> Iterator[str]:
    withheld = Counter((item.event_id, item.partition, item.offset) for item in seen.outputs if item.withheld)
    sealed = Counter(seen.quarantined)
    for case in withheld.keys() | sealed.keys():
        if withheld[case] != 1 or sealed[case] != 1:
            yield f"{case[1]}/{case[2]}: withheld {withheld[case]} times, sealed {sealed[case]} times"


def _matching(evidence: Evidence) -> Iterator[str]:
    """Yield outcomes of another input, good ones withheld (unless blamed for a worker's death), bad ones redacted."""
    minters = _minters(evidence.settings)
    for output in evidence.seen.outputs:
        item = evidence.placed.get((output.partition, output.offset))
        if item is not None and not _matches(output, item, minters):
            yield f"{output.partition}/{output.offset}: {output.reason or 'redacted'}"


def _matches(output: Output, item: Input, minters: Mapping[str, Minter]) -> bool:
    if output.withheld:
        return item.bad or output.reason == "killed_worker"
    digest = minters[item.tenant].digest(item.value or b"")
    alien = any(found.strip() != item.marker for found in MARKER.findall(output.text))
    return not item.bad and not alien and output.tenant == item.tenant and output.digest == digest


def _tokens(seen: Seen) -> Iterator[str]:
    known = {key.rpartition("|")[0] for key in seen.entries}
    for output in seen.all_outputs:
        missing = [token for token in output.tokens if f"{output.tenant}|{token}" not in known]
        if missing:
            yield f"{output.partition}/{output.offset}: {len(missing)} tokens without entry"
    if seen.misplaced_entries:
        yield f"{seen.misplaced_entries} entries under another record key"


def _indexed(seen: Seen) -> Iterator[str]:
    wanted, found = {output.event_id for output in seen.all_outputs}, Counter(seen.indexed)
    for event_id in wanted | found.keys():
        if found[event_id] != (event_id in wanted):
            yield f"{event_id}: {found[event_id]} times in the index"


def _beyond(evidence: Evidence) -> Iterator[str]:
    for output in evidence.seen.outputs:
        if output.offset >= evidence.seen.committed.get(output.partition, 0):
            yield f"{output.partition}/{output.offset}"
    if evidence.ahead:
        yield f"{evidence.ahead} times while the campaign ran"


def _offsets(seen: Seen) -> Iterator[str]:
    for partition, end in seen.ends.items():
        committed = max(0, seen.committed.get(partition, 0))
        if committed != end:
            yield f"partition {partition}: committed {committed}, end {end}"


def _batches(evidence: Evidence) -> Iterator[str]:
    """Yield batches that miscount their events, leave out inputs, or list entries that are not there.

    Those that read what intake wrote have holes: where its transactions ended.
    """
    counts = Counter((output.batch_id, output.withheld) for output in evidence.seen.all_outputs)
    raw = evidence.settings.topics.keys() - set(intake_topics(evidence.settings))
    minters = _minters(evidence.settings)
    digests = {minters[key.partition("|")[0]].digest(key.encode())[:32] for key in evidence.seen.entries}
    for batch in evidence.seen.batches:
        name = batch["batch_id"]
        if (counts.pop((name, False), 0), counts.pop((name, True), 0)) != (batch["redacted"], batch["quarantined"]):
            yield f"batch {name}: counts differ"
        if not digests.issuperset(batch["entries"]):
            yield f"batch {name}: an entry is missing"
        count = sum(part["last"] - part["first"] + 1 for part in batch["inputs"])
        whole = batch["inputs"] and all(part["topic"] in raw for part in batch["inputs"])
        if whole and count != batch["redacted"] + batch["quarantined"]:
            yield f"batch {name}: its inputs have holes"
    yield from (f"batch {name}: no batch record" for name, _ in counts)


def _zombies(evidence: Evidence) -> Iterator[str]:
    """Yield what a stopped worker had built before it went on and what became visible afterwards."""
    for zombie in evidence.zombies:
        for batch in evidence.seen.batches:
            late = batch["slot"] == zombie.slot and batch["batch_id"] not in zombie.published
            if late and batch["written_at"] < zombie.released_at:
                yield f"slot {zombie.slot}: batch {batch['batch_id']}"
        if zombie.phase == Phase.TRANSACTION.name and not zombie.taken_over:
            yield f"slot {zombie.slot}: nobody took its partitions over"


def _aimed(hits: Sequence[Hit]) -> Iterator[str]:
    kills = [hit for hit in hits if hit.fault in (Fault.KILL_WORKER, Fault.KILL_INDEXER)]
    aimed = sum(hit.phase == Phase.TRANSACTION.name for hit in kills)
    if 3 * aimed < len(kills):
        yield f"{aimed} of {len(kills)}"


def _minters(settings: Settings) -> dict[str, Minter]:
    names = sorted({*settings.tenants, settings.operator_tenant})
    file = settings.vault.token_keys_file
    assert file is not None
    keys = ensure_token_keys(file, names)
    return {name: Minter(name, keys[name]) for name in names}
