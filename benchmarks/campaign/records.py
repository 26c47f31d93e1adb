"""The inputs of a campaign: short raw events, each with a marker of its own, about one in a hundred of them bad."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.e2e.deployment import TENANT_HEADER

#: The record bound of a campaign's settings: small, so that an oversize record is cheap.
RECORD_BYTES = 32 * 1024
_BAD_SHARE = 0.01
_TWIN_SHARE = 0.03
_LOOKALIKE_SHARE = 0.05
_TOMBSTONE_SHARE = 0.003
_CONVERSATIONS = 997
#: Five of these things are a marker: no surname among them, so that no detector takes a row of them for a name.
_THINGS = ("water", "table", "window", "glass", "button", "bottle", "blanket", "ladder", "pencil", "curtain")
MARKER = re.compile(rb"(?:(?:" + "|".join(_THINGS).encode() + rb")\b ?){5}")
_STRANGER = "nobody-we-know"

_NAMES = ("Marisol Quintana", "Desmond Okafor", "Ingrid Halvorsen", "Hector Villanueva", "Rosalind Kowalczyk")
_TEXTS = (
    "Summarize the visit of {name} on 03/04/2024, phone 212-555-0147.",
    "Please send the letter for {name} to {mail}.",
    "hi, my ssn is 219-09-9999, why was the claim denied?",
    "What does an ejection fraction of 35 % mean?",
    "Patient {name}, MRN 48213977, is 94 years old and lives at 118 Alder Street.",
    "The pump answered from 192.0.2.44, see https://portal.example.org/visit/1.",
    "Is it safe to take ibuprofen with warfarin?",
    "Copied from a log: phi_name_ca_bcdfghjklmnpqrstvwxz was called back.",
)
_POISON: tuple[bytes, ...] = (
    b'{"messages": [{"role": "user", "content": "cut off in the mid',
    b"{model: 'gpt-4o', messages: []}",
    b"<html><body>502 Bad Gateway</body></html>",
    b"2026-03-04T09:15:00Z INFO gateway: request served",
    b'{"prompt": "not a number", "score": NaN}',
    '{"prompt": "café"}'.encode("latin-1"),
    b"",
    b"\0\0\0\0",
    b"[" * 400 + b"]" * 400,
)


@dataclass(frozen=True, slots=True)
class Input:
    """One raw record; `bad` ones belong into quarantine, no output but its own holds its `marker`."""

    tenant: str
    key: bytes | None = field(repr=False)
    value: bytes | None = field(repr=False)
    marker: bytes = field(repr=False)
    bad: bool = False

    @property
    def headers(self) -> list[tuple[str, str | bytes | None]]:
        """Return the headers, which name the tenant."""
        return [(TENANT_HEADER, self.tenant.encode())]


def inputs(seed: int, count: int, tenants: Sequence[str]) -> Iterator[Input]:
    """Yield the records of a campaign, the same for the same seed.

    Some look like duplicates: a twin is byte for byte the record before it, a lookalike differs in its marker alone.
    """
    chance = random.Random(f"records/{seed}")
    last: Input | None = None
    conversation = 0
    for number in range(count):
        kind = chance.random()
        if last is not None and kind < _TWIN_SHARE:
            yield last
            continue
        if kind >= _TWIN_SHARE + _LOOKALIKE_SHARE:
            conversation = chance.randrange(_CONVERSATIONS)
        tenant = tenants[conversation % len(tenants)]
        fate = chance.random()
        if fate < _BAD_SHARE:
            yield _bad(chance, number, tenant)
        elif fate < _BAD_SHARE + _TOMBSTONE_SHARE:
            yield Input(tenant, _key(conversation), None, b"")
        else:
            last = _good(number, conversation, tenant)
            yield last


def marker(number: int) -> str:
    """Return five words for a number below 100,000; larger ones begin again.

    >>> marker(8021)
    'water pencil water window table'
    """
    return " ".join(_THINGS[int(digit)] for digit in f"{number % 100_000:05d}")


def _good(number: int, conversation: int, tenant: str) -> Input:
    word, name = marker(number), _NAMES[conversation % len(_NAMES)]
    text = _TEXTS[conversation % len(_TEXTS)].format(name=name, mail="m.quintana@example.org")
    document = _DOCUMENTS[conversation % len(_DOCUMENTS)](text, word)
    return Input(tenant, _key(conversation), orjson.dumps(document), word.encode())


def _bad(chance: random.Random, number: int, tenant: str) -> Input:
    key = f"bad-{number}".encode()
    choice = chance.randrange(len(_POISON) + 2)
    if choice == len(_POISON):
        return Input(tenant, key, orjson.dumps({"prompt": "words " * (RECORD_BYTES // 5)}), b"", bad=True)
    if choice > len(_POISON):
        return Input(_STRANGER, key, orjson.dumps({"prompt": marker(number)}), b"", bad=True)
    return Input(tenant, key, _POISON[choice], b"", bad=True)


def _key(conversation: int) -> bytes:
    return f"talk-{conversation}".encode()


def _openai(text: str, word: str) -> dict[str, Any]:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": text}]
    return {"model": "gpt-4o", "messages": messages, "metadata": {"note": word}}


def _anthropic(text: str, word: str) -> dict[str, Any]:
    messages = [{"role": "user", "content": [{"type": "text", "text": text}]}]
    return {
        "model": "claude-sonnet-4",
        "max_tokens": 512,
        "system": f"we counted {word} and stopped",
        "messages": messages,
    }


def _generic(text: str, word: str) -> dict[str, Any]:
    return {"prompt": text, "note": word, "attempt": 1}


_DOCUMENTS = (_openai, _anthropic, _generic)
