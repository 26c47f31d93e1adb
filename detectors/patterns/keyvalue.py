"""Keys with values inside a text: pieces of JSON, query strings and logs whose key names a number."""

from collections.abc import Iterator, Sequence

from detectors.patterns.hints import classify, hinted_range
from detectors.patterns.scanning import compile_latin, count_digits
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.95
_KEY = r"[A-Z_][A-Z0-9_.-]{1,40}"
_QUOTED = compile_latin(
    rf"[\x22']({_KEY}(?: [A-Z]{{2,16}}){{0,2}})[\x22']\s*[:=]\s*(?:\[\s*)?(?:[\x22']([^\x22'\n]{{1,160}})[\x22']|"
    f"([0-9][0-9.]{{0,24}}))"
)
_ASSIGNED = compile_latin(rf"(?:^|[\s?&;,({{\[|])({_KEY})=[\x22']?([^\s\x22'&;,|<>{{}}\[\]]{{1,160}})")
_TAGGED = compile_latin(rf"<(?:[a-z0-9]+:)?({_KEY})(?: [^<>]{{0,80}})?>([^<>\n]{{1,160}})</")
#: What a test or a tool gives to a function, a type or a check that is called after it: `PatientId::parse("…")`.
_GIVEN = compile_latin(
    rf"\b(?:is_?|has_?|parse_?|valid(?:ate)?_?|new |find_?by_?|get_?by_?|lookup_?|mask_?)?({_KEY}?)"
    r"(?:(?:::|\.)(?:parse|new|of|from|from_str|valueOf|value_of|create|try_from|validate|is_?valid|lookup|find))?"
    r"\([\x22']([^\x22'\n]{2,60})[\x22']\)"
)
#: What a check of data shows of a field, in capitals: "ZIP '8790l' last char", "LAST 'Ng' length 2".
_SHOWN = compile_latin(
    r"\b((?:LAST|FIRST|MIDDLE|CITY|ZIP|DOB|SSN|MRN|PHONE|FAX|EMAIL|ADDR(?:ESS)?(?:_?[12])?|STREET|COUNTY|"
    r"MEMBER_?ID|LAST_?NAME|FIRST_?NAME)) '([^'\n]{2,60})'",
    ignore_case=False,
)
#: An instance identifier of a clinical document: the root says whose number it is, the extension is the number.
_INSTANCE = compile_latin(r"<(?:[a-z0-9]+:)?id\b([^<>]{0,240})>")
_EXTENSION = compile_latin(r"extension=[\x22']([^\x22'<>]{2,80})[\x22']")
_ROOTS = {b"2.16.840.1.113883.4.1": IdentifierType.SSN, b"2.16.840.1.113883.4.6": IdentifierType.LICENSE}
_GATE = compile_latin(r"[\x22'][ \t]*[:=]|[a-z]=|</|[\x22']\)|[A-Z] '")


class KeyValueRecognizer:
    """Finds values whose key in the text names an identifier."""

    name = "key_value"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each value without key, quotes and tags."""
        latin = passage.latin
        if _GATE.search(latin) is None:
            return []
        return [
            Span(start, end, type_, SCORE, self.name)
            for start, end, type_ in dict.fromkeys([*_pairs(latin), *_instances(latin)])
            if start < end
        ]


def _pairs(latin: bytes) -> Iterator[tuple[int, int, IdentifierType]]:
    patterns = [_QUOTED, _ASSIGNED, _TAGGED]
    patterns += [pattern for gate, pattern in ((b"')", _GIVEN), (b'")', _GIVEN), (b" '", _SHOWN)) if gate in latin]
    for pattern in dict.fromkeys(patterns):
        for found in pattern.finditer(latin):
            type_ = classify(found.group(1).decode("latin-1"))
            if type_ is None:
                continue
            group = 2 if found.start(2) >= 0 else 3
            if pattern is _GIVEN and not count_digits(found.group(2)):
                continue  # As often the name of a column or a message.
            if pattern is _SHOWN and found.group(2).islower():
                continue  # "FIRST 'time' users".
            value = hinted_range(type_, latin, found.start(group), found.end(group))
            if value is not None:
                yield *value, type_


def _instances(latin: bytes) -> Iterator[tuple[int, int, IdentifierType]]:
    for found in _INSTANCE.finditer(latin):
        extension = _EXTENSION.search(latin, found.start(1), found.end(1))
        if extension is not None and count_digits(extension.group(1)) >= 2:
            root = next((type_ for root, type_ in _ROOTS.items() if root + b'"' in found.group(1)), None)
            yield extension.start(1), extension.end(1), root or IdentifierType.OTHER_ID
