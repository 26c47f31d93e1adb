"""Which tenant a record belongs to: told by the configuration, never guessed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from streams.log.ports import Record
from streams.vault.envelope import SealingVault
from streams.vault.tokens import Minter


@dataclass(frozen=True, slots=True)
class Tenant:
    """One isolation unit: its keys, region and staff applications. An unknown tenant's records are quarantined."""

    id: str
    minter: Minter = field(repr=False)
    vault: SealingVault = field(repr=False)
    region: str | None = None
    staff_applications: frozenset[str] = frozenset()
    text_topics: frozenset[str] = frozenset()
    known: bool = True

    def is_staff(self, application: str | None) -> bool:
        """Tell whether the application is declared as one that staff use."""
        return application is not None and application in self.staff_applications

    def format_of(self, topic: str) -> str:
        """Return "text" where the topic is declared so, else "json"."""
        return "text" if topic in self.text_topics else "json"


@dataclass(frozen=True, slots=True)
class TopicTenancy:
    """How one topic names its tenant: a fixed one, or a header that the configuration trusts for it."""

    tenant: str | None = None
    header: str | None = None

    def named(self, record: Record) -> str | None:
        """Return the name that a record of the topic gives its tenant, or None."""
        if self.header is None:
            return self.tenant
        values = [value for header, value in record.headers if header == self.header]
        return values[0].decode("utf-8", "replace") if len(values) == 1 and values[0] is not None else None


_UNNAMED = TopicTenancy()


@dataclass(frozen=True, slots=True)
class Tenants:
    """The tenants of the configuration; what names none of them belongs to the operator, as unknown."""

    by_topic: Mapping[str, TopicTenancy]
    by_id: Mapping[str, Tenant]
    operator: Tenant

    def of(self, record: Record) -> Tenant:
        """Return the tenant of a record, or the operator's with `known` false."""
        if record.origin is not None:
            return self.by_id.get(record.origin.tenant or "", self.operator)
        name = self.by_topic.get(record.topic, _UNNAMED).named(record)
        return self.by_id.get(name or "", self.operator)
