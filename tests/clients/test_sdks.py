"""What the real SDKs of OpenAI, Anthropic and LiteLLM write goes through unmodified but for its identifiers."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schemas.sources.all import recognise
from schemas.topics import REDACTED
from streams.siem.indexing import index_embedded
from streams.siem.ports import Query
from streams.siem.sqlite import SqliteSink
from tests.clients.answering import Api, answering
from tests.streams.embedded_rig import EmbeddedRig, rig_at

MAIL = "ada@example.org"
USER = "u-1"
ASKED = f"Please write to {MAIL} about the zebra crossing"
ANSWERED = f"I wrote to {MAIL}"
ANSWERS: dict[str, Any] = {
    "/v1/chat/completions": {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_772_600_000,
        "model": "gpt-4o-2024-08-06",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "logprobs": None,
                "message": {"role": "assistant", "content": ANSWERED, "refusal": None, "annotations": []},
            }
        ],
        "usage": {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13},
        "service_tier": "default",
        "system_fingerprint": "fp_1",
    },
    "/v1/responses": {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_772_600_000,
        "status": "completed",
        "model": "gpt-4o-2024-08-06",
        "output": [
            {
                "type": "message",
                "id": "msg_1",
                "status": "completed",
                "role": "assistant",
                "content": [{"type": "output_text", "text": ANSWERED, "annotations": []}],
            }
        ],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": 9,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 4,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 13,
        },
    },
    "/v1/messages": {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-next",
        "content": [{"type": "text", "text": ANSWERED}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 9, "output_tokens": 4},
    },
}


@pytest.fixture
def api() -> Iterator[Api]:
    """Return a server that answers as the APIs do."""
    with answering(ANSWERS) as found:
        yield found


@pytest.fixture
def rig(tmp_path: Path) -> EmbeddedRig:
    """Return an embedded deployment."""
    return rig_at(tmp_path / "state")


def through(rig: EmbeddedRig, record: dict[str, Any]) -> dict[str, Any]:
    """Send a record through to the index; return the redacted event."""
    rig.feed(json.dumps(record).encode())
    rig.drain()
    (event,) = rig.trees(REDACTED)
    store = rig.state.open_store()
    index_embedded(store)
    found = SqliteSink(store).search(Query(words=("zebra",)))
    store.close()
    assert 1 == len(found.hits)
    return event


def restored(node: Any) -> Any:
    """Return a redacted record with its tokens put back; there is one value of each type."""
    if isinstance(node, dict):
        return {key: restored(child) for key, child in node.items()}
    if isinstance(node, list):
        return [restored(child) for child in node]
    if not isinstance(node, str):
        return node
    given = {"phi_email_": MAIL, "phi_id_": USER}
    return " ".join(next((given[kind] for kind in given if word.startswith(kind)), word) for word in node.split(" "))


def test_openai_chat_completions(api: Api, rig: EmbeddedRig) -> None:
    """Request and answer of the OpenAI client, logged as a gateway would, come out as they were."""
    import openai  # noqa: PLC0415 - slow to import.

    with openai.OpenAI(api_key="none", base_url=f"{api.url}/v1") as client:
        answer = client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": ASKED}], temperature=0.2, user=USER
        )
    record = {"request": api.bodies[0], "response": answer.model_dump(mode="json")}

    event = through(rig, record)

    assert record == restored(event["record"])
    assert ("openai", "gpt-4o-2024-08-06", 9) == _mapped(event)


def test_openai_responses(api: Api, rig: EmbeddedRig) -> None:
    """The same of the Responses API."""
    import openai  # noqa: PLC0415

    with openai.OpenAI(api_key="none", base_url=f"{api.url}/v1") as client:
        answer = client.responses.create(model="gpt-4o", input=ASKED, instructions="Be kind.")
    record = {"request": api.bodies[0], "response": answer.model_dump(mode="json")}

    event = through(rig, record)

    assert record == restored(event["record"])
    assert ("responses", "gpt-4o-2024-08-06", 9) == _mapped(event)


def test_anthropic_messages(api: Api, rig: EmbeddedRig) -> None:
    """The same of the Anthropic client."""
    import anthropic  # noqa: PLC0415

    with anthropic.Anthropic(api_key="none", base_url=api.url) as client:
        answer = client.messages.create(
            model="claude-next", max_tokens=64, messages=[{"role": "user", "content": ASKED}]
        )
    record = {"request": api.bodies[0], "response": answer.model_dump(mode="json")}

    event = through(rig, record)

    assert record == restored(event["record"])
    assert ("anthropic", "claude-next", 9) == _mapped(event)


def test_litellm_standard_logging(rig: EmbeddedRig) -> None:
    """What LiteLLM hands to its own loggers comes out as it was."""
    payload = _litellm_payload()

    event = through(rig, payload)

    assert payload == restored(event["record"])
    assert "litellm" == recognise(payload).name == event["source"]
    assert "gpt-4o" == event["call"]["model"]


def _litellm_payload() -> dict[str, Any]:
    """Return the standard logging payload of a call that LiteLLM answers itself, in a process of its own."""
    script = Path(__file__).with_name("litellm_call.py")
    environment = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}  # Nothing is fetched.
    done = subprocess.run(
        [sys.executable, str(script), ASKED, ANSWERED], capture_output=True, text=True, check=True, env=environment
    )
    payload: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return payload


def _mapped(event: dict[str, Any]) -> tuple[str, str, int]:
    return event["source"], event["call"]["model"], event["call"]["usage"]["input"]
