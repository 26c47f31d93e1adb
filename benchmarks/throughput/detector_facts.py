"""What a figure was measured on: the machine in general terms, the program and its version."""

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_LIBRARIES = ("numpy", "onnxruntime", "spacy", "google-re2", "presidio-analyzer")
_ROOT = Path(__file__).parents[2]


def facts() -> dict[str, object]:
    """Return hardware, software and commit."""
    return {
        "cores": os.cpu_count(),
        "cores_used": 1,
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in _LIBRARIES},
        "load": [round(load, 1) for load in os.getloadavg()],
        "commit": _git("rev-parse", "HEAD"),
        "changed": bool(_git("status", "--porcelain", "--", "detectors", "schemas")),
    }


def alone() -> bool:
    """Confine this process to one core; tell whether numerical libraries were told before they were loaded."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    return all(os.environ.get(name) == value for name, value in THREADS.items())


#: What keeps numerical libraries to one thread, once it stands in the environment.
THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=_ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
