"""What recognizers of the customer's own have to show at start: vectors of theirs, and hands off what is harmless."""

from dataclasses import dataclass, field

from detectors.normalize import normalize
from detectors.recognizer import Passage, Recognizer
from detectors.selftest import HARMLESS
from schemas.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Proof:
    """Texts in which something has to be found, and texts in which nothing may be."""

    examples: tuple[str, ...] = field(repr=False)
    near_misses: tuple[str, ...] = field(default=(), repr=False)


def prove(recognizer: Recognizer, proof: Proof, setting: str) -> None:
    """Raise ConfigError, with the place of the vector, where a recognizer fails its proof."""
    for number, text in enumerate(proof.examples):
        if not recognizer.recognize(Passage(normalize(text).text)):
            raise ConfigError("a recognizer does not find its own example", setting=f"{setting}.examples.{number}")
    for number, text in enumerate(proof.near_misses):
        if recognizer.recognize(Passage(normalize(text).text)):
            raise ConfigError("a recognizer finds its own near miss", setting=f"{setting}.near_misses.{number}")
    for text in HARMLESS:
        if recognizer.recognize(Passage(text)):
            raise ConfigError("a recognizer finds doses or readings", setting=setting)
