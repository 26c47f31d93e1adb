"""The one process of intake on Kafka: a static member of its own group, with a transactional producer."""

from dataclasses import replace

from schemas.topics import KEYED, Role
from streams.config import Settings, intake_topics
from streams.log.admin import describe_cluster
from streams.log.kafka import KafkaTransactionalLog, Member, connect_member
from streams.log.startup import INTAKES, most_seconds_between_reads, refuse_unfit

#: A record may be far larger than its compressed batch, which alone the brokers bound: intake takes what they took.
_LARGEST = 512 * 1024 * 1024


def connect_intake(settings: Settings, *, reading_seconds: float = 30.0) -> KafkaTransactionalLog:
    """Connect intake to the raw topics that it reads; raises LogRefused or ConfigError where it must not begin."""
    kafka = settings.kafka
    refuse_unfit(settings, Role.INTAKE)
    describe_cluster(kafka, [KEYED])
    cluster = replace(describe_cluster(kafka, intake_topics(settings)), max_record_bytes=_LARGEST)
    away = most_seconds_between_reads(settings, reading_seconds)
    member = Member(INTAKES, f"{kafka.group}-{kafka.environment}-intake-0", away)
    return connect_member(kafka, member, cluster)
