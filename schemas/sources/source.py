"""The one shape every source has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from schemas.events import Call, Side
from schemas.sources.shapes import Rules

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ConversationSeed:
    """What a conversation id is made of where none is given: clear text, so it never leaves the pipeline."""

    given: str | None = None
    application: str | None = None
    end_user: str | None = None
    first_message: str | None = None
    first_answer: str | None = None

    def __repr__(self) -> str:
        """Print nothing of the text."""
        return "ConversationSeed()"


@dataclass(frozen=True, slots=True)
class Source:
    """One log format: how it is recognised, what in it is not text, and how it maps to a Call.

    `matches` and `seed` read the raw tree, `describe` the redacted one. `rules` name what is not text, by exact path;
    everything else is. `keys` are the format's own object keys: vocabulary, not text. `about` is one line for people.
    A format whose records may hold several calls has `calls`, which maps each of a redacted record, and `seeds`, what
    the conversation of each is made of in the raw one; both by the JSON pointer beneath which the call stands.
    """

    name: str
    matches: Callable[[Any], bool]
    rules: Rules
    keys: frozenset[str]
    side: Callable[[Path], Side]
    describe: Callable[[Any], Call]
    seed: Callable[[Any], ConversationSeed]
    about: str = ""
    calls: Callable[[Any], tuple[tuple[str, Call], ...]] | None = None
    seeds: Callable[[Any], Mapping[str, ConversationSeed]] | None = None
