"""Topics and rights on the brokers: applied from the one table, and checked against it."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ConfigResource,
    NewTopic,
    ResourcePatternType,
    ResourceType,
)

from schemas.errors import LogUnavailable
from schemas.topics import BY_NAME, KEYED, TOPICS, Role, TopicSpec
from streams.config import KafkaSettings, Settings, intake_topics, retention_ms
from streams.log.client import client_settings, translating

_SECONDS = 30.0
_MIB = 1024 * 1024
_GROUPS = {
    Role.REDACTOR: "redactor",
    Role.INDEXER: "indexer",
    Role.MONITOR: "monitor",
    Role.BREAKGLASS: "breakglass",
    Role.OBSERVABILITY: "tail",
    Role.INTAKE: "intake",
    Role.PRODUCER: "ingest",
}
#: Whose groups a role looks at: how far those are who read what it writes, or who write what it reads.
_LOOKS_AT = {Role.PRODUCER: (Role.REDACTOR, Role.INTAKE), Role.REDACTOR: (Role.INTAKE,)}
#: What the transactional ids of a role begin with, after group and environment.
_TRANSACTIONS = {Role.REDACTOR: "", Role.PRODUCER: "ingest-", Role.INTAKE: "intake-", Role.BREAKGLASS: "breakglass-"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """What a slot has to know of the brokers."""

    id: str
    topic_ids: Mapping[str, str]
    max_record_bytes: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the brokers have otherwise than the table says.

    `raw` tells a topic of the user's, `clear` one that holds clear text, which intake's does too.
    """

    topic: str
    setting: str
    wanted: str
    found: str
    raw: bool = False
    clear: bool = False


@translating()
def describe_cluster(kafka: KafkaSettings, topics: Sequence[str]) -> Cluster:
    """Return the cluster's id, the ids of *topics*, and the largest record that the topics of ours take.

    Raises LogRefused where a topic does not exist or may not be seen.
    """
    admin = _admin(kafka)
    cluster_id = admin.describe_cluster(request_timeout=_SECONDS).result().cluster_id
    found = admin.describe_topics(TopicCollection(list(topics)), request_timeout=_SECONDS)
    ids = {name: str(future.result().topic_id) for name, future in found.items()}
    return Cluster(str(cluster_id), ids, kafka.max_record_bytes)


@translating()
def create_topics(settings: Settings) -> tuple[str, ...]:
    """Create every topic of the table that is missing, and the configured raw ones; return their names."""
    admin = _admin(settings.kafka)
    wanted = [_new_topic(settings, spec) for spec in wanted_topics(settings)]
    futures = admin.create_topics(wanted, request_timeout=_SECONDS)
    created = []
    for name, future in futures.items():
        try:
            future.result()
            created.append(name)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise
    _wait_for_leaders(admin, created)
    return tuple(created)


def _wait_for_leaders(admin: AdminClient, topics: Sequence[str]) -> None:
    """Wait until new topics can be used: their creation is acknowledged a moment earlier."""
    until = time.monotonic() + _SECONDS
    for topic in topics:
        while not _is_led(admin, topic):
            if time.monotonic() > until:
                raise LogUnavailable("new topic has no leader yet", topic=topic)
            time.sleep(0.1)


def _is_led(admin: AdminClient, topic: str) -> bool:
    partitions = admin.list_topics(topic, timeout=_SECONDS).topics[topic].partitions.values()
    return bool(partitions) and all(partition.leader >= 0 for partition in partitions)


@translating()
def check_topics(settings: Settings, role: Role | None = None) -> tuple[Difference, ...]:
    """Return what differs between the table and the brokers; empty when all is well.

    With a *role*, only the topics that it reads or writes: of others it may know nothing.
    """
    admin = _admin(settings.kafka)
    specs = {spec.name: spec for spec in wanted_topics(settings) if role is None or role in spec.writers | spec.readers}
    known = admin.list_topics(timeout=_SECONDS).topics
    present = [name for name in specs if name in known]
    resources = [ConfigResource(ConfigResource.Type.TOPIC, name) for name in present]
    described = {
        resource.name: {entry.name: entry.value for entry in future.result().values()}
        for resource, future in admin.describe_configs(resources, request_timeout=_SECONDS).items()
    }
    missing = [Difference(name, "topic", "present", "missing") for name in specs if name not in known]
    return (*missing, *(found for name in present for found in _differences(settings, specs[name], described[name])))


@translating()
def apply_acls(settings: Settings, principals: Mapping[Role, str]) -> int:
    """Grant each role what the table says; return how many grants were made. Grants made elsewhere stay.

    *principals* are Kafka principals such as `User:redactor`.
    """
    admin = _admin(settings.kafka)
    bindings = list(_bindings(settings, principals))
    for future in admin.create_acls(bindings, request_timeout=_SECONDS).values():
        future.result()
    return len(bindings)


def topic_config(settings: Settings, spec: TopicSpec) -> dict[str, str]:
    """Return the broker-side configuration of a topic."""
    retention = retention_ms(settings, spec.name) or spec.retention_ms
    # What intake writes on may be larger by its header, and packed less tightly.
    limit = largest_raw_record(settings.kafka) if _is_raw(spec) else settings.kafka.max_record_bytes
    config = {
        "cleanup.policy": "compact" if spec.compacted else "delete",
        "min.insync.replicas": str(settings.kafka.min_insync_replicas),
        "max.message.bytes": str(limit),
        "unclean.leader.election.enable": "false",
    }
    if not spec.compacted:
        config["retention.ms"] = str(retention)
    if spec.name in (KEYED, *intake_topics(settings)):
        # Only the owner's clock tells in which order pieces were written to several partitions.
        config["message.timestamp.type"] = "CreateTime"
    return config


def largest_raw_record(kafka: KafkaSettings) -> int:
    """Return the largest raw record that still fits into quarantine: sealed it grows by a third, and some room."""
    return (kafka.max_record_bytes - _MIB) // 4 * 3


def wanted_topics(settings: Settings) -> tuple[TopicSpec, ...]:
    """Return the table, and the configured raw topics that are not in it."""
    return (*TOPICS, *(_as_raw(name) for name in settings.topics if name not in BY_NAME))


@translating()
def rights(settings: Settings, topics: Sequence[str]) -> Mapping[str, frozenset[str]]:
    """Return what the brokers let us do with each of *topics*, as far as they tell."""
    admin = _admin(settings.kafka)
    wanted = TopicCollection(list(topics))
    found = admin.describe_topics(wanted, include_authorized_operations=True, request_timeout=_SECONDS)
    described = {name: future.result() for name, future in found.items()}
    return {
        name: frozenset(operation.name for operation in topic.authorized_operations or ())
        for name, topic in described.items()
    }


def _admin(kafka: KafkaSettings) -> AdminClient:
    settings = client_settings(kafka)
    del settings["message.max.bytes"]
    return AdminClient(settings)


def _as_raw(name: str) -> TopicSpec:
    """Return the table's raw topic under the name of a configured one."""
    raw = BY_NAME["llm.events.raw.v1"]
    return TopicSpec(
        name,
        raw.record_key,
        raw.retention_ms,
        compacted=False,
        clear=True,
        writers=raw.writers,
        readers=raw.readers,
        holds=raw.holds,
    )


def _new_topic(settings: Settings, spec: TopicSpec) -> NewTopic:
    kafka = settings.kafka
    return NewTopic(spec.name, kafka.partitions, kafka.replication_factor, config=topic_config(settings, spec))


def _differences(settings: Settings, spec: TopicSpec, found: Mapping[str, str]) -> Iterator[Difference]:
    for name, wanted in topic_config(settings, spec).items():
        if found.get(name) != wanted:
            yield Difference(spec.name, name, wanted, found.get(name, ""), _is_raw(spec), spec.clear)


def _is_raw(spec: TopicSpec) -> bool:
    return spec.clear and spec.name != KEYED


def _bindings(settings: Settings, principals: Mapping[Role, str]) -> Iterator[AclBinding]:
    kafka = settings.kafka
    prefix = f"{kafka.group}.{kafka.environment}."
    for role, principal in principals.items():
        for spec in wanted_topics(settings):
            operations = _operations(spec, role)
            # A service looks at its topics before it begins.
            more = (AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS) if operations else ()
            for operation in (*operations, *more):
                yield _allow(ResourceType.TOPIC, spec.name, principal, operation)
        if role in _GROUPS:
            yield _allow(ResourceType.GROUP, prefix + _GROUPS[role], principal, AclOperation.READ)
        for other in _LOOKS_AT.get(role, ()):
            yield _allow(ResourceType.GROUP, prefix + _GROUPS[other], principal, AclOperation.DESCRIBE)
        if role in _TRANSACTIONS:
            name = f"{kafka.group}-{kafka.environment}-{_TRANSACTIONS[role]}"
            for operation in (AclOperation.WRITE, AclOperation.DESCRIBE):
                yield _allow(ResourceType.TRANSACTIONAL_ID, name, principal, operation, prefixed=True)


def _operations(spec: TopicSpec, role: Role) -> tuple[AclOperation, ...]:
    write = (AclOperation.WRITE,) if role in spec.writers else ()
    read = (AclOperation.READ,) if role in spec.readers else ()
    return (*write, *read)


def _allow(
    kind: ResourceType, name: str, principal: str, operation: AclOperation, *, prefixed: bool = False
) -> AclBinding:
    pattern = ResourcePatternType.PREFIXED if prefixed else ResourcePatternType.LITERAL
    return AclBinding(kind, name, pattern, principal, "*", operation, AclPermissionType.ALLOW)
