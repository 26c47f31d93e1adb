"""The `[breakglass]` section: the identity provider whose tokens the API takes."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from streams.section import Section


class OidcSettings(Section):
    """One identity provider. `acr_values` or `amr_values` say what stands for two factors there; one is needed."""

    issuer: str
    audience: str
    jwks_uri: str
    acr_values: tuple[str, ...] = ()
    amr_values: tuple[str, ...] = ()
    max_age_seconds: Annotated[int, Field(ge=60, le=24 * 3600)] = 8 * 3600
    groups_claim: str = "groups"
    ca_file: Path | None = None


class BreakglassSettings(Section):
    """Break-glass as a service."""

    oidc: OidcSettings | None = None
