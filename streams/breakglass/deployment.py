"""Break-glass for a deployment over Kafka: which tenants it is on for, and a view that follows the topics."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from schemas.errors import ConfigError
from schemas.vault import TenantId
from streams.breakglass.database import open_database
from streams.breakglass.desk import Elsewhere
from streams.breakglass.entries import FOLLOWED, EntryView
from streams.breakglass.followed import Followed
from streams.clock import Clock
from streams.config import Settings, refuse_undeclared
from streams.embedded.state import EmbeddedState
from streams.log.kafka_entries import KafkaEntries
from streams.log.kafka_tombstones import bury


@contextmanager
def deployment(settings: Settings, state: EmbeddedState, clock: Clock) -> Iterator[Elsewhere | None]:
    """Follow the deployment of the settings for as long as the block lasts; None where it is on for no tenant.

    The view lies in the state folder, holds nothing clear, and may be deleted at any time. Raises ConfigError where
    the settings may not be run with.
    """
    approvals = {TenantId(name): tenant.approvals for name, tenant in settings.tenants.items() if tenant.breakglass}
    if not approvals:
        yield None
        return
    refuse_undeclared(settings)
    if settings.vault.ledger is None:
        raise ConfigError("break-glass needs the ledger of erasures", setting="vault.ledger")
    source = KafkaEntries(settings, FOLLOWED)
    view = EntryView.open(open_database(f"sqlite:///{(state.breakglass / 'kafka-entries.db').absolute()}"))
    followed, ended = Followed(view, source, clock), threading.Event()
    thread = threading.Thread(target=followed.follow, args=(ended,), name="breakglass-following", daemon=True)
    thread.start()
    try:
        yield Elsewhere(followed, settings.vault, approvals, partial(bury, settings))
    finally:
        ended.set()
        thread.join()
        source.close()
