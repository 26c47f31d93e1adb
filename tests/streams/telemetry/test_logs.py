"""Log lines: which keys they carry."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from streams.telemetry.logs import ALLOWED

STREAMS = Path(__file__).parents[3] / "streams"
_LEVELS = ("debug", "info", "warning", "error")


def _calls(path: Path) -> Iterator[ast.Call]:
    """Yield the calls of `log.info` and the like in a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _LEVELS
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "log"
        ):
            yield node


def test_every_key_that_a_line_is_given_is_allowed() -> None:
    """A key that is not on the list would be dropped without anybody being told."""
    wrong = [
        (path.name, call.lineno, key.arg)
        for path in sorted(STREAMS.rglob("*.py"))
        for call in _calls(path)
        for key in call.keywords
        if key.arg not in ALLOWED
    ]

    assert [] == wrong


def test_every_line_is_a_constant_sentence() -> None:
    """No line is put together out of values, which may be text of an event."""
    lines = [(path.name, call) for path in sorted(STREAMS.rglob("*.py")) for call in _calls(path)]

    assert lines
    assert [] == [(name, call.lineno) for name, call in lines if not isinstance(call.args[0], ast.Constant)]


def test_other_keys_are_dropped() -> None:
    """Whatever else a line is given, tracebacks among it, is not written."""
    program = (
        "import structlog\nfrom streams.telemetry.logs import configure; configure()\n"
        "structlog.get_logger().error('Failed.', count=3, text='Jane Roe', exc_info=ValueError('Jane Roe'))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert "Failed." in ended.stderr
    assert "count=3" in ended.stderr
    assert "Jane Roe" not in ended.stderr
