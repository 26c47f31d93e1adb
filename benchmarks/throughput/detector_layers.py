"""Where the analyzer's time goes: each recognizer measured from outside."""

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from detectors.analyzer import Analyzer
from detectors.layers import BatchRecognizer, Layers, Veto
from detectors.memo import Memo
from detectors.recognizer import Passage, Recognizer
from schemas.spans import Span

_TOGETHER = 64
Seconds = defaultdict[str, float]
OTHER = "cutting, resolving, memory and the measuring itself"


@dataclass(frozen=True, slots=True)
class _Timed:
    inner: Recognizer
    seconds: Seconds = field(repr=False)

    @property
    def name(self) -> str:
        return self.inner.name

    def recognize(self, passage: Passage) -> Sequence[Span]:
        begun = time.process_time()
        spans = self.inner.recognize(passage)
        self.seconds[self.name] += time.process_time() - begun
        return spans


@dataclass(frozen=True, slots=True)
class _TimedBatch:
    inner: BatchRecognizer
    seconds: Seconds = field(repr=False)

    @property
    def name(self) -> str:
        return self.inner.name

    def recognize_many(self, passages: Sequence[Passage]) -> Sequence[Sequence[Span]]:
        begun = time.process_time()
        spans = self.inner.recognize_many(passages)
        self.seconds[self.name] += time.process_time() - begun
        return spans


@dataclass(frozen=True, slots=True)
class _TimedVeto:
    inner: Veto
    seconds: Seconds = field(repr=False)

    def vetoes_all(self, asked: Sequence[tuple[Passage, Span]]) -> Sequence[bool]:
        begun = time.process_time()
        vetoed = self.inner.vetoes_all(asked)
        self.seconds["safe list"] += time.process_time() - begun
        return vetoed


def shares(layers: Layers, texts: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return each recognizer's share of the CPU time and its milliseconds for a kilobyte, the dearest first."""
    seconds: Seconds = defaultdict(float)
    analyzer = Analyzer(_timed(layers, seconds), Memo(0))
    begun = time.process_time()
    for at in range(0, len(texts), _TOGETHER):
        analyzer.analyze_events([[(text, "")] for text in texts[at : at + _TOGETHER]])
    total = time.process_time() - begun
    seconds[OTHER] = total - sum(seconds.values())
    size = sum(len(text.encode("utf-8", "surrogatepass")) for text in texts) / 1000
    return {
        name: {"share": round(spent / total, 4), "ms_per_kb": round(1000 * spent / size, 4)}
        for name, spent in sorted(seconds.items(), key=lambda item: -item[1])
    }


def _timed(layers: Layers, seconds: Seconds) -> Layers:
    def each(recognizers: Sequence[Recognizer]) -> tuple[Recognizer, ...]:
        return tuple(_Timed(recognizer, seconds) for recognizer in recognizers)

    return replace(
        layers,
        structured=each(layers.structured),
        patterns=each(layers.patterns),
        gazetteers=tuple(_TimedBatch(recognizer, seconds) for recognizer in layers.gazetteers),
        taggers=tuple(_TimedBatch(tagger, seconds) for tagger in layers.taggers),
        veto=layers.veto and _TimedVeto(layers.veto, seconds),
    )
