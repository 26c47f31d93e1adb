"""A worker that is wrong on purpose: it logs each record's key, so a search for canaries has to find it."""

import sys
from collections.abc import Sequence

import structlog

from streams.child import end
from streams.log import kafka
from streams.log.ports import Publication, Record
from streams.worker_main import main

log = structlog.get_logger(__name__)


class Telling(kafka.KafkaTransactionalLog):
    """A log that says what it publishes, under a key that log lines may carry."""

    def publish(self, publications: Sequence[Publication], records: Sequence[Record]) -> None:
        """Publish as the product does, and tell."""
        super().publish(publications, records)
        for record in records:
            log.info("Published.", reason=(record.key or b"").decode())


if __name__ == "__main__":
    kafka.KafkaTransactionalLog = Telling  # type: ignore[misc]
    end(main(sys.argv[1:]))
