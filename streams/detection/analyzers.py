"""From the `[detector]` section to an analyzer, and what keeps its lists up to date while a worker runs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from detectors.analyzer import Analyzer
from detectors.custom import CustomRecognizer, CustomRule
from detectors.layers import Layers, default_layers
from detectors.memo import Memo
from detectors.presidio import PresidioRecognizer, PresidioRule
from detectors.proof import Proof
from detectors.roster import CustomerSafeList, Reload, SealedList
from detectors.spacy_layer import SpacyLayer
from schemas.errors import ConfigError
from schemas.identifiers import IdentifierType
from streams.detection.lists import read_lists_key
from streams.detection.settings import Additions, DetectorSettings, PresidioSettings, RecognizerSettings
from streams.detection.shadow import Shadow, ShadowedAnalyzer
from streams.telemetry.metrics import Metrics
from streams.worker import Worker

log = structlog.get_logger(__name__)

#: The lists by their settings, and what their entries are; the safe list's are none.
_ROSTER, _DENY_LIST, _SAFE_LIST = "roster", "deny_list", "safe_list"


def live_analyzer(settings: DetectorSettings) -> Analyzer:
    """Return the analyzer of a worker: that of the settings, with its shadow where there is one."""
    analyzer = build_analyzer(settings)
    return analyzer if settings.shadow is None else ShadowedAnalyzer(analyzer, Shadow(settings.shadow))


def build_analyzer(settings: Additions) -> Analyzer:
    """Return the analyzer of the settings; raises ConfigError for lists that cannot be read, ModelUnavailable."""
    layers = _with_lists(default_layers(settings.profile), settings)
    rules, guesses = build_recognizers(settings)
    return Analyzer(
        replace(
            layers,
            patterns=(*layers.patterns, *rules),
            taggers=(*layers.taggers, *guesses),
            digests=(*layers.digests, *(recognizer.digest for recognizer in (*rules, *guesses))),
        ),
        Memo(settings.memo_bytes),
    )


def build_recognizers(
    settings: Additions,
) -> tuple[tuple[CustomRecognizer | PresidioRecognizer, ...], tuple[PresidioRecognizer | SpacyLayer, ...]]:
    """Return the recognizers of the settings, those that know and those that guess.

    Raises ConfigError that names the place where one cannot be run or fails its own vectors, ModelUnavailable for a
    spaCy pipeline that cannot be loaded.
    """
    for section in ("recognizers", "presidio"):
        names = [recognizer.name for recognizer in getattr(settings, section)]
        for number, name in enumerate(names):
            if name in names[:number]:
                raise ConfigError("two recognizers have one name", setting=f"detector.{section}.{number}.name")
    custom = tuple(
        CustomRecognizer(_rule(recognizer), f"detector.recognizers.{number}")
        for number, recognizer in enumerate(settings.recognizers)
    )
    foreign = [
        (PresidioRecognizer(_presidio_rule(recognizer), f"detector.presidio.{number}"), recognizer.guesses)
        for number, recognizer in enumerate(settings.presidio)
    ]
    layer = () if settings.spacy is None else (SpacyLayer(settings.spacy, settings.spacy_labels),)
    knowing = tuple(recognizer for recognizer, guesses in foreign if not guesses)
    return (*custom, *knowing), (*(recognizer for recognizer, guesses in foreign if guesses), *layer)


def _presidio_rule(settings: PresidioSettings) -> PresidioRule:
    return PresidioRule(
        name=settings.name,
        path=settings.recognizer,
        options=settings.options,
        entities=settings.entities,
        least_score=settings.least_score,
        proof=Proof(settings.examples, settings.near_misses),
    )


def _rule(settings: RecognizerSettings) -> CustomRule:
    return CustomRule(
        name=settings.name,
        type=settings.identifier,
        pattern=settings.pattern,
        context=settings.context,
        validator=settings.validator,
        score=settings.score,
        ignore_case=settings.ignore_case,
        whole=settings.whole,
        proof=Proof(settings.examples, settings.near_misses),
    )


def _with_lists(layers: Layers, settings: Additions) -> Layers:
    """Add the customer's sealed lists."""
    paths = {_ROSTER: settings.roster, _DENY_LIST: settings.deny_list, _SAFE_LIST: settings.safe_list}
    if not any(paths.values()):
        return layers
    if settings.lists_key_file is None:
        raise ConfigError("setting is missing", setting="detector.lists_key_file")
    secret = read_lists_key(settings.lists_key_file)
    finding = tuple(
        SealedList(name, path, secret, type_)
        for name, type_ in ((_DENY_LIST, IdentifierType.OTHER_ID), (_ROSTER, IdentifierType.NAME))
        if (path := paths[name]) is not None
    )
    safe = _safe_list(settings.safe_list, secret)
    veto = None if safe is None else CustomerSafeList(safe)
    sealed = finding if safe is None else (*finding, safe)
    return replace(layers, lists=finding, safe=veto, sealed=sealed)


def _safe_list(path: Path | None, secret: bytes) -> SealedList | None:
    return None if path is None else SealedList(_SAFE_LIST, path, secret, IdentifierType.OTHER_ID)


@dataclass(frozen=True, slots=True)
class ListWatch:
    """Looks at the files of an analyzer's lists, and tells operators what came of it."""

    analyzer: Analyzer
    metrics: Metrics

    def take_up(self) -> bool:
        """Read lists that have changed, and tell whether any did; one that cannot be read leaves the old one."""
        outcomes = {entries.name: (entries.refresh(), len(entries)) for entries in self.analyzer.layers.sealed}
        for name, (outcome, count) in outcomes.items():
            if outcome is not Reload.SAME:
                self.metrics.count("phistream_detector_list_reloads_total", list=name, outcome=outcome.value)
            if outcome is Reload.CHANGED:
                log.info("A customer's list was read again.", kind=name, count=count)
            elif outcome is Reload.REFUSED:
                log.error("A customer's list cannot be read; the one before stands.", kind=name, count=count)
        return any(outcome is Reload.CHANGED for outcome, _ in outcomes.values())


def report_shadow(analyzer: Analyzer, metrics: Metrics) -> None:
    """Count what an analyzer's shadow has seen since the last time, where it has one."""
    if not isinstance(analyzer, ShadowedAnalyzer):
        return
    tally = analyzer.shadow.take()
    for outcome, events in tally.events.items():
        metrics.count("phistream_shadow_events_total", events, outcome=outcome.value)
    for (type_, side), spans in tally.spans.items():
        metrics.count("phistream_shadow_spans_total", spans, type=type_.value, side=side.value)


def watching(worker: Worker, watch: ListWatch, stopping: Callable[[], bool]) -> Callable[[], bool]:
    """Return what the worker asks between readings: lists that changed are taken up, and the shadow's counts.

    So every event of a reading, and its batch, carry the fingerprint of the lists that they were analysed with.
    """

    def ask() -> bool:
        if watch.take_up():
            detector = watch.analyzer.fingerprint
            worker.builder = replace(worker.builder, detector=detector)
            worker.pipeline = replace(worker.pipeline, writer=replace(worker.pipeline.writer, detector=detector))
        report_shadow(watch.analyzer, watch.metrics)
        return stopping()

    return ask
