"""`phistream indexer`: redacted events and alerts from Kafka into OpenSearch."""

import signal
import threading

import typer

from streams.commands.options import ConfigFile, service_settings
from streams.telemetry.logs import configure


def indexer(config: ConfigFile = None) -> None:
    """Index redacted events from Kafka until asked to stop (SIGTERM or Ctrl-C).

    It can be killed at any time: offsets follow when every document before them has settled, and a document that is
    written again overwrites itself. Several may run; they share the partitions.
    """
    from streams.clock import SystemClock
    from streams.siem.indexing import kafka_indexer
    from streams.telemetry.metrics import Metrics
    from streams.vault.key_ages import tell_certificates

    configure()
    settings = service_settings(config)
    metrics = Metrics()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if settings.metrics_port:
        metrics.serve(settings.metrics_port)
    tell_certificates(settings, None, metrics, SystemClock().now_ms())
    running = kafka_indexer(settings, metrics, stop.is_set)
    typer.echo(f"Indexing into {settings.siem.url} ({settings.siem.index_prefix}-*)", err=True)
    try:
        running.run()
    finally:
        running.reader.close()
