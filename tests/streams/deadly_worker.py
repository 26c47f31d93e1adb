"""A worker whose analyzer hangs, spins or dies on words of tests; started by the tests of the supervisor alone."""

import os
import signal
import sys
import time
from collections.abc import Sequence

from detectors.recognizer import Passage
from schemas.spans import Span
from streams.child import end
from streams.worker_main import main
from tests.streams.embedded_rig import RuleAnalyzer


class DeadlyRecognizer:
    """Does to the process what the text says."""

    name = "deadly"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Hang, spin, crash or be killed."""
        if "hang" in passage.text:
            time.sleep(600)
        while "spin" in passage.text:
            pass
        if "crash" in passage.text:
            os.kill(os.getpid(), signal.SIGSEGV)
        if "kill" in passage.text:
            os.kill(os.getpid(), signal.SIGKILL)  # As the kernel does when memory runs out.
        if "exit" in passage.text:
            os._exit(1)
        return ()


if __name__ == "__main__":
    end(main(sys.argv[1:], lambda _: RuleAnalyzer(DeadlyRecognizer())))
