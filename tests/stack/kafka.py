"""Start a real Kafka broker from its jars: plain, or with TLS, SCRAM passwords and ACLs."""

import base64
import os
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from schemas.topics import Role
from tests.stack import daemon, maven
from tests.stack.certificates import Certificates
from tests.stack.java import find_jdk
from tests.stack.settings import INNER_PORT_DISTANCE, StackError, StackSettings

KafkaOptions = dict[str, str | int | float | bool]
NAME = "kafka"
VERSION = "4.3.1"
READY_SECONDS = 90.0
# A raw record may have 8 MiB; sealed or with tokens in place of what was found it is larger.
LARGEST_RECORD_BYTES = 20 * 1024 * 1024
# The accounts of the secure broker. The super users pass without an ACL.
SUPER_USERS = ("broker", "admin")
USERS = (*SUPER_USERS, *(role.value for role in Role))
# What makes the secure broker strict, wherever it runs.
STRICT = {
    "auto.create.topics.enable": "false",
    "sasl.enabled.mechanisms": "SCRAM-SHA-512",
    "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
    "ssl.enabled.protocols": "TLSv1.2,TLSv1.3",
    "listener.name.controller.ssl.client.auth": "required",
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": "false",
}
_HEAP = ("-Xms256m", "-Xmx640m", "-XX:+UseSerialGC")
_FORMAT_SECONDS = 60

_LOG4J = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %p %c{1}: %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
logger.client.name = org.apache.kafka.clients.NetworkClient
logger.client.level = error
"""


def launch(
    settings: StackSettings, data: Path, users: Mapping[str, str], certificates: Certificates | None
) -> daemon.Launch:
    """Format a fresh data folder and say how the broker over it is started."""
    jdk = find_jdk(f"Kafka {VERSION}", at_least=17)
    libraries = maven.fetch(settings.cache, "kafka", "44 MB") / "libs"
    folder = data / NAME
    folder.mkdir(mode=0o700)
    properties = folder / "server.properties"
    lines = _properties(settings, folder)
    if certificates is not None:
        lines |= _security(certificates, users["broker"])
    properties.write_text("".join(f"{name}={value}\n" for name, value in lines.items()), encoding="utf-8")
    logging = folder / "log4j2.properties"
    logging.write_text(_LOG4J, encoding="utf-8")
    java = (str(jdk.java), f"-Dlog4j2.configurationFile={logging}", "-cp", f"{libraries}/*")
    _format(java, properties, users if certificates is not None else {})
    command = (java[0], *_HEAP, *java[1:], "kafka.Kafka", str(properties))
    return daemon.Launch(NAME, command, str(folder), dict(os.environ))


def is_ready(options: KafkaOptions) -> bool:
    """Say whether the broker answers and takes part in its own cluster."""
    # A client that finds nobody would log every attempt.
    client = AdminClient({**options, "socket.timeout.ms": 2000, "log_level": 0})
    try:
        return bool(client.list_topics(timeout=2).brokers)
    except KafkaException:
        return False


def _properties(settings: StackSettings, folder: Path) -> dict[str, str]:
    protocol = "SASL_SSL" if settings.secure else "PLAINTEXT"
    controller = f"127.0.0.1:{settings.kafka_port + INNER_PORT_DISTANCE}"
    listeners = f"{protocol}://127.0.0.1:{settings.kafka_port},CONTROLLER://{controller}"
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.bootstrap.servers": controller,
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": protocol,
        "listeners": listeners,
        "advertised.listeners": listeners,
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "log.dirs": str(folder / "log"),
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "8",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "8",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        "message.max.bytes": str(LARGEST_RECORD_BYTES),
        "replica.fetch.max.bytes": str(LARGEST_RECORD_BYTES),
        "log.segment.bytes": str(256 * 1024 * 1024),
        # A killed broker may come back only when its old session has run out.
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
    }


def _security(certificates: Certificates, broker_password: str) -> dict[str, str]:
    login = "org.apache.kafka.common.security.scram.ScramLoginModule"
    return STRICT | {
        "listener.security.protocol.map": "CONTROLLER:SSL,SASL_SSL:SASL_SSL",
        "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": (
            f'{login} required username="broker" password="{broker_password}";'
        ),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(certificates.broker_pair),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(certificates.ca),
        # The controller's listener knows the broker by its certificate, the clients' listener by its password.
        "super.users": ";".join(f"User:{name}" for name in (certificates.broker_name, *SUPER_USERS)),
    }


def _format(java: tuple[str, ...], properties: Path, users: Mapping[str, str]) -> None:
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    scram = [f"--add-scram=SCRAM-SHA-512=[name={name},password={password}]" for name, password in users.items()]
    # The id may begin with a dash, so it is joined to its option.
    command = [
        *java,
        "kafka.tools.StorageTool",
        "format",
        "--standalone",
        f"--cluster-id={cluster}",
        "-c",
        str(properties),
    ]
    result = subprocess.run(
        [*command, *scram], capture_output=True, text=True, check=False, timeout=_FORMAT_SECONDS
    )  # fmt: skip
    if result.returncode != 0:
        raise StackError("Kafka's storage could not be formatted:\n" + (result.stdout + result.stderr)[-2000:])
