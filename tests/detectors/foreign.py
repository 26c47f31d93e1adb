"""Recognizers as a customer would write them for Presidio; loaded by their path alone."""
# mypy: disable-error-code="misc"

import logging

from presidio_analyzer import EntityRecognizer, Pattern, PatternRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts


class BadgeRecognizer(PatternRecognizer):
    """Finds badges by Presidio's own patterns."""

    def __init__(self, prefix: str = "BDG") -> None:
        super().__init__("BADGE", patterns=[Pattern("badge", rf"\b{prefix}-\d{{4}}\b", 0.6)])


class OddRecognizer(EntityRecognizer):
    """Does what the text says, for better or worse."""

    def __init__(self) -> None:
        super().__init__(supported_entities=["ODD", "OTHER"], name="odd")

    def load(self) -> None:
        """Nothing has to be loaded."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        """Find `odd`; log, fail, or answer with what nobody asked for."""
        logger = logging.getLogger("presidio-analyzer")
        logger.info("looking at %s", text)
        if "slow" in text:
            logger.warning("skipping a pattern on %s", text)
        if "fail" in text:
            raise RuntimeError(text)
        at = text.find("odd")
        if at < 0:
            return []
        return [
            RecognizerResult("ODD", at, at + 3, 1.0),
            RecognizerResult("OTHER", at, at + 3, 0.9),
            RecognizerResult("ODD", at, at + 1, 0.2),
            RecognizerResult("ODD", at, at, 0.9),
        ]


class Brittle(OddRecognizer):
    """Cannot be made."""

    def __init__(self) -> None:
        raise RuntimeError("Adaeze Okonkwo")
