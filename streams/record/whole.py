"""What the place of a text says about its spans: some places identify as a whole, some hold no prose.

The analyzer reads a text and the key above it; what a record key, a number or a programmer's key may be is known here.
"""

import re
from collections.abc import Sequence

from schemas.events import FieldKind, TextField
from schemas.identifiers import IdentifierType
from schemas.spans import Span

#: Record keys that name a call and no person: UUID, long hex, ULID, or a prefixed id of a known kind.
_CALL_KEY = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,64}|[0-9A-HJKMNP-TV-Z]{26}"
    r"|(?:conv|conversation|thread|run|req|request|resp|response|chatcmpl|msg|trace|call|evt|event)[-_][A-Za-z0-9-]{1,64}",
)
#: Keys as programs write them: snake_case, kebab-case, camelCase, dotted.
_PROGRAM_KEY = re.compile(r"\$?[a-zA-Z][a-z0-9]*(?:[_.-]?[A-Z]?[a-z0-9]+)*")
#: Names of files, which people give; programs write such keys too.
_FILE_KEY = re.compile(
    r".+\.(?:pdf|docx?|xlsx?|pptx?|rtf|odt|txt|md|csv|tsv|json|xml|html?|zip|gz|7z|png|jpe?g|gif|tiff?|heic|webp|bmp|svg"
    r"|dcm|dicom|nii|wav|mp3|m4a|ogg|mp4|mov|avi|eml|msg|hl7)",
    re.IGNORECASE,
)
#: Seconds to nanoseconds since the epoch, for the years 2001 to 2033.
_EPOCH = re.compile(r"1\d{9}(?:\d{3}){0,3}(?:\.\d+)?")
_DIGITS = re.compile(r"\d")
_MANY_DIGITS = 4
_DIGITS_OF_AN_ID = 9
_USER_KEYS = ("user", "user_id", "end_user", "safety_identifier", "metadata.user_id", "username")
#: Last parts of a hint under which a short value names a user.
_USERNAME_KEYS = frozenset(
    "user username user_name user-name userid user_id end_user login login_name screen_name x-user x-user-id "
    "x-username x-consumer-username x-forwarded-user x-remote-user safety_identifier usuario".split()
)
_LONGEST_USERNAME = 64
#: Last parts of a hint under which codes of a terminology stand; a tagger's guess says nothing there.
_CODE_KEYS = frozenset(
    "code codes icd icd9 icd10 icd_10 icd10cm cpt hcpcs ndc snomed snomedct rxcui rxnorm loinc cvx drg modifier "
    "taxonomy".split()
)
#: What a code may look like; a program stands under such a key too, and quotes whom it is about.
_CODE = re.compile(r"[\w.:^|/+ -]{1,40}")
#: Recognizers that need prose around a value.
_OF_PROSE = frozenset({"ner", "age", "date", "date_words", "forms", "spoken_number", "gazetteer.initials"})
#: Recognizers that go by the place itself.
_OF_PLACE = frozenset({"key_hint", "lookalike", "memory", "deny_list", "roster"})


def spans_in_place(field: TextField, spans: Sequence[Span], *, staff: bool) -> Sequence[Span]:
    """Return the spans of a text that its place bears out, or one span over the whole of it."""
    whole = whole_span(field, (), staff=staff)
    if whole or not spans:
        return whole
    if field.kind is FieldKind.NUMBER or field.text.isdecimal():
        return [span for span in spans if _is_number_of_somebody(field, span)]
    if field.kind is FieldKind.KEY and _PROGRAM_KEY.fullmatch(field.text) and _few_digits(field.text):
        dropped = _OF_PROSE - {"ner"} if _FILE_KEY.fullmatch(field.text) else _OF_PROSE
        return [span for span in spans if span.recognizer not in dropped]
    if _last_key(field) in _CODE_KEYS and _CODE.fullmatch(field.text):
        return [span for span in spans if span.recognizer not in _OF_PROSE]
    return spans


def whole_span(field: TextField, spans: Sequence[Span], *, staff: bool) -> Sequence[Span]:
    """Return *spans*, or one span over the whole text where the field itself identifies.

    A record key that is no call's id and holds digits may be anybody's number; what stands under a user's key names a
    user; the user of a staff application becomes one pseudonym, so that access can be followed per person.
    """
    if not field.text.strip():
        return spans
    identifies = _is_username(field) or (field.kind is FieldKind.RECORD_KEY and _may_identify(field.text))
    if identifies or (staff and is_user(field)):
        return (Span(0, len(field.text), IdentifierType.OTHER_ID, 1.0, "whole_field"),)
    return spans


def is_user(field: TextField) -> bool:
    """Tell whether the field names the user of the call."""
    return field.kind is FieldKind.VALUE and field.hint in _USER_KEYS


def _is_username(field: TextField) -> bool:
    if field.kind not in (FieldKind.VALUE, FieldKind.HEADER, FieldKind.NUMBER):
        return False
    short = len(field.text) <= _LONGEST_USERNAME and len(field.text.split()) == 1
    return short and _last_key(field) in _USERNAME_KEYS


def _is_number_of_somebody(field: TextField, span: Span) -> bool:
    """Tell whether a bare number is an identifier: by its key, or because it has the length and form of one."""
    if span.recognizer in _OF_PLACE:
        return True
    prose = field.kind is FieldKind.VALUE and field.hint.endswith(("content", "text", "prompt"))
    long = len(_DIGITS.findall(field.text)) >= _DIGITS_OF_AN_ID and _EPOCH.fullmatch(field.text) is None
    return prose or long


def _last_key(field: TextField) -> str:
    return field.hint.rsplit(".", 1)[-1]


def _few_digits(text: str) -> bool:
    return re.search(rf"\d{{{_MANY_DIGITS},}}", text) is None


def _may_identify(text: str) -> bool:
    return _CALL_KEY.fullmatch(text) is None and len(_DIGITS.findall(text)) >= _MANY_DIGITS
