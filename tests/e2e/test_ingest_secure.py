"""`phistream ingest` over TLS and SCRAM with the rights of a producer, and no more."""

from pathlib import Path

import pytest

from schemas.raw import DEFAULT_BOUNDS
from schemas.topics import Role
from streams.ingest.ingesting import Ingested, ingest_file
from streams.log.admin import apply_acls
from streams.log.kafka import read_whole_topic
from streams.log.kafka_inlet import KafkaInlet
from tests.e2e.deployment import TENANT_HEADER, deployed
from tests.stack.grants import await_grants
from tests.stack.required import required_stack
from tests.stack.topics import await_markers

pytestmark = pytest.mark.secure


def test_the_rights_of_a_producer_are_enough(tmp_path: Path) -> None:
    """Files come in once, records are appended and the redactors' lag is seen, as the producer role alone."""
    file = tmp_path / "in.jsonl"
    file.write_bytes(b"a\nb\nc\n")
    with deployed(required_stack(secure=True), tmp_path / "made", user=Role.PRODUCER) as made:
        apply_acls(made.admin, {Role.PRODUCER: f"User:{Role.PRODUCER}"})
        await_grants(made.stack.kafka_options())
        with KafkaInlet(made.settings, made.topic, ((TENANT_HEADER, made.tenants[0].encode()),)) as inlet:
            first, second = (ingest_file(inlet, file, DEFAULT_BOUNDS, lambda _: None) for _ in range(2))
            inlet.append([b"d"])
            waiting = inlet.waiting()
        await_markers(made.stack.kafka_options(), [made.topic])
        found = sorted(record.value or b"" for record in read_whole_topic(made.admin, made.topic))

    assert (Ingested(3, 0), Ingested(0, 3)) == (first, second)
    assert [b"a", b"b", b"c", b"d"] == found
    assert waiting >= 4
