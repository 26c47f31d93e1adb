"""Key hints: the object key, header or column that names a value's identifier."""

from collections.abc import Sequence
from functools import lru_cache

from detectors.patterns.hint_keys import KEYS, OWNED_IDS, PERSONS, PLACES, PREFIXES, TECHNICAL
from detectors.patterns.scanning import compile_latin, count_digits, is_word, trim
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.95
MAX_VALUE = 160
_TYPES = {key: type_ for type_, keys in KEYS.items() for key in keys.replace("_", "").split()}
_EMPTY = compile_latin(
    "(?:null|none|nil|n/?a|na|unknown|unk|undefined|true|false|yes|no|y|n|on|off|pending|active|inactive|deceased|"
    "masked|redacted|hidden|deferred|declined|refused|not [a-z ]{2,40}|self|same|other|see [a-z ]{2,20}|"
    "on file|blank|empty|tbd|todo|string|number|integer|object|array|boolean|default|test|example|anonymous|"
    "required|optional|completed?|open|closed|final|preliminary|male|female|m|f|home|work|mobile|usual|official|"
    r"[\s\W_x*#]*|\[[^\]]*\]|<[^>]*>|\{[^}]*\}|\$\{?[a-z_.]+\}?|phi_[a-z_]+)"
)
_DATE_SHAPE = compile_latin(
    "[^a-z]*[0-9OolI]{1,4}[^0-9a-z]{1,3}[0-9OolI]{1,2}.*|.*[a-z]{3}.*[0-9].*|"
    r"[0-9]{6,14}(?:\.[0-9]+)?(?:[+-][0-9]{4})?|(?:19|20)[0-9]{2}-?[0-9]{2}.*|[0-9]{1,2} [a-z]{3,} .*"
)
_YEAR = compile_latin(r"(?:1[89]|20)[0-9]{2}")
_AGE = compile_latin(r"0?((?:9[0-9]|1[01][0-9]|12[0-5])(?:\.[0-9])?)(?: ?(?:y|yo|yrs?|years?)(?: old)?)?")
_COORDINATE = compile_latin(r"[-+]?[0-9]{1,3}\.[0-9]{2,12}|[-+0-9.]+\s?,\s?[-+0-9.]+")
_NUMBERED = frozenset(
    (
        IdentifierType.PHONE,
        IdentifierType.FAX,
        IdentifierType.SSN,
        IdentifierType.MRN,
        IdentifierType.HEALTH_PLAN,
        IdentifierType.ACCOUNT,
        IdentifierType.LICENSE,
        IdentifierType.DEVICE,
        IdentifierType.IP,
        IdentifierType.BIOMETRIC,
    )
)
_DATE_KEYS = ("date", "datetime", "dob", "birthday")
_STATES_AND_COUNTRIES = compile_latin(r"[A-Z]{2}|usa?|united states(?: of america)?")


@lru_cache(maxsize=8192)
def classify(hint: str) -> IdentifierType | None:
    """Return the identifier that stands under a key, or None; *hint* is a key or a dotted path of keys.

    >>> classify("patient.name"), classify("Date of Birth"), classify("function.name")
    (<IdentifierType.NAME: 'NAME'>, <IdentifierType.DATE: 'DATE'>, None)
    """
    parts = [plain for part in hint.lower().split(".") if (plain := _plain(part))]
    if not parts or len(hint) > 120:
        return None
    last, parent = parts[-1], parts[-2] if len(parts) > 1 else ""
    above = parts[-3] if len(parts) > 2 else ""
    if parent in TECHNICAL:
        return None
    return _under_parent(last, parent, above) or _alone(last)


def _plain(part: str) -> str:
    """Drop what is no letter, and the index of an array; a digit inside a word stays."""
    letters = "".join(char for char in part.partition("[")[0] if char.isalnum())
    return letters if letters in _TYPES else letters.rstrip("0123456789")


def _under_parent(last: str, parent: str, above: str) -> IdentifierType | None:
    """Judge the keys that mean something only below another one."""
    if last in ("name", "text", "display", "fullname", "value") and parent == "name" and above not in TECHNICAL:
        return IdentifierType.NAME
    if last in ("name", "display", "fullname"):
        if parent in PERSONS:
            return IdentifierType.NAME
        return (
            IdentifierType.GEO
            if parent in PLACES and parent != "employer"
            else IdentifierType.NAME
            if parent == "employer"
            else None
        )
    if last in ("id", "identifier", "number", "no", "num") and parent in OWNED_IDS:
        return OWNED_IDS[parent]
    if last in ("value", "extension") and parent == "identifier":
        return IdentifierType.OTHER_ID
    if last in ("value", "number", "no") and parent in _TYPES:
        return _TYPES[parent]
    if last in ("line", "text") and parent in ("address", "addr"):
        return IdentifierType.GEO
    if last in ("url", "data") and parent in ("photo", "avatar", "picture"):
        return IdentifierType.PHOTO
    joined = _TYPES.get(parent + last)
    return joined if joined is not None and last not in ("type", "status") else None


def _alone(last: str) -> IdentifierType | None:
    """Look a key up, then what remains of it behind "home", "patient" and the like."""
    known = _TYPES.get(last)
    if known is not None:
        return known
    for prefix in PREFIXES:
        if last.startswith(prefix) and len(last) > len(prefix):
            rest = last[len(prefix) :]
            if rest == "name":
                return IdentifierType.GEO if prefix in PLACES else IdentifierType.NAME
            if rest in ("id", "identifier", "number", "no"):
                return OWNED_IDS.get(prefix)
            known = _TYPES.get(rest) or _alone(rest)
            if known is not None:
                return known
    return (
        IdentifierType.DATE
        if last.endswith(_DATE_KEYS) and not last.endswith(("update", "candidate", "mandate"))
        else None
    )


def hinted_range(type_: IdentifierType, latin: bytes, start: int, end: int) -> tuple[int, int] | None:
    """Return the part of a value that is the identifier its key names, or None where the value cannot be one."""
    start, end = _stripped(latin, start, end)
    value = latin[start:end]
    if not value or len(value) > MAX_VALUE or _EMPTY.fullmatch(value) or value.count(b" ") > 9:
        return None
    digits = count_digits(value)
    if type_ is IdentifierType.DATE:
        return (
            (start, end)
            if digits and len(value) <= 48 and _DATE_SHAPE.fullmatch(value) and not _YEAR.fullmatch(value)
            else None
        )
    if type_ is IdentifierType.AGE:
        found = _AGE.fullmatch(value)
        return None if found is None else (start + found.start(1), start + found.end(1))
    if type_ is IdentifierType.NAME:
        words = value.split()
        return (
            trim(latin, start, end)
            if len(words) <= 6 and digits <= 2 and any(map(is_word, value)) and not _is_code(value)
            else None
        )
    if type_ is IdentifierType.GEO:
        return _place(latin, start, end)
    if type_ in _NUMBERED:
        return (start, end) if digits >= 2 and value.count(b" ") <= 6 else None
    if type_ is IdentifierType.EMAIL:
        return (start, end) if b"@" in value or b" at " in value.lower() or b"%40" in value else None
    if type_ in (IdentifierType.PHOTO, IdentifierType.URL):
        return (start, end) if b" " not in value and (b"/" in value or b"." in value) else None
    if type_ is IdentifierType.OTHER_ID:
        return (start, end) if value.count(b" ") <= 4 and (digits or (len(value) >= 3 and b" " not in value)) else None
    return (start, end) if value.count(b" ") <= 6 else None


def _place(latin: bytes, start: int, end: int) -> tuple[int, int] | None:
    value = latin[start:end]
    if _STATES_AND_COUNTRIES.fullmatch(value):
        return None
    if value[:1] in b"+-" or (b"." in value and count_digits(value) > len(value) // 2):
        return (start, end) if _COORDINATE.fullmatch(value) else None
    if value.isdigit():
        return (start, end) if len(value) in (5, 9) else None
    return start, end


def _is_code(value: bytes) -> bool:
    """Tell whether a value is the name of a function, a constant or a key, not of a person."""
    return b"_" in value or b"(" in value or b"/" in value or b":" in value or b"=" in value


def _stripped(latin: bytes, start: int, end: int) -> tuple[int, int]:
    """Drop quotes, spaces and closing signs around a value."""
    while start < end and latin[start : start + 1] in _AROUND:
        start += 1
    while start < end and latin[end - 1 : end] in _AROUND:
        end -= 1
    return start, end


_AROUND = frozenset(bytes([byte]) for byte in b" \t\r\n\"'`,;|*")


class KeyHintRecognizer:
    """Finds the whole value that its key names; statuses, years and ages under 90 stay."""

    name = "key_hint"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return the value, where the passage has a hint."""
        type_ = classify(passage.hint) if passage.hint else None
        if type_ is None:
            return []
        found = hinted_range(type_, passage.latin, 0, len(passage.latin))
        return [] if found is None or found[0] >= found[1] else [Span(*found, type_, SCORE, self.name)]
