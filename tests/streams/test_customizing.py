"""What the page about additions shows can be used as it stands."""

import re
import tomllib
from pathlib import Path

from streams.config import Settings
from streams.detection import build_recognizers

PAGE = Path(__file__).parents[2] / "detectors" / "CUSTOMIZING.md"


def test_every_setting_of_the_page_is_read_and_proved() -> None:
    """Each block loads, and the recognizers among them stand their own vectors."""
    blocks = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    settings = [Settings(**tomllib.loads(block)).detector for block in blocks]

    assert 1 == sum(len(build_recognizers(each)) for each in settings)
    assert any(each.roster for each in settings)
