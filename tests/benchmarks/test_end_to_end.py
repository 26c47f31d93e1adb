"""What the end-to-end figures say in the README."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.accuracy import tables
from benchmarks.throughput.end_to_end import TRANSACTIONS, rows

_MADE = Path(__file__).parents[2] / "Makefile"


def _found(rate: int) -> dict[str, Any]:
    latency = {"p50": 20.4, "p95": 60.5, "p99": 80.6}
    return {str(size): {"events_a_second": rate, "latency_ms": latency} for size in TRANSACTIONS}


_FIGURES = {"machine": {"cores": 2}, "redactor": _found(150), "plain copy": _found(30_000)}


def test_rows_set_the_redactor_beside_the_copy() -> None:
    """Each size has its rate and its share of a plain copy measured in the same run."""
    speed, latency = rows(_FIGURES)

    assert speed["figure"] == "150 / 150 / 150; 0.5% / 0.5% / 0.5% of a plain copy"
    assert latency["figure"] == "median 20 / 20 / 20, 95th percentile 60 / 60 / 60, 99th 81 / 81 / 81"
    assert "50 / 200 / 1,000 records a transaction" in speed["what"]


def test_the_readme_shows_what_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file that `make throughput` writes lies where the README's table looks, and its rows stand in it."""
    assert "benchmarks.throughput.end_to_end --json benchmarks/results/end_to_end.json" in _MADE.read_text("utf-8")
    (tmp_path / "end_to_end.json").write_text(json.dumps(_FIGURES | {"readme": rows(_FIGURES)}), encoding="utf-8")
    monkeypatch.setattr(tables, "RESULTS", tmp_path)
    table = tables.results_table()

    assert table.count("| `make throughput` |") == len(rows(_FIGURES))
