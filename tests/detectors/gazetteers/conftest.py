"""The compiled lists, loaded once."""

import pytest

from detectors.gazetteers.lookup import Gazetteers


@pytest.fixture(scope="session")
def gazetteers() -> Gazetteers:
    """Return the shipped lists."""
    return Gazetteers.load()
