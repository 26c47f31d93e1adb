"""Identifiers right beside one that was found: the age behind a name, the twin of a number, an extension."""

import re
from collections.abc import Iterator, Sequence

from detectors.whole import NUMBERED
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.8
_NAME = "beside"
_OLD = (
    r"(9\d|10\d|(?i:nine?ty(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|"
    r"(?:a|one)[ -]hundred(?:(?:[ -]and)?[ -](?:one|two|three|four|five|six|seven|eight|nine))?)(?: and a half)?)"
)
_AGE = re.compile(
    rf"(?: in [A-Z0-9-]{{2,8}})?(?:, ?| ?\(| ){_OLD}(?=[!?]{{0,2}}[),;]|\.(?:\s|$)|"
    r" (?:on|w/|with|has|who|is|was|and|from|s/p|c/o|here|lives|presents|from)\b|\s*$)|"
    rf"(?:,? (?:is|was|turned|turns|turning|aged|now|then)"
    rf"(?: (?:just|now|already|almost|nearly|only|actually|really|still|himself|herself|also))*) {_OLD}"
    r"(?=\s*$|[,;!?]|\.(?:\s|$)| (?:and|but|so|who|in|this|last|next|today|tomorrow|years|not|or|"
    r"on (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b)"
)
_PERSON = re.compile(r"[^\W\d_]{3,}")
_TWIN = re.compile(
    r"(?: ?(?:/|&|\+|->) ?|,? (?:and|or|y|vs\.?|not|now|and not|versus|instead of) (?:the |also )?|, ?)"
    r"(?:(?:left|right|second|other|old|new|izquierdo|derecho|[lr])[: ] ?)?"
)
_VALUE = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*")
_FEWEST = 4
_EXTENSION = re.compile(r",? ?(?:x|ext\.?|extension) ?#?(\d{2,6})(?!\w|\.\d)")
_UNIT = re.compile(
    r",? (?:apartamento|apto\.?|depto\.?|departamento|interior|int\.|piso|n[uú]mero|n[uú]m\.?|apt\.?|apartment|unit|"
    r"suite|ste\.?|"
    r"lot|trailer|space|spc\.?) ?#?(\d{1,5}[A-Za-z]?|[A-Z]\d{0,3})\b",
    re.IGNORECASE,
)
_DIALLED = frozenset({IdentifierType.PHONE, IdentifierType.FAX})
_HEAD = re.compile(r"[ \t|]*(?:\d{1,2}[/:-]\d{1,2}(?:[/:-]\d{2,4})?[ \t|]+)?(\d{5,10})[ \t|]+")
_TOKEN = re.compile(r"[^\s|]+")
_FEWEST_ROWS, _FEWEST_COLUMNED, _ROWS_BESIDE = 2, 5, 2
_SHAPE = str.maketrans("0123456789", "9" * 10)


def beside(text: str, spans: Sequence[Span]) -> list[Span]:
    """Return what the found *spans* of a text show to be an identifier beside them."""
    found = [other for span in spans for other in _beside(text, span)]
    return [*found, *_numbered_rows(text, spans), *_columned(text, spans)] if "\n" in text else found


def _beside(text: str, span: Span) -> Iterator[Span]:
    if span.type is IdentifierType.NAME:
        age = _AGE.match(text, span.end)
        if age is not None and _PERSON.search(text, span.start, span.end):
            yield Span(*age.span(age.lastindex or 0), IdentifierType.AGE, SCORE, _NAME)
    elif span.type is IdentifierType.GEO:
        unit = _UNIT.match(text, span.end)
        if unit is not None:
            yield Span(*unit.span(1), IdentifierType.GEO, SCORE, _NAME)
    elif span.type in _DIALLED:
        extension = _EXTENSION.match(text, span.end)
        if extension is not None:
            yield Span(*extension.span(1), IdentifierType.PHONE, SCORE, _NAME)
    elif span.type in NUMBERED:
        yield from _twins(text, span)


def _twins(text: str, span: Span) -> Iterator[Span]:
    """Yield numbers of the same shape that follow one by one: "2201847 / 2201848"."""
    end, wanted = span.end, _shape(text[span.start : span.end])
    while wanted.count("9") >= _FEWEST and (joint := _TWIN.match(text, end)) is not None:
        value = _VALUE.match(text, joint.end())
        if value is None or _shape(value[0]) != wanted:
            return
        yield Span(*value.span(), span.type, SCORE, _NAME)
        end = value.end()


def _numbered_rows(text: str, spans: Sequence[Span]) -> list[Span]:
    """Return the numbers at the heads of rows that go on with a name: "20077 Swenson, Tor" over "20118 Xay, Phout"."""
    heads = list[re.Match[str]]()
    for span in spans:
        start = text.rfind("\n", 0, span.start) + 1
        if span.type is IdentifierType.NAME and (head := _HEAD.fullmatch(text, start, span.start)) is not None:
            heads.append(head)
    lengths = {len(head[1]) for head in heads}
    if len(heads) < _FEWEST_ROWS or len(lengths) > 1:
        return []
    return [Span(*head.span(1), IdentifierType.OTHER_ID, SCORE, _NAME) for head in heads]


def _columned(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """Yield what stands where a found number stands one row above or below, in rows that begin alike."""
    for span in spans:
        if span.type not in NUMBERED or sum(map(str.isdigit, text[span.start : span.end])) < _FEWEST_COLUMNED:
            continue
        start = text.rfind("\n", 0, span.start) + 1
        row = list(_TOKEN.finditer(text, start, _line_end(text, start)))
        place = next((at for at, token in enumerate(row) if token.span() == (span.start, span.end)), 0)
        for other in _rows_beside(text, start) if place else ():
            alike = place < len(other) and all(_shape(other[at][0]) == _shape(row[at][0]) for at in (0, place))
            if alike and any(map(str.isdigit, row[0][0])):
                yield Span(*other[place].span(), span.type, SCORE, _NAME)


def _rows_beside(text: str, start: int) -> Iterator[list[re.Match[str]]]:
    """Yield the words of the two lines before and after a line."""
    before = start
    for _ in range(_ROWS_BESIDE):
        if before:
            end, before = before - 1, text.rfind("\n", 0, before - 1) + 1
            yield list(_TOKEN.finditer(text, before, end))
    after = _line_end(text, start) + 1
    for _ in range(_ROWS_BESIDE):
        if after < len(text):
            yield list(_TOKEN.finditer(text, after, _line_end(text, after)))
            after = _line_end(text, after) + 1


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return end if end >= 0 else len(text)


def _shape(value: str) -> str:
    return re.sub("[A-Za-z]", "A", value.translate(_SHAPE))
