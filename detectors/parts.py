"""What a tagger takes for somebody's number, and is the number of a part, a driver or a payer: bought, built, billed.

Asked of a tagger's numbers alone.
"""

import re

_BEFORE, _AFTER, _LONGEST_HEADING = 64, 24, 400
#: What is bought by a number that stands before it: "needs the 7C3Z-14A411 harness".
_THING = re.compile(
    r" (?:harness|cables?|batter(?:y|ies)|filters?|belt|cartridges?|gasket|hose|connectors?|brackets?|adapters?|"
    r"assembly|bulbs?|boards?|toner|blades?|bearings?|o-?rings?|fuses?|nozzles?|casters?|chargers?|screws?|needles?|"
    r"tibial|femoral|acetabular|baseplate|liner|insert|"
    r"tray|sutures?|catheters?|electrodes?|reagents?|wafers?|pouches|canisters?|firmware|chipset)\b",
    re.IGNORECASE,
)
#: "part 453564-0112 replaces 453564-0098", "model 37714 or 37715".
_SECOND = re.compile(
    r"\b(?:parts?|model|sku|catalog|cat|item|p/n)\b[^.\n]{2,40}\b(?:replaces|replaced by|supersedes|superseded by|or|"
    r"and|vs\.?|instead of|fits|equals|not) \Z",
    re.IGNORECASE,
)
_VERSION = re.compile(r" \(?v(?:er(?:sion)?)?\.? ?\d+\.\d")
_BUS = re.compile(r"[0-9a-f]{4}:[0-9a-f]{4}", re.IGNORECASE)
_ON_BUS = re.compile(r"\b(?:usb|pci|pcie|device|vid|idvendor|hub|bus)\b[^\n]{0,40}\Z", re.IGNORECASE)
_PAYER = re.compile(r"\b(?:payer|payor|edi)(?: ids?|'s id| #| number)?(?: is| are| was|:) \Z", re.IGNORECASE)
_PAYER_TOO = re.compile(r"\b(?:payer|payor) ids?\b[^.\n]{1,40}\b(?:is|are|and) \Z", re.IGNORECASE)
_PAYER_ID = re.compile(r"[A-Z0-9]{5}")
_HEADINGS = re.compile(
    r"\W*(?:part|part[ _-]?(?:no|num|number|id)|p/n|sku|catalog(?:ue)?(?:[ _-]?(?:no|number))?|cat[ _-]?no|"
    r"model(?:[ _-]?no)?|lot|ndc|cpt|hcpcs|icd(?:[ _-]?(?:9|10))?|loinc|rxcui|snomed|gtin|upc|mfr[ _-]?no|"
    r"payer[ _-]?id|drg|hcc|taxonomy|product[ _-]?(?:no|code)|item[ _-]?(?:no|number))\W*",
    re.IGNORECASE,
)
_SIGNS = ",;|\t"
#: A cell of a line whose columns are kept apart by blanks, and what heads a column where others are of parts too.
_CELL = re.compile(r"\S+(?: \S+)*")
_STOCK_HEADINGS = re.compile(
    r"\W*(?:exp(?:iry|ires|iration|\.)?(?: date)?|qty|on[ _-]?hand|par|count)\W*", re.IGNORECASE
)
_FEWEST_CELLS, _MOST_ABOVE = 3, 4000


def is_part(text: str, start: int, end: int) -> bool:
    """Tell whether a number is a part's, a driver's or a payer's by what is beside it or heads its column."""
    value = text[start:end]
    if _THING.match(text, end) or _VERSION.match(text, end):
        return True
    before = text[max(0, start - _BEFORE) : start]
    if _SECOND.search(before) or (_BUS.fullmatch(value) and _ON_BUS.search(before)):
        return True
    if _PAYER_ID.fullmatch(value) and (_PAYER.search(before) or _PAYER_TOO.search(before)):
        return True
    return _is_in_column(text, start) or _is_below(text, start, end)


def _is_in_column(text: str, start: int) -> bool:
    """Tell whether the first line of a table names the number's column as one of parts or codes."""
    head = text[: text.find("\n")] if 0 < text.find("\n") < min(start, _LONGEST_HEADING) else ""
    line = text.rfind("\n", 0, start) + 1
    for sign in _SIGNS:
        cells = head.split(sign)
        index = text.count(sign, line, start)
        if len(cells) > 1 and index < len(cells) and _HEADINGS.fullmatch(cells[index]):
            return True
    return False


def _is_below(text: str, start: int, end: int) -> bool:
    """Tell whether a number stands below the heading of parts or codes, in columns that blanks keep apart."""
    line = text.rfind("\n", 0, start) + 1
    block = text.rfind("\n\n", max(0, start - _MOST_ABOVE), start)
    begin, left, right = max(block + 2 if block >= 0 else 0, line - _MOST_ABOVE), start - line, end - line
    for above in text[begin:line].splitlines():
        cells = list(_CELL.finditer(above))
        if len(cells) < _FEWEST_CELLS or any(map(str.isdigit, above)):
            continue
        over = [cell for cell in cells if cell.start() < right and left < cell.end()]
        return len(over) == 1 and _heads(over[0][0], [cell[0] for cell in cells])
    return False


def _heads(heading: str, headings: list[str]) -> bool:
    """Tell whether a heading is of parts or codes; of what expires and is counted only where another is of parts."""
    if _HEADINGS.fullmatch(heading):
        return True
    return _STOCK_HEADINGS.fullmatch(heading) is not None and any(map(_HEADINGS.fullmatch, headings))
