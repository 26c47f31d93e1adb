"""What the redactor writes is read by the monitor's own client."""

import aiokafka.codec  # type: ignore[import-untyped]

from streams.config import KafkaSettings
from streams.log.client import producer_settings


def test_the_monitor_reads_what_the_redactor_writes() -> None:
    """Our topics are compressed as the client of the monitor can read them, with what its extra installs."""
    codec = producer_settings(KafkaSettings(bootstrap_servers="127.0.0.1:1"), "slot")["compression.type"]

    assert getattr(aiokafka.codec, f"has_{codec}")()
