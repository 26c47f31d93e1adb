"""Several detectors measured in one run: in turns over the same texts, so that other load on the machine hits all."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

Figures = dict[str, object]


@dataclass(slots=True)
class Contender:
    """A detector, how many texts it is given at a time, and what was measured of it."""

    name: str
    note: str
    analyze: Callable[[Sequence[str]], int] = field(repr=False)
    at_once: int = 1
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    text_cpu: list[float] = field(default_factory=list, repr=False)
    text_wall: list[float] = field(default_factory=list, repr=False)
    found: int = 0


def run(contenders: Sequence[Contender], rounds: Sequence[Sequence[str]]) -> None:
    """Let each contender read the texts of each round; who begins changes from round to round."""
    for number, texts in enumerate(rounds):
        first = number % len(contenders)
        for contender in [*contenders[first:], *contenders[:first]]:
            _one_round(contender, texts)


def _one_round(contender: Contender, texts: Sequence[str]) -> None:
    round_cpu = round_wall = 0.0
    for at in range(0, len(texts), contender.at_once):
        batch = texts[at : at + contender.at_once]
        wall, cpu = time.perf_counter(), time.process_time()
        contender.found += contender.analyze(batch)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        round_cpu, round_wall = round_cpu + cpu, round_wall + wall
        contender.text_cpu.append(cpu / len(batch))
        contender.text_wall.append(wall / len(batch))
    contender.cpu.append(round_cpu)
    contender.wall.append(round_wall)


def split(texts: Sequence[str], count: int) -> list[Sequence[str]]:
    """Deal texts out to rounds of about the same size.

    >>> split(["a", "b", "c", "d", "e"], 2)
    [['a', 'c', 'e'], ['b', 'd']]
    """
    return [texts[number::count] for number in range(min(count, len(texts)))]


def summary(contender: Contender, rounds: Sequence[Sequence[str]]) -> Figures:
    """Return the speed of one contender."""
    sizes = [sum(map(_size, texts)) / 1000 for texts in rounds]
    counts = list(map(len, rounds))
    return {
        "note": contender.note,
        "texts_at_once": contender.at_once,
        "kb_per_cpu_second": _speeds(sizes, contender.cpu),
        "kb_per_wall_second": _speeds(sizes, contender.wall),
        "texts_per_cpu_second": _speeds(counts, contender.cpu),
        "ms_per_text_cpu": percentiles([1000 * value for value in contender.text_cpu]),
        "ms_per_text_wall": percentiles([1000 * value for value in contender.text_wall]),
        "spans": contender.found,
    }


def ratios(faster: Contender, slower: Contender) -> Figures:
    """Return how many times as fast one contender is as another, in CPU time: in all, and round by round."""
    rounds = [slow / fast for fast, slow in zip(faster.cpu, slower.cpu, strict=True)]
    return {"total": round(sum(slower.cpu) / sum(faster.cpu), 2), **quartiles(rounds)}


def quartiles(values: Sequence[float]) -> dict[str, float]:
    """Return the quartiles of values.

    >>> quartiles([1.0, 2.0, 3.0])
    {'q1': 1.5, 'median': 2.0, 'q3': 2.5}
    """
    if len(values) == 1:
        return dict.fromkeys(("q1", "median", "q3"), round(values[0], 3))
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return {"q1": round(low, 3), "median": round(middle, 3), "q3": round(high, 3)}


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Return the percentiles that latencies are judged by.

    >>> percentiles([float(value) for value in range(1, 101)])
    {'p50': 50.0, 'p95': 95.0, 'p99': 99.0}
    """
    ordered = sorted(values)
    return {f"p{part}": round(ordered[max(0, -(-part * len(ordered) // 100) - 1)], 3) for part in (50, 95, 99)}


def _speeds(sizes: Sequence[float], seconds: Sequence[float]) -> Figures:
    each = [size / second for size, second in zip(sizes, seconds, strict=True)]
    return {"total": round(sum(sizes) / sum(seconds), 1), **quartiles(each)}


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def sized(texts: Sequence[str]) -> Iterator[int]:
    """Yield the size of each text in bytes."""
    yield from map(_size, texts)
