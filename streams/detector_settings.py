"""The `[detector]` section: how texts are analysed, and what a customer adds to it."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from detectors.memo import DEFAULT_BYTES
from streams.section import Section


class DetectorSettings(Section):
    """How texts are analysed.

    Sealed lists are written by `phistream lists seal`, all under the key in `lists_key_file`.
    """

    profile: Literal["fast"] = "fast"
    memo_bytes: Annotated[int, Field(ge=0)] = DEFAULT_BYTES
    roster: Path | None = None
    deny_list: Path | None = None
    safe_list: Path | None = None
    lists_key_file: Path | None = None
