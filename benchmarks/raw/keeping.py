"""What must survive of a record: marked text, the fields of its format, its numbers, and its shape."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.raw.leaves import CONSTANT, KEY, NUMBER, STRING, Leaf
from benchmarks.raw.marks import MARK, Marked, unmark

TEXT, FORMAT, ENVELOPE, NUMBERS, STRUCTURE = "text", "format", "envelope", "number", "structure"
VALUES = frozenset({TEXT, FORMAT, ENVELOPE, NUMBERS})

#: Ids and times by which a record of an unknown gateway is found again.
ENVELOPE_KEYS = re.compile(
    r"\.(?:timestamp|ts|time|@timestamp|logged_at|created_at|started_at|ended_at|startTime|endTime"
    r"|id|request_id|requestId|response_id|trace_id|span_id|traceId|call_id|correlation_id)\Z"
)
#: Parts that are replaced as a whole by their size, count or digest.
REPLACED = re.compile(r"\.(?:logprobs|image_url|input_audio|file|source|signature|audio)(?=[.\[]|\Z)|\.data\Z")
INDEX = re.compile(r"\[\d+\]")
_SIDE = r"\$(?:\.(?:request|response|request_body|response_body|body|input|output)(?:\(\))?)?"
_CALL = r"tool_calls\[\]\.(?:id|type|function\.name)"
FORMAT_PATHS = {
    "openai": re.compile(
        rf"{_SIDE}\.(?:id|model|object|created|system_fingerprint|service_tier|reasoning_effort|tool_choice"
        rf"|response_format\.type|choices\[\]\.(?:finish_reason|message\.(?:role|{_CALL}))"
        rf"|messages\[\]\.(?:role|tool_call_id|content\[\]\.type|{_CALL})|tools\[\]\.(?:type|function\.name))"
    ),
    "anthropic": re.compile(
        rf"{_SIDE}\.(?:id|model|type|role|stop_reason|service_tier|usage\.service_tier"
        r"|system\[\]\.(?:type|cache_control\.type)|tools\[\]\.name|tool_choice\.(?:type|name)|messages\[\]\.role"
        r"|(?:messages\[\]\.)?content\[\]\.(?:type|id|tool_use_id|name|cache_control\.type))"
    ),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """A value that must come out verbatim at its path."""

    category: str
    value: str = field(repr=False)
    path: str = field(repr=False)


def kept_of(kind: str, leaf: Leaf, marks: Marked) -> Iterator[Kept]:
    """Yield what must survive of one leaf."""
    envelope = kind == "generic" and ENVELOPE_KEYS.search(leaf.path) and f"<<{marks.plain}>>" == leaf.text
    path = unmark(leaf.path)
    for value in marks.keep:
        yield Kept(STRUCTURE if leaf.kind == KEY else ENVELOPE if envelope else TEXT, value, path)
    whole = _category(kind, leaf)
    if whole and not MARK.search(leaf.text):
        yield Kept(whole, leaf.text, path)


def _category(kind: str, leaf: Leaf) -> str | None:
    """Return the category of an unmarked leaf, or nothing where it may go or stay."""
    if not leaf.path.startswith("$") or REPLACED.search(leaf.path) or kind == "malformed":
        return None
    if leaf.kind in {KEY, CONSTANT}:
        return STRUCTURE
    if leaf.kind == NUMBER:
        return ENVELOPE if kind == "generic" and ENVELOPE_KEYS.search(leaf.path) else NUMBERS
    paths = FORMAT_PATHS.get(kind)
    return FORMAT if leaf.kind == STRING and paths and paths.fullmatch(INDEX.sub("[]", leaf.path)) else None
