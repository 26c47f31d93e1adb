"""Presidio's recognizers as recognizers of ours; the extra `presidio` brings them."""

import hashlib
import importlib
import inspect
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from detectors.proof import Proof, prove
from detectors.recognizer import Passage
from schemas.errors import ConfigError, DetectionError
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_PREFIX = "presidio."
_LIBRARY = "presidio-analyzer"  # Its distribution, and its logger.


@dataclass(frozen=True, slots=True)
class PresidioRule:
    """One of Presidio's recognizers: its class with the arguments it takes, and what its entities are here.

    Results with a lower score than `least_score` do not count.
    """

    name: str
    path: str
    options: Mapping[str, Any]
    entities: Mapping[str, IdentifierType]
    least_score: float
    proof: Proof


class PresidioRecognizer:
    """Runs one of Presidio's recognizers over passages; raises ConfigError where it cannot be made or fails its proof.

    It is run by itself: without Presidio's NLP engine, and without the context words that its engine would look for.
    """

    def __init__(self, rule: PresidioRule, setting: str) -> None:
        self.name = _PREFIX + rule.name
        self._rule = rule
        self._heard = _heard()
        kind = _class(rule.path, f"{setting}.recognizer")
        self._recognizer = _made(kind, rule, setting)
        self.digest = _digest(kind, rule)
        prove(self, rule.proof, setting)

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return what is found in one passage."""
        rule, warnings = self._rule, self._heard.warnings
        try:
            results = self._recognizer.analyze(passage.text, list(rule.entities), None) or ()
        except Exception as error:  # noqa: BLE001 - foreign errors may hold text.
            facts = {"recognizer": self.name, "reason": type(error).__name__}
            raise DetectionError("a Presidio recognizer could not finish", **facts) from None
        if self._heard.warnings != warnings:  # It says so, and goes on with less, where a pattern takes too long.
            raise DetectionError("a Presidio recognizer left something out", recognizer=self.name)
        return [
            Span(result.start, result.end, rule.entities[result.entity_type], min(1.0, result.score), self.name)
            for result in results
            if result.entity_type in rule.entities and result.score >= rule.least_score and result.start < result.end
        ]

    def recognize_many(self, passages: Sequence[Passage]) -> list[Sequence[Span]]:
        """Return what is found in each passage."""
        return [self.recognize(passage) for passage in passages]


class _Heard(logging.Handler):
    """Counts Presidio's warnings, and lets none of them out: they may hold text."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.warnings = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Count one."""
        del record
        self.warnings += 1


def _heard() -> _Heard:
    logger = logging.getLogger(_LIBRARY)
    found = next((handler for handler in logger.handlers if isinstance(handler, _Heard)), None)
    heard = found or _Heard()
    logger.handlers = [heard]
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    return heard


def _class(path: str, setting: str) -> type[Any]:
    """Import a class by its path; raises ConfigError where there is none, or none of Presidio's kind."""
    try:
        base = importlib.import_module("presidio_analyzer").EntityRecognizer
    except ImportError:
        raise ConfigError("Presidio is not installed; the extra `presidio` brings it", setting=setting) from None
    module, _, name = path.rpartition(".")
    try:
        kind = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError("there is no such class", setting=setting, reason=type(error).__name__) from None
    if not (inspect.isclass(kind) and issubclass(kind, base)):
        raise ConfigError("not an EntityRecognizer of Presidio's", setting=setting)
    return kind


def _made(kind: type[Any], rule: PresidioRule, setting: str) -> Any:
    try:
        recognizer = kind(**rule.options)
        recognizer.load()
        known = set(recognizer.get_supported_entities())
    except Exception as error:  # noqa: BLE001 - whatever a foreign class raises.
        raise ConfigError("the recognizer cannot be made", setting=setting, reason=type(error).__name__) from None
    if unknown := sorted(set(rule.entities) - known):
        raise ConfigError("the recognizer knows no such entity", setting=f"{setting}.entities.{unknown[0]}")
    return recognizer


def _digest(kind: type[Any], rule: PresidioRule) -> str:
    """Return what the answers depend on: the library, the class's own code, and how it was made."""
    source = Path(inspect.getfile(kind))
    entities = sorted((entity, type_.value) for entity, type_ in rule.entities.items())
    options = sorted((name, repr(value)) for name, value in rule.options.items())
    facts = (rule.name, rule.path, options, entities, rule.least_score, metadata.version(_LIBRARY))
    return hashlib.sha256(repr(facts).encode() + source.read_bytes()).hexdigest()
