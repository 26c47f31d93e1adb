"""What a wrapped DEK is bound to, and the id that commits to a DEK."""

import base64
from dataclasses import dataclass, field

from streams.vault.primitives import keyed_digest, length_prefixed

_ID_BYTES = 20
#: The unit of DEKs that seal quarantined records.
QUARANTINE_UNIT = "quarantine"


@dataclass(frozen=True, slots=True)
class WrapContext:
    """What a wrapped DEK is for; unwrapping under another context fails.

    `kek_version` says which version of the KEK wrapped it, where that is known; it is a hint, and not bound.
    """

    tenant: str
    unit: str
    dek_id: str
    kek_uri: str
    kek_version: str = ""

    def info(self) -> bytes:
        """Return the bytes that the wrap is bound to."""
        return length_prefixed("phistream/wrap/v1", self.tenant, self.unit, self.dek_id, self.kek_uri)


@dataclass(frozen=True, slots=True)
class Wrap:
    """A wrapped DEK, with the version of the KEK that wrapped it."""

    kek_version: str
    wrapped: bytes = field(repr=False)


def dek_id(dek: bytes) -> str:
    """Return the id of a DEK: a commitment to it, since GCM makes none."""
    digest = keyed_digest(dek, b"phistream/dek-id/v1")[:_ID_BYTES]
    return "dk_" + base64.b32encode(digest).decode("ascii").lower().rstrip("=")
