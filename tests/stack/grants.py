"""When the broker acts on grants: they are acknowledged by the controller, and reach the broker a moment later."""

import time
import uuid

from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from tests.stack.kafka import KafkaOptions

_SECONDS = 120.0


def await_grants(options: KafkaOptions) -> None:
    """Return when the broker acts on every grant that was acknowledged before.

    The broker takes changes in the order in which they were made, so one that is made now and seen tells of all others.
    """
    client, who = AdminClient(options), f"User:nobody-{uuid.uuid4().hex}"
    names = (ResourceType.TOPIC, "test.none.v1", ResourcePatternType.LITERAL, who, "*")
    last = AclBinding(*names, AclOperation.DESCRIBE, AclPermissionType.ALLOW)
    same = AclBindingFilter(*names, AclOperation.ANY, AclPermissionType.ANY)
    client.create_acls([last])[last].result(_SECONDS)
    deadline = time.monotonic() + _SECONDS
    while not client.describe_acls(same).result(_SECONDS):
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)
    client.delete_acls([same])[same].result(_SECONDS)
