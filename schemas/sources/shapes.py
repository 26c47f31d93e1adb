"""What a path that is not text may hold: closed shapes, and the leaves that get a treatment of their own."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any

_ENUMERATION = re.compile(r"[A-Za-z][A-Za-z_.\-]{0,47}")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:?\d\d)?")
_EPOCH = re.compile(r"1\d{9}(?:\d{3}|\d{6}|\d{9})?(?:\.\d{1,9})?")
_LABEL = re.compile(r"[A-Za-z0-9._:/@-]{1,128}")


class Shape(Enum):
    """The closed shape that a value at a path must have to pass as it is; any other value there is text."""

    NUMBER = "number"
    ENUMERATION = "enumeration"
    TIME = "time"
    LABEL = "label"


class Treatment(Enum):
    """What becomes of a value that is neither passed nor read.

    LOGPROBS repeat the completion token by token: null with a count. OPAQUE blobs become size and digest. MEDIA becomes
    type, size and digest. POINTER is a reference to content elsewhere: replaced, and the event is incomplete.
    """

    LOGPROBS = "logprobs"
    OPAQUE = "opaque"
    MEDIA = "media"
    POINTER = "pointer"


#: A tree of rules: object keys, "[]" for list items, "*" for any key; leaves are shapes or treatments.
Rules = Mapping[str, Any]


def fits(shape: Shape, value: object) -> bool:
    """Tell whether *value* has the closed shape.

    A LABEL must also hold no structured identifier; that check is the walker's, since it needs the detectors.

    >>> fits(Shape.TIME, "2026-01-02T03:04:05Z"), fits(Shape.TIME, "seen 2026-01-02"), fits(Shape.NUMBER, "7")
    (True, False, False)
    """
    if shape is Shape.NUMBER:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if shape is Shape.TIME and isinstance(value, (int, float)):
        return _EPOCH.fullmatch(str(value)) is not None
    if not isinstance(value, str):
        return False
    pattern = {Shape.ENUMERATION: _ENUMERATION, Shape.TIME: _RFC3339, Shape.LABEL: _LABEL}[shape]
    return pattern.fullmatch(value) is not None or (shape is Shape.TIME and _EPOCH.fullmatch(value) is not None)
