"""What the end-to-end figures say in the README."""

from typing import Any

from benchmarks.throughput.end_to_end import TRANSACTIONS, rows


def _found(rate: int) -> dict[str, Any]:
    return {str(size): {"events_a_second": rate, "latency_ms": {"p50": 20.4, "p99": 80.6}} for size in TRANSACTIONS}


def test_rows_set_the_redactor_beside_the_copy() -> None:
    """Each size has its rate and its share of a plain copy measured in the same run."""
    speed, latency = rows({"machine": {"cores": 2}, "redactor": _found(150), "plain copy": _found(30_000)})

    assert speed["figure"] == "150 / 150 / 150; 0.5% / 0.5% / 0.5% of a plain copy"
    assert latency["figure"] == "median 20 / 20 / 20, 99th percentile 81 / 81 / 81"
    assert "50 / 200 / 1,000 records a transaction" in speed["what"]
