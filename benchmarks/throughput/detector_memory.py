"""How much memory the analyzer holds after many unique texts, in a process of its own.

`python -m benchmarks.throughput.detector_memory COUNT` prints one JSON object.
"""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.throughput.detector_texts import short_texts

_STEPS = 10
_AT_ONCE = 50


def measured(count: int) -> dict[str, object]:
    """Return the megabytes of a new process: before, while and after it reads *count* unique texts."""
    command = [sys.executable, "-m", "benchmarks.throughput.detector_memory", str(count)]
    root = Path(__file__).parents[2]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root).stdout
    figures: dict[str, object] = json.loads(answer)
    return figures


def main() -> None:
    """Read unique texts and print the memory held."""
    from detectors.analyzer import Analyzer  # noqa: PLC0415 - The memory before it is a figure of its own.

    count = int(sys.argv[1])
    analyzer = Analyzer.default()
    analyzer.analyze("Seen by Maria Delgado.")
    loaded, held, batch = resident(), list[float](), list[tuple[str, str]]()
    for number, text in enumerate(short_texts(count), 1):
        batch.append((text, ""))
        if len(batch) == _AT_ONCE or number == count:
            analyzer.analyze_all(batch)
            batch = []
        if number % max(1, count // _STEPS) == 0:
            held.append(resident())
    print(json.dumps({"texts": count, "loaded_mb": loaded, "held_mb": held, "peak_mb": resident("VmHWM")}))


def resident(row: str = "VmRSS") -> float:
    """Return the megabytes that this process holds in memory now, or under VmHWM the most that it held."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return round(int(next(line for line in lines if line.startswith(row)).split()[1]) / 1024, 1)


if __name__ == "__main__":
    main()
