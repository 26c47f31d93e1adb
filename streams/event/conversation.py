"""The conversation an event belongs to: so that one value keeps one token across turns, and strangers never share."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.events import LLMEvent
from schemas.sources.source import ConversationSeed, Source
from streams.tenants import Tenant
from streams.vault.tokens import Minter, TokenScope

#: A first message shorter than this says nothing of who speaks; two strangers both begin with "Hi".
SHORTEST_FIRST_MESSAGE = 40


def conversation_of(seed: ConversationSeed, minter: Minter) -> str | None:
    """Return the keyed conversation id, or None where there is nothing to tell conversations apart by.

    The id given by the source is keyed too: it may be anything that a gateway's author found handy.
    """
    if seed.given:
        return minter.conversation_id(("given", seed.given))
    first = seed.first_message or ""
    alone = seed.end_user is None and seed.first_answer is None
    if not first or (len(first) < SHORTEST_FIRST_MESSAGE and alone):
        return None
    return minter.conversation_id(("derived", seed.application, seed.end_user, first, seed.first_answer))


@dataclass(frozen=True, slots=True)
class Scope:
    """What mints the tokens of one call, and whether its application is one that staff use."""

    tokens: TokenScope
    staff: bool

    @property
    def conversation(self) -> str | None:
        """The keyed conversation id, or None."""
        return self.tokens.conversation


@dataclass(frozen=True, slots=True)
class Scopes:
    """The scope of a record, and that of each call in it where it tells of several, by the call's JSON pointer."""

    whole: Scope
    calls: Mapping[str, Scope] = field(default_factory=dict)

    def of(self, pointer: str) -> Scope:
        """Return the scope of what stands at a JSON pointer: that of its call, or the record's own."""
        if not self.calls:
            return self.whole
        ends = (end for end, char in enumerate(f"{pointer}/") if char == "/" and end)
        return next((self.calls[pointer[:end]] for end in ends if pointer[:end] in self.calls), self.whole)


def scopes_of(source: Source, event: LLMEvent, tenant: Tenant, told: str | None = None) -> Scopes:
    """Return who shares tokens with whom in one event; *told* is the conversation that intake keeps for it.

    Each call of a record that tells of several has its own conversation; one that has none shares its tokens with no
    other call.
    """
    whole = _scope(source.seed(event.document), event.event_id, event, tenant, told)
    several = source.seeds(event.document) if source.seeds is not None else {}
    return Scopes(
        whole, {pointer: _scope(seed, event.event_id + pointer, event, tenant) for pointer, seed in several.items()}
    )


def _scope(seed: ConversationSeed, alone: str, event: LLMEvent, tenant: Tenant, told: str | None = None) -> Scope:
    """Return the scope of a seed; *alone* names what it mints for where there is no conversation."""
    conversation = told or conversation_of(seed, tenant.minter)
    return Scope(tenant.minter.scope(alone, conversation, event.timestamp_ms), tenant.is_staff(seed.application))
