"""The agreements register: which provider and endpoint may see PHI, under which agreement."""

from dataclasses import dataclass

from streams.clock import rfc3339


@dataclass(frozen=True, slots=True)
class Agreement:
    """One business associate agreement; `endpoint` None covers every endpoint, `expires` is RFC 3339 or None."""

    provider: str
    reference: str
    endpoint: str | None = None
    expires: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Agreements:
    """Every agreement of the configuration."""

    agreements: tuple[Agreement, ...] = ()

    def reference(self, provider: str | None, endpoint: str | None, timestamp_ms: int) -> str | None:
        """Return the reference of the agreement that covers a call at that time, or None."""
        moment = rfc3339(timestamp_ms)
        for agreement in self.agreements:
            covers = agreement.provider == provider and agreement.endpoint in (None, endpoint)
            if covers and (agreement.expires is None or moment < agreement.expires):
                return agreement.reference
        return None
