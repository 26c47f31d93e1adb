"""Whether one document answers a query, without an index: what `tail` follows is what `search` would find."""

from collections.abc import Sequence

from schemas.siem import KEYWORD_LENGTH, Source
from streams.siem.ports import Query
from streams.siem.words import terms_of, words_of

_FIELDS = {
    "tenant": "tenant",
    "model": "model",
    "application": "application",
    "conversation": "conversation",
    "identifier": "identifiers",
    "kind": "kind",
}


def matches(source: Source, query: Query) -> bool:
    """Tell whether a document holds everything that a query asks for; paging is not looked at."""
    if any(not _has(source.get(field), getattr(query, name)) for name, field in _FIELDS.items()):
        return False
    if query.since_ms is not None and source["time"] < query.since_ms:
        return False
    if query.until_ms is not None and source["time"] >= query.until_ms:
        return False
    terms = terms_of(query.words)
    if not terms:
        return not query.words
    words = words_of(source.get("text", ""))
    return all(_stands(term, words) for term in terms)


def _has(value: list[str] | str | None, wanted: str | None) -> bool:
    if wanted is None:
        return True
    values = value if isinstance(value, list) else [value]
    return wanted[:KEYWORD_LENGTH] in values


def _stands(term: Sequence[str], words: Sequence[str]) -> bool:
    """Tell whether the words of a term stand one after the other."""
    length = len(term)
    return any(word == term[0] and list(words[at : at + length]) == list(term) for at, word in enumerate(words))
