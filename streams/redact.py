"""Redaction in one screen: spans of a text become tokens, by policy; restore is the reverse.

Overlaps were resolved before; presidio-anonymizer applies one operator to each span, which is checked.
"""

import dataclasses
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import InvalidParamError, RecognizerResult

from schemas.errors import DetectionError
from schemas.events import TextField
from schemas.identifiers import IdentifierType
from schemas.spans import Span
from schemas.vault import Secret, Token
from streams.generalize import Generalizer
from streams.operators import TOKEN_IN_TEXT, GeneralizeOperator, Task, TokenOperator, configure
from streams.policy import Policy
from streams.record.whole import is_user
from streams.vault.tokens import TokenScope

#: The engine copies its text for every span, so it is given short pieces.
_WINDOW_SPANS = 64
_WINDOW_CHARS = 16_384

_TOKEN = re.compile(TOKEN_IN_TEXT)
#: Characters that join two words into one for a search engine (UAX #29: MidLetter, MidNumLet, Single_Quote).
_JOINING = frozenset(".:·՟״‧․﹒＇．'’‘＿:﹕：")
#: Marks, format characters and connectors belong to the word that they follow.
_EXTENDING = frozenset({"Mn", "Mc", "Me", "Cf", "Pc"})
_POSSESSIVE = re.compile(r"['’]s(?!\w|['’.:]\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RedactedText:
    """A text with tokens in place of identifiers, the secrets of these tokens, and the type of each span."""

    text: str = dataclasses.field(repr=False)
    secrets: tuple[Secret, ...] = ()
    types: tuple[IdentifierType, ...] = ()


class Redactor:
    """Applies one policy. *generalizer* knows what may remain of places and dates."""

    def __init__(self, policy: Policy, generalizer: Generalizer | None = None) -> None:
        self.policy = policy
        self._generalizer = generalizer or Generalizer()
        self._engine = AnonymizerEngine()  # type: ignore[no-untyped-call]
        for operator in (TokenOperator, GeneralizeOperator):
            self._engine.add_anonymizer(operator)

    def redact(
        self, field: TextField, spans: Sequence[Span], scope: TokenScope, *, staff: bool = False
    ) -> RedactedText:
        """Return the text of *field* with every span replaced as the policy says.

        *staff* tells that the application is one that staff use: the user of the call gets a pseudonym. Raises
        DetectionError where spans overlap, leave the text, or were not each redacted once.
        """
        if not spans:
            return RedactedText(field.text)
        ordered = sorted(spans, key=lambda span: span.start)
        tasks = self._tasks(field, ordered, scope, staff=staff)
        pieces: list[str] = []
        at = 0
        for first, end in _windows(ordered):
            start = ordered[first].start
            pieces += field.text[at:start], self._apply(field, ordered[first:end], tasks[first:end])
            at = ordered[end - 1].end
        pieces.append(field.text[at:])
        secrets = tuple(task.secret for task in tasks if task.secret is not None)
        return RedactedText("".join(pieces), secrets, tuple(span.type for span in ordered))

    def _tasks(self, field: TextField, ordered: Sequence[Span], scope: TokenScope, *, staff: bool) -> list[Task]:
        pseudonym = staff and self.policy.staff_pseudonyms() and is_user(field)
        tasks = []
        before = 0
        for index, span in enumerate(ordered):
            after = ordered[index + 1].start if index + 1 < len(ordered) else len(field.text) + 1
            if not before <= span.start < span.end <= min(after, len(field.text)):
                raise DetectionError("spans overlap or leave the text", path=field.path, spans=len(ordered))
            touched = (index > 0 and span.start == before) or span.end == after or _touched(field.text, span)
            rule = self.policy.rules[span.type]
            tasks.append(Task(span.type, rule, field, scope, self._generalizer, touched, pseudonym))
            before = span.end
        return tasks

    def _apply(self, field: TextField, spans: Sequence[Span], tasks: Sequence[Task]) -> str:
        """Return the text from the first span to the last, redacted by one call of the engine."""
        offset = spans[0].start
        text = field.text[offset : spans[-1].end]
        places = [(str(index), span.start - offset, span.end - offset) for index, span in enumerate(spans)]
        # Every span is an entity of its own name: the engine merges neighbours that share one.
        found = [RecognizerResult(name, start, end, 1.0) for name, start, end in places]
        operators = {
            name: configure(task, text[start:end]) for (name, start, end), task in zip(places, tasks, strict=True)
        }
        try:
            result = self._engine.anonymize(text, found, operators, merge_entities_with_spaces=False)
        except (InvalidParamError, UnicodeEncodeError):
            raise DetectionError("text could not be redacted", path=field.path, spans=len(spans)) from None
        if sorted(item.entity_type for item in result.items) != sorted(name for name, _, _ in places):
            raise DetectionError("not every span was redacted once", path=field.path, spans=len(spans))
        return str(result.text)


def restore(text: str, lookup: Callable[[Token], str | None]) -> str:
    """Return redacted *text* with the value that *lookup* gives for each token; token and remainder are one unit.

    Values come back up to their canonical form. What *lookup* does not know stays as it is. Values are not searched.
    """

    def value(found: re.Match[str]) -> str:
        restored = lookup(Token(found["dressed"] or found["bare"]))
        return found.group() if restored is None else restored

    return _TOKEN.sub(value, text)


def _windows(ordered: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Yield half-open ranges of indexes of spans that one call of the engine takes."""
    first = 0
    for index in range(1, len(ordered) + 1):
        full = index == len(ordered) or index - first >= _WINDOW_SPANS
        if full or ordered[index].end - ordered[first].start > _WINDOW_CHARS:
            yield first, index
            first = index


def _touched(text: str, span: Span) -> bool:
    """Tell whether a bare token would not be a word of its own, or would be read with a bracket before it."""
    if span.start > 0:
        left = text[span.start - 1]
        if left == "[" or _sticks(left) or (left in _JOINING and span.start > 1 and _sticks(text[span.start - 2])):
            return True
    right = text[span.end : span.end + 4]
    if not right or _POSSESSIVE.match(right):
        return False
    return _sticks(right[0]) or (right[0] in _JOINING and len(right) > 1 and _sticks(right[1]))


def _sticks(char: str) -> bool:
    """Tell whether a character beside a token becomes part of its word."""
    return char.isalnum() or char == "_" or unicodedata.category(char) in _EXTENDING
