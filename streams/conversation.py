"""The conversation an event belongs to: so that one value keeps one token across turns, and strangers never share."""

from schemas.sources.source import ConversationSeed
from streams.vault.tokens import Minter

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
