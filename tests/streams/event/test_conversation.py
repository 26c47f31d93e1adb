"""Several calls in one record: each has its own conversation, and strangers share no token."""

from pathlib import Path
from typing import Any

import orjson

from schemas.topics import REDACTED
from tests.schemas.sources.wire import held, said
from tests.streams.embedded_rig import rig_at

VALUE = "ada@example.org"
FIRST, SECOND = bytes(range(16)), bytes(range(1, 17))


def span(trace: bytes, number: int, *attributes: bytes) -> bytes:
    """Return one span of a scope."""
    return held(2, held(1, trace), held(2, number.to_bytes(8, "big")), *attributes)


def asked(text: str, conversation: str | None = None) -> tuple[bytes, ...]:
    """Return the attributes of a call that was asked something."""
    messages = orjson.dumps([{"role": "user", "parts": [{"type": "text", "content": text}]}]).decode()
    named = (said(9, "gen_ai.conversation.id", conversation),) if conversation else ()
    return (said(9, "gen_ai.request.model", "gpt-4o"), said(9, "gen_ai.input.messages", messages), *named)


def request(*spans: bytes, application: str = "portal") -> bytes:
    """Return an export request."""
    return held(1, held(1, said(1, "service.name", application)), held(2, *spans))


def words(event: dict[str, Any]) -> list[str]:
    """Return the token for VALUE in each span of a redacted event."""
    spans = event["record"]["resourceSpans"][0]["scopeSpans"][0]["spans"]
    texts = [orjson.dumps(span).decode() for span in spans]
    return [next(word.strip('\\"[]}') for word in text.split() if "phi_email_" in word) for text in texts]


def test_each_call_of_a_record_has_a_conversation_of_its_own(tmp_path: Path) -> None:
    """One value has one token throughout a conversation, across records, and another one beside it."""
    rig = rig_at(tmp_path)
    before, after = f"mail {VALUE} now", f"to {VALUE} again"
    rig.feed(
        request(span(FIRST, 1, *asked(before, "one")), span(SECOND, 2, *asked(before, "two"))),
        request(span(FIRST, 3, *asked(after, "two")), span(SECOND, 4, *asked(after, "one"))),
    )

    rig.drain()

    earlier, later = rig.trees(REDACTED)
    assert words(earlier)[0] != words(earlier)[1]
    assert words(earlier) == words(later)[::-1]
    assert 2 == len(earlier["calls"]) == len({call["conversation"] for call in earlier["calls"]})


def test_strangers_in_one_record_share_no_token(tmp_path: Path) -> None:
    """Two calls without any conversation have nothing in common but their record."""
    rig = rig_at(tmp_path)
    rig.feed(request(span(FIRST, 1, *asked(f"Hi {VALUE} x")), span(SECOND, 2, *asked(f"Hi {VALUE} x"))))

    rig.drain()

    (event,) = rig.trees(REDACTED)
    assert 2 == len(set(words(event)))
    assert [None, None] == [call["conversation"] for call in event["calls"]]


def test_a_span_beside_a_call_belongs_to_its_trace(tmp_path: Path) -> None:
    """What names no conversation has that of its trace, so that a tool's text can be followed to the question."""
    rig = rig_at(tmp_path)
    tool = (said(9, "gen_ai.tool.name", "mailer"), said(9, "gen_ai.tool.call.arguments", f"send {VALUE} now"))
    other = span(SECOND, 3, *asked(f"mail {VALUE} now", "two"))
    rig.feed(request(span(FIRST, 1, *asked(f"mail {VALUE} now", "one")), span(FIRST, 2, *tool), other))

    rig.drain()

    (event,) = rig.trees(REDACTED)
    first, second, third = words(event)
    assert first == second != third


def test_every_call_says_what_an_auditor_asks(tmp_path: Path) -> None:
    """Each of `calls` carries the fields of the call; a record of one call has it in `call` alone."""
    rig = rig_at(tmp_path)
    one = span(FIRST, 1, *asked(f"mail {VALUE} now", "one"))
    rig.feed(request(one), request(one, span(SECOND, 2, *asked("hello there", "two"))))

    rig.drain()

    alone, several = rig.trees(REDACTED)
    assert [] == alone["calls"]
    assert alone["call"] == several["call"]
    assert [alone["call"]["model"]] * 2 == [call["model"] for call in several["calls"]]
    assert [FIRST.hex(), SECOND.hex()] == [call["trace_id"] for call in several["calls"]]
