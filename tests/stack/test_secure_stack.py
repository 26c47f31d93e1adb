"""The secure stack refuses whoever has no password, no grant or no current TLS."""

import base64
import contextlib
import json
import socket
import ssl
import time
import uuid
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from tests.stack import kafka
from tests.stack.grants import await_grants
from tests.stack.kafka import KafkaOptions
from tests.stack.requests import request
from tests.stack.running import Stack
from tests.stack.topics import fresh_topic

pytestmark = [pytest.mark.integration, pytest.mark.secure]
_SECONDS = 120.0


@pytest.fixture
def topic(secure_stack: Stack) -> Iterator[str]:
    """Return a topic of this test's own, on which nobody has a grant."""
    with fresh_topic(secure_stack.kafka_options()) as name:
        yield name


@pytest.fixture
def index(secure_stack: Stack) -> Iterator[str]:
    """Return an index with one document of each of two tenants."""
    name = f"phistream-test-{uuid.uuid4().hex[:12]}"
    context, port = secure_stack.admin_context(), secure_stack.opensearch_port
    mapping = {"mappings": {"properties": {"tenant": {"type": "keyword"}, "word": {"type": "text"}}}}
    assert request(port, "PUT", f"/{name}", mapping, context=context)[0] == 200
    for tenant in ("a", "b"):
        path = f"/{name}/_doc/event-{tenant}?refresh=true"
        assert request(port, "PUT", path, {"tenant": tenant, "word": "x"}, context=context)[0] == 201
    yield name
    request(port, "DELETE", f"/{name}", context=context)


def _write(options: KafkaOptions, topic: str) -> int | None:
    """Return the error code with which the broker answered one record, or nothing when it took it."""
    codes: list[Any] = []
    producer = Producer({**options, "message.timeout.ms": "60000"})
    producer.produce(topic, b"value", on_delivery=lambda error, _: codes.append(error.code() if error else None))
    producer.flush(_SECONDS)
    (code,) = codes
    return None if code is None else int(code)


def _read(options: KafkaOptions, topic: str, group: str) -> int | None:
    consumer = Consumer({**options, "group.id": group, "auto.offset.reset": "earliest"})
    try:
        consumer.subscribe([topic])
        message = consumer.poll(_SECONDS)
        assert message is not None
        error = message.error()
        return int(error.code()) if error else None
    finally:
        consumer.close()


@contextlib.contextmanager
def _granted(stack: Stack, user: str, kind: ResourceType, name: str, *operations: AclOperation) -> Iterator[None]:
    admin = AdminClient(stack.kafka_options())
    rules = [
        AclBinding(kind, name, ResourcePatternType.LITERAL, f"User:{user}", "*", operation, AclPermissionType.ALLOW)
        for operation in operations
    ]
    for future in admin.create_acls(rules).values():
        future.result(_SECONDS)
    await_grants(stack.kafka_options())
    try:
        yield
    finally:
        every = AclBindingFilter(
            kind, name, ResourcePatternType.LITERAL, f"User:{user}", "*", AclOperation.ANY, AclPermissionType.ANY
        )
        for future in admin.delete_acls([every]).values():
            future.result(_SECONDS)


@pytest.mark.parametrize("user", kafka.USERS)
def test_every_account_logs_in(secure_stack: Stack, user: str) -> None:
    """Each account of the matrix has a password that the broker accepts."""
    assert AdminClient(secure_stack.kafka_options(user)).list_topics(timeout=_SECONDS).brokers


def test_wrong_password_is_refused(secure_stack: Stack) -> None:
    """A wrong password ends in an authentication error, never in metadata."""
    codes: list[int] = []
    options: dict[str, Any] = {"sasl.password": "wrong", "error_cb": lambda error: codes.append(error.code())}
    client = AdminClient(secure_stack.kafka_options("redactor") | {"log_level": 0} | options)
    with pytest.raises(KafkaException):
        client.list_topics(timeout=5)
    until = time.monotonic() + _SECONDS
    while KafkaError._AUTHENTICATION not in codes and time.monotonic() < until:
        client.poll(0.5)
    assert KafkaError._AUTHENTICATION in codes


def test_broker_refuses_plaintext(secure_stack: Stack) -> None:
    """A client without TLS gets no metadata from the broker."""
    client = AdminClient({"bootstrap.servers": secure_stack.bootstrap, "log_level": 0})
    with pytest.raises(KafkaException):
        client.list_topics(timeout=3)


def test_index_refuses_plaintext(secure_stack: Stack) -> None:
    """A request without TLS gets no answer from the index."""
    with pytest.raises(OSError):  # noqa: PT011 - the kind of the broken connection differs
        request(secure_stack.opensearch_port, "GET", "/")


@pytest.mark.parametrize("service", ["kafka", "opensearch"])
def test_old_tls_is_refused(secure_stack: Stack, service: str) -> None:
    """TLS 1.1 is answered by an alert, while TLS 1.2 and 1.3 of the same client pass."""
    port = int(secure_stack.bootstrap.rpartition(":")[2]) if service == "kafka" else secure_stack.opensearch_port
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        assert _handshake(secure_stack, port, version) == version.name.replace("_", ".")
    with pytest.raises(ssl.SSLError) as refusal:
        _handshake(secure_stack, port, ssl.TLSVersion.TLSv1_1)
    assert refusal.value.reason == "TLSV1_ALERT_PROTOCOL_VERSION"


def _handshake(stack: Stack, port: int, version: ssl.TLSVersion) -> str | None:
    context = ssl.create_default_context(cafile=stack.ca)
    # The client's own library would not offer the old version otherwise: the refusal has to be the server's.
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = version
        context.maximum_version = version
    with (
        socket.create_connection(("127.0.0.1", port), timeout=60) as connection,
        context.wrap_socket(connection, server_hostname="127.0.0.1") as secured,
    ):
        return secured.version()


def test_acls_deny_by_default(secure_stack: Stack, topic: str) -> None:
    """An account without a grant cannot write, and a grant to write gives no right to read."""
    options = secure_stack.kafka_options("redactor")
    refused = {KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC}
    assert _write(options, topic) in refused
    group = uuid.uuid4().hex
    with (
        _granted(secure_stack, "redactor", ResourceType.TOPIC, topic, AclOperation.WRITE, AclOperation.DESCRIBE),
        _granted(secure_stack, "redactor", ResourceType.GROUP, group, AclOperation.READ),
    ):
        assert _write(options, topic) is None
        assert _read(options, topic, group) == KafkaError.TOPIC_AUTHORIZATION_FAILED
    assert _read(secure_stack.kafka_options(), topic, uuid.uuid4().hex) is None


def _ask(stack: Stack, user: str, method: str, path: str, body: object = None) -> tuple[int, bytes]:
    context = ssl.create_default_context(cafile=stack.ca)
    login = base64.b64encode(f"{user}:{stack.opensearch_passwords[user]}".encode()).decode()
    return request(
        stack.opensearch_port, method, path, body, context=context, headers={"Authorization": f"Basic {login}"}
    )  # fmt: skip


@pytest.mark.parametrize("tenant", ["a", "b"])
def test_analyst_sees_one_tenant(secure_stack: Stack, index: str, tenant: str) -> None:
    """Search, count, aggregation and direct reads show an analyst the documents of one tenant only."""
    user, other = f"analyst_{tenant}", {"a": "b", "b": "a"}[tenant]
    query = {"query": {"match_all": {}}, "aggs": {"tenants": {"terms": {"field": "tenant"}}}}
    status, answer = _ask(secure_stack, user, "POST", f"/{index}/_search", query)
    found = json.loads(answer)
    assert status == 200
    assert [hit["_source"]["tenant"] for hit in found["hits"]["hits"]] == [tenant]
    assert [bucket["key"] for bucket in found["aggregations"]["tenants"]["buckets"]] == [tenant]
    assert json.loads(_ask(secure_stack, user, "GET", f"/{index}/_count")[1])["count"] == 1
    assert _ask(secure_stack, user, "GET", f"/{index}/_doc/event-{tenant}")[0] == 200
    assert _ask(secure_stack, user, "GET", f"/{index}/_doc/event-{other}")[0] == 404


def test_analyst_cannot_write(secure_stack: Stack, index: str) -> None:
    """An analyst changes no document, not even of the own tenant, and drops no index."""
    assert _ask(secure_stack, "analyst_a", "PUT", f"/{index}/_doc/event-a", {"tenant": "a"})[0] == 403
    assert _ask(secure_stack, "analyst_a", "DELETE", f"/{index}/_doc/event-a")[0] == 403
    assert _ask(secure_stack, "analyst_a", "DELETE", f"/{index}")[0] == 403


def test_analyst_sees_nothing_elsewhere(secure_stack: Stack, index: str) -> None:
    """Indexes outside the product's names are closed to an analyst, the accounts' own index included."""
    for name in (".opendistro_security", "other-index"):
        assert _ask(secure_stack, "analyst_a", "GET", f"/{name}/_search")[0] == 403


def test_the_retention_account_lists_and_deletes_and_reads_nothing(secure_stack: Stack, index: str) -> None:
    """Whoever ends old days sees which there are and deletes one, and reads no document of any."""
    stem = f"phistream-test-{uuid.uuid4().hex[:12]}"
    port, context = secure_stack.opensearch_port, secure_stack.admin_context()
    assert request(port, "PUT", f"/{stem}-2001.01.01", context=context)[0] == 200
    status, answer = _ask(secure_stack, "retention", "GET", f"/{stem}-*?filter_path=*.aliases")
    assert (status, list(json.loads(answer))) == (200, [f"{stem}-2001.01.01"])
    for method, path in (("POST", "_search"), ("GET", "_doc/event-a"), ("GET", "_count")):
        assert _ask(secure_stack, "retention", method, f"/{index}/{path}")[0] == 403
    assert _ask(secure_stack, "retention", "PUT", f"/{index}/_doc/event-new", {"tenant": "a"})[0] == 403
    assert _ask(secure_stack, "retention", "DELETE", f"/{stem}-2001.01.01")[0] == 200
    assert _ask(secure_stack, "retention", "DELETE", "/.opendistro_security")[0] == 403


def test_indexer_writes_in_bulk_and_reads_nothing(secure_stack: Stack, index: str) -> None:
    """The indexer writes with external versions, an older one is refused, and it can neither search nor get."""
    for version, expected in ((1, 201), (1, 200), (0, 409)):
        assert _bulk(secure_stack, index, version) == [expected]
    for method, path in (
        ("POST", f"/{index}/_search"), ("GET", f"/{index}/_doc/event-a"), ("GET", f"/{index}/_count"),
        ("DELETE", f"/{index}/_doc/event-a"), ("DELETE", f"/{index}"),
    ):  # fmt: skip
        assert _ask(secure_stack, "indexer", method, path)[0] == 403


def test_indexer_opens_the_index_of_a_new_day(secure_stack: Stack) -> None:
    """The first document of a day creates that day's index as its template says; other names are closed."""
    unique, context = uuid.uuid4().hex[:12], secure_stack.admin_context()
    stem, other = f"phistream-test-{unique}", f"other-{unique}"
    mappings = {"dynamic": "strict", "properties": {"tenant": {"type": "keyword"}}}
    template = {"index_patterns": [f"{stem}-*"], "template": {"mappings": mappings}}
    port = secure_stack.opensearch_port
    assert request(port, "PUT", f"/_index_template/{stem}", template, context=context)[0] == 200
    assert _bulk(secure_stack, f"{stem}-day", 1) == [201]
    assert request(port, "PUT", f"/{other}", context=context)[0] == 200
    assert _bulk(secure_stack, other, 1) == [403]
    for path in (f"/{stem}-day", f"/{other}", f"/_index_template/{stem}"):
        assert request(port, "DELETE", path, context=context)[0] == 200


def _bulk(stack: Stack, index: str, version: int) -> list[int]:
    action = {"index": {"_index": index, "_id": "event-n", "version": version, "version_type": "external_gte"}}
    lines = b"".join(json.dumps(line).encode() + b"\n" for line in (action, {"tenant": "a"}))
    status, answer = _ask(stack, "indexer", "POST", "/_bulk", lines)
    assert status == 200
    return [item["index"]["status"] for item in json.loads(answer)["items"]]


def test_wrong_login_is_refused_by_the_index(secure_stack: Stack) -> None:
    """Neither an unknown account, nor a demonstration one, nor a missing login reaches the index."""
    context = ssl.create_default_context(cafile=secure_stack.ca)
    port = secure_stack.opensearch_port
    assert request(port, "GET", "/", context=context)[0] == 401
    for login in ("admin:admin", "indexer:wrong", "kibanaserver:kibanaserver"):
        headers = {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}
        assert request(port, "GET", "/", context=context, headers=headers)[0] == 401
