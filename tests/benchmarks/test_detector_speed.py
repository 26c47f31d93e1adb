"""Test the shape of the detector's speed benchmark; no figure of speed is judged here."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.throughput.detector_facts import facts
from benchmarks.throughput.detector_layers import OTHER, shares
from benchmarks.throughput.detector_rounds import Contender, percentiles, ratios, run, split, summary
from benchmarks.throughput.detector_texts import history, read_texts, short_texts
from detectors.layers import Layers
from detectors.patterns.mail import MailRecognizer


def test_each_contender_reads_each_text_once() -> None:
    """Every round gives the same texts to all, whoever begins."""
    texts, seen = [f"text {number}" for number in range(10)], dict[str, list[str]]()

    def reader(name: str) -> Contender:
        def read(batch: Sequence[str]) -> int:
            seen.setdefault(name, []).extend(batch)
            return len(batch)

        return Contender(name, "", read, at_once=2)

    contenders, rounds = [reader("a"), reader("b")], split(texts, 3)
    run(contenders, rounds)

    assert sorted(texts) == sorted(seen["a"]) == sorted(seen["b"])
    assert [3, 3] == [len(contender.cpu) for contender in contenders]
    assert [10, 10] == [contender.found for contender in contenders]


def test_ratio_compares_time_for_the_same_text() -> None:
    """A contender that takes a third of the time is three times as fast, in all and by round."""
    fast, slow = Contender("fast", "", len), Contender("slow", "", len)
    fast.cpu, slow.cpu = [1.0, 2.0, 1.0], [3.0, 6.0, 3.0]

    assert {"total": 3.0, "q1": 3.0, "median": 3.0, "q3": 3.0} == ratios(fast, slow)


def test_summary_counts_bytes() -> None:
    """A kilobyte is a thousand bytes of UTF-8, not of characters."""
    contender = Contender("any", "", len, cpu=[2.0], wall=[4.0], text_cpu=[0.002], text_wall=[0.004])
    figures = summary(contender, [["é" * 1000]])

    assert {"total": 1.0, "q1": 1.0, "median": 1.0, "q3": 1.0} == figures["kb_per_cpu_second"]
    assert {"p50": 2.0, "p95": 2.0, "p99": 2.0} == figures["ms_per_text_cpu"]


@pytest.mark.parametrize(("count", "expected"), [(1, (0.0, 0.0, 0.0)), (200, (99.0, 189.0, 197.0))])
def test_percentiles_are_values_that_were_measured(count: int, expected: tuple[float, ...]) -> None:
    """A percentile is the smallest value that so many do not exceed."""
    assert expected == tuple(percentiles([float(value) for value in range(count)]).values())


def test_texts_are_unique_and_bounded(tmp_path: Path) -> None:
    """A text that is read twice would be remembered: each counts once, up to the size asked for."""
    lines = [{"text": "one"}, {"text": "one"}, {"other": "none"}, {"text": "two"}, {"text": "x" * 2000}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")

    assert ["one", "two"] == read_texts([tmp_path], 1)


def test_exams_are_read_where_no_text_is_named() -> None:
    """A fresh clone has texts to measure on, as many as are asked for, all distinct."""
    texts = read_texts([], 300)

    assert 250_000 < sum(map(len, texts)) <= 300_000
    assert len(texts) == len(set(texts))


def test_short_texts_are_unique_and_repeatable() -> None:
    """The memory measurement reads the same unique texts every time."""
    texts = list(short_texts(2000))

    assert 2000 == len(set(texts))
    assert texts == list(short_texts(2000))


def test_history_grows_by_one_text_a_turn() -> None:
    """Each turn sends what was said before and one text more."""
    assert [["a"], ["a", "b"], ["a", "b", "c"]] == history(["a", "b", "c", "d"], 3)


def test_layers_share_all_of_the_time() -> None:
    """The shares of the recognizers and of what is around them make the whole."""
    figures = shares(Layers(patterns=(MailRecognizer(),)), ["write to ann@example.org"] * 50)

    assert {"email", OTHER} == set(figures)
    assert pytest.approx(1.0, abs=0.001) == sum(row["share"] for row in figures.values())


def test_facts_name_no_machine() -> None:
    """Results are published: they tell sizes and versions, no host, user or path."""
    figures = facts()

    assert {"cores", "memory_gib", "python", "commit", "libraries", "architecture"} <= set(figures)
    assert not any("/" in str(value) for value in figures.values())
