"""Anything that looks like one of our tokens: nobody may bring a token in from outside."""

from collections.abc import Sequence

from detectors.patterns.scanning import compile_latin
from detectors.recognizer import Passage
from schemas.identifiers import RULES, IdentifierType
from schemas.spans import Span

_CODES = "|".join(sorted({rule.code for rule in RULES.values()}))
#: Looser than the grammar: any case, any separator, any letters, so that no near copy passes either.
_TOKEN = compile_latin(
    rf"[\[<{{(]?\bphi[_\s-]{{1,2}}(?:{_CODES}|[a-z]{{2,5}})[_\s-]{{1,2}}[a-z]{{2,3}}[_\s-]{{1,2}}[a-z0-9]{{8,40}}(?:"
    rf"[^\]\n]{{0,16}}\])?"
)


class LookalikeRecognizer:
    """Finds what resembles a token, brackets and remainder included."""

    name = "lookalike"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each lookalike with the highest score."""
        return [
            Span(found.start(), found.end(), IdentifierType.OTHER_ID, 1.0, self.name)
            for found in _TOKEN.finditer(passage.latin)
        ]
