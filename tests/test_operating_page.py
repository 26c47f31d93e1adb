"""OPERATING.md against the code: metrics, topics and the reasons of quarantine."""

import re
from pathlib import Path

from schemas.errors import QuarantineReason
from schemas.topics import DAY_MS, TOPICS, TopicSpec
from streams.telemetry.metrics import METRICS

PAGE = (Path(__file__).parents[1] / "OPERATING.md").read_text(encoding="utf-8")


def _rows(marker: str) -> list[str]:
    """Return the rows of a table of the page, without its heading."""
    table = PAGE.partition(f"<!-- {marker} -->\n")[2].partition(f"<!-- /{marker} -->")[0]
    return table.splitlines()[2:]


def _row(topic: TopicSpec) -> str:
    kept = "compacted" if topic.compacted else f"{topic.retention_ms // DAY_MS} days"
    who = ", ".join(sorted(topic.writers)), ", ".join(sorted(topic.readers))
    return f"| {' | '.join((f'`{topic.name}`', topic.holds, topic.record_key, kept, *who))} |"


def test_every_metric_is_on_the_page() -> None:
    """The page says of each metric what the table of the code says."""
    assert _rows("metrics") == [
        f"| `{spec.name}` | {spec.kind.value} | {', '.join(spec.labels) or '–'} | {spec.meaning} |" for spec in METRICS
    ]


def test_every_topic_is_on_the_page() -> None:
    """The page says of each topic who may read and write it, and for how long it is kept."""
    assert _rows("topics") == [_row(topic) for topic in TOPICS]


def test_every_reason_of_quarantine_is_explained() -> None:
    """An operator who meets a reason code finds what it means."""
    shown = [re.match(r"\| `(\w+)` \|", row) for row in _rows("reasons")]
    assert [reason.value for reason in QuarantineReason] == [row[1] for row in shown if row]


def test_metrics_that_alarms_name_exist() -> None:
    """No alarm is about a metric that nobody emits."""
    known = {spec.name for spec in METRICS}
    assert set(re.findall(r"phistream_[a-z]+_[a-z_]+", PAGE)) == known
