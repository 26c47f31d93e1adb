"""Test the command that scores the analyzer."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.accuracy.run import is_open

EXAM = """=== x1 form
Patient: [[A_NAME|Adaeze Okonkwo]], MRN [[H_MRN|00482917]]

=== x2 clean
Metformin 500 mg twice daily, BP 120/80.
"""


def test_the_command_writes_figures_by_label_and_tag(tmp_path: Path) -> None:
    """Recall with its interval, over-redaction and the detector's fingerprint are in the result."""
    (tmp_path / "exam.txt").write_text(EXAM, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "benchmarks.accuracy.run",
        str(tmp_path / "exam.txt"),
        "--json",
        str(tmp_path / "out"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    figures = json.loads((tmp_path / "out").read_bytes())

    assert figures["leak_recall"] == {"spans": 2, "hits": 2, "recall": 1.0, "interval95": [1.0, 1.0]}
    assert (figures["over_redaction"], figures["overreach"]) == (0.0, 0.0)
    assert set(figures["by_label"]) == {"A_NAME", "H_MRN"}
    assert figures["by_tag"]["form"]["recall"] == 1.0
    assert len(figures["run"]["detector"]) == 32


def test_errors_may_be_looked_at_in_one_text_of_three() -> None:
    """The texts whose errors are never shown stay a fair measure."""
    share = sum(is_open(f"a{number:03}") for number in range(900)) / 900

    assert 0.28 < share < 0.39
