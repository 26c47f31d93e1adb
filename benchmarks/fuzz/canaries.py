"""Values that must never stand in clear, told by their form, and an analyzer that finds exactly these."""

import random
import re
from collections.abc import Sequence

from detectors.analyzer import Analyzer
from detectors.layers import Layers
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_FORM = re.compile(r"Zoë Quorvex \d{8}|quorvex\.\d{8}@example\.org|8317\d{9}", re.IGNORECASE)
_WORDS = re.compile(rb"Zo(?:\xc3\xab|\\u00eb) Quorvex \d{8}|quorvex\.\d{8}@example\.org", re.IGNORECASE)
#: Digits beside letters belong to a digest or a token.
_NUMBER = re.compile(rb"(?<![0-9A-Za-z])8317\d{9}(?![0-9A-Za-z])")
_EIGHT_DIGITS = 10**8


def word(rng: random.Random) -> str:
    """Return a name or an e-mail address; in neither form may a label pass."""
    number = rng.randrange(_EIGHT_DIGITS)
    return f"Zoë Quorvex {number:08d}" if rng.random() < 0.7 else f"quorvex.{number:08d}@example.org"


def number(rng: random.Random) -> int:
    """Return a number that is no time and no small count."""
    return 8_317_000_000_000 + rng.randrange(_EIGHT_DIGITS)


def words_in(data: bytes) -> int:
    """Return how many names and addresses stand in some bytes.

    >>> words_in("Dear Zoë Quorvex 00000001".encode()), words_in(b"Dear Zo")
    (1, 0)
    """
    return len(_WORDS.findall(data))


def numbers_in(data: bytes) -> int:
    """Return how many of the numbers stand in some bytes."""
    return len(_NUMBER.findall(data))


class MarkingAnalyzer(Analyzer):
    """Finds every canary and nothing else, as a deny list would; it has no recognizer to test."""

    def __init__(self) -> None:
        super().__init__(Layers(digests=("canaries",)))

    def self_test(self) -> None:
        """Nothing is found that every detector finds."""

    def analyze_all(
        self,
        texts: Sequence[tuple[str, str]],
        *,
        deadline: float | None = None,  # noqa: ARG002 - the port's own.
        scope: str = "",  # noqa: ARG002
    ) -> tuple[tuple[Span, ...], ...]:
        """Return the canaries of each text."""
        return tuple(tuple(map(_span, _FORM.finditer(text))) for text, _ in texts)


def _span(found: re.Match[str]) -> Span:
    return Span(found.start(), found.end(), IdentifierType.OTHER_ID, 1.0, "deny_list")
