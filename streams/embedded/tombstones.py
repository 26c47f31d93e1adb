"""Tombstones in the log of a state folder for the entries of one token."""

from schemas.topics import VAULT
from streams.embedded.state import EmbeddedState
from streams.log.ports import Publication

_PAGE = 2_000


def bury(state: EmbeddedState, tenant: str, token: str) -> int:
    """Write tombstones for every entry of a token, in one transaction; return how many.

    Raises ConfigError while another command writes to the folder.
    """
    with state.exclusive():
        store = state.open_store()
        try:
            prefix, keys = f"{tenant}|{token}|".encode(), set()
            for place in store.places([VAULT]):
                at = store.ends(place)[0]
                while records := store.fetch(place, at, _PAGE):
                    keys |= {read.key for read in records if read.key is not None and read.key.startswith(prefix)}
                    at = records[-1].offset + 1
            with store.transaction():
                store.append([Publication(VAULT, key, None) for key in sorted(keys)])
        finally:
            store.close()
    return len(keys)
