"""Identifiers to their ends: a span that cuts a number, a handle or a file name in two takes the rest of it."""

import re
from collections.abc import Sequence
from dataclasses import replace

from detectors.patterns.endings import Ending
from schemas.identifiers import IdentifierType
from schemas.spans import Span

NUMBERED = frozenset(
    {
        IdentifierType.MRN,
        IdentifierType.HEALTH_PLAN,
        IdentifierType.ACCOUNT,
        IdentifierType.LICENSE,
        IdentifierType.VEHICLE,
        IdentifierType.DEVICE,
        IdentifierType.BIOMETRIC,
        IdentifierType.OTHER_ID,
    }
)
_CAPTIONS = (
    "mrn|npi|dea|ssn|dob|id|ids|sn|s/n|dl|lic|acct|act|case|ref|no|nr|num|nbr|vin|csn|har|auth|tel|ph|fx|fax|ext|rx|"
    "grp|bin|pcn|udi|imei|mac|ip|chk|ck|txn|inv|po|tag|unit|bed|room|rm|apt|ste|box|hwy|rte|icd|cpt|ndc|drg|hcpcs|"
    "loinc|card|badge|chart|claim|visit|order|slip|lot|pin|code|iban|bic|swift|aba|ach|eft|mr|pt|ur|hn|hcn|nhs|last|"
    "ends|four|reg|cert|file|memb|mem|mbr|sub|pol|plan|call|text|cell|home|work|user|login|and|or|is|was|the|to|at|"
    "for|of|on|in|by|as|per|via|with|from|not|now|new|old|my|her|his|our|your|see|am|pm|est|pst|cst|utc|gmt|i|a|dr|"
    "md|rn|caqh|clia|ccn|ptan|tin|ein|mvd|form|us|usa|page|pg|fee|usd|bp|hr|rr|wt|ht|temp|spo2|age"
)
#: The beginning of a number that its recognizer took for a caption or did not see: "TR-88190-", "vx_", "gaitDB#".
_LEFT = Ending(rf"(?<![\w-])(?!(?:{_CAPTIONS})[-_#])(?:[A-Za-z0-9]{{1,12}}[-_#]){{1,4}}\Z", re.IGNORECASE)
_LARGE_PIECES = re.compile(r"(?:(?:[A-Z]{1,6}|[A-Za-z]{0,8}\d[A-Za-z0-9]*)[-_#])+")
_SMALL_PIECES = re.compile(r"(?:[A-Za-z0-9]{1,12}[_#])+")
#: Letters set off by a blank before a number: "HMA 00-4472-01".
_PREFIX = Ending(
    rf"(?:(?<=[a-z:=] )|(?<=[a-z:=] [\"'(])|(?<=[,|;\t(])|(?<=[,|;] ))(?!(?:{_CAPTIONS.upper()})\b)[A-Z]{{1,4}} \Z"
)
_RIGHT = re.compile(r"(?:[-_/](?:\d[A-Z0-9]*|[A-Z]{1,2}\d[A-Z0-9]*|[A-Z]{1,2}))+(?![\w-])")
_REST = re.compile(r"\d+(?![\w.,]*\d*[%$])[A-Z]{0,2}(?!\w)|[A-Z]?\d+(?!\w)")
_FILE = re.compile(
    r"[\w%+-]*(?:\.[\w%+-]+)*?\.(?:jpe?g|png|heic|gif|tiff?|bmp|webp|stl|obj|ply|glb|mov|mp4|m4v|avi|dcm|pdf|docx?)\b",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<=[a-z0-9])(?:_[a-z0-9]+)+(?![\w.])|(?<=[a-z0-9])\.[a-z][a-z0-9]{1,11}(?![\w.@(/:])")
#: Words with capitals that an underscore joins to a name: "Ada_Lovelace".
_JOINED_AFTER = re.compile(r"(?:_[A-Z][a-z]+)+(?![\w.(])")
_JOINED_BEFORE = re.compile(r"(?<![\w.])(?:[A-Z][a-z]+_)+\Z")
#: The end of a name that a hyphen joins ("Co-op"), and what a short facility is ("Cedar Falls Derm").
_TAIL = re.compile(
    r"-(?:op|in-[A-Z][a-z]+|on-[A-Z][a-z]+|[A-Z][a-z]+)\b|"
    r" (?:Derm|Ortho|Onc|Peds|Optical|Imaging|Dental|Diner|Grill|Tavern|Cafe|Bar)(?=[.,;:?!)\n]|$| (?:to|for|said|"
    r"and|on|at|is|was)\b)"
)
_JOINTS = ("_", "-", ".")
_STEM = re.compile(r"[\w%+-]*\Z")
_REACH = 48
_WORDED = frozenset({IdentifierType.NAME, IdentifierType.GEO, IdentifierType.PHOTO})


def whole(text: str, spans: Sequence[Span]) -> list[Span]:
    """Return the spans, each with what was cut off the number, handle or file name that it stands in."""
    return [_numbered(text, span) if span.type in NUMBERED else _worded(text, span) for span in spans]


def _numbered(text: str, span: Span) -> Span:
    start, end = span.start, span.end
    if text[end : end + 1] == "." and (file := _file(text, start, end)):
        return replace(span, start=file[0], end=file[1])
    if end < len(text) and text[end - 1].isdigit():
        rest = _REST.match(text, end) or _RIGHT.match(text, end)
        end = rest.end() if rest else end
    before = text[max(0, start - _REACH) : start]
    if before[-1:] in ("-", "_", "#") and text[start].isalnum():
        left = _LEFT.search(before)
        if left and (_LARGE_PIECES.fullmatch(left[0]) or _SMALL_PIECES.fullmatch(left[0])):
            start -= len(left[0])
    elif before[-1:] == " " and text[start].isdigit():
        prefix = _PREFIX.search(before)
        start -= len(prefix[0]) if prefix else 0
    return span if (start, end) == (span.start, span.end) else replace(span, start=start, end=end)


def _worded(text: str, span: Span) -> Span:
    """Return a name with the handle or the file that it is part of, a place with its whole number."""
    if span.type not in _WORDED:
        return span
    start, end = span.start, span.end
    if text[end - 1].isdigit():
        rest = _REST.match(text, end)
        return replace(span, end=rest.end()) if rest else span
    if span.type is not IdentifierType.PHOTO:
        tail = _TAIL.match(text, end) if text[start].isupper() else None
        end = tail.end() if tail else end
    if text[start - 1 : start] in _JOINTS or text[end : end + 1] in _JOINTS:
        start, end = _file(text, start, end) or (start, end)
        handle = (_HANDLE if text[start].islower() else _JOINED_AFTER).match(text, end)
        end = handle.end() if handle else end
        joined = _JOINED_BEFORE.search(text, max(0, start - _REACH), start) if text[start].isupper() else None
        start = joined.start() if joined else start
    return span if (start, end) == (span.start, span.end) else replace(span, start=start, end=end)


def _file(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the range of the file's name, where a name is part of one that stands in no path."""
    file = _FILE.match(text, end)
    stem = _STEM.search(text, max(0, start - _REACH), start)
    if file is None or stem is None or text[: stem.start()].endswith(("/", "\\")):
        return None
    return stem.start(), file.end()
