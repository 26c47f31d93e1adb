"""The Faust app: redacted events and batches in, windowed counts and alerts out; with security.py the only one.

An event is acknowledged after the alert that it completed is durable, and not before: with one task a topic, explicit
acknowledgement and a supervisor that ends the process, an exception or a kill passes over nothing. The counts of open
windows are rebuilt at start from what was already committed. An alert may be published again; its id is the same.
"""

import asyncio
import logging
import math
from collections.abc import Sequence
from contextlib import AbstractContextManager
from importlib import resources
from typing import Any, NoReturn

import faust
import structlog
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]
from faust.exceptions import NotReady
from faust.web import Request, Response, View
from faust.web.drivers.aiohttp import Web
from mode.supervisors import CrashingSupervisor
from prometheus_client import generate_latest

from schemas.codec import BATCH_RECORD, decode, decode_redacted, encode
from schemas.errors import PhistreamError
from schemas.monitor import Alert
from schemas.topics import ALERTS, BATCHES, REDACTED
from streams.clock import SystemClock
from streams.config import Settings
from streams.log.client import group_id
from streams.log.our_records import reading
from streams.monitor.security import broker_urls, credentials
from streams.monitor.state import MonitorState
from streams.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

#: The consumer group of the monitor.
MONITORS = "monitor"
#: A dead member's partitions come back after this long (its default is a minute).
_SESSION_SECONDS = 10.0
_HEARTBEAT_SECONDS = 3.0
_POLL_RECORDS = 500
#: A commit marker may stand after the last record: that is not being behind.
_MARKERS = 1
_PATIENCE_SECONDS = 5.0


class _Web(Web):
    """Only our own pages: what Faust shows of its own insides has no place here."""

    default_blueprints = ()
    debug_blueprints = ()
    optional_blueprints = ()
    production_blueprints = ()


class MonitorApp(faust.App):
    """A Faust app with pages of our own."""

    def _new_web(self) -> Web:
        return _Web(self)


class Monitor:
    """Wires state, topics and pages; *pending* are alerts of the recount, published before anything is acknowledged."""

    def __init__(self, settings: Settings, state: MonitorState, pending: Sequence[Alert]) -> None:
        self.state = state
        self.clock = SystemClock()
        self.metrics = Metrics()
        self.folder = settings.run_folder / "monitor"
        self._pending = list(pending)
        self._reached: dict[Any, int] = {}
        self.app = _app(settings)
        self._alerts = self._topic(ALERTS)
        self._watch(self._topic(REDACTED), self._topic(BATCHES))
        self._serve()

    def run(self) -> NoReturn:
        """Watch until asked to stop; ends the process, with a status other than 0 where something failed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for handler in logging.root.handlers:
            handler.addFilter(_without_text)
        worker = faust.Worker(self.app, loglevel="ERROR", quiet=True, redirect_stdouts=False, override_logging=False)
        worker.spinner = None
        worker.execute_from_commandline()

    def _topic(self, name: str) -> Any:
        return self.app.topic(name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

    def _watch(self, redacted: Any, batches: Any) -> None:
        @self.app.agent(redacted, name="redacted", concurrency=1, supervisor_strategy=CrashingSupervisor)
        async def events(stream: Any) -> None:
            await self._publish_pending()
            async for event in stream.noack().events():
                if event.value is not None:
                    await self._count(event)
                self._reached[event.message.tp] = event.message.offset
                await stream.ack(event)

        @self.app.agent(batches, name="batches", concurrency=1, supervisor_strategy=CrashingSupervisor)
        async def transactions(stream: Any) -> None:
            async for event in stream.noack().events():
                with _reading(event):
                    batch = decode(BATCH_RECORD, event.value)
                self.state.batch(batch)
                await stream.ack(event)

    async def _count(self, event: Any) -> None:
        before = self.state.seen_before
        with _reading(event):
            value = decode_redacted(event.value)
        alert = self.state.observe(value, self.clock.now_ms())
        outcome = "counted" if self.state.seen_before == before else "repeated"
        self.metrics.count("phistream_monitor_events_total", outcome=outcome)
        if alert is not None:
            await self._publish(alert)

    async def _publish_pending(self) -> None:
        while self._pending:
            await self._publish(self._pending[0])
            self._pending.pop(0)

    async def _publish(self, alert: Alert) -> None:
        """Publish an alert and wait until every in-sync replica has it."""
        sent = await self._alerts.send(key=alert.alert_id.encode(), value=encode(alert))
        await sent
        self.state.raised(alert)
        self.metrics.count("phistream_monitor_alerts_total", rule=alert.rule)
        log.warning("Alert raised.", kind=alert.rule, tenant=alert.tenant, records=alert.events)

    async def _behind(self) -> int | None:
        """Return how many records stand after the last counted ones, or None where the brokers do not say."""
        consumer = self.app.consumer
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                places = list(consumer.assignment())
                ends = await consumer.highwaters(*places)
                reached = [self._reached.get(place, (await consumer.position(place) or 0) - 1) for place in places]
        except (NotReady, KafkaError, TimeoutError):
            return None
        left = [ends[place] - offset - 1 - _MARKERS for place, offset in zip(places, reached, strict=True)]
        return sum(max(0, count) for count in left) if places else None

    def _serve(self) -> None:
        page = (resources.files("streams.monitor") / "page.html").read_text(encoding="utf-8")

        @self.app.page("/")
        async def index(view: View, _: Request) -> Response:
            return view.html(page)

        @self.app.page("/counts.json")
        async def counts(view: View, _: Request) -> Response:
            return view.json(self.state.snapshot(await self._behind(), self.clock.now_ms()))

        @self.app.page("/metrics")
        async def metrics(view: View, _: Request) -> Response:
            lag = self.state.lag_seconds(await self._behind(), self.clock.now_ms())
            self.metrics.set("phistream_monitor_lag_seconds", math.nan if lag is None else lag)
            return view.text(generate_latest(self.metrics.registry).decode(), content_type="text/plain")


def _reading(event: Any) -> AbstractContextManager[None]:
    """Say where an event stands that cannot be read."""
    return reading(event.message.topic, event.message.partition, event.message.offset)


def _without_text(line: logging.LogRecord) -> bool:
    """Let no exception of a library print itself: its message may hold what it was given. Ours say where."""
    error = line.exc_info[1] if line.exc_info else None
    if isinstance(error, PhistreamError):
        log.error("Monitor failed.", error_class=type(error).__name__, reason=str(error))
    elif error is not None:
        log.error("Monitor failed.", error_class=type(error).__name__)
    line.exc_info, line.exc_text, line.stack_info = None, None, None
    return True


def _app(settings: Settings) -> MonitorApp:
    return MonitorApp(
        group_id(settings.kafka, MONITORS),
        broker=broker_urls(settings.kafka),
        broker_credentials=credentials(settings.kafka),
        broker_session_timeout=_SESSION_SECONDS,
        broker_heartbeat_interval=_HEARTBEAT_SECONDS,
        broker_max_poll_records=_POLL_RECORDS,
        consumer_auto_offset_reset="earliest",
        producer_acks=-1,
        processing_guarantee="at_least_once",
        agent_supervisor=CrashingSupervisor,
        store="memory://",
        topic_allow_declare=False,
        topic_disable_leader=True,
        datadir=settings.run_folder / "monitor",
        web_bind="127.0.0.1",
        web_port=settings.monitor.web_port,
        worker_redirect_stdouts=False,
    )
