"""Give a test the running stack, or say why it cannot have one."""

import os

import pytest

from tests.stack.running import Stack, load_stack


def required_stack(*, secure: bool = False) -> Stack:
    """Return the running stack of that kind; without one skip the test, or fail it under `REQUIRE_STACK=1`."""
    stack = load_stack(secure=secure)
    if stack is not None:
        return stack
    command = "make stack-up SECURE=1" if secure else "make stack-up"
    reason = f"the {'secure' if secure else 'plain'} stack is not up: run `{command}`"
    if os.environ.get("REQUIRE_STACK") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
