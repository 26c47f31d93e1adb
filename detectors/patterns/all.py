"""The recognizers of the pattern layer, in order."""

from detectors.patterns.ages import AgeRecognizer
from detectors.patterns.date_words import DateWordRecognizer
from detectors.patterns.dates import DateRecognizer
from detectors.patterns.phone import PhoneRecognizer
from detectors.patterns.spoken import SpokenNumberRecognizer
from detectors.patterns.ssn import SsnRecognizer
from detectors.recognizer import Recognizer


def pattern_recognizers() -> tuple[Recognizer, ...]:
    """Make every recognizer of the pattern layer."""
    return (
        AgeRecognizer(),
        DateRecognizer(),
        DateWordRecognizer(),
        SsnRecognizer(),
        PhoneRecognizer(),
        SpokenNumberRecognizer(),
    )
