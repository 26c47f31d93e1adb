"""Break-glass for a deployment: off unless a tenant says otherwise, and never without the ledger of erasures."""

from pathlib import Path

import pytest

from schemas.errors import ConfigError
from streams.breakglass.deployment import deployment
from streams.clock import SystemClock
from streams.config import Settings, TenantSettings
from streams.embedded.state import EmbeddedState


def test_off_by_default(tmp_path: Path) -> None:
    """Tenants that say nothing are not re-identified, and no broker is asked for them."""
    settings = Settings(tenants={"north": TenantSettings()})
    with deployment(settings, EmbeddedState(tmp_path), SystemClock()) as elsewhere:
        assert elsewhere is None


def test_refused_without_what_erasure_needs(tmp_path: Path) -> None:
    """Stores whose encryption nobody declared, and a missing ledger, are refused before anything is opened."""
    on = {"north": TenantSettings(breakglass=True)}
    declared = {"encrypted_at_rest": True}
    for settings, setting in (
        (Settings(tenants=on), "kafka.encrypted_at_rest"),
        (Settings(tenants=on, kafka=declared, siem=declared), "vault.ledger"),  # type: ignore[arg-type]
    ):
        with (
            pytest.raises(ConfigError) as caught,
            deployment(settings, EmbeddedState(tmp_path), SystemClock()),
        ):
            raise AssertionError

        assert setting == caught.value.facts["setting"]
