"""LangSmith: a run, or a batch of runs on their way to its ingestion.

Field names from the LangSmith API reference ("Run") and LangChain's serialised messages.
"""

from typing import Any

from schemas.events import Call, Side, TokenUsage
from schemas.sources.read import at, first_answer, first_user_text, items, number, scalar, text_of, vocabulary
from schemas.sources.shapes import Rules, Shape, Treatment
from schemas.sources.source import ConversationSeed, Path, Source

_RUNTIME = (
    "sdk sdk_version library runtime runtime_version py_implementation langchain_version "
    "langchain_core_version library_version"
)
_COUNTS: Rules = {"*": Shape.NUMBER}
#: A message as LangChain serialises it.
_MESSAGE: Rules = {
    "lc": Shape.NUMBER,
    "type": Shape.ENUMERATION,
    "role": Shape.ENUMERATION,
    "id": {"[]": Shape.LABEL},
    "kwargs": {
        "type": Shape.ENUMERATION,
        "id": Shape.LABEL,
        "tool_call_id": Shape.LABEL,
        "tool_calls": {"[]": {"id": Shape.LABEL, "name": Shape.LABEL, "type": Shape.ENUMERATION}},
        "usage_metadata": _COUNTS,
        "response_metadata": {
            "id": Shape.LABEL,
            "model_name": Shape.LABEL,
            "finish_reason": Shape.ENUMERATION,
            "logprobs": Treatment.LOGPROBS,
            "token_usage": _COUNTS,
        },
    },
}
_OUTPUTS: Rules = {
    "generations": {"[]": {"[]": {"message": _MESSAGE, "generation_info": {"finish_reason": Shape.ENUMERATION}}}},
    "llm_output": {"model_name": Shape.LABEL, "id": Shape.LABEL, "token_usage": _COUNTS},
}
_RUN: Rules = {
    "id": Shape.LABEL,
    "name": Shape.ENUMERATION,
    "trace_id": Shape.LABEL,
    "parent_run_id": Shape.LABEL,
    "dotted_order": Shape.LABEL,
    "run_type": Shape.ENUMERATION,
    "status": Shape.ENUMERATION,
    "start_time": Shape.TIME,
    "end_time": Shape.TIME,
    "first_token_time": Shape.TIME,
    "execution_order": Shape.NUMBER,
    "prompt_tokens": Shape.NUMBER,
    "completion_tokens": Shape.NUMBER,
    "total_tokens": Shape.NUMBER,
    "total_cost": Shape.NUMBER,
    "prompt_cost": Shape.NUMBER,
    "completion_cost": Shape.NUMBER,
    "child_run_ids": {"[]": Shape.LABEL},
    "parent_run_ids": {"[]": Shape.LABEL},
    "inputs": {"messages": {"[]": {**_MESSAGE, "[]": _MESSAGE}}},
    "outputs": _OUTPUTS,
    "serialized": {"lc": Shape.NUMBER, "type": Shape.ENUMERATION, "id": {"[]": Shape.LABEL}},
    "events": {"[]": {"name": Shape.ENUMERATION, "time": Shape.TIME, "kwargs": Treatment.LOGPROBS}},
    "extra": {
        "runtime": dict.fromkeys(_RUNTIME.split(), Shape.LABEL),
        "invocation_params": {"model": Shape.LABEL, "model_name": Shape.LABEL, "temperature": Shape.NUMBER},
        "metadata": {
            "ls_provider": Shape.LABEL,
            "ls_model_name": Shape.LABEL,
            "ls_model_type": Shape.ENUMERATION,
            "ls_temperature": Shape.NUMBER,
            "ls_max_tokens": Shape.NUMBER,
            "revision_id": Shape.LABEL,
            "langgraph_node": Shape.LABEL,
            "langgraph_step": Shape.NUMBER,
            "langgraph_path": {"[]": Shape.LABEL},
            "langgraph_triggers": {"[]": Shape.LABEL},
            "langgraph_checkpoint_ns": Shape.LABEL,
            "checkpoint_ns": Shape.LABEL,
        },
    },
    "attachments": {"*": {"presigned_url": Treatment.POINTER, "mime_type": Shape.LABEL}},
    "inputs_s3_urls": {"*": {"*": Treatment.POINTER}},
    "outputs_s3_urls": {"*": {"*": Treatment.POINTER}},
}
_PARENT: Rules = {**_RUN, "child_runs": {"[]": _RUN}}
_RULES: Rules = {**_PARENT, **{key: {"[]": _PARENT} for key in ("post", "patch", "runs")}}
_KEYS = vocabulary(
    _RULES,
    "name inputs outputs extra error serialized tags session_id session_name metadata input output question context "
    "text content feedback_stats app_path manifest_id reference_example_id additional_kwargs documents page_content "
    "python revision_id thread_id query answer user_id conversation_id share_token",
)


def matches(tree: Any) -> bool:
    """Recognise a run by its type beside what only a run holds."""
    return any(_is_run(run) for run in _runs(tree))


def _runs(tree: Any) -> list[Any]:
    return [*items(tree, "post"), *items(tree, "patch"), *items(tree, "runs")] or [tree]


def _is_run(tree: Any) -> bool:
    held = ("inputs", "outputs", "dotted_order", "trace_id", "parent_run_id", "child_runs")
    return isinstance(tree, dict) and "run_type" in tree and any(key in tree for key in held)


def side(path: Path) -> Side:
    """Tell whose text stands at a path."""
    if not {"tool_calls", "tools", "documents"}.isdisjoint(path):
        return Side.TOOL
    if "inputs" in path:
        return Side.INPUT
    return Side.OUTPUT if "outputs" in path else Side.ENVELOPE


def describe(tree: Any) -> Call:
    """Map a redacted record to the fields that an analyst searches: of a batch, the first run of a model."""
    run = _main(tree)
    metadata = at(run, "extra", "metadata")
    params = at(run, "extra", "invocation_params")
    return Call(
        called_at=scalar(run, "start_time"),
        provider=scalar(metadata, "ls_provider"),
        operation=scalar(run, "run_type"),
        model=scalar(metadata, "ls_model_name") or scalar(params, "model", "model_name"),
        usage=_usage(run),
        status=scalar(run, "status"),
        finish_reasons=_finish_reasons(run),
        application=scalar(run, "session_name"),
        end_user=scalar(metadata, "user_id", "user"),
        session=scalar(metadata, "session_id"),
        conversation=scalar(metadata, "conversation_id", "thread_id"),
        trace_id=scalar(run, "trace_id"),
        span_id=scalar(run, "id"),
    )


def _main(tree: Any) -> Any:
    runs = [each for run in _runs(tree) for each in (run, *items(run, "child_runs"))]
    return next((run for run in runs if at(run, "run_type") == "llm"), runs[0])


def _generations(run: Any) -> list[Any]:
    return [each for several in items(run, "outputs", "generations") for each in items(several) or [several]]


def _usage(run: Any) -> TokenUsage:
    told = at(run, "outputs", "llm_output", "token_usage")
    for used in (run, told):
        input_, output = number(used, "prompt_tokens"), number(used, "completion_tokens")
        if input_ is not None or output is not None:
            return TokenUsage(input_, output, number(used, "total_tokens"))
    return TokenUsage()


def _finish_reasons(run: Any) -> tuple[str, ...]:
    infos = [at(each, "generation_info") for each in _generations(run)]
    choices = items(run, "outputs", "choices")
    return tuple(filter(None, (scalar(each, "finish_reason") for each in (*infos, *choices))))


def seed(tree: Any) -> ConversationSeed:
    """Return what the conversation id is made of."""
    run = _main(tree)
    metadata = at(run, "extra", "metadata")
    messages = [_plain(each) for several in items(run, "inputs", "messages") for each in items(several) or [several]]
    said = _generations(run)
    return ConversationSeed(
        given=scalar(metadata, "conversation_id", "thread_id", "session_id"),
        application=scalar(run, "session_name"),
        end_user=scalar(metadata, "user_id", "user"),
        first_message=first_user_text(messages) or scalar(at(run, "inputs"), "input", "question", "query"),
        first_answer=first_answer(messages) or (scalar(said[0], "text") if said else None),
    )


def _plain(message: Any) -> dict[str, Any]:
    """Return role and content of a message, out of LangChain's serialised form."""
    held = at(message, "kwargs")
    held = held if isinstance(held, dict) else message
    role = at(held, "role") or at(held, "type")
    roles = {"human": "user", "ai": "assistant"}
    content = at(held, "content")
    return {"role": roles.get(str(role), role), "content": text_of(content)}


LANGSMITH = Source("langsmith", matches, _RULES, _KEYS, side, describe, seed, "LangSmith run, or a batch of runs")
