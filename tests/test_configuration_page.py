"""CONFIGURATION.md lists every setting, with the default that the code has."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import BaseModel

from streams.breakglass.identity.settings import OidcSettings
from streams.config import (
    AgreementSettings,
    AuditSettings,
    KafkaSettings,
    LimitSettings,
    MonitorSettings,
    RetentionSettings,
    Settings,
    SiemSettings,
    TenantSettings,
    TopicSettings,
    VaultSettings,
)
from streams.detection.settings import DetectorSettings, ShadowSettings

PAGE = (Path(__file__).parents[1] / "CONFIGURATION.md").read_text(encoding="utf-8")
#: What the heading of a section names, and the settings under it.
SECTIONS: Mapping[str, type[BaseModel]] = {
    "Top level": Settings,
    '`[topics."NAME"]`': TopicSettings,
    "`[tenants.NAME]`": TenantSettings,
    "`[[agreements]]`": AgreementSettings,
    "`[kafka]`": KafkaSettings,
    "`[vault]`": VaultSettings,
    "`[siem]`": SiemSettings,
    "`[detector]`": DetectorSettings,
    "`[limits]`": LimitSettings,
    "`[retention]`": RetentionSettings,
    "`[monitor]`": MonitorSettings,
    "`[audit]`": AuditSettings,
    "`[breakglass.oidc]`": OidcSettings,
}
#: Top-level keys that are sections of their own on the page.
_ELSEWHERE = {"topics", "tenants", "agreements"}


def _shown(heading: str) -> dict[str, str]:
    """Return the keys of a section of the page, and their defaults as written there."""
    body = next(part for part in re.split(r"^## ", PAGE, flags=re.MULTILINE) if part.startswith(heading))
    return dict(re.findall(r"^\| `([a-z_.]+)` \| (\S+) \|", body, re.MULTILINE))


def _written(value: Any) -> str:
    if value is None:
        return "–"
    return f"`{orjson.dumps(value, default=str).decode()}`"


def _defaults(section: type[BaseModel]) -> dict[str, str]:
    fields = {name: field for name, field in section.model_fields.items() if name not in _ELSEWHERE}
    return {
        name: "required" if field.is_required() else _written(field.get_default(call_default_factory=True))
        for name, field in fields.items()
        if not isinstance(field.get_default(call_default_factory=False), BaseModel)
    }


@pytest.mark.parametrize("heading", SECTIONS)
def test_page_lists_every_setting_with_its_default(heading: str) -> None:
    """A key that is added, removed or given another default changes the page too."""
    shown = {key: value for key, value in _shown(heading).items() if "." not in key}
    assert _defaults(SECTIONS[heading]) == shown


def test_page_lists_the_shadow_detector() -> None:
    """The one key that only the shadow detector has stands beside those that both have."""
    own = set(ShadowSettings.model_fields) - set(DetectorSettings.model_fields)
    shown = {key.removeprefix("shadow.") for key in _shown("`[detector]`") if "." in key}
    assert own == shown
