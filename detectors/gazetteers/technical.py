"""Spans that what touches them shows to be none: calls of functions, versions, codes, bare weekdays, firms."""

import re

from detectors.patterns.endings import Ending
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_VERSIONED = Ending(
    r"(?:version|release|build|loinc|cpt|hcpcs|icd(?:9|10)?|ndc|snomed|rxnorm|rxcui|cvx)[\"'\s:=]{1,5}\Z", re.IGNORECASE
)
_REACH = 20
_WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_CAPITAL = re.compile(r" [A-Z][a-z]")
#: Functions whose names are people's too, and what makes a call of one.
_FUNCTIONS = frozenset(
    "max min sum pow mark chase pat grant will case art dot cat norm merge clip trim rob ray".split()
)
_CALLED = re.compile(r"\((?:\)|[^()\n]{0,40}?[,=/*\[\]\"'\d])")
_FIRMS = frozenset({"b. braun", "b braun", "b.braun", "c. r. bard", "c.r. bard", "cr bard", "e. merck", "h. lundbeck"})


def is_technical(text: str, span: Span) -> bool:
    """Tell whether a span is the name of a function or a firm, the value of a code's key, or a weekday alone."""
    if span.type is IdentifierType.DATE:
        return _VERSIONED.search(text[max(0, span.start - _REACH) : span.start]) is not None
    value = text[span.start : span.end].lower()
    if value in _FIRMS or (value in _FUNCTIONS and _CALLED.match(text, span.end)):
        return True
    return value in _WEEKDAYS and _CAPITAL.match(text, span.end) is None
