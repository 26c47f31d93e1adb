"""The trail of searches: who read redacted events, told before anything is shown."""

import os
from pathlib import Path

import pytest

from schemas.audit import AuditRecord
from schemas.audit_terms import Action, Phase, Result
from schemas.errors import AuditUnavailable, SinkRefused
from streams.audit.audit_log import read_records
from streams.audit.reading import read_checkpoint
from streams.audit.signing import read_log_keys
from streams.clock import SystemClock
from streams.config import KafkaSettings, Settings, SiemSettings
from streams.siem.ports import Query
from streams.siem.search_trail import SearchTrail

TOKEN = "phi_name_ca_bcdfghjklmnpqrstvwxz"
WORDS = ("Maria Lopez", TOKEN)


def _settings(folder: Path) -> Settings:
    return Settings(run_folder=folder, siem=SiemSettings(username="ada"), kafka=KafkaSettings(sasl_username="ben@x"))


def _records(trail: SearchTrail) -> list[AuditRecord]:
    size = read_checkpoint(trail.folder, read_log_keys(trail.keys_file).verifiers)[1].size
    return [record for _, record in read_records(trail.folder, 0, size)]


def test_a_search_is_told_before_and_after(tmp_path: Path) -> None:
    """The intent is in the log while the search runs, the outcome with its count before anything is shown."""
    trail = SearchTrail.of_index(_settings(tmp_path), SystemClock())
    with trail.search(Query(words=WORDS)) as shown:
        assert [Phase.INTENT] == [record.phase for record in _records(trail)]
        shown.events = 7
    intent, outcome = _records(trail)

    assert (Action.SEARCH, Phase.OUTCOME, 0, Result.SUCCESS) == (
        outcome.action,
        outcome.phase,
        outcome.intent,
        outcome.result,
    )
    assert ("index", True) == (intent.actor.issuer, intent.actor.subject.startswith("ada:"))
    assert (TOKEN,) == intent.resource.ids
    assert outcome.counts is not None
    assert 7 == outcome.counts.revealed


def test_words_are_not_in_the_log(tmp_path: Path) -> None:
    """What was asked for is there as a keyed digest: another log has another one for the same words."""
    digests = set()
    for name in ("one", "two"):
        trail = SearchTrail.of_index(_settings(tmp_path / name), SystemClock())
        with trail.search(Query(words=WORDS)):
            pass
        digests |= {record.request_mac for record in _records(trail)}
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    assert 2 == len(digests)
    assert b"Maria" not in written


def test_a_search_that_fails_is_told(tmp_path: Path) -> None:
    """An index that refuses leaves an outcome, too."""
    trail = SearchTrail.of_index(_settings(tmp_path), SystemClock())
    with pytest.raises(SinkRefused), trail.search(Query()):
        raise SinkRefused

    assert Result.ERROR is _records(trail)[1].result


def test_without_a_record_nothing_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the log cannot be written the search is not made; where the outcome cannot, nothing is shown."""
    trail = SearchTrail.of_index(_settings(tmp_path), SystemClock())
    made = []
    with monkeypatch.context() as full:
        full.setattr(os, "pwrite", _full)
        with pytest.raises(AuditUnavailable), trail.search(Query()):
            made.append("search")
    assert [] == made
    with monkeypatch.context() as full, pytest.raises(AuditUnavailable), trail.search(Query()):
        full.setattr(os, "pwrite", _full)


def _full(*_: object) -> None:
    raise OSError(28, "no space left")


def test_following_is_told(tmp_path: Path) -> None:
    """Who follows the events is told as the broker knows them; a name that is no plain word as its digest."""
    trail = SearchTrail.of_kafka(_settings(tmp_path), SystemClock())
    trail.tail(Query())
    told = _records(trail)[0]

    assert (Action.TAIL, Phase.SINGLE, "kafka") == (told.action, told.phase, told.actor.issuer)
    assert "ben" not in told.actor.subject
