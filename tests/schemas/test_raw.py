"""Raw bytes to a JSON tree and back: nothing but what redaction touches ever changes."""

import json
import math
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Malformed, QuarantineReason
from schemas.raw import Bounds, decode_raw, encode_raw, free_key

NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
TREES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


@given(TREES)
def test_encode_reverses_decode(tree: Any) -> None:
    """A tree that JSON can hold survives writing and reading."""
    clean = json.loads(json.dumps(tree).encode("utf-8", "replace").decode())
    source = json.dumps(clean, ensure_ascii=False).encode("utf-8", "replace")

    once = decode_raw(source)

    assert once == decode_raw(encode_raw(once))


@pytest.mark.parametrize(
    ("source", "written"),
    [
        (b"1.10", b"1.1"),
        (b"-0", b"-0.0"),
        (b"1e2", b"100.0"),
        (b"18446744073709551615", b"18446744073709551615"),
        (b"18446744073709551616", b'"18446744073709551616"'),
        (b"-9223372036854775809", b'"-9223372036854775809"'),
        (b"1e400", b'"1e400"'),
        (b"1e-400", b'"1e-400"'),
        (b"3.14159265358979323846", b'"3.14159265358979323846"'),
        (b"0.30000000000000004", b"0.30000000000000004"),
        (b'"\\ud83d\\ude00"', '"\N{GRINNING FACE}"'.encode()),
        (b'"\\ud800x"', '"\N{REPLACEMENT CHARACTER}x"'.encode()),
        (b'"\\u0000"', b'"\\u0000"'),
        (b'{"a":1,"a":2,"a~2":3}', b'{"a":1,"a~2":2,"a~2~2":3}'),
        (b'\xef\xbb\xbf{"a":1}', b'{"a":1}'),
        (b' "x" ', b'"x"'),
    ],
)
def test_what_a_tree_cannot_hold_becomes_text(source: bytes, written: bytes) -> None:
    """Digits, repeated keys and lone surrogates are kept as far as JSON readers can be trusted with them."""
    assert written == encode_raw(decode_raw(source))


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"", QuarantineReason.EMPTY),
        (b" \r\n\t", QuarantineReason.EMPTY),
        (b'{"a": 1', QuarantineReason.NOT_JSON),
        (b"{'a': 1}", QuarantineReason.NOT_JSON),
        (b'{"a": 1,}', QuarantineReason.NOT_JSON),
        (b'{"a": 1} {"b": 2}', QuarantineReason.NOT_JSON),
        (b"<html></html>", QuarantineReason.NOT_JSON),
        (b"2026-01-01 INFO started", QuarantineReason.NOT_JSON),
        (b'{"a": "\x00"}', QuarantineReason.NOT_JSON),
        (b'{"a": NaN}', QuarantineReason.NOT_FINITE),
        (b"[-Infinity]", QuarantineReason.NOT_FINITE),
        ('{"a": "é"}'.encode("latin-1"), QuarantineReason.WRONG_ENCODING),
        ('{"a": 1}'.encode("utf-16"), QuarantineReason.WRONG_ENCODING),
        (b"[" * 129 + b"]" * 129, QuarantineReason.TOO_DEEP),
        (b"[" * 2_000 + b"]" * 2_000, QuarantineReason.TOO_DEEP),
        (b'{"a":' * 2_000 + b"1" + b"}" * 2_000, QuarantineReason.TOO_DEEP),
    ],
)
def test_bad_bytes_are_named_by_reason(source: bytes, reason: QuarantineReason) -> None:
    """What cannot be read goes to quarantine with a reason, and the error holds none of it."""
    with pytest.raises(Malformed) as caught:
        decode_raw(source)

    assert reason == caught.value.reason
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_depth_at_the_bound_is_read() -> None:
    """128 levels pass, 129 do not."""
    assert decode_raw(b"[" * 128 + b"]" * 128)


def test_size_at_the_bound_is_read() -> None:
    """A record of exactly the bound passes, one byte more does not."""
    bounds = Bounds(record_bytes=64)

    assert decode_raw(b'"' + b"a" * 62 + b'"', bounds) == "a" * 62
    with pytest.raises(Malformed):
        decode_raw(b'"' + b"a" * 63 + b'"', bounds)


def test_five_megabytes_in_one_string_are_read() -> None:
    """A long string is text like any other."""
    assert len(decode_raw(orjson.dumps("a" * 5_000_000))) == 5_000_000


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_double_survives(number: float) -> None:
    """A number that a double holds exactly stays that number."""
    read = decode_raw(repr(number).encode())

    assert number == read
    assert math.copysign(1, float(read)) == math.copysign(1, number)


def test_free_key_never_collides() -> None:
    """The suffix of a colliding key is the first that is free."""
    assert free_key("a", {"a": 1, "a~2": 2}) == "a~3"
