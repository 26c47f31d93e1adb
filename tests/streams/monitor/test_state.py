"""The rule, and what the view is told."""

import json
from dataclasses import replace

import pytest

from schemas.audit import BatchRecord
from streams.clock import rfc3339
from streams.config import MonitorSettings
from streams.monitor.rules import QuarantineRate
from streams.monitor.state import MonitorState
from streams.monitor.windows import SourceCount, SourceKey
from tests.contracts.siem_samples import MINUTE, NAME_TOKEN, NOON, chat, withheld

SETTINGS = MonitorSettings(quarantine_least_events=4, quarantine_share=0.25)


@pytest.mark.parametrize(
    ("events", "held_back", "fires"), [(4, 2, True), (4, 1, False), (3, 3, False), (500, 126, True), (500, 125, False)]
)
def test_the_rule_fires_above_share_and_number(events: int, held_back: int, *, fires: bool) -> None:
    """An alert needs enough events, and more than the share of them withheld."""
    rule = QuarantineRate(0.25, 4, 5 * MINUTE)

    assert fires == (rule.alert(SourceCount(SourceKey("t", "raw", NOON), events, held_back), NOON) is not None)


def test_an_alert_has_one_id_a_window() -> None:
    """Tenant, source and window make the id: counted again, with other counts, at another time, it is the same."""
    rule = QuarantineRate(0.25, 4, 5 * MINUTE)
    key = SourceKey("t", "raw", NOON)
    keys = (key, key, replace(key, tenant="u"), replace(key, source="s"), replace(key, start_ms=NOON + 5 * MINUTE))
    alerts = [rule.alert(SourceCount(key, 10 + number, 9), NOON + number) for number, key in enumerate(keys)]
    ids = [alert.alert_id for alert in alerts if alert is not None]

    assert ids[0] == ids[1]
    assert len(set(ids)) == 4


def test_an_alert_is_asked_for_until_it_is_durable() -> None:
    """Observing goes on calling for an alert until it was published, and not after."""
    state = MonitorState(SETTINGS)
    early = [state.observe(withheld(1), NOON), state.observe(chat(2, "x"), NOON), state.observe(chat(3, "x"), NOON)]
    first = state.observe(withheld(4), NOON)
    second = state.observe(withheld(0), NOON)
    assert first is not None
    assert second is not None
    state.raised(second)

    assert [None, None, None] == early
    assert first.alert_id == second.alert_id
    assert state.observe(replace(withheld(4), event_id="another"), NOON) is None
    assert [second] == list(state.alerts)


def test_lag_is_told_in_seconds() -> None:
    """With records waiting the age of the last event counts on; without it is zero; before any it is unknown."""
    state = MonitorState(SETTINGS)
    before = state.lag_seconds(5, NOON), state.lag_seconds(0, NOON)
    state.observe(chat(0, "x", redacted_at=rfc3339(NOON)), NOON + 2_000)

    assert before == (None, 0.0)
    assert state.lag_seconds(None, NOON) is None
    assert (12.0, 0.0) == (state.lag_seconds(5, NOON + 12_000), state.lag_seconds(0, NOON + 12_000))


def test_the_view_holds_counts_and_no_text() -> None:
    """What the view is told can be written as JSON, and holds nothing of what was said."""
    state = MonitorState(SETTINGS)
    state.observe(chat(1, f"secret words of {NAME_TOKEN}", counts={"NAME": 1}), NOON)
    state.observe(withheld(2), NOON)
    state.batch(BatchRecord(1, "b", {}, "slot-0", rfc3339(NOON), (), 5, 2, {}, {}, (), "", "", ""))
    state.batch(BatchRecord(1, "c", {}, "slot-0", rfc3339(NOON + 1), (), 1, 0, {}, {}, (), "", "", ""))
    shown = json.loads(json.dumps(state.snapshot(0, NOON)))

    assert "secret" not in json.dumps(shown)
    assert (2, 1, {"NAME": 1}) == tuple(shown["windows"][0][name] for name in ("events", "withheld", "identifiers"))
    assert {"batches": 2, "redacted": 6, "quarantined": 2, "written_at": rfc3339(NOON + 1)} == shown["slots"]["slot-0"]
