"""Property tests try the same examples for every change, so that luck judges none; `make nightly` tries new ones."""

import os

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("nightly", deadline=None)
settings.load_profile(os.environ.get("PHISTREAM_EXAMPLES", "same"))
