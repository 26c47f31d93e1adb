"""The sources, in the order in which they are asked."""

from typing import Any

from schemas.sources.anthropic import ANTHROPIC
from schemas.sources.generic import GENERIC
from schemas.sources.openai import OPENAI
from schemas.sources.source import Source

SOURCES: tuple[Source, ...] = (ANTHROPIC, OPENAI, GENERIC)

#: The object keys of every known format: vocabulary that need not be read as text.
VOCABULARY: frozenset[str] = frozenset().union(*(source.keys for source in SOURCES))


def recognise(tree: Any) -> Source:
    """Return the first source whose shape the tree has; unknown JSON is generic.

    >>> recognise({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}).name
    'openai'
    """
    return next(source for source in SOURCES if source.matches(tree))
