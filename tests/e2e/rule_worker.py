"""The product's worker over few recognizers, where a test is about the broker and not about detection."""

import sys

from streams.child import end
from streams.worker_main import main
from tests.streams.embedded_rig import RuleAnalyzer

if __name__ == "__main__":
    end(main(sys.argv[1:], lambda _: RuleAnalyzer()))
