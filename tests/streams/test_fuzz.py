"""Every parser of formats with anything anywhere: nothing but declared errors, and no canary in clear."""

import random
from pathlib import Path

import pytest

from benchmarks.fuzz.canaries import numbers_in, words_in
from benchmarks.fuzz.inputs import Case, parsers
from benchmarks.fuzz.judge import Judge, Leak
from benchmarks.fuzz.run import fuzz
from tests.streams.embedded_rig import RuleAnalyzer

COUNT = 10_000


def test_anything_anywhere_neither_crashes_nor_leaks(tmp_path: Path) -> None:
    """Ten thousand inputs with damage and canaries, shared by all parsers: redacted, quarantined or refused."""
    report = fuzz(COUNT, 11, tmp_path)

    assert [] == report.crashes + report.leaks
    assert parsers().keys() == {name for name, fates in report.fates.items() if fates.get("redacted")}


def test_a_canary_in_clear_is_seen(tmp_path: Path) -> None:
    """What the test above rests on: where the analyzer finds nothing, the judge tells of a leak."""
    judge = Judge(tmp_path, RuleAnalyzer())

    with pytest.raises(Leak):
        judge.judge(Case(('{"note": "Zoë Quorvex 00000001"}'.encode(),)), random.Random(1))  # noqa: S311


def test_a_number_passes_only_where_one_is_declared(tmp_path: Path) -> None:
    """A canary number under a known path of numbers is no leak; under any other it is, if it stands in clear."""
    judge = Judge(tmp_path)

    judge.judge(Case((b'{"latency_ms": 8317000000001}',), ("/latency_ms",)), random.Random(1))  # noqa: S311

    assert 1 == judge.fates["numbers where a format declares one"]
    assert (0, 1) == (words_in(b"8317000000001"), numbers_in(b": 8317000000001,"))
