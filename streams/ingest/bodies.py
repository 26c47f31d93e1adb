"""From an HTTP request's body to the raw records in it: OTLP requests and JSON lines, packed or not."""

import zlib
from dataclasses import dataclass

from schemas.errors import Malformed, SchemaError
from schemas.raw import Bounds, decode_raw
from schemas.sources.otlp import may_be_otlp

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
#: What a body of JSON lines may be called.
LINES = frozenset({"application/x-ndjson", "application/jsonl", "application/x-jsonlines", JSON, "text/plain"})
_GZIP_OR_ZLIB = 47  # zlib's window bits for either header.


class Unreadable(SchemaError):
    """A body is not what its headers say; `code` is a constant, `status` the HTTP status that tells the client."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"body is refused: {code}")
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Unpacker:
    """Unpacks a body as it comes, never beyond *limit* bytes."""

    encoding: str
    limit: int

    def unpack(self, body: bytes) -> bytes:
        """Return the body's bytes; raises Unreadable where it is cut, damaged or too large."""
        if self.encoding in ("", "identity"):
            return body
        if self.encoding not in ("gzip", "x-gzip", "deflate"):
            raise Unreadable(415, "content_encoding")
        stream = zlib.decompressobj(_GZIP_OR_ZLIB)
        try:
            out = stream.decompress(body, self.limit + 1)
        except zlib.error:
            raise Unreadable(400, "not_gzip") from None
        if len(out) > self.limit:
            raise Unreadable(413, "body_too_large")
        if not stream.eof or stream.unused_data:
            raise Unreadable(400, "not_gzip")
        return out


def otlp_records(body: bytes, content_type: str, bounds: Bounds) -> list[bytes]:
    """Return the one record that an OTLP export request is, or none where it is empty.

    Raises Unreadable where the body is not protobuf or JSON as its type says; whether all of it is known is judged
    where it is redacted.
    """
    if content_type not in (PROTOBUF, JSON):
        raise Unreadable(415, "content_type")
    if len(body) > bounds.record_bytes:
        raise Unreadable(413, "record_too_large")
    if not body and content_type == PROTOBUF:
        return []
    if not (may_be_otlp(body) if content_type == PROTOBUF else _is_object(body, bounds)):
        raise Unreadable(400, "not_otlp")
    return [body]


def lines_of(body: bytes, content_type: str, bounds: Bounds) -> list[bytes]:
    """Return the records of a body of JSON lines, as they are: what is wrong with one is judged where it is redacted.

    Raises Unreadable where a line is longer than a record may be.
    """
    if content_type not in LINES:
        raise Unreadable(415, "content_type")
    records = [line for line in body.replace(b"\r\n", b"\n").split(b"\n") if line.strip()]
    if any(len(record) > bounds.record_bytes for record in records):
        raise Unreadable(413, "record_too_large")
    return records


def _is_object(body: bytes, bounds: Bounds) -> bool:
    try:
        return isinstance(decode_raw(body, bounds), dict)
    except Malformed:
        return False
