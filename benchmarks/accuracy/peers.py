"""Score phistream and other open tools on the same marked texts, in one run.

`make peers` or `python -m benchmarks.accuracy.peers EXAM --python .venv-peers/bin/python [--json OUT]`
"""

import argparse
import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.accuracy.leaks import Predicted, judge, summarise
from benchmarks.accuracy.marked import MarkedText, read_marked
from benchmarks.accuracy.run import predict
from benchmarks.peers import presidio
from detectors.analyzer import Analyzer
from detectors.ner.pipeline import load_pipeline

_LINES = Path(presidio.__file__).with_name("lines.py")
_PROGRAMS = {"scrubadub 2.0": "scrubadub", "DataFog 4.9, its patterns": "datafog"}

Reader = Callable[[Sequence[str]], list[list[Predicted]]]


def main() -> None:
    """Print a line a tool, and write the figures where --json says."""
    options = _options()
    texts = [text for path in options.exams for text in read_marked(path)]
    figures: dict[str, Any] = {"what": __doc__.splitlines()[0], "exams": [path.name for path in options.exams]}
    for name, read in _readers(options.python).items():
        found = read([text.text for text in texts])
        figures[name] = _scored(texts, found)
        print(f"{name:40} {json.dumps(figures[name])}", flush=True)
    figures["readme"] = _rows(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _readers(python: Path) -> dict[str, Reader]:
    analyzer = Analyzer.default()
    readers: dict[str, Reader] = {
        "phistream": lambda texts: [predict(analyzer, text) for text in texts],
        "Presidio, over our spaCy pipeline": presidio.reader(load_pipeline()),
        "Presidio, its own recognizers only": presidio.reader(presidio.blank()),
    }
    return readers | {name: _program(python, peer) for name, peer in _PROGRAMS.items()}


def _program(python: Path, peer: str) -> Reader:
    """Return a reader that asks a program, see `benchmarks/peers/lines.py`."""

    def read(texts: Sequence[str]) -> list[list[Predicted]]:
        asked = "".join(json.dumps({"id": at, "text": text}) + "\n" for at, text in enumerate(texts))
        command = [str(python), str(_LINES), peer]
        answered = subprocess.run(command, input=asked, capture_output=True, text=True, check=True).stdout
        return [
            [Predicted(span["start"], span["end"], span["type"]) for span in json.loads(line)["spans"]]
            for line in answered.splitlines()
        ]

    return read


def _scored(texts: Sequence[MarkedText], found: Sequence[list[Predicted]]) -> dict[str, object]:
    judged = [judge(text, spans) for text, spans in zip(texts, found, strict=True)]
    figures = summarise(judged)
    return {name: figures[name] for name in ("leak_recall", "over_redaction", "overreach", "precision")}


def _rows(figures: dict[str, Any]) -> list[dict[str, str]]:
    """Return the row of the README's table: every tool's leak recall and what it touches in vain."""
    tools = {name: one for name, one in figures.items() if isinstance(one, dict)}
    figure = "; ".join(
        f"{name} {one['leak_recall']['recall']:.2f}, {one['over_redaction']:.0%}" for name, one in tools.items()
    )
    return [
        {
            "what": "the same exam by every tool: leak recall, texts touched in vain",
            "figure": figure,
            "command": "make peers",
        }
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Score phistream and other open tools on the same marked texts.")
    parser.add_argument("exams", nargs="+", type=Path, metavar="EXAM")
    parser.add_argument("--python", type=Path, required=True, help="interpreter with scrubadub and datafog")
    parser.add_argument("--json", type=Path, metavar="OUT")
    return parser.parse_args()


if __name__ == "__main__":
    main()
