"""Pieces of streams: what tells one at a glance."""

import pytest

from schemas.sources.pieces import TELLING, holds_piece
from schemas.sources.streamed.gathered import is_piece
from schemas.sources.streamed.part import part_of_events
from schemas.sources.streamed.sse import Events
from tests.schemas.sources.streamed.streams import STREAMED, Streamed

ROW = {"SequenceNumber": 2, "CorrelationId": "c1", "RequestMessages": '"the rest"}]'}


@pytest.mark.parametrize("streamed", STREAMED, ids=lambda each: each.name)
def test_what_tells_a_piece_is_looked_for_first(streamed: Streamed) -> None:
    """The glance that spares most objects a closer look misses no piece of any format."""
    for piece in [*streamed.pieces(["Maria ", "Quintana"]), ROW]:
        assert not is_piece({key: value for key, value in piece.items() if key not in TELLING})
        assert is_piece(piece) == holds_piece({"body": [piece]})


def test_an_event_of_no_type_breaks_nothing() -> None:
    """Beside pieces of a stream may stand events whose type is anything."""
    begun = {"type": "response.created", "sequence_number": 0, "response": {"id": "resp_1"}}

    part = part_of_events(Events((begun, {"type": ["response.created"]}), done=False))

    assert part is not None
    assert not part.ends
