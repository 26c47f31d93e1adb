"""Protobuf's wire format by hand (protobuf.dev, "Encoding"), so that no library judges itself."""


def varint(number: int) -> bytes:
    """Return a number in groups of seven bits, the least first."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*out, number))


def number(field: int, value: int) -> bytes:
    """Return a field of wire type 0; negative numbers are two's complement of 64 bits."""
    return varint(field << 3) + varint(value & (2**64 - 1))


def fixed64(field: int, value: int) -> bytes:
    """Return a field of wire type 1."""
    return varint(field << 3 | 1) + value.to_bytes(8, "little")


def fixed32(field: int, value: int) -> bytes:
    """Return a field of wire type 5."""
    return varint(field << 3 | 5) + value.to_bytes(4, "little")


def held(field: int, *parts: bytes | str) -> bytes:
    """Return a field of wire type 2: bytes, a string or a message of fields."""
    value = b"".join(part.encode() if isinstance(part, str) else part for part in parts)
    return varint(field << 3 | 2) + varint(len(value)) + value


def attribute(field: int, key: str, value: bytes) -> bytes:
    """Return an attribute whose AnyValue holds the field *value*."""
    return held(field, held(1, key), held(2, value))


def said(field: int, key: str, text: str) -> bytes:
    """Return an attribute that holds a string."""
    return attribute(field, key, held(1, text))
