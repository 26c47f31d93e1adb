"""Stop and restart single servers of the running stack, for tests of what outlives an outage."""

import time

from tests.stack import daemon, kafka, opensearch
from tests.stack.running import Stack
from tests.stack.settings import StackError, StackSettings

# What a controller takes at most to act on a session that has run out.
_FENCING_SECONDS = 1.0


def restart_kafka(*, kill: bool = False) -> None:
    """Stop the broker (with SIGKILL if *kill*) and start it again over the same data; return when it is ready."""
    stop_kafka(kill=kill)
    start_kafka()


def stop_kafka(*, kill: bool = False) -> None:
    """Stop the broker and keep its data; when this returns, the controller, which goes on, has noted it."""
    daemon.stop(_settings().state, kafka.NAME, kill=kill)
    time.sleep(kafka.SESSION_SECONDS + _FENCING_SECONDS)


def start_kafka() -> None:
    """Start the stopped broker over its data and return when it is ready."""
    settings, stack = _settings(), _stack()
    daemon.start_again(settings.state, kafka.NAME)
    daemon.wait_ready(
        settings.state, kafka.NAME, lambda: kafka.is_ready(stack.kafka_options()), kafka.READY_SECONDS
    )  # fmt: skip


def stop_opensearch(*, kill: bool = False) -> None:
    """Stop the index and keep its data."""
    daemon.stop(_settings().state, opensearch.NAME, kill=kill)


def start_opensearch() -> None:
    """Start the stopped index over its data and return when it is ready."""
    settings, stack = _settings(), _stack()
    context = stack.admin_context()
    daemon.start_again(settings.state, opensearch.NAME)
    daemon.wait_ready(
        settings.state, opensearch.NAME,
        lambda: opensearch.is_ready(stack.opensearch_port, context), opensearch.READY_SECONDS,
    )  # fmt: skip


def _settings() -> StackSettings:
    return StackSettings.from_environment(secure=False)


def _stack() -> Stack:
    stack = Stack.load(_settings().state)
    if stack is None:
        raise StackError("No stack is up: run `make stack-up`")
    return stack
