"""The API of break-glass put together out of a desk, and what watches over it while it is served."""

from contextlib import closing
from pathlib import Path

from streams.audit.merkle_log import MerkleLog
from streams.audit.upkeep import Upkeep
from streams.breakglass.desk import HOME, Desk
from streams.breakglass.gate import Gate
from streams.breakglass.http import BreakglassApi
from streams.breakglass.http_audit import AuditApi
from streams.breakglass.http_erasing import ErasureApi
from streams.breakglass.http_health import HealthApi
from streams.breakglass.http_people import PeopleApi
from streams.breakglass.http_quarantine import QuarantineApi
from streams.breakglass.identity.oidc import Oidc
from streams.breakglass.readiness import Readiness, audit_check, entries_check, grants_check, key_store_check
from streams.breakglass.refused_tokens import RefusedTokens
from streams.breakglass.replay_desk import served_replayer
from streams.breakglass.watching import Watching
from streams.config import Settings
from streams.telemetry.metrics import Metrics
from streams.vault.key_ages import KeyAge, certificate_age, key_ages
from streams.vault.stores import open_key_store


def breakglass_api(  # noqa: PLR0913, PLR0917 - what the API is made of, in one place.
    desk: Desk,
    log: MerkleLog,
    oidc: Oidc,
    metrics: Metrics,
    passphrase: bytes | None = None,
    settings: Settings | None = None,
) -> BreakglassApi:
    """Return what answers over a desk; *log* is the one that the desk's audit appends to.

    *settings* are those of the deployment where the desk serves one.
    """
    granting = desk.granting
    refused = RefusedTokens(granting.trail, desk.clock, granting.store.seal.mac, HOME)
    readiness = Readiness(
        {
            "audit": audit_check(log.refuse_unwritable),
            "grants": grants_check(desk.registry.engine),
            "key_store": key_store_check(desk.vault),
            "entries": entries_check(desk.entries),
        },
        desk.clock,
    )
    return BreakglassApi(
        Gate(oidc, granting.now, refused, metrics),
        granting,
        desk.finder(),
        lambda: desk.revealer(passphrase),
        AuditApi(log, granting, HOME),
        ErasureApi(granting, desk.erasing, desk.bury),
        QuarantineApi(served_replayer(desk, settings, passphrase)),
        PeopleApi(desk.registry, granting),
        HealthApi(readiness, metrics, HOME),
    )


def watching_of(
    desk: Desk, settings: Settings, upkeep: Upkeep, metrics: Metrics, certificate: Path | None = None
) -> Watching:
    """Return what watches a desk that is served, under *certificate* where it is served over TLS."""

    def ages() -> list[KeyAge]:
        vault = desk.vault().model_copy(update={"audit_keys": desk.state.audit_keys})
        with closing(open_key_store(vault)) as store:
            found = list(key_ages(settings.model_copy(update={"vault": vault}), store))
        return found if certificate is None else [*found, certificate_age(certificate)]

    return Watching(metrics, desk.clock, desk.courier.outbox, upkeep.anchor_age, ages)
