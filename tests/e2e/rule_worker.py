"""The product's worker over few recognizers, where a test is about the broker and not about detection."""

import sys

from streams.worker_main import end, main
from tests.streams.embedded_rig import RuleAnalyzer

if __name__ == "__main__":
    end(main(sys.argv[1:], lambda _: RuleAnalyzer()))
