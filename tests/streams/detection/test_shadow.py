"""Shadow mode: a second detector counts differences, and changes nothing."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from detectors.comparing import Side
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span
from streams.detection.analyzers import live_analyzer, report_shadow
from streams.detection.settings import DetectorSettings, ShadowSettings
from streams.detection.shadow import Look, Shadow, ShadowedAnalyzer
from streams.detection.shadow_main import compared
from streams.telemetry.metrics import Metrics
from tests.streams.embedded_rig import RuleAnalyzer

TEXT = "Patient: Adaeze Okonkwo, ada@example.org, quibble, by sky abc"
SKY = {"name": "sky", "identifier": "DEVICE", "pattern": "sky [a-z]{3}", "examples": ["sky abc"]}
PATIENCE = 240.0


class Quibble:
    """Finds what no other detector does."""

    name = "quibble"

    def recognize(self, passage: Passage) -> list[Span]:
        """Return the word."""
        at = passage.text.find("quibble")
        return [Span(at, at + 7, IdentifierType.VEHICLE, 0.9, self.name)] if at >= 0 else []


def until(true: Callable[[], bool]) -> None:
    """Wait for another process."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "the shadow did not get there"
        time.sleep(0.02)


@contextmanager
def standing_still(shadow: Shadow) -> Iterator[None]:
    """Let the shadow's process answer nothing for as long as the block lasts."""
    assert shadow._child is not None
    shadow._child.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        shadow._child.send_signal(signal.SIGCONT)


@pytest.fixture
def shadowed() -> Iterator[Callable[..., ShadowedAnalyzer]]:
    """Return a way to make analyzers of few recognizers with a shadow, which end with the test."""
    made: list[Shadow] = []

    def make(**settings: object) -> ShadowedAnalyzer:
        made.append(Shadow(ShadowSettings.model_validate(settings)))
        return ShadowedAnalyzer(RuleAnalyzer(Quibble()), made[-1])

    yield make
    for shadow in made:
        shadow.close()


def test_differences_are_counted_and_nothing_changes(shadowed: Callable[..., ShadowedAnalyzer]) -> None:
    """What both find and what only one does, by identifier; the first detector's answer and fingerprint stay."""
    analyzer, alone = shadowed(recognizers=[SKY]), RuleAnalyzer(Quibble())
    first = analyzer.analyze(TEXT)
    until(lambda: analyzer.shadow.idle)
    with standing_still(analyzer.shadow):
        again = analyzer.analyze_events([[(TEXT, "")], [("", "")]])
    until(lambda: analyzer.shadow.idle)
    tally = analyzer.shadow.take()

    assert alone.analyze(TEXT) == first == again[0][0]
    assert alone.fingerprint == analyzer.fingerprint
    assert {Look.SKIPPED: 2, Look.COMPARED: 1} == tally.events  # One before it stood, one while it was busy.
    assert {
        (IdentifierType.EMAIL, Side.BOTH): 1,
        (IdentifierType.VEHICLE, Side.FIRST): 1,
        (IdentifierType.NAME, Side.SECOND): 1,
        (IdentifierType.DEVICE, Side.SECOND): 1,
    } == tally.spans


def test_counts_become_metrics_once(shadowed: Callable[..., ShadowedAnalyzer]) -> None:
    """Each count is reported once; an analyzer without a shadow has none."""
    analyzer, metrics = shadowed(), Metrics()
    analyzer.analyze(TEXT)
    for reporting in (analyzer, analyzer, RuleAnalyzer()):
        report_shadow(reporting, metrics)

    assert 1.0 == metrics.registry.get_sample_value("phistream_shadow_events_total", {"outcome": "skipped"})


def test_a_shadow_that_takes_too_long_is_ended(shadowed: Callable[..., ShadowedAnalyzer]) -> None:
    """By the kernel, whatever holds it; the worker goes on and counts a failure."""
    analyzer = shadowed(seconds=0.001)
    analyzer.analyze(TEXT)
    until(lambda: analyzer.shadow.idle)
    analyzer.analyze(TEXT * 1000)
    until(lambda: analyzer.shadow.take().events[Look.FAILED] == 1)

    assert 2 == len(analyzer.analyze(TEXT))
    assert {Look.SKIPPED: 1} == analyzer.shadow.take().events


def test_a_shadow_that_cannot_be_built_is_told(
    shadowed: Callable[..., ShadowedAnalyzer], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """With the setting that is wrong; the first detector works as without."""
    analyzer = shadowed(roster=str(tmp_path / "none"))
    assert 2 == len(analyzer.analyze(TEXT))
    until(lambda: analyzer.shadow.take().events[Look.FAILED] == 1)

    assert "detector.lists_key_file" in capfd.readouterr().err


def test_an_event_that_would_not_fit_is_skipped(shadowed: Callable[..., ShadowedAnalyzer]) -> None:
    """Handing it over would make the worker wait."""
    analyzer = shadowed()
    analyzer.analyze(TEXT)
    until(lambda: analyzer.shadow.idle)
    analyzer.shadow.look([("a" * 1024 * 1024, "")], [()])

    assert {Look.SKIPPED: 2} == analyzer.shadow.take().events
    assert analyzer.shadow.idle


def test_whatever_a_second_detector_raises_is_a_failure_without_text() -> None:
    """It answers with the word `failed`, and no counts."""

    class Broken:
        name = "broken"

        def recognize(self, passage: Passage) -> list[Span]:
            raise ValueError(passage.text)

    event = {"texts": [[TEXT, ""]], "spans": [[]]}

    assert {"outcome": "failed", "counts": []} == compared(RuleAnalyzer(Broken()), event)


def test_a_shadow_is_read_from_the_settings() -> None:
    """Without one the analyzer is a plain one; a shadow of a shadow there is not."""
    assert not isinstance(live_analyzer(DetectorSettings()), ShadowedAnalyzer)
    analyzer = live_analyzer(DetectorSettings.model_validate({"shadow": {"recognizers": [SKY]}}))
    assert isinstance(analyzer, ShadowedAnalyzer)
    analyzer.self_test()
    analyzer.shadow.close()
