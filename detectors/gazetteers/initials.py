"""Initials that stand for a person: who dictated, typed, read or performed."""

from collections.abc import Sequence

from detectors.patterns.scanning import compile_latin
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_CAPTIONED = compile_latin(
    r"\b(?:initials(?: (?:on|of|in) [a-z ]{2,24})?|dictated by|transcribed by|typed by|entered by|read by|verified by|"
    r"checked by|(?:perf|performing|rad|lab|xray|us|ct|mr) tech|scribe|operator id)\s?[:=]\s{0,2}"
    r"([a-z]{2,3})(?:, ?([a-z]{2,3}))?(?:, ?([a-z]{2,3}))?(?:[^a-z0-9@]|$)"
)
_DICTATED = compile_latin(r"\bd: ?([a-z]{2,3})[ ,;]{1,3}t: ?([a-z]{2,3})(?:[^a-z0-9]|$)")
_TYPED = compile_latin(r"(?m)^ {0,4}([A-Z]{2,3})[:/]([a-z]{2,3})[ \t\r]*$", ignore_case=False)
_PATTERNS = ((_CAPTIONED, (1, 2, 3)), (_DICTATED, (1, 2)), (_TYPED, (1, 2)))


class InitialsRecognizer:
    """Finds the initials after a caption, and those of dictation and typing at the end of a letter."""

    name = "gazetteer.initials"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return the initials in a passage."""
        return [
            Span(match.start(group), match.end(group), IdentifierType.NAME, 0.8, self.name)
            for pattern, groups in _PATTERNS
            for match in pattern.finditer(passage.latin)
            for group in groups
            if match.start(group) >= 0
        ]
