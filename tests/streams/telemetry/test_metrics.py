"""The table of metrics against the code that counts."""

import re
from pathlib import Path

from streams.telemetry import metrics

STREAMS = Path(__file__).parents[3] / "streams"


def test_metrics_of_the_table_are_those_that_are_emitted() -> None:
    """Each metric of the table is counted somewhere, and nothing is counted that the table does not name."""
    table = Path(metrics.__file__).read_text(encoding="utf-8").partition("class Metrics")
    others = (path for path in STREAMS.rglob("*.py") if path != Path(metrics.__file__))
    code = "\n".join([table[2], *(path.read_text(encoding="utf-8") for path in others)])
    emitted = set(re.findall(r'"(phistream_[a-z]+_[a-z_]+)"', code))

    assert {spec.name for spec in metrics.METRICS} == emitted
