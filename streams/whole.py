"""Fields that are an identifier as a whole, whatever their text looks like."""

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
_DIGITS = re.compile(r"\d")
_MANY_DIGITS = 4
_USER_KEYS = ("user", "user_id", "end_user", "safety_identifier", "metadata.user_id", "username")


def whole_span(field: TextField, spans: Sequence[Span], *, staff: bool) -> Sequence[Span]:
    """Return *spans*, or one span over the whole text where the field itself identifies.

    A record key that is no call's id and holds digits may be anybody's number; the user of a staff application becomes
    one pseudonym, so that access can be followed per person.
    """
    if not field.text.strip():
        return spans
    if (staff and _is_user(field)) or (field.kind is FieldKind.RECORD_KEY and _may_identify(field.text)):
        return (Span(0, len(field.text), IdentifierType.OTHER_ID, 1.0, "whole_field"),)
    return spans


def is_user(field: TextField) -> bool:
    """Tell whether the field names the user of the call."""
    return field.kind is FieldKind.VALUE and field.hint in _USER_KEYS


_is_user = is_user


def _may_identify(text: str) -> bool:
    return _CALL_KEY.fullmatch(text) is None and len(_DIGITS.findall(text)) >= _MANY_DIGITS
