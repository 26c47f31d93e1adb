"""What an application instrumented with the OpenTelemetry SDK reports of a model's call: spans and log records."""

import json

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import LogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter
from opentelemetry.trace import SpanKind

MAIL = "ada@example.org"
QUESTION = f"Please write to {MAIL} about the zebra crossing"
RESOURCE = Resource.create({"service.name": "portal"})


def report_span(exporter: SpanExporter, conversation: str = "conv-1") -> None:
    """Report one call by the current conventions, as a span."""
    provider = TracerProvider(resource=RESOURCE, shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    messages = json.dumps([{"role": "user", "parts": [{"type": "text", "content": QUESTION}]}], separators=(",", ":"))
    with provider.get_tracer("genai", "1.0").start_as_current_span("chat gpt-4o", kind=SpanKind.CLIENT) as span:
        span.set_attributes(
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": "openai",
                "gen_ai.request.model": "gpt-4o",
                "gen_ai.usage.input_tokens": 9,
                "gen_ai.response.finish_reasons": ["stop"],
                "gen_ai.conversation.id": conversation,
                "gen_ai.input.messages": messages,
            }
        )
        span.add_event("gen_ai.user.message", {"content": QUESTION})
    provider.shutdown()


def report_log(exporter: LogRecordExporter) -> None:
    """Report one message by the older conventions, as a log record."""
    provider = LoggerProvider(resource=RESOURCE, shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    provider.get_logger("genai").emit(
        LogRecord(
            timestamp=1_772_600_000_000_000_000,
            severity_number=SeverityNumber.INFO,
            body={"role": "user", "content": QUESTION},
            attributes={"gen_ai.system": "openai"},
            event_name="gen_ai.user.message",
        )
    )
    provider.shutdown()
