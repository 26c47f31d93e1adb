"""Which tokens a request names, and which of them a grant opens: judged before anything is looked for."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

from schemas.access import Grant
from schemas.audit_terms import Reason
from schemas.vault import Token, parse_token
from streams.breakglass.entries import Entries, Occurrence
from streams.breakglass.persons import refused


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see: tokens, all of some events or conversations, or the tokens of a text."""

    tokens: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    conversations: tuple[str, ...] = ()
    text: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Item:
    """One token of a request; `allowed` where the grant's scope has it, `side` empty where only the entry knows."""

    token: Token
    event_id: str | None
    side: str
    allowed: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """What one grant opens: its own tokens, and those that stand in its events and conversations."""

    grant: Grant
    entries: Entries
    places: tuple[Occurrence, ...]

    @classmethod
    def of(cls, grant: Grant, entries: Entries) -> Self:
        """Look up where the tokens of the grant's events and conversations stand."""
        tenant, scope = grant.terms.tenant, grant.terms.scope
        places = [each for event_id in sorted(scope.events) for each in entries.in_event(tenant, event_id)]
        for conversation in sorted(scope.conversations):
            places += entries.in_conversation(tenant, conversation)
        return cls(grant, entries, tuple(places))

    def items(self, asked: Asked, named: Sequence[str] = ()) -> tuple[Item, ...]:
        """Return an item for each distinct token of each place; *named* are the tokens of the text.

        Raises AccessDenied where an event or a conversation is asked for that the grant does not open.
        """
        scope = self.grant.terms.scope
        events = scope.events | {each.event_id for each in self.places}
        if not (events.issuperset(asked.events) and scope.conversations.issuperset(asked.conversations)):
            raise refused(Reason.OUT_OF_SCOPE)
        allowed = scope.tokens | {each.token for each in self.places}
        found = [self._item(Token(token), None, allowed) for token in (*asked.tokens, *named)]
        found += [self._item(each.token, each, allowed) for each in self._asked_places(asked)]
        return tuple(dict.fromkeys(found))

    def _asked_places(self, asked: Asked) -> Iterable[Occurrence]:
        tenant = self.grant.terms.tenant
        for event_id in asked.events:
            yield from self.entries.in_event(tenant, event_id)
        for conversation in asked.conversations:
            yield from self.entries.in_conversation(tenant, conversation)

    def _item(self, token: Token, place: Occurrence | None, allowed: Collection[Token]) -> Item:
        parts = parse_token(token)
        types = self.grant.terms.scope.types
        opens = token in allowed and parts is not None and (not types or parts.type in types)
        if place is not None:
            return Item(token, place.event_id, place.side, opens)
        sides = sorted({each.side for each in self.places if each.token == token})
        return Item(token, None, ", ".join(sides), opens)
