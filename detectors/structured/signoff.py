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
    r"\b(?:(?i:(?:transcribed|typed|dictated|prepared|scribed|entered|keyed)(?: by)?|initials?|"
    r"(?:signed|reviewed|verified) by)(?:[ \t]*[:=-]|(?=[ \t]))|[dt]{1,2}:)"
    r"[ \t]*([A-Z]{2,4}|[a-z]{2,3}|[A-Z](?:\.[A-Z]){1,2}\.?)(?![\w'@-]|\.\w)"
)
_NO_INITIALS = int(
    WordClass.ENGLISH_COMMON
    | WordClass.CREDENTIAL
    | WordClass.TITLE
    | WordClass.CALENDAR
    | WordClass.KIN
    | WordClass.STATE_CODE
)


class SignOffRecognizer:
    """Finds the initials of those who dictated and typed."""

    name = "signoff"

    def __init__(self, gazetteers: Gazetteers) -> None:
        self._gazetteers = gazetteers

    def recognize(self, passage: Passage) -> list[Span]:
        """Return initials behind such a caption, and pairs of them on such a line."""
        text = passage.text
        ranges = [found.span(1) for found in _CAPTIONED.finditer(text) if self._may_be(found[1])]
        for found in _PAIR.finditer(text):
            begin = text.rfind("\n", 0, found.start()) + 1
            end = text.find("\n", found.end())
            line = text[begin : end if end >= 0 else len(text)]
            if line.strip() == found[0] or (_DICTATION.search(line) and self._may_be(found[1])):
                ranges += [found.span(1), found.span(2)]
        return [Span(start, end, IdentifierType.NAME, LIKELY, self.name) for start, end in ranges]

    def _may_be(self, word: str) -> bool:
        return not int(self._gazetteers.classes(word.replace(".", ""))) & _NO_INITIALS
