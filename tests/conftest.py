"""Property tests try the same examples for every change, so that luck judges none; `make nightly` tries new ones."""

import logging
import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

from streams.telemetry.logs import QUIET

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("nightly", deadline=None)
settings.load_profile(os.environ.get("PHISTREAM_EXAMPLES", "same"))


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """Undo what a command that ran inside a test did to logging: its stream is closed when the test ends."""
    yield
    structlog.reset_defaults()
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.NOTSET)
    # pytest's own handlers are of classes of their own.
    logging.root.handlers[:] = [one for one in logging.root.handlers if type(one) is not logging.StreamHandler]
