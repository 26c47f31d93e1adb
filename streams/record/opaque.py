"""What cannot be read is not passed on: media, signatures and pointers become kind, type, size and digest."""

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any

_DATA_URI = re.compile(r"data:([a-z]+/[a-z0-9.+-]{1,64})?[;,]", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{64}[A-Za-z0-9+/_\s-]*={0,2}\s*")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{1,15})://", re.IGNORECASE)
#: Subtypes and schemes that are told; another one may be anybody's words, and is not.
_SUBTYPES = frozenset(
    """
    jpeg jpg png gif webp bmp tiff heic heif svg+xml x-icon dicom wav x-wav mpeg mp3 mp4 ogg opus webm aac flac
    quicktime pdf zip gzip json xml plain html csv markdown rtf msword octet-stream x-tar
    """.split()
)
_SCHEMES = frozenset("http https s3 gs abfs abfss wasb wasbs az azure file ftp sftp hdfs oci r2 minio blob".split())
#: What repeats a text token by token, whoever wrote it.
_PER_TOKEN = frozenset({"logprobs", "logprobsResult", "logprobs_result", "prompt_logprobs"})
#: Where servers tell a text by the numbers of its tokens, which anybody turns back into it.
_TOKEN_NUMBERS = frozenset(
    "context tokens prompt input token_ids prompt_token_ids completion_token_ids output_token_ids input_ids".split()
)
#: Every tokenizer has its bytes below; a list of numbers that are all so small may be anything.
_BYTES = 256
_PROBE = 2048
_SHORTEST_BLOB = 256
#: First bytes of common media (IANA media types; each format's own specification).
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG", "image/png"),
    (b"GIF8", "image/gif"),
    (b"%PDF", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"RIFF", "audio/wav"),
    (b"ID3", "audio/mpeg"),
    (b"\x1f\x8b", "application/gzip"),
    (b"II*\x00", "image/tiff"),
    (b"OggS", "audio/ogg"),
)


def is_media(text: str) -> bool:
    """Tell whether a string is a data URI, or base64 that decodes to something other than text.

    >>> is_media("data:image/png;base64,iVBORw0KGgo="), is_media("plain words")
    (True, False)
    """
    if text[:1] in "dD" and _DATA_URI.match(text):
        return True
    if len(text) < _SHORTEST_BLOB or _BASE64.match(text, 0, 128) is None or _BASE64.fullmatch(text) is None:
        return False
    head = _decode(text[:_PROBE])
    return head is not None and not _is_text(head)


def describe_blob(kind: str, text: str, digest: Callable[[bytes], str]) -> str:
    """Return the bracketed description that stands in place of a blob: never its content.

    `digest` is keyed, so that the same picture is recognised without being guessed.
    """
    found = _DATA_URI.match(text)
    scheme = _scheme_of(text)
    type_ = _type_of(text, found.group(1) if found else None)
    parts = [kind, *([f"type={type_}"] if type_ else []), *([f"scheme={scheme}"] if scheme else [])]
    return f"[{' '.join(parts)} size={len(text)} digest={digest(text.encode())}]"


def repeats_tokens(key: str, node: dict[str, Any] | list[Any]) -> bool:
    """Tell whether what stands under a key tells a text token by token, which nobody can read so.

    >>> repeats_tokens("context", [128006, 882]), repeats_tokens("tokens", [{"text": "Mar", "logprob": -1}])
    (True, True)
    """
    if key in _PER_TOKEN:
        return True
    if not isinstance(node, list) or not node:
        return False
    if isinstance(node[0], list):
        return all(isinstance(each, list) for each in node) and repeats_tokens(
            key, [each for row in node for each in row]
        )
    if isinstance(node[0], dict):
        return all(isinstance(each, dict) and "logprob" in each for each in node)
    return key in _TOKEN_NUMBERS and _are_numbers(node)


def _are_numbers(node: list[Any]) -> bool:
    """Tell whether a list holds the numbers of tokens."""
    whole = all(isinstance(each, int) and not isinstance(each, bool) and each >= 0 for each in node)
    return whole and max(node) >= _BYTES


def count_logprobs(node: Any) -> int:
    """Return how many tokens a log of single tokens holds."""
    content = node.get("content") if isinstance(node, dict) else node
    return len(content) if isinstance(content, list) else 0


def _scheme_of(text: str) -> str | None:
    found = _SCHEME.match(text)
    scheme = found.group(1).lower() if found else None
    return scheme if scheme in _SCHEMES else None


def _type_of(text: str, declared: str | None) -> str | None:
    kind, _, subtype = (declared or "").lower().partition("/")
    if kind in ("image", "audio", "video", "text", "application"):
        return f"{kind}/{subtype}" if subtype in _SUBTYPES else kind
    head = _decode(text[:64]) or b""
    return next((type_ for magic, type_ in _MAGIC if head.startswith(magic)), None)


def _decode(text: str) -> bytes | None:
    compact = "".join(text.split()).translate({ord("-"): "+", ord("_"): "/"}).rstrip("=")
    compact = compact[: len(compact) // 4 * 4]
    try:
        return base64.b64decode(compact, validate=True)
    except (binascii.Error, ValueError):
        return None


def _is_text(data: bytes) -> bool:
    """Tell whether bytes are UTF-8 text; the tail may be cut inside a character."""
    decoded = data.decode("utf-8", errors="ignore")
    if len(decoded.encode()) < len(data) - 3:
        return False
    printable = sum(char.isprintable() or char in "\r\n\t" for char in decoded)
    return printable >= 0.95 * max(len(decoded), 1)
