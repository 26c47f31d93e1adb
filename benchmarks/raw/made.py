"""Records that cannot be written into a text file: other encodings, raw bytes, depth and size."""

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

REQUEST = (
    b'{"model":"gpt-4o","messages":[{"role":"user","content":"Refill lisinopril for Ottilie Brandvold, 212-555-0143"}]}'
)
ACCENTED = '{"note":"Paciente José Peñaloza, teléfono 212-555-0143"}'
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Made:
    """A record given by its bytes."""

    id: str
    value: bytes = field(repr=False)
    why: str
    kind: str = "malformed"
    expect: str = "quarantined"


def made() -> Iterator[Made]:
    """Yield every record that is made by code."""
    yield from _encodings()
    yield from _bytes()
    yield from _shapes()
    yield from _valid()


def _encodings() -> Iterator[Made]:
    text = REQUEST.decode()
    yield Made("m-enc-utf16le", text.encode("utf-16-le"), "UTF-16 without a mark")
    yield Made("m-enc-utf16be", text.encode("utf-16-be"), "UTF-16, big end first")
    yield Made("m-enc-utf16bom", text.encode("utf-16"), "UTF-16 with its mark")
    yield Made("m-enc-utf32", text.encode("utf-32"), "UTF-32")
    yield Made("m-enc-latin1", ACCENTED.encode("latin-1"), "Latin-1 accents are no UTF-8")
    yield Made("m-enc-cp1252", '{"note":"“Ottilie’s” fax"}'.encode("cp1252"), "typographic quotes of Windows")
    yield Made("m-enc-overlong", b'{"note":"\xc0\xafetc"}', "an overlong slash")
    yield Made("m-enc-surrogate", b'{"note":"\xed\xa0\x80 half a pair"}', "a surrogate written as UTF-8")
    yield Made("m-enc-cut", '{"note":"teléfono"}'.encode()[:13] + b'"}', "cut within a character")


def _bytes() -> Iterator[Made]:
    yield Made("m-bin-empty", b"", "no byte at all, which is no tombstone")
    yield Made("m-bin-bom", BOM, "a byte order mark and nothing else")
    yield Made("m-bin-nul", b"\x00" * 64, "NUL bytes")
    yield Made("m-bin-nul-in", REQUEST.replace(b"lisinopril", b"lisino\x00pril"), "a NUL inside a string")
    yield Made("m-bin-nul-end", REQUEST + b"\x00", "a C string's end")
    yield Made("m-bin-gzip", gzip.compress(REQUEST, mtime=0), "compressed by the producer")
    yield Made("m-bin-zlib", zlib.compress(REQUEST), "deflated")
    yield Made("m-bin-proto", b"\x0a\x1c\x0a\x07gpt-4o\x12\x11Ottilie Brandvold\x18\x90\x4e", "protobuf-like")
    yield Made("m-bin-avro", b"\x00\x00\x00\x00\x2a" + REQUEST, "a schema registry's five bytes before JSON")
    yield Made("m-bin-msgpack", b"\x82\xa5model\xa6gpt-4o\xa4user\xb1Ottilie Brandvold", "MessagePack")
    yield Made("m-bin-png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01", "a picture")
    yield Made("m-bin-escape", b"\x1b[32m" + REQUEST + b"\x1b[0m", "coloured by a terminal")


def _shapes() -> Iterator[Made]:
    yield Made("m-deep-arrays", b"[" * 2000 + b"]" * 2000, "2,000 levels of arrays")
    yield Made("m-deep-objects", b'{"a":' * 2000 + b'"Ottilie Brandvold"' + b"}" * 2000, "2,000 levels of objects")
    yield Made("m-deep-open", b"[" * 100_000, "100,000 brackets that never close")
    yield Made("m-raw-newline", b'{"note":"line one\nline two"}', "a bare line end inside a string")
    yield Made("m-raw-tab", b'{"note":"Ottilie\tBrandvold"}', "a bare tab inside a string")
    yield Made("m-raw-space", b" \t\r\n  ", "white space")
    yield Made("m-raw-feed", b"\x0c" + REQUEST, "a form feed is no JSON white space")
    yield Made("m-raw-nbsp", b"\xc2\xa0" + REQUEST, "nor is a no-break space")


def _valid() -> Iterator[Made]:
    digits = b"7" * 5000
    yield Made("g-big-integer", b'{"factorial":' + digits + b"}", "5,000 digits are a number", "generic", "redacted")
    yield Made("g-big-exponent", b'{"estimate":1e400,"tiny":-2.5E-420}', "beyond a double", "generic", "redacted")
    deep = b'{"a":' * 120 + b'"ok"' + b"}" * 120
    yield Made("g-deep-120", deep, "120 levels are within the bound", "generic", "redacted")
    long = json.dumps({"log": "metformin 500 mg taken. " * 20_000}).encode()
    yield Made("g-long-string", long, "half a megabyte in one string", "generic", "redacted")
    wide = json.dumps({f"step_{at}": at / 8 for at in range(2000)}).encode()
    yield Made("g-wide-object", wide, "2,000 keys", "generic", "redacted")
    yield Made("g-lone-surrogate", rb'{"note":"\ud83d cut emoji"}', "a lone surrogate escape", "generic", "redacted")
    yield Made("g-escaped-nul", rb'{"note":"a\u0000b"}', "an escaped NUL", "generic", "redacted")
    yield Made(
        "g-crlf-pretty", b'{\r\n\t"a": 1,\r\n\t"b": [ ]\r\n}\r\n', "pretty printed on Windows", "generic", "redacted"
    )
