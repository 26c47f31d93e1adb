"""Random OTLP export requests in protobuf, with canaries in names, values and nested values."""

import json
import random
import struct
from collections.abc import Callable

from benchmarks.fuzz import canaries
from benchmarks.fuzz.damage import told
from tests.schemas.sources.wire import attribute, fixed32, fixed64, held, number, varint

_BEGUN = 1_772_600_000_000_000_000
_NAMES = """
gen_ai.operation.name gen_ai.request.model gen_ai.input.messages gen_ai.output.messages gen_ai.system_instructions
gen_ai.prompt.0.content gen_ai.completion.0.role gen_ai.usage.input_tokens gen_ai.response.finish_reasons session.id
llm.input_messages.0.message.content llm.output_messages.1.message.tool_calls.0.tool_call.function.arguments user.id
input.value http.url exception.message odd
""".split()
_DEEPEST = 5


def export_request(rng: random.Random) -> bytes:
    """Return an export request of spans, or of log records."""
    resources = [_resource(rng, logs=rng.random() < 0.4) for _ in range(rng.randint(1, 2))]
    return b"".join(resources)


def _resource(rng: random.Random, *, logs: bool) -> bytes:
    leaves = [held(2, *_shuffled(rng, _log(rng) if logs else _span(rng))) for _ in range(rng.randint(1, 3))]
    scope = held(1, held(1, "genai"), held(2, "1.2"), _attribute(rng, 3))
    return held(1, held(1, _attribute(rng, 1)), held(2, scope, *leaves, held(3, "https://example.org/schema")))


def _span(rng: random.Random) -> list[bytes]:
    ids = [held(1, rng.randbytes(16)), held(2, rng.randbytes(8))]
    event = held(11, fixed64(1, _BEGUN), held(2, canaries.word(rng)), _attribute(rng, 3))
    status = held(15, held(2, canaries.word(rng)), number(3, 2))
    return [
        *ids,
        held(3, f"vendor={canaries.word(rng)}"),
        held(5, canaries.word(rng)),
        number(6, rng.randrange(6)),
        fixed64(7, _BEGUN),
        fixed64(8, _BEGUN + 5_000_000),
        *(_attribute(rng, 9) for _ in range(rng.randint(0, 4))),
        *rng.sample([event, held(13, *ids, _attribute(rng, 4)), status, fixed32(16, 257)], 2),
    ]


def _log(rng: random.Random) -> list[bytes]:
    return [
        fixed64(1, _BEGUN),
        number(2, 9),
        held(3, rng.choice(("INFO", canaries.word(rng)))),
        held(5, _value(rng)),
        *(_attribute(rng, 6) for _ in range(rng.randint(0, 3))),
        held(12, rng.choice(("gen_ai.user.message", canaries.word(rng)))),
    ]


def _attribute(rng: random.Random, field: int) -> bytes:
    name = canaries.word(rng) if rng.random() < 0.1 else rng.choice(_NAMES)
    return attribute(field, name, _value(rng))


def _value(rng: random.Random, depth: int = 0) -> bytes:
    """Return the one field of an AnyValue."""
    return rng.choice(_VALUES if depth < _DEEPEST else _SCALARS)(rng, depth)


def _double(rng: random.Random, _: int) -> bytes:
    return varint(4 << 3 | 1) + struct.pack("<d", rng.choice((0.5, -0.0, float("nan"), float("inf"))))


def _messages(rng: random.Random, _: int) -> bytes:
    parts = [{"type": "text", "content": canaries.word(rng)}]
    return held(1, json.dumps([{"role": "user", "parts": parts}]))


def _array(rng: random.Random, depth: int) -> bytes:
    return held(5, *(held(1, _value(rng, depth + 1)) for _ in range(rng.randint(0, 3))))


def _pairs(rng: random.Random, depth: int) -> bytes:
    return held(6, *(_pair(rng, depth) for _ in range(rng.randint(0, 3))))


def _pair(rng: random.Random, depth: int) -> bytes:
    name = rng.choice(("role", "content", canaries.word(rng)))
    return held(1, held(1, name), held(2, _value(rng, depth + 1)))


_SCALARS: tuple[Callable[[random.Random, int], bytes], ...] = (
    lambda rng, _: number(3, rng.choice((7, -1, 2**63 - 1))),
    lambda _rng, _: number(2, 1),
    lambda rng, _: held(7, canaries.word(rng)),
    lambda rng, _: held(1, told(rng)),
    lambda rng, _: held(1, told(rng)),
    _double,
    _messages,
)
_VALUES = (*_SCALARS, _array, _pairs, _pairs)


def _shuffled(rng: random.Random, fields: list[bytes]) -> list[bytes]:
    return rng.sample(fields, len(fields))
