"""Streams for tests: a text cut anywhere, sent as each provider sends it, and the place where it must stand whole."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Streamed:
    """One format: *pieces* makes the pieces of a text in parts, *text* reads it from the joined event."""

    name: str
    source: str
    pieces: Callable[[Sequence[str]], list[Tree]]
    text: Callable[[Any], str]


def chat(parts: Sequence[str], *, index: int = 0, id_: str = "chatcmpl-1") -> list[Tree]:
    """Return the chunks of a chat completion."""
    head = {"id": id_, "object": "chat.completion.chunk", "created": 1_772_619_780, "model": "gpt-4o"}

    def chunk(delta: Tree, reason: str | None = None) -> Tree:
        return {**head, "choices": [{"index": index, "delta": delta, "finish_reason": reason}]}

    usage = {**head, "choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}}
    first = chunk({"role": "assistant", "content": ""})
    return [first, *(chunk({"content": part}) for part in parts), chunk({}, "stop"), usage]


def tool_call(parts: Sequence[str]) -> list[Tree]:
    """Return the chunks of a call whose arguments hold the text."""
    whole = chat([])
    head = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": ""}}
    deltas: list[Tree] = [{"role": "assistant", "tool_calls": [head]}]
    deltas += [{"tool_calls": [{"index": 0, "function": {"arguments": part}}]} for part in parts]
    chunks = [{**whole[0], "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    return [*chunks, *whole[1:]]


def messages(parts: Sequence[str]) -> list[Tree]:
    """Return the events of a message with one block of text."""
    return message_of(
        {"type": "text", "text": ""},
        [{"type": "text_delta", "text": part} for part in parts],
    )


def tool_use(parts: Sequence[str]) -> list[Tree]:
    """Return the events of a message with one tool use, whose input comes as JSON in pieces."""
    block = {"type": "tool_use", "id": "toolu_1", "name": "look_up", "input": {}}
    return message_of(block, [{"type": "input_json_delta", "partial_json": part} for part in parts])


def message_of(block: Tree, deltas: Sequence[Tree]) -> list[Tree]:
    """Return the events of a message with one block."""
    message: Tree = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-x",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 4, "output_tokens": 1},
    }
    return [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "ping"},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
    ]


def responses(parts: Sequence[str]) -> list[Tree]:
    """Return the events of a response that was cut before its last event."""
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    item = {"id": "msg_1", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
    part = {"type": "output_text", "text": "", "annotations": []}
    response = {"id": "resp_1", "object": "response", "status": "in_progress", "model": "gpt-4o", "output": []}
    events: list[Tree] = [
        {"type": "response.created", "response": response},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.content_part.added", **place, "part": part},
        *({"type": "response.output_text.delta", **place, "delta": each, "obfuscation": "x9"} for each in parts),
    ]
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]


def completed(parts: Sequence[str]) -> list[Tree]:
    """Return the events of a response with its last event, which repeats everything."""
    events = responses(parts)
    text = {"type": "output_text", "text": "".join(parts), "annotations": []}
    item = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [text]}
    response = {**events[0]["response"], "status": "completed", "output": [item]}
    return [*events, {"type": "response.completed", "sequence_number": len(events), "response": response}]


def converse(parts: Sequence[str]) -> list[Tree]:
    """Return the events of Bedrock's ConverseStream."""
    return [
        {"messageStart": {"role": "assistant"}},
        *({"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": part}}} for part in parts),
        {"contentBlockStop": {"contentBlockIndex": 0}},
        {"messageStop": {"stopReason": "end_turn"}},
        {"metadata": {"usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}, "metrics": {"latencyMs": 9}}},
    ]


def gemini(parts: Sequence[str]) -> list[Tree]:
    """Return the chunks of an answer of Gemini."""
    chunks: list[Tree] = [
        {"candidates": [{"content": {"role": "model", "parts": [{"text": part}]}, "index": 0}]} for part in parts
    ]
    return [*chunks, {"candidates": [{"finishReason": "STOP", "index": 0}], "modelVersion": "gemini-x"}]


def ollama(parts: Sequence[str]) -> list[Tree]:
    """Return the chunks of Ollama's chat; the last counts tokens and says nothing."""
    head = {"model": "llama3.2", "created_at": "2026-03-04T10:23:00.123456Z"}
    said: list[Tree] = [{**head, "message": {"role": "assistant", "content": part}, "done": False} for part in parts]
    last = {
        "done_reason": "stop",
        "done": True,
        "total_duration": 5,
        "prompt_eval_count": 26,
        "eval_count": len("".join(parts)),
    }
    return [*said, {**head, "message": {"role": "assistant", "content": ""}, **last}]


def ollama_generate(parts: Sequence[str]) -> list[Tree]:
    """Return the chunks of Ollama's generate."""
    count = len("".join(parts))
    head = {"model": "llama3.2", "created_at": "2026-03-04T10:23:00.123456Z"}
    said: list[Tree] = [{**head, "response": part, "done": False} for part in parts]
    return [
        *said,
        {**head, "response": "", "done": True, "done_reason": "stop", "context": [1, 2], "eval_count": count},
    ]


def llama_cpp(parts: Sequence[str]) -> list[Tree]:
    """Return the chunks of llama.cpp's completion."""
    said: list[Tree] = [{"index": 0, "content": part, "stop": False, "id_slot": 0} for part in parts]
    return [*said, {"index": 0, "content": "", "stop": True, "model": "m", "tokens_predicted": len("".join(parts))}]


def tgi(parts: Sequence[str]) -> list[Tree]:
    """Return the chunks of Text Generation Inference, of which the last repeats the whole."""
    tokens = [{"id": 7, "text": part, "logprob": -0.5, "special": False} for part in parts]
    end = {"id": 2, "text": "</s>", "logprob": -0.1, "special": True}
    chunks: list[Tree] = [{"index": n, "token": each, "generated_text": None} for n, each in enumerate(tokens, 1)]
    whole = {"generated_text": "".join(parts), "details": {"finish_reason": "eos_token", "generated_tokens": 9}}
    return [*chunks, {"index": len(parts) + 1, "token": end, **whole}]


def cohere(parts: Sequence[str]) -> list[Tree]:
    """Return the events of Cohere's chat, version 2."""
    text = {"type": "text", "text": ""}
    used = {"tokens": {"input_tokens": 215, "output_tokens": 8}}
    return [
        {"type": "message-start", "id": "c-1", "delta": {"message": {"role": "assistant", "content": []}}},
        {"type": "content-start", "index": 0, "delta": {"message": {"content": text}}},
        *({"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": part}}}} for part in parts),
        {"type": "content-end", "index": 0},
        {"type": "message-end", "id": "c-1", "delta": {"finish_reason": "COMPLETE", "usage": used}},
    ]


def cohere_1(parts: Sequence[str]) -> list[Tree]:
    """Return the events of Cohere's chat, version 1, of which the last repeats everything."""
    response = {"response_id": "r-1", "generation_id": "g-1", "text": "".join(parts), "finish_reason": "COMPLETE"}
    last = {"event_type": "stream-end", "finish_reason": "COMPLETE", "response": response}
    return [
        {"is_finished": False, "event_type": "stream-start", "generation_id": "g-1"},
        *({"is_finished": False, "event_type": "text-generation", "text": part} for part in parts),
        {"is_finished": True, **last},
    ]


def assistants(parts: Sequence[str]) -> list[Tree]:
    """Return the deltas of a message of OpenAI's Assistants, and the message as it stands in the end."""

    def text(value: str) -> Tree:
        return {"type": "text", "text": {"value": value, "annotations": []}}

    head = {"id": "msg_1", "object": "thread.message.delta"}
    deltas: list[Tree] = [{**head, "delta": {"content": [{"index": 0, **text(part)}]}} for part in parts]
    whole = {"id": "msg_1", "object": "thread.message", "status": "completed", "role": "assistant"}
    return [*deltas, {**whole, "content": [text("".join(parts))]}]


def run(parts: Sequence[str]) -> list[Tree]:
    """Return the events of a LangChain run, of which the last holds its whole output."""
    head = {"name": "m", "run_id": "3f2c1b0a-9d8e-4c7b-8a69-5f4e3d2c1b0a", "tags": [], "metadata": {"thread_id": "t"}}

    def message(text: str, type_: str) -> Tree:
        return {"content": text, "type": type_, "id": "run--1", "response_metadata": {}}

    chunks = [message(part, "AIMessageChunk") for part in parts]
    events: list[Tree] = [{"event": "on_chat_model_stream", **head, "data": {"chunk": chunk}} for chunk in chunks]
    return [*events, {"event": "on_chat_model_end", **head, "data": {"output": message("".join(parts), "ai")}}]


def run_of_strings(parts: Sequence[str]) -> list[Tree]:
    """Return the events of a LangChain run that gives strings."""
    head = {"name": "m", "run_id": "4f2c1b0a-9d8e-4c7b-8a69-5f4e3d2c1b0a"}
    events: list[Tree] = [{"event": "on_chain_stream", **head, "data": {"chunk": part}} for part in parts]
    return [*events, {"event": "on_chain_end", **head, "data": {"output": "".join(parts)}}]


def _arguments(tree: Any) -> str:
    found: str = tree["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]
    return found


def _input(tree: Any) -> str:
    found = tree["content"][0]["input"]
    return json.dumps(found) if isinstance(found, dict) else str(found)


STREAMED = (
    Streamed("chat", "openai", chat, lambda tree: tree["choices"][0]["message"]["content"]),
    Streamed("tool call", "openai", tool_call, _arguments),
    Streamed("messages", "anthropic", messages, lambda tree: tree["content"][0]["text"]),
    Streamed("tool use", "anthropic", tool_use, _input),
    Streamed("responses", "responses", responses, lambda tree: tree["output"][0]["content"][0]["text"]),
    Streamed("completed", "responses", completed, lambda tree: tree["output"][0]["content"][0]["text"]),
    Streamed("converse", "generic", converse, lambda tree: tree["output"]["message"]["content"][0]["text"]),
    Streamed("ollama", "local", ollama, lambda tree: tree["message"]["content"]),
    Streamed("ollama generate", "local", ollama_generate, lambda tree: tree["response"]),
    Streamed("llama.cpp", "local", llama_cpp, lambda tree: tree["content"]),
    Streamed("tgi", "local", tgi, lambda tree: tree["generated_text"]),
    Streamed("cohere", "cohere", cohere, lambda tree: tree["message"]["content"][0]["text"]),
    Streamed("cohere 1", "cohere", cohere_1, lambda tree: tree["text"]),
    Streamed("assistants", "assistants", assistants, lambda tree: tree["content"][0]["text"]["value"]),
    Streamed("run", "runs", run, lambda tree: tree["data"]["output"]["content"]),
    Streamed("run of strings", "runs", run_of_strings, lambda tree: tree["data"]["output"]),
    Streamed("gemini", "vertex", gemini, lambda tree: tree["candidates"][0]["content"]["parts"][0]["text"]),
)


def cut(text: str, places: Sequence[int]) -> list[str]:
    """Return *text* cut at the given places."""
    ends = sorted({min(place, len(text)) for place in places} - {0, len(text)})
    return [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]


def lines(pieces: Sequence[Tree]) -> str:
    """Return pieces as lines of JSON."""
    return "".join(json.dumps(piece) + "\n" for piece in pieces)


def event_stream(pieces: Sequence[Tree], *, done: bool = False) -> str:
    """Return pieces as server-sent events, named where they have a type."""
    lines = [
        (f"event: {piece['type']}\n" if "type" in piece else "") + f"data: {json.dumps(piece)}\n\n" for piece in pieces
    ]
    return "".join(lines) + ("data: [DONE]\n\n" if done else "")
