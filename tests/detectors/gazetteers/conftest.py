"""The compiled lists, loaded once."""

import pytest
from hypothesis import settings

from detectors.gazetteers.lookup import Gazetteers

# Loading and looking up is quick, but a busy machine is not: rules are about behaviour, never about time.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def gazetteers() -> Gazetteers:
    """Return the shipped lists."""
    return Gazetteers.load()
