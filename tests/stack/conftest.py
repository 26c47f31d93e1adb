"""Fixtures over the running stack."""

import pytest

from tests.stack.required import required_stack
from tests.stack.running import Stack


@pytest.fixture(scope="session")
def plain_stack() -> Stack:
    """Return the plain stack."""
    return required_stack(secure=False)


@pytest.fixture(scope="session")
def secure_stack() -> Stack:
    """Return the secure stack."""
    return required_stack(secure=True)
