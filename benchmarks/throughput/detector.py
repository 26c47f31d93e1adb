"""Measure the detector's speed on one core beside Presidio's, in one run.

`python -m benchmarks.throughput.detector [--texts PATH...] [--json OUT]`

All contenders read the same unique texts in turns. Other work on the machine makes wall time a poor measure: ratios are
of CPU time.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.peers import presidio
from benchmarks.throughput import detector_memory
from benchmarks.throughput.detector_facts import THREADS, alone, facts
from benchmarks.throughput.detector_layers import shares
from benchmarks.throughput.detector_rounds import Contender, Figures, ratios, run, sized, split, summary
from benchmarks.throughput.detector_texts import EXAMS, history, read_texts
from detectors.analyzer import Analyzer
from detectors.layers import Layers, default_layers
from detectors.memo import Memo
from detectors.ner.pipeline import load_pipeline
from detectors.profile import Profile

_WARM_UP = 20
_TOGETHER = 64
_TURNS = 24


def main() -> None:
    """Print the figures, and write them where --json says."""
    options = _options()
    if not alone():
        command = [sys.executable, "-m", "benchmarks.throughput.detector", *sys.argv[1:]]
        os.execve(sys.executable, command, {**os.environ, **THREADS})  # noqa: S606 - The same program again.
    texts = read_texts(options.texts, options.kilobytes)
    layers = default_layers()
    rounds = split(texts[_WARM_UP:], options.rounds)
    contenders = _contenders(peers=not options.alone)
    for contender in contenders:
        contender.analyze(texts[:_WARM_UP])
    run(contenders, rounds)
    ours, one_by_one, fast, *peers = contenders
    figures: Figures = {
        "what": "unique texts, no memory between texts, every layer on, one core",
        "texts": _described(texts[_WARM_UP:], options.texts),
        "machine": facts(),
        "detector": Analyzer(layers).fingerprint,
        "speed": {contender.name: summary(contender, rounds) for contender in contenders},
        "times_as_fast_as": {other.name: ratios(ours, other) for other in contenders[1:]},
        "one_by_one_times_as_fast_as": {peer.name: ratios(one_by_one, peer) for peer in peers},
        "fast_times_as_fast_as": {peer.name: ratios(fast, peer) for peer in peers},
        "history": _history(layers, texts),
        "layers": shares(layers, texts[_WARM_UP:][:: max(1, len(texts) // 1000)]),
        "memory": detector_memory.measured(options.memory) if options.memory else None,
    }
    print(json.dumps(figures, indent=1))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _contenders(*, peers: bool) -> list[Contender]:
    """Return ours: as the command reads a file, one by one as the peers read theirs, and fast; then the peers."""
    note, alone = f"{_TOGETHER} texts read together, as `phistream detect` does", "the tagger without its second stage"
    ours = [
        Contender("phistream", note, _together(Profile.ACCURATE), _TOGETHER),
        Contender("phistream, one by one", "each text alone", _alone()),
        Contender("phistream, fast", f"{note}; {alone}", _together(Profile.FAST), _TOGETHER),
    ]
    if not peers:
        return ours
    same, cnn = presidio.over(load_pipeline()), presidio.over(presidio.small_cnn([EXAMS / "exam_a.txt"]))
    return [
        *ours,
        Contender("presidio, same pipeline", "every recognizer, over our spaCy pipeline", same),
        Contender("presidio, spaCy CNN", "every recognizer, over a CNN of the small English pipeline's size", cnn),
    ]


def _together(profile: Profile) -> Callable[[Sequence[str]], int]:
    analyzer = Analyzer(default_layers(profile), Memo(0))

    def analyze(texts: Sequence[str]) -> int:
        return sum(len(spans) for (spans,) in analyzer.analyze_events([[(text, "")] for text in texts]))

    return analyze


def _alone() -> Callable[[Sequence[str]], int]:
    analyzer = Analyzer(default_layers(), Memo(0))

    def analyze(texts: Sequence[str]) -> int:
        return sum(len(analyzer.analyze(text)) for text in texts)

    return analyze


def _history(layers: Layers, texts: Sequence[str]) -> Figures:
    """Return how much faster conversations are read whose every turn resends all that was said before."""
    seconds = dict[str, float]()
    turns = [turn for at in range(0, min(len(texts), 4 * _TURNS), _TURNS) for turn in history(texts[at:], _TURNS)]
    for name, memo in (("without_memo", Memo(0)), ("with_memo", Memo())):
        analyzer = Analyzer(layers, memo)
        begun = time.process_time()
        for turn in turns:
            analyzer.analyze_all([(text, "") for text in turn])
        seconds[name] = time.process_time() - begun
    times = seconds["without_memo"] / seconds["with_memo"]
    size = sum(sized([text for turn in turns for text in turn])) / 1000
    return {
        "turns": len(turns),
        "sent_kb": round(size, 1),
        "kb_per_cpu_second": {name: round(size / spent, 1) for name, spent in seconds.items()},
        "times_as_fast": round(times, 2),
    }


def _described(texts: Sequence[str], paths: Sequence[Path]) -> Figures:
    sizes = list(sized(texts))
    source = [f"{path.parent.name}/{path.name}" for path in paths] or "the marked exams, and again with other digits"
    return {"source": source, "count": len(texts), "kb": round(sum(sizes) / 1000, 1), "largest": max(sizes, default=0)}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the detector's speed on one core beside Presidio's.")
    parser.add_argument("--texts", nargs="*", type=Path, default=[], help="folders and files of lines with a text")
    parser.add_argument("--kilobytes", type=int, default=400, help="how much text to read (400)")
    parser.add_argument("--rounds", type=int, default=8, help="into how many turns it is cut (8)")
    parser.add_argument(
        "--memory", type=int, default=50_000, help="texts of the memory measurement, 0 for none (50000)"
    )
    parser.add_argument("--alone", action="store_true", help="without peers")
    parser.add_argument("--json", type=Path, metavar="OUT")
    return parser.parse_args()


if __name__ == "__main__":
    main()
