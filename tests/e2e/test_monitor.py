"""The monitor on a real broker: what it counts, and what it raises when it is killed under load."""

import json
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka import TopicPartition as Place

from schemas.audit import BatchRecord
from schemas.codec import ALERT, decode, encode
from schemas.events import Call, Coordinates, RedactedEvent, Withheld
from schemas.monitor import Alert
from schemas.topics import ALERTS, BATCHES, REDACTED
from streams.clock import rfc3339
from streams.log.client import COMPRESSION, group_id
from streams.log.kafka import read_whole_topic
from streams.log.startup import begin_group
from streams.monitor.rules import QuarantineRate
from streams.monitor.windows import SourceCount, SourceKey
from tests.contracts.siem_samples import chat, withheld
from tests.e2e.deployment import Deployment, deployed
from tests.stack.ports import free_port
from tests.stack.required import required_stack

pytestmark = pytest.mark.integration

pytest.importorskip("faust", reason="the monitor is an extra: pip install 'phistream[monitor]'")

WINDOW_SECONDS = 300
LEAST = 30
COMMAND = [sys.executable, "-c", "from streams.cli import main; main()", "monitor", "--config"]


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    """Return a deployment whose monitor begins at the end of the topics."""
    monitor = {
        "web_port": free_port(),
        "window_seconds": WINDOW_SECONDS,
        "quarantine_share": 0.2,
        "quarantine_least_events": LEAST,
    }
    with deployed(required_stack(), tmp_path, monitor=monitor) as made:
        begin_group(made.admin.kafka, "monitor", [REDACTED, BATCHES], "latest")
        yield made


class Traffic:
    """Events of many sources in one window; every third source withholds half of what it has."""

    def __init__(self, deployment: Deployment, sources: int) -> None:
        now = int(time.time() * 1000)
        self.start_ms = now - now % (WINDOW_SECONDS * 1000) - WINDOW_SECONDS * 1000
        self.tenant = deployment.tenants[0]
        self.sources = [f"{deployment.topic}.{number}" for number in range(sources)]

    def values(self) -> Iterator[RedactedEvent | Withheld]:
        """Yield the events, source by turns, so that no source is complete before the last round."""
        for turn in range(LEAST):
            for number, source in enumerate(self.sources):
                yield self._value(turn, number, source)

    def expected(self) -> set[str]:
        """Return the ids of the alerts that these events call for."""
        rule = QuarantineRate(0.2, LEAST, WINDOW_SECONDS * 1000)
        counts = [SourceCount(SourceKey(self.tenant, name, self.start_ms), LEAST, LEAST // 2) for name in self.bad]
        return {alert.alert_id for count in counts if (alert := rule.alert(count, 0)) is not None}

    @property
    def bad(self) -> list[str]:
        """Return the sources that withhold too much."""
        return self.sources[::3]

    def _value(self, turn: int, number: int, source: str) -> RedactedEvent | Withheld:
        time_ms = self.start_ms + turn
        place = Coordinates(source, 0, turn, time_ms)
        plain = withheld(1) if turn % 2 and number % 3 == 0 else chat(1, "words", call=Call(model="m-1"))
        event_id = f"{self.tenant}-{number}-{turn}"
        return replace(plain, event_id=event_id, tenant=self.tenant, time=rfc3339(time_ms), coordinates=place)


def publish(deployment: Deployment, values: Iterator[RedactedEvent | Withheld], pause: float = 0.0) -> None:
    """Write events to the redacted topic, some at a time."""
    producer = Producer({**deployment.stack.kafka_options(), "compression.type": COMPRESSION})
    for number, value in enumerate(values):
        stamp = value.coordinates.timestamp_ms
        producer.produce(REDACTED, key=value.event_id.encode(), value=encode(value), timestamp=stamp)
        producer.poll(0)
        if pause and number % 20 == 0:
            time.sleep(pause)
    assert producer.flush(120) == 0


def answer(deployment: Deployment, page: str) -> bytes:
    """Return a page of the monitor."""
    url = f"http://127.0.0.1:{deployment.settings.monitor.web_port}/{page}"
    with urllib.request.urlopen(url, timeout=30) as found:
        return bytes(found.read())


def counts(deployment: Deployment) -> dict[str, Any]:
    """Return what the monitor's view shows; nothing where it does not answer."""
    try:
        shown = answer(deployment, "counts.json")
    except OSError:
        return {}
    tree: dict[str, Any] = json.loads(shown)
    return tree


def settled_counts(deployment: Deployment, traffic: Traffic) -> dict[str, Any]:
    """Return the view once it shows everything that was written, twice and in one batch, and nothing is behind."""
    shown: dict[str, Any] = {}

    def is_settled() -> bool:
        shown.update(counts(deployment))
        has_batch = f"{traffic.tenant}-0" in shown.get("slots", {})
        return has_batch and shown["events_seen"] >= 2 * 6 * LEAST and shown["lag_seconds"] == 0.0

    wait_for(deployment, is_settled)
    return shown


def committed(deployment: Deployment) -> int:
    """Return the sum of the offsets that the monitor's group has committed."""
    group = group_id(deployment.settings.kafka, "monitor")
    consumer = Consumer({**deployment.stack.kafka_options(), "group.id": group})
    partitions = consumer.list_topics(REDACTED, timeout=30).topics[REDACTED].partitions
    places = consumer.committed([Place(REDACTED, number) for number in partitions], timeout=30)
    consumer.close()
    return sum(max(0, place.offset) for place in places)


def alerts(deployment: Deployment) -> list[Alert]:
    """Return every alert of this deployment's tenant."""
    found = (decode(ALERT, record.value or b"") for record in read_whole_topic(deployment.admin, ALERTS))
    return [alert for alert in found if alert.tenant == deployment.tenants[0]]


def wait_for(deployment: Deployment, done: Callable[[], bool]) -> None:
    """Wait, within bounds, until *done*."""
    deployment.wait_for(done, 300)


def test_counts_and_alerts(deployment: Deployment) -> None:
    """Events are counted once each, in their window; the sources that withhold too much raise one alert each."""
    traffic = Traffic(deployment, 6)
    batch = BatchRecord(1, "b", {}, f"{traffic.tenant}-0", "2026-01-02T12:00:00.000Z", (), 5, 2, {}, {}, (), "", "", "")
    with deployment.started([*COMMAND, str(deployment.config)]):
        wait_for(deployment, lambda: bool(counts(deployment)))
        publish(deployment, traffic.values())
        publish(deployment, traffic.values())
        producer = Producer({**deployment.stack.kafka_options(), "compression.type": COMPRESSION})
        producer.produce(BATCHES, encode(batch))
        assert producer.flush(120) == 0
        wait_for(deployment, lambda: {alert.alert_id for alert in alerts(deployment)} == traffic.expected())
        shown = settled_counts(deployment, traffic)
        metrics = answer(deployment, "metrics").decode()
    windows = [window["tenants"].get(traffic.tenant, 0) for window in shown["windows"]]

    assert sum(windows) == 6 * LEAST
    assert f'phistream_monitor_events_total{{outcome="repeated"}} {6 * LEAST}.0' in metrics
    assert shown["approximate"] is True
    assert (5, 2) == tuple(shown["slots"][f"{traffic.tenant}-0"][name] for name in ("redacted", "quarantined"))
    assert sorted(alert.source for alert in alerts(deployment)) == sorted(traffic.bad)


def test_killed_under_load_it_loses_no_alert(deployment: Deployment) -> None:
    """Killed with -9 twice while events come, it raises every alert, each under one id.

    No source is complete before the last round: a monitor that forgot what it had counted before a kill would raise
    none.
    """
    traffic = Traffic(deployment, 60)
    loader = threading.Thread(target=publish, args=(deployment, traffic.values(), 0.2))
    begin = committed(deployment)
    loader.start()
    total = 60 * LEAST
    for share in (0.3, 0.6):
        with deployment.started([*COMMAND, str(deployment.config)]):
            wait_for(deployment, lambda share=share: committed(deployment) - begin > share * total)  # type: ignore[misc]
    with deployment.started([*COMMAND, str(deployment.config)]):
        loader.join()
        wait_for(deployment, lambda: {alert.alert_id for alert in alerts(deployment)} >= traffic.expected())
    raised = alerts(deployment)

    assert traffic.expected() == {alert.alert_id for alert in raised}
    assert {(LEAST, 0.5)} == {(alert.events, alert.value) for alert in raised}
