"""Run as a program: one call that LiteLLM answers itself; prints what it hands to its loggers, as JSON."""

import json
import sys
import threading
from typing import Any

import litellm
from litellm.integrations.custom_logger import CustomLogger


class Printing(CustomLogger):
    """Prints the standard logging payload."""

    def __init__(self) -> None:
        super().__init__()
        self.done = threading.Event()

    def log_success_event(self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any) -> None:
        """Print the payload of a call."""
        sys.stdout.write(json.dumps(kwargs["standard_logging_object"], default=str) + "\n")
        sys.stdout.flush()
        self.done.set()


def main(asked: str, answered: str) -> None:
    """Make the call."""
    logger = Printing()
    litellm.callbacks = [logger]
    litellm.completion(
        model="gpt-4o", messages=[{"role": "user", "content": asked}], mock_response=answered, user="u-1"
    )
    if not logger.done.wait(180):
        raise TimeoutError


if __name__ == "__main__":
    main(*sys.argv[1:])
