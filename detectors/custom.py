"""Recognizers that the settings describe: a pattern in linear time, words beside it, a check digit, and their proof."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from detectors.checks import passes
from detectors.context import Context
from detectors.patterns.scanning import Match, Pattern, compile_latin, stands_alone
from detectors.proof import Proof, prove
from detectors.recognizer import Passage
from schemas.errors import ConfigError
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_PREFIX = "custom."


@dataclass(frozen=True, slots=True)
class CustomRule:
    """What one recognizer of the settings looks for.

    The value is the pattern's first group where it has one, else the whole match. With `context`, one of its words has
    to stand within 48 characters before or 24 after; with `whole`, no letter or digit may touch the value.
    """

    name: str
    type: IdentifierType
    pattern: str
    context: tuple[str, ...]
    validator: str | None
    score: float
    ignore_case: bool
    whole: bool
    proof: Proof

    @property
    def digest(self) -> str:
        """What the answers depend on beside the text."""
        facts = (self.pattern, self.context, self.validator, self.score, self.ignore_case, self.whole)
        return hashlib.sha256(repr((self.name, self.type.value, *facts)).encode()).hexdigest()


class CustomRecognizer:
    """Finds what a rule of the settings describes; raises ConfigError where the rule cannot be run or fails its proof.

    *setting* is where the rule stands, so that an error can name the place.
    """

    def __init__(self, rule: CustomRule, setting: str) -> None:
        self.name = _PREFIX + rule.name
        self.digest = rule.digest
        self._rule = rule
        self._pattern = _compiled(rule, setting)
        self._group = 1 if getattr(self._pattern, "groups", 0) else 0
        self._context = _context(rule, setting)
        prove(self, rule.proof, setting)

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each value in a passage."""
        rule = self._rule
        return [Span(start, end, rule.type, rule.score, self.name) for start, end in self._values(passage)]

    def _values(self, passage: Passage) -> Iterator[tuple[int, int]]:
        latin, rule = passage.latin, self._rule
        for found in self._pattern.finditer(latin):
            start, end = self._value(found)
            if start == end or (rule.whole and not stands_alone(latin, start, end)):
                continue
            if rule.validator is not None and not passes(rule.validator, passage.text[start:end]):
                continue
            if self._context is None or self._context.near(latin, start, end):
                yield start, end

    def _value(self, found: Match) -> tuple[int, int]:
        """Return where the value stands: the group, or the whole match where the group took no part in it."""
        group = self._group if found.start(self._group) >= 0 else 0
        return found.start(group), found.end(group)


def _context(rule: CustomRule, setting: str) -> Context | None:
    try:
        return Context(map(_literal, rule.context)) if rule.context else None
    except UnicodeEncodeError:
        raise ConfigError("a word holds a character outside Latin-1", setting=f"{setting}.context") from None


def _compiled(rule: CustomRule, setting: str) -> Pattern:
    where = f"{setting}.pattern"
    try:
        pattern = compile_latin(rule.pattern, ignore_case=rule.ignore_case)
    except UnicodeEncodeError:
        raise ConfigError("a pattern holds a character outside Latin-1", setting=where) from None
    except Exception as error:  # noqa: BLE001 - re2 raises its own class; its home is the pattern layer.
        reason = error.args[0] if error.args else type(error).__name__
        told = reason.decode("latin-1") if isinstance(reason, bytes) else str(reason)
        raise ConfigError("a pattern cannot be run in linear time", setting=where, reason=told) from None
    if pattern.fullmatch(b"") is not None:
        raise ConfigError("a pattern matches where nothing is", setting=where)
    return pattern


def _literal(phrase: str) -> str:
    """Return a phrase as a pattern for itself; blanks stay blanks, which stand for any run of them."""
    return " ".join(map(re.escape, phrase.split()))
