"""What the page about additions shows can be used as it stands."""

import re
import tomllib
from pathlib import Path

import pytest

from streams.config import Settings
from streams.detection.analyzers import build_recognizers
from streams.detection.settings import DetectorSettings

PAGE = Path(__file__).parents[2] / "detectors" / "CUSTOMIZING.md"


def _sections() -> list[DetectorSettings]:
    """Return the section of each block of settings."""
    blocks = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [Settings(**tomllib.loads(block)).detector for block in blocks]


def test_every_setting_of_the_page_is_read_and_proved() -> None:
    """Each block loads, and the recognizers among them stand their own vectors."""
    settings = _sections()

    assert 1 == sum(len(build_recognizers(each)[0]) for each in settings if each.recognizers)
    assert any(each.roster for each in settings)
    assert any(each.spacy_labels for each in settings)


def test_the_presidio_recognizer_of_the_page_stands_its_proof() -> None:
    """With the extra installed, the block runs as it is written."""
    pytest.importorskip("presidio_analyzer", reason="the extra `presidio` is not installed")

    assert 1 == sum(len(build_recognizers(each)[0]) for each in _sections() if each.presidio)
