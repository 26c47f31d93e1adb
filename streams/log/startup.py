"""What must hold before a worker joins the group: topics, rights, limits, timeouts, and where the group begins."""

import time
from collections.abc import Sequence
from contextlib import suppress

from confluent_kafka import Consumer, KafkaException
from confluent_kafka import TopicPartition as Place

from schemas.errors import ConfigError, LogRefused, LogUnavailable
from schemas.topics import ASSEMBLY, DAY_MS, Role
from streams.config import KafkaSettings, Settings, intake_topics, redactor_topics
from streams.log.admin import Difference, check_topics, largest_raw_record, rights, wanted_topics
from streams.log.client import commit_offsets, consumer_settings, consuming, group_id, translated
from streams.log.kafka_places import ADMIN_SECONDS, committed_offsets, partitions_of
from streams.log.kafka_sight import KafkaSight

#: The consumer group of redactors.
REDACTORS = "redactor"
#: That of intake, which has one member.
INTAKES = "intake"
#: What an entry of quarantine holds beside the sealed bytes.
_QUARANTINE_ROOM = 64 * 1024
_TRANSACTION_SECONDS = 60.0
_PATIENCE = 15.0
_READ, _WRITE = "READ", "WRITE"


def refuse_unfit(settings: Settings, role: Role = Role.REDACTOR) -> None:
    """Refuse to let a service begin where topics, rights, limits or timeouts would lose or hold back records.

    Raises LogRefused for what the brokers have, ConfigError for what the settings say; each names the setting.
    """
    check_timeouts(settings)
    check_growth(settings)
    check_retention(settings)
    for difference in check_topics(settings, role):
        if _is_unfit(difference, needed_ms(settings)):
            raise LogRefused(
                "topic is not as it should be; see `phistream topics check`",
                topic=difference.topic,
                setting=difference.setting,
                wanted=difference.wanted,
                found=difference.found,
            )
    _check_rights(settings, role)
    if role is Role.REDACTOR and intake_topics(settings):
        _check_sight(settings)


def check_timeouts(settings: Settings) -> None:
    """Refuse a transaction that may outlive the member that began it (message < transaction < session)."""
    kafka = settings.kafka
    if kafka.transaction_timeout_ms >= kafka.session_timeout_ms:
        raise ConfigError(
            "transaction timeout must be below the session timeout",
            setting="kafka.transaction_timeout_ms",
            limit=kafka.session_timeout_ms,
        )


def check_growth(settings: Settings) -> None:
    """Refuse a record bound whose records would not fit into quarantine once sealed."""
    largest = settings.limits.record_bytes + _QUARANTINE_ROOM
    if largest > largest_raw_record(settings.kafka):
        raise ConfigError(
            "records at the bound would not fit into quarantine once sealed",
            setting="kafka.max_record_bytes",
            limit=settings.kafka.max_record_bytes,
        )


def check_retention(settings: Settings) -> None:
    """Refuse to keep raw records for less time than open streams and an outage may take."""
    if settings.retention.raw_days * DAY_MS <= needed_ms(settings):
        raise ConfigError(
            "raw records must be kept for longer than the longest wait and an outage", setting="retention.raw_days"
        )


def needed_ms(settings: Settings) -> int:
    """Return how long the records of an open stream may be needed, in milliseconds: its longest wait, and an outage."""
    return round((settings.limits.stream_total_seconds + settings.retention.outage_hours * 3_600) * 1000)


def most_seconds_between_reads(settings: Settings, reading_seconds: float) -> float:
    """Return how long a worker may be away from the log: one reading, one record, one transaction and its retry."""
    return reading_seconds + settings.limits.wall_seconds + _TRANSACTION_SECONDS


def begin_group(kafka: KafkaSettings, group: str, topics: Sequence[str], start: str | None) -> None:
    """Give a group its first offsets, for every partition at once, so that no worker begins elsewhere than the others.

    A topic without any offset is refused unless *start* ("earliest" or "latest") says where to begin. Partitions that
    come later begin at their first record.
    """
    until = time.monotonic() + _PATIENCE
    with consuming(consumer_settings(kafka, group)) as consumer:
        while True:
            try:
                for topic in topics:
                    _begin_topic(consumer, topic, start)
            except KafkaException as error:
                # A topic made a moment ago is not led everywhere yet.
                if time.monotonic() > until or isinstance(translated(error), LogRefused):
                    raise
                time.sleep(0.5)
            else:
                return


def _begin_topic(consumer: Consumer, topic: str, start: str | None) -> None:
    found = committed_offsets(consumer, partitions_of(consumer, topic))
    if any(place.offset >= 0 for place in found):
        return
    if start is None:
        raise LogRefused("group has no offsets; say --from earliest or --from latest", topic=topic)
    _commit(consumer, [_start(consumer, place, start) for place in found])


def _commit(consumer: Consumer, places: list[Place]) -> None:
    try:
        commit_offsets(consumer, places)
    except KafkaException:
        # Another worker began the group meanwhile, and only its members may commit: then it has offsets.
        if any(place.offset < 0 for place in committed_offsets(consumer, places)):
            raise


def _start(consumer: Consumer, place: Place, start: str) -> Place:
    low, high = consumer.get_watermark_offsets(place, timeout=ADMIN_SECONDS)
    return Place(place.topic, place.partition, high if start == "latest" else low)


def _is_unfit(difference: Difference, needed_ms: int) -> bool:
    """Tell what loses or holds back records from what is merely otherwise.

    A raw topic may keep its records for any time that is longer than they are needed.

    How many copies of a raw topic there are is its owner's to say. A leader that lost records would give their offsets,
    and so their event ids, to others.
    """
    if difference.setting == "max.message.bytes":
        found, wanted = int(difference.found or 0), int(difference.wanted)
        return found > wanted if difference.raw else found < wanted
    if difference.setting == "min.insync.replicas":
        return not difference.raw and int(difference.found or 0) < int(difference.wanted)
    if difference.setting == "retention.ms":
        return difference.clear and 0 <= int(difference.found or 0) <= needed_ms
    return True


def _check_rights(settings: Settings, role: Role) -> None:
    specs = [spec for spec in wanted_topics(settings) if role in spec.writers | spec.readers]
    read = (*redactor_topics(settings), ASSEMBLY) if role is Role.REDACTOR else intake_topics(settings)
    needed = {
        spec.name: {*([_WRITE] if role in spec.writers else []), *([_READ] if spec.name in read else [])}
        for spec in specs
    }
    found = rights(settings, list(needed))
    for topic, operations in needed.items():
        missing = operations - found[topic]
        if missing:
            raise LogRefused("right is missing; see `phistream topics create --acl`", topic=topic, wanted=min(missing))


def _check_sight(settings: Settings) -> None:
    """Refuse where a redactor may not see how far intake is: no time would ever pass for open streams."""
    sight = KafkaSight(settings.kafka)
    places = list(sight.ends(intake_topics(settings)))
    try:
        with suppress(LogUnavailable):  # A cluster's first group takes a while; a worker asks again while it runs.
            sight.settled(INTAKES, places)
    except LogRefused:
        raise LogRefused(
            "right is missing; see `phistream topics create --acl`",
            group=group_id(settings.kafka, INTAKES),
            wanted="DESCRIBE",
        ) from None
