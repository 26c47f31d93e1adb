"""A record of nobody of ours among the pointers to open streams: the worker stops until somebody has mended it."""

from pathlib import Path

import pytest

from schemas.errors import UnknownVersion
from schemas.topics import ASSEMBLY, REDACTED
from streams.log.ports import Publication
from tests.streams.embedded_rig import EmbeddedRig, rig_at


@pytest.mark.parametrize("value", [b"not JSON", b'{"v": 99}', b'{"v": 1, "Jane Example": 1}'])
def test_a_strange_pointer_stops_the_worker_until_it_is_withdrawn(tmp_path: Path, value: bytes) -> None:
    """Nothing is redacted past it, the error names its place alone, and a tombstone under its key mends it."""
    rig = rig_at(tmp_path / "state")
    rig.feed(b'{"note": "waits"}')
    _write(rig, value)
    with pytest.raises(UnknownVersion) as raised:
        rig.drain()
    assert {"topic": ASSEMBLY, "partition": 0, "offset": 0}.items() <= raised.value.facts.items()
    assert "Example" not in str(raised.value)
    assert rig.trees(REDACTED) == []
    _write(rig, None)
    rig.drain()

    assert len(rig.trees(REDACTED)) == 1


def _write(rig: EmbeddedRig, value: bytes | None) -> None:
    store = rig.state.open_store()
    with store.transaction():
        store.append([Publication(ASSEMBLY, b"strange", value, partition=0)])
    store.close()
