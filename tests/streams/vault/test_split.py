"""The split between sealing and opening: what the redactor runs can seal and cannot open."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

STREAMS = Path(__file__).parents[3] / "streams"
OPENING = {
    f"streams.vault.{name}"
    for name in (
        "opening", "kek_local_private", "openers", "rewrapping", "restoring", "kms.aws_unwrap", "kms.hcvault_unwrap"
    )
}  # fmt: skip
#: Who may open: break-glass, the commands on keys, and the opening side itself.
MAY_OPEN = (*sorted(OPENING), "streams.breakglass", "streams.commands.keys", "streams.commands.key_desk")
REDACTOR = ("streams.pipeline", "streams.worker", "streams.composition", "streams.redact", "streams.vault.envelope")


def modules() -> dict[str, Path]:
    """Return every module under streams by its name."""
    found = {}
    for path in STREAMS.rglob("*.py"):
        parts = path.relative_to(STREAMS.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(path: Path) -> Iterator[str]:
    """Yield every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def reached(start: str, known: dict[str, Path]) -> set[str]:
    """Return every module of ours that *start* imports, directly or not."""
    seen: set[str] = set()
    open_ = [start]
    while open_:
        name = open_.pop()
        if name in seen or name not in known:
            continue
        seen.add(name)
        open_ += imports(known[name])
    return seen


def test_only_break_glass_imports_the_opening_side() -> None:
    """No other module under streams imports what opens or unwraps."""
    offenders = {
        name
        for name, path in modules().items()
        if not name.startswith(MAY_OPEN) and not OPENING.isdisjoint(imports(path))
    }

    assert offenders == set()


@pytest.mark.parametrize("start", REDACTOR)
def test_the_redactor_does_not_reach_it(start: str) -> None:
    """Following every import from the redactor's modules never arrives at the opening side."""
    known = modules()

    assert start in known
    assert OPENING.isdisjoint(reached(start, known))


def test_the_walk_does_arrive_where_it_should() -> None:
    """The walk above finds what is there: the opening side reaches the envelope's parts."""
    found = reached("streams.vault.opening", modules())

    assert {"streams.vault.associated", "streams.vault.wrapping", "streams.vault.kek_local"} <= found
