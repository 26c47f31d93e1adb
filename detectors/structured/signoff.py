"""Initials that stand for who dictated, typed or signed: "D: 02/25  T: 02/26  HT/kml", "transcribed by ejh"."""

import re

from detectors.gazetteers.lookup import Gazetteers, WordClass
from detectors.recognizer import Passage
from detectors.scoring import LIKELY
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_PAIR = re.compile(r"(?<![\w/:])([A-Z]{2,4})[ ]?[/:][ ]?([a-z]{2,4})(?![\w/])")
_DICTATION = re.compile(r"\b[dt]{1,2}:|\bjob\b|\bdict|\btrans", re.IGNORECASE)
_CAPTIONED = re.compile(
    r"\b(?:(?i:(?:transcribed|typed|dictated|prepared|scribed|entered|keyed)(?: by)?|initials|initial(?=[ \t]*[:=-])|"
    r"(?:signed|reviewed|verified) by)(?:[ \t]*[:=-]|(?=[ \t]))|[dt]{1,2}:)"
    r"[ \t]*([A-Z]{2,4}|[a-z]{2,3}|[A-Z](?:\.[A-Z]){1,2}\.?)(?![\w'@-]|\.\w)"
)
# A single name on the last line of a letter or mail: "...by Friday.\nJep".
_ALONE = re.compile(r"[.?!)]\s*\n[ \t]*[-–]{0,2} ?([A-Z][a-z]{2,11})[ \t]*\Z")
_LETTER = re.compile(r"(?:subject|from|to|date|asunto|hi|hello|hey|dear|good|team|all)\b", re.IGNORECASE)
# One of these stands in every caption, and the other finds every pair; both are much faster.
_CUES = tuple("scribed typed dictated prepared entered keyed initial signed reviewed verified".split())
_SIGNED = re.compile(r"[dt]:(?:(?<=\b[dt]:)|(?<=\b[dt][dt]:))")
_MAY_PAIR = re.compile("[A-Z] ?[/:] ?[a-z]")
_NO_INITIALS = int(
    WordClass.ENGLISH_COMMON
    | WordClass.CREDENTIAL
    | WordClass.TITLE
    | WordClass.CALENDAR
    | WordClass.KIN
    | WordClass.STATE_CODE
)
_ORDINARY = _NO_INITIALS | int(WordClass.ENGLISH | WordClass.CLINICAL | WordClass.ABBREVIATION | WordClass.DRUG)
#: Who reviews and verifies, and is nobody.
_BODIES = frozenset(
    "irb cms fda cdc nih ems ent pcp hr it qa ocr dea va hipaa legal risk epic rx lab id ob er icu".split()
)
#: What a field says instead of initials.
_ANSWERS = frozenset("none yes no na nil neg pos ok due self same tbd full mild".split())
_LAST_LINES = 64


class SignOffRecognizer:
    """Finds the initials of those who dictated and typed."""

    name = "signoff"

    def __init__(self, gazetteers: Gazetteers) -> None:
        self._gazetteers = gazetteers

    def recognize(self, passage: Passage) -> list[Span]:
        """Return initials behind such a caption, and pairs of them on such a line."""
        text = passage.text
        captioned = _CAPTIONED.finditer(text) if _may_caption(text) else ()
        ranges = [found.span(1) for found in captioned if self._may_be(found[1])]
        for found in _PAIR.finditer(text) if _MAY_PAIR.search(text) else ():
            begin = text.rfind("\n", 0, found.start()) + 1
            end = text.find("\n", found.end())
            line = text[begin : end if end >= 0 else len(text)]
            if found[2] in _ANSWERS or found[1].lower() in _BODIES:
                continue
            if line.strip() == found[0] or (_DICTATION.search(line) and self._may_be(found[1])):
                ranges += [found.span(1), found.span(2)]
        alone = _ALONE.search(text, max(0, len(text) - _LAST_LINES)) if _LETTER.match(text) else None
        if alone is not None and not self._gazetteers.mask(alone[1]) & _ORDINARY:
            ranges.append(alone.span(1))
        return [Span(start, end, IdentifierType.NAME, LIKELY, self.name) for start, end in ranges]

    def _may_be(self, word: str) -> bool:
        letters = word.replace(".", "")
        return letters.lower() not in _BODIES | _ANSWERS and not self._gazetteers.mask(letters) & _NO_INITIALS


def _may_caption(text: str) -> bool:
    """Tell whether a caption may stand in a text; beyond ASCII there are letters that only patterns take for cues."""
    lower = text.lower()
    return not text.isascii() or any(cue in lower for cue in _CUES) or _SIGNED.search(text) is not None
