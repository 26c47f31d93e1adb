"""Reconciling: intents that nothing came of, reveals without a grant, messages and unwraps that no record tells of."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson

from schemas.audit import AuditRecord
from schemas.audit_terms import Action, Phase, Result
from schemas.errors import ConfigError
from streams.audit.telling import Telling

#: An intent without outcome is one that died after so long; clocks of a KMS and ours may differ by less.
OPEN_SECONDS = 60.0
#: A message is sent, or on record as undelivered, within so long.
TOLD_SECONDS = 420.0
CLOCK_SECONDS = 30.0

_OPENING = (Action.REVEAL, Action.LOOKUP)
_DECRYPT = "Decrypt"


class Mismatch(StrEnum):
    """What does not agree."""

    INTENT_WITHOUT_OUTCOME = "intent_without_outcome"
    OUTCOME_WITHOUT_INTENT = "outcome_without_intent"
    SECOND_OUTCOME = "second_outcome"
    REVEAL_WITHOUT_GRANT = "reveal_without_grant"
    NOBODY_TOLD = "nobody_told"
    UNWRAP_WITHOUT_RECORD = "unwrap_without_record"


@dataclass(frozen=True, slots=True)
class Finding:
    """One mismatch: the entry of the log that shows it, or the id of the KMS call that no entry tells of."""

    mismatch: Mismatch
    at: str
    index: int | None = None
    action: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Unwrap:
    """One call that decrypted, as the KMS itself tells it."""

    request_id: str
    at: str


def reconcile(records: Iterable[tuple[int, AuditRecord]], unwraps: Sequence[Unwrap], now: float) -> list[Finding]:
    """Return everything that does not agree, in the order of the log, then calls of the KMS that nobody told of."""
    intents: dict[int, AuditRecord] = {}
    active: set[str | None] = set()
    told: list[tuple[AuditRecord, AuditRecord]] = []
    found: list[Finding] = []
    settled: set[int] = set()
    telling = Telling()
    for index, record in records:
        telling.see(index, record)
        if record.phase is Phase.INTENT:
            intents[index] = record
            continue
        if record.action is Action.GRANT_ACTIVATE and record.result is Result.SUCCESS:
            active.update((*record.resource.ids, record.grant_id))
        if record.phase is Phase.OUTCOME and record.intent is not None:
            found += _outcome(index, record, intents.get(record.intent), settled)
            settled.add(record.intent)
            told.append((intents.get(record.intent, record), record))
        if _opened(record) and (record.grant_id is None or record.grant_id not in active):
            found.append(_finding(Mismatch.REVEAL_WITHOUT_GRANT, index, record))
    late = [
        (index, each) for index, each in intents.items() if index not in settled and now - _time(each.ts) > OPEN_SECONDS
    ]
    found += [_finding(Mismatch.INTENT_WITHOUT_OUTCOME, index, each) for index, each in late]
    untold_of = [(index, each) for index, each in telling.untold() if now - _time(each.ts) > TOLD_SECONDS]
    found += [_finding(Mismatch.NOBODY_TOLD, index, each) for index, each in untold_of]
    open_ = [(each, each) for index, each in intents.items() if index not in settled]
    untold = _untold(unwraps, [*told, *open_])
    return found + [Finding(Mismatch.UNWRAP_WITHOUT_RECORD, each.at, request_id=each.request_id) for each in untold]


def read_unwraps(lines: Iterable[str]) -> Iterator[Unwrap]:
    """Read what a KMS tells of decryptions, one JSON object a line; other calls are passed over.

    AWS CloudTrail (`eventName`, `requestID`, `eventTime`), HashiCorp Vault's audit device (`type`, `request.id`,
    `request.path`, `time`), or our own plain form (`request_id`, `time`). Raises ConfigError where a line is no object.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            tree = orjson.loads(line)
        except orjson.JSONDecodeError:
            raise ConfigError("events of the KMS are not JSON lines", line=number) from None
        if not isinstance(tree, dict):
            raise ConfigError("events of the KMS are not JSON objects", line=number)
        found = _unwrap(tree)
        if found is not None:
            _time(found.at)
            yield found


def _unwrap(tree: Mapping[str, Any]) -> Unwrap | None:
    if "eventName" in tree:
        wanted = tree["eventName"] == _DECRYPT
        return Unwrap(str(tree.get("requestID")), str(tree.get("eventTime"))) if wanted else None
    request = tree.get("request")
    if isinstance(request, dict):
        wanted = tree.get("type") == "response" and "/decrypt/" in f"/{request.get('path')}"
        return Unwrap(str(request.get("id")), str(tree.get("time"))) if wanted else None
    return Unwrap(str(tree.get("request_id")), str(tree.get("time")))


def _outcome(index: int, record: AuditRecord, intent: AuditRecord | None, settled: set[int]) -> list[Finding]:
    if intent is None or (intent.action, intent.actor.subject) != (record.action, record.actor.subject):
        return [_finding(Mismatch.OUTCOME_WITHOUT_INTENT, index, record)]
    return [_finding(Mismatch.SECOND_OUTCOME, index, record)] if record.intent in settled else []


def _opened(record: AuditRecord) -> bool:
    """Tell whether the record is the outcome of something that showed clear values or found them."""
    succeeded = record.result in (Result.SUCCESS, Result.PARTIAL)
    return record.phase is not Phase.INTENT and record.action in _OPENING and succeeded


def _untold(unwraps: Sequence[Unwrap], told: Sequence[tuple[AuditRecord, AuditRecord]]) -> list[Unwrap]:
    """Return the calls that no record has room for: by their id where records have it, else by their time.

    An intent without outcome makes room for none: its unwraps were never told.
    """
    ids = {id_ for _, outcome in told if outcome.kms for id_ in outcome.kms.request_ids}
    rooms = [
        [_time(intent.ts) - CLOCK_SECONDS, _time(outcome.ts) + CLOCK_SECONDS, outcome.kms.unwraps]
        for intent, outcome in told
        if outcome.kms and not outcome.kms.request_ids
    ]
    left = []
    for unwrap in sorted(unwraps, key=lambda each: _time(each.at)):
        if unwrap.request_id in ids:
            continue
        at = _time(unwrap.at)
        fitting = [room for room in rooms if room[0] <= at <= room[1] and room[2] > 0]
        if fitting:
            min(fitting, key=lambda room: room[1])[2] -= 1
        else:
            left.append(unwrap)
    return left


def _finding(mismatch: Mismatch, index: int, record: AuditRecord) -> Finding:
    return Finding(mismatch, record.ts, index, record.action.value)


def _time(text: str) -> float:
    """Return a time in seconds of the epoch; raises ConfigError where it is none."""
    try:
        return datetime.fromisoformat(text[:26].rstrip("Z") + "+00:00" if text.endswith("Z") else text).timestamp()
    except ValueError:
        raise ConfigError("events of the KMS have no time that can be read") from None
