"""Score the analyzer on marked exams and on development sets.

`python -m benchmarks.accuracy.run EXAM... [--set FOLDER --gold-tool FILE] [--variant V] [--profile P] [--json OUT]`

Errors are listed (`--errors N`) of one text in three only, chosen by its id, so that the others stay a fair measure.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.accuracy.leaks import Judged, Predicted, judge, summarise
from benchmarks.accuracy.marked import MarkedSpan, MarkedText, read_marked
from benchmarks.accuracy.variants import lowered, renamed
from detectors.analyzer import Analyzer
from detectors.profile import Profile

AROUND = 30


def main() -> None:
    """Print the figures of everything named on the command line."""
    options = _options()
    texts = [text for path in options.exams for text in read_marked(path)]
    for folder in options.set or ():
        texts += list(read_set(folder, options.gold_tool))[:: options.every]
    if options.variant:
        texts = list({"lower": lowered, "names": renamed}[options.variant](texts))
    analyzer = Analyzer.default(options.profile)
    begun = time.process_time()
    judged = [judge(text, predict(analyzer, text.text)) for text in texts]
    seconds = time.process_time() - begun
    figures = summarise(judged)
    size = sum(len(text.text.encode()) for text in texts)
    figures["run"] = {
        "sources": [path.name for path in [*options.exams, *(options.set or ())]],
        "variant": options.variant,
        "profile": options.profile,
        "detector": analyzer.fingerprint,
        "kb_per_second": round(size / 1000 / seconds, 1),
    }
    _show(figures)
    if options.errors:
        _show_errors(texts, judged, options.errors, options.label)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def predict(analyzer: Analyzer, text: str) -> list[Predicted]:
    """Return what the analyzer finds in one text."""
    return [Predicted(span.start, span.end, f"{span.type}/{span.recognizer}") for span in analyzer.analyze(text)]


def read_set(folder: Path, tool: Path | None) -> Iterator[MarkedText]:
    """Yield the texts of a development set, with gold made by the *tool*, or read as it is where there is none."""
    if tool is None:
        lines = folder.read_text(encoding="utf-8").splitlines()
    else:
        command = [sys.executable, str(tool), str(folder)]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    for line in lines:
        gold = json.loads(line)
        spans = tuple(MarkedSpan(span["start"], span["end"], span["label"]) for span in gold["spans"])
        yield MarkedText(str(gold["id"]), gold["text"], tuple(gold.get("tags", ())), spans)


def is_open(text_id: str) -> bool:
    """Tell whether the errors of a text may be looked at: one in three."""
    return hashlib.sha256(text_id.encode()).digest()[0] % 3 == 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Score the analyzer on marked exams and development sets.")
    parser.add_argument("exams", nargs="*", type=Path, metavar="EXAM")
    parser.add_argument("--set", action="append", type=Path, help="a development set's folder, or gold lines")
    parser.add_argument("--gold-tool", type=Path, help="the program that prints the gold lines of a set")
    parser.add_argument("--every", type=int, default=1, help="take every n-th text of the sets")
    parser.add_argument("--variant", choices=("lower", "names"))
    parser.add_argument("--profile", type=Profile, choices=list(Profile), default=Profile.ACCURATE)
    parser.add_argument("--errors", type=int, default=0, help="list so many errors of the open third")
    parser.add_argument("--label", default="", help="list errors of this label (or FALSE) only")
    parser.add_argument("--json", type=Path, metavar="OUT")
    options = parser.parse_args()
    if not options.exams and not options.set:
        parser.error("name an exam or a set")
    return options


def _show(figures: dict[str, object]) -> None:
    for name in ("by_label", "by_tag"):
        table = figures[name]
        for key, row in table.items():  # type: ignore[attr-defined]
            flagged = f"  flagged {row['over_redaction']}" if row.get("over_redaction") is not None else ""
            print(f"{key:20} {row['hits']:5}/{row['spans']:<5} {row['recall'] or 0:.4f} {row['interval95']}{flagged}")
    print(json.dumps({name: value for name, value in figures.items() if not name.startswith("by_")}))


def _show_errors(texts: Sequence[MarkedText], judged: Sequence[Judged], count: int, label: str) -> None:
    shown, false = 0, Counter[tuple[str, str]]()
    for text, result in zip(texts, judged, strict=True):
        if not is_open(text.id):
            continue
        false.update((guess.type, text.text[guess.start : guess.end][:60]) for guess in result.false)
        for kind, start, end in result.leaks:
            if shown < count and label in ("", kind):
                shown += 1
                around = text.text[max(0, start - AROUND) : end + AROUND]
                print("LEAK", text.id, kind, repr(text.text[start:end]), "in", repr(around))
    if label in ("", "FALSE"):
        for (kind, value), times in false.most_common(count):
            print("FALSE", times, kind, repr(value))


if __name__ == "__main__":
    main()
