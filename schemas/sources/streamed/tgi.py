"""Chunks of Hugging Face's Text Generation Inference, a token each: joined to the answer of `generate`.

Field names from the TGI API reference (`generate_stream`). What is told of single tokens repeats the text, and goes.
"""

from collections.abc import Sequence
from typing import Any

from schemas.errors import Unjoinable
from schemas.sources.streamed.merge import Joined, grow, settled

_OF_THE_TOKEN = frozenset("index token top_tokens generated_text details".split())


def is_piece(node: dict[str, Any]) -> bool:
    """Recognise a chunk by its token, beside which the whole text stands once it has ended."""
    token = node.get("token")
    return isinstance(token, dict) and isinstance(token.get("text"), str) and "generated_text" in node


def is_begin(piece: dict[str, Any]) -> bool:
    """Recognise the first chunk of an answer by its number."""
    return piece.get("index") == 1


def ends(piece: dict[str, Any]) -> bool:
    """Recognise the last chunk of an answer, which repeats it."""
    return isinstance(piece.get("generated_text"), str)


def join(pieces: Sequence[dict[str, Any]], *, done: bool = False) -> Joined:
    """Return the answer that the chunks make; raises Unjoinable where its last repeats another, or a number is missing.

    Chunks that are none (errors) are kept beside the text.
    """
    chunks = _in_order([piece for piece in pieces if is_piece(piece)])
    text = "".join(_text(chunk) for chunk in chunks if not chunk["token"].get("special"))
    lasts = [chunk for chunk in chunks if ends(chunk)]
    if lasts and (lasts != chunks[-1:] or "".join(text.split()) != "".join(lasts[0]["generated_text"].split())):
        raise Unjoinable("chunks of two answers, or not all of one", chunks=len(chunks))
    document: dict[str, Any] = {}
    for chunk in chunks:
        grow(document, {key: value for key, value in chunk.items() if key not in _OF_THE_TOKEN}, repeats=True)
    document = settled(document) | {"generated_text": lasts[0]["generated_text"] if lasts else text}
    if chunks and "details" in chunks[-1]:
        document["details"] = chunks[-1]["details"]
    others = [piece for piece in pieces if not is_piece(piece)]
    if others:
        document["other_events"] = others
    return Joined(document, len(pieces), begun=bool(chunks), ended=done or bool(lasts))


def _in_order(chunks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return chunks in the order of their numbers, where they have some; one that comes twice counts once."""
    numbers = [chunk.get("index") for chunk in chunks]
    if not all(isinstance(number, int) for number in numbers):
        return chunks
    numbered = dict(zip(numbers, chunks, strict=True))
    again = any(numbered[number] != chunk for number, chunk in zip(numbers, chunks, strict=True))
    ordered = sorted(numbered)  # type: ignore[type-var]
    if again or ordered != list(range(1, len(ordered) + 1)):
        raise Unjoinable("chunks of two answers, or not all of one", chunks=len(chunks))
    return [numbered[number] for number in ordered]


def _text(chunk: dict[str, Any]) -> str:
    found: str = chunk["token"]["text"]
    return found
