"""Ports for servers that cannot choose their own: free now, and nobody else's in the moment before they are taken."""

import secrets
import socket
from contextlib import ExitStack

#: Below what Linux (from 32768) and macOS (from 49152) give to those who ask for any port, so that no outgoing
#: connection and no other server takes one between being chosen and being listened on; above those of the stack.
_FIRST, _LAST = 22_000, 31_999
_TRIES = 100


def free_port(count: int = 1) -> int:
    """Return the first of *count* ports of loopback in a row that nobody listens on."""
    for _ in range(_TRIES):
        # Not by the module `random`, whose seed every process of tests shares.
        first = _FIRST + secrets.randbelow(_LAST - _FIRST - count)
        with ExitStack() as probes:
            try:
                for port in range(first, first + count):
                    probes.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                continue
        return first
    raise OSError("no port is free")
