"""What was read before need not be read again: LLM logs resend the prompt and the whole history with each turn.

Holds digests under a key that lives and dies with the process, and spans; no text.
"""

import hashlib
import secrets
from collections import OrderedDict

from schemas.spans import Span

DEFAULT_BYTES = 48 * 1024 * 1024
_ENTRY_BYTES = 240  # What a digest, its place in the order and an empty tuple take, measured.
_SPAN_BYTES = 140


class Memo:
    """A bounded memory from the digest of a part to its spans; the one unused for longest goes first."""

    def __init__(self, limit: int = DEFAULT_BYTES) -> None:
        self._limit = limit
        self._key = secrets.token_bytes(32)
        self._spans: OrderedDict[bytes, tuple[Span, ...]] = OrderedDict()
        self._size = 0

    def __len__(self) -> int:
        return len(self._spans)

    def digest(self, *facts: str) -> bytes:
        """Return the keyed digest of everything that the spans follow from; facts cannot run into one another."""
        state = hashlib.blake2b(key=self._key, digest_size=24)
        for fact in facts:
            content = fact.encode("utf-8", "surrogatepass")
            state.update(len(content).to_bytes(8, "little"))
            state.update(content)
        return state.digest()

    def get(self, digest: bytes) -> tuple[Span, ...] | None:
        """Return the spans kept under *digest*, or None."""
        spans = self._spans.get(digest)
        if spans is not None:
            self._spans.move_to_end(digest)
        return spans

    def put(self, digest: bytes, spans: tuple[Span, ...]) -> None:
        """Keep *spans*, and forget the oldest where that is too much."""
        self._forget(digest)
        self._spans[digest] = spans
        self._size += _cost(spans)
        while self._size > self._limit:
            self._forget(next(iter(self._spans)))

    def _forget(self, digest: bytes) -> None:
        spans = self._spans.pop(digest, None)
        if spans is not None:
            self._size -= _cost(spans)


def _cost(spans: tuple[Span, ...]) -> int:
    return _ENTRY_BYTES + _SPAN_BYTES * len(spans)
