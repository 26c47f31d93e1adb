"""Key hints: the object key, header or column that names a value's identifier."""

from collections.abc import Callable, Mapping, Sequence

from detectors.patterns.hint_keys import KEYS, OWNED_IDS, PERSONS, PLACES, PREFIXES, TECHNICAL
from detectors.patterns.scanning import compile_latin, count_digits, trim
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
_CODE = compile_latin(r"[_(/:=]")
#: Of what kind a user is; no name of one.
_ROLES = frozenset(
    b"clinician patient nurse physician doctor provider system admin assistant user caregiver staff member "
    b"guest".split()
)
_MOST_SPACES = 9
_DIALLED = frozenset((IdentifierType.PHONE, IdentifierType.FAX))
_PHONE_PARTS = frozenset("rest local line subscriber digits full formatted raw national e164 localnumber".split())
_NAME_KEYS = frozenset(("name", "text", "display", "fullname", "value"))
_PAIRS = {
    ("identifier", "value"): IdentifierType.OTHER_ID,
    ("identifier", "extension"): IdentifierType.OTHER_ID,
    ("address", "line"): IdentifierType.GEO,
    ("address", "text"): IdentifierType.GEO,
    ("addr", "line"): IdentifierType.GEO,
    ("photo", "url"): IdentifierType.PHOTO,
    ("photo", "data"): IdentifierType.PHOTO,
    ("avatar", "url"): IdentifierType.PHOTO,
    ("employer", "name"): IdentifierType.NAME,
    ("telecom", "value"): IdentifierType.PHONE,
}
#: "scr_mg_dl", "hgb_g_dl": by the deciliter.
_MEASURES = ("mgdl", "gdl", "mcgdl", "unitsdl", "perdl")
_DATE_KEYS = ("date", "datetime", "dob", "birthday")
_STATES_AND_COUNTRIES = compile_latin(r"[A-Z]{2}|usa?|united states(?: of america)?")


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
    if parent in TECHNICAL or last.endswith(_MEASURES):
        return None
    return _under_parent(last, parent, above) or _alone(last)


def _plain(part: str) -> str:
    """Drop what is no letter, and the index of an array; a digit inside a word stays."""
    letters = "".join(char for char in part.partition("[")[0] if char.isalnum())
    return letters if letters in _TYPES else letters.rstrip("0123456789")


def _under_parent(last: str, parent: str, above: str) -> IdentifierType | None:
    """Judge the keys that mean something only below another one."""
    if last in _NAME_KEYS:
        if parent == "name" and above not in TECHNICAL:
            return IdentifierType.NAME
        if last != "value" and parent in PERSONS:
            return IdentifierType.NAME
        if last not in ("value", "text") and parent in PLACES:
            return IdentifierType.GEO
    if last in ("id", "identifier", "number", "no", "num") and parent in OWNED_IDS:
        return OWNED_IDS[parent]
    whose = _TYPES.get(parent)
    if whose and (last in ("value", "number", "no") or (last in _PHONE_PARTS and whose in _DIALLED)):
        return whose
    return _PAIRS.get((parent, last)) or _TYPES.get(parent + last)


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
    dated = last.endswith(_DATE_KEYS) and not last.endswith(("update", "candidate", "mandate"))
    return IdentifierType.DATE if dated else None


def hinted_range(type_: IdentifierType, latin: bytes, start: int, end: int) -> tuple[int, int] | None:
    """Return the part of a value that is the identifier its key names, or None where the value cannot be one."""
    start, end = _stripped(latin, start, end)
    value = latin[start:end]
    if not value or len(value) > MAX_VALUE or _EMPTY.fullmatch(value) or value.count(b" ") > _MOST_SPACES:
        return None
    if type_ is IdentifierType.AGE:
        found = _AGE.fullmatch(value)
        return None if found is None else (start + found.start(1), start + found.end(1))
    if type_ is IdentifierType.NAME:
        return trim(latin, start, end) if _may_be_name(value) else None
    if type_ is IdentifierType.OTHER_ID and value.lower() in _ROLES:
        return None
    test = _TESTS.get(type_, _may_be_number if type_ in _NUMBERED else _may_be_secret)
    return (start, end) if test(value) else None


def _may_be_name(value: bytes) -> bool:
    """Tell whether a value can be a person's name: few words, hardly a digit, no function, constant or path."""
    code = len(value) == 2 and value.islower()  # "mi", of a language.
    if value.lower() in _ROLES:
        return False
    return not code and len(value.split()) <= 6 and count_digits(value) <= 2 and _CODE.search(value) is None


def _may_be_date(value: bytes) -> bool:
    shaped = count_digits(value) > 0 and len(value) <= 48 and _DATE_SHAPE.fullmatch(value) is not None
    return shaped and _YEAR.fullmatch(value) is None


def _may_be_place(value: bytes) -> bool:
    """Tell whether a value is smaller than a state: no code of one, a number only as ZIP code or coordinate."""
    if _STATES_AND_COUNTRIES.fullmatch(value):
        return False
    if value[:1] in b"+-" or (b"." in value and count_digits(value) > len(value) // 2):
        return _COORDINATE.fullmatch(value) is not None
    return not value.isdigit() or len(value) in (5, 9)


def _may_be_number(value: bytes) -> bool:
    return count_digits(value) >= 2 and value.count(b" ") <= 6


def _may_be_mail(value: bytes) -> bool:
    return b"@" in value or b" at " in value.lower() or b"%40" in value


def _may_be_link(value: bytes) -> bool:
    return b" " not in value and (b"/" in value or b"." in value)


def _may_be_id(value: bytes) -> bool:
    spaces = value.count(b" ")
    return value != b"0" and spaces <= 4 and (count_digits(value) > 0 or (spaces == 0 and len(value) >= 3))


def _may_be_secret(value: bytes) -> bool:
    return value.count(b" ") <= 6


def _stripped(latin: bytes, start: int, end: int) -> tuple[int, int]:
    """Drop quotes, spaces and closing signs around a value."""
    while start < end and latin[start : start + 1] in _AROUND:
        start += 1
    while start < end and latin[end - 1 : end] in _AROUND:
        end -= 1
    return start, end


_TESTS: Mapping[IdentifierType, Callable[[bytes], bool]] = {
    IdentifierType.DATE: _may_be_date,
    IdentifierType.GEO: _may_be_place,
    IdentifierType.EMAIL: _may_be_mail,
    IdentifierType.PHOTO: _may_be_link,
    IdentifierType.URL: _may_be_link,
    IdentifierType.OTHER_ID: _may_be_id,
}
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
