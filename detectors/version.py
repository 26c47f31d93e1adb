"""What the detector's own code is, so that spans of another version are never taken for ours."""

import functools
import hashlib
from pathlib import Path

_HERE = Path(__file__).parent


@functools.cache
def code_digest() -> str:
    """Return the digest over every module that detection runs, in the order of their paths."""
    state = hashlib.sha256()
    for path in sorted(_HERE.rglob("*.py")):
        name = path.relative_to(_HERE).as_posix()
        if "training" not in path.parts:
            content = path.read_bytes()
            state.update(f"{name} {len(content)}\n".encode())
            state.update(content)
    return state.hexdigest()
