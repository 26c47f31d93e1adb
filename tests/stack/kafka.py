"""Start real Kafka from its jars, a controller and a broker: plain, or with TLS, SCRAM passwords and ACLs.

Two processes, because a broker that is its own controller believes at its return that it still leads: it then writes
off the commit markers that it owes, and the transaction hangs for ever. A controller that lives on has noted the end.
"""

import base64
import os
import subprocess
import uuid
from collections.abc import Mapping, Sequence
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
CONTROLLER = "kafka-controller"
#: In the order in which they are stopped: a broker that ends in order says so to its controller.
NAMES = (NAME, CONTROLLER)
VERSION = "4.3.1"
READY_SECONDS = 240.0
#: So long after its last heartbeat a silent broker counts as alive.
SESSION_SECONDS = 3.0
# A raw record may have 8 MiB; sealed or with tokens in place of what was found it is larger.
LARGEST_RECORD_BYTES = 20 * 1024 * 1024
# The accounts of the secure broker. The super users pass without an ACL.
SUPER_USERS = ("broker", "admin")
USERS = (*SUPER_USERS, *(role.value for role in Role))
# What both processes are told: the broker acts on most of it, the controller on what it decides for the broker.
_SHARED = {
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
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
    # A broker that says it is leaving is relieved of its partitions first, and has no replica that takes over: the
    # coordinator in it then writes off the markers of commits under way, which tears these transactions.
    "controlled.shutdown.enable": "false",
    # A broker may come back only when its old session has run out.
    "broker.session.timeout.ms": str(round(SESSION_SECONDS * 1000)),
    "broker.heartbeat.interval.ms": "500",
}
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
# Short-lived or nearly idle programs: little memory, and no time spent on optimising.
_SMALL_HEAP = ("-Xms64m", "-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_FORMAT_SECONDS = 240

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


def launches(
    settings: StackSettings, data: Path, users: Mapping[str, str], certificates: Certificates | None
) -> tuple[daemon.Launch, ...]:
    """Format fresh data folders and say how controller and broker are started over them."""
    jdk = find_jdk(f"Kafka {VERSION}", at_least=17)
    libraries = maven.fetch(settings.cache, "kafka", "44 MB") / "libs"
    security = _security(certificates, users["broker"]) if certificates else {}
    logging = data / "log4j2.properties"
    logging.write_text(_LOG4J, encoding="utf-8")
    java = (str(jdk.java), f"-Dlog4j2.configurationFile={logging}", "-cp", f"{libraries}/*")
    controller = _lay_out(data / CONTROLLER, _controller(settings), security)
    broker = _lay_out(data / NAME, _broker(settings), security)
    _format(java, controller, broker, users if certificates else {})
    return tuple(
        daemon.Launch(
            file.parent.name, (java[0], *heap, *java[1:], "kafka.Kafka", str(file)), str(file.parent), dict(os.environ)
        )
        for file, heap in ((controller, _SMALL_HEAP), (broker, _HEAP))
    )


def is_ready(options: KafkaOptions) -> bool:
    """Say whether the broker answers and takes part in its own cluster."""
    # A client that finds nobody would log every attempt.
    client = AdminClient({**options, "socket.timeout.ms": 2000, "log_level": 0})
    try:
        return bool(client.list_topics(timeout=2).brokers)
    except KafkaException:
        return False


def _lay_out(folder: Path, lines: Mapping[str, str], security: Mapping[str, str]) -> Path:
    folder.mkdir(mode=0o700)
    file = folder / "server.properties"
    file.touch(mode=0o600)
    full = {**lines, **_SHARED, "log.dirs": str(folder / "log"), **security}
    file.write_text("".join(f"{name}={value}\n" for name, value in full.items()), encoding="utf-8")
    return file


def _controller(settings: StackSettings) -> dict[str, str]:
    address = f"127.0.0.1:{settings.kafka_port + INNER_PORT_DISTANCE}"
    return {
        "process.roles": "controller",
        "node.id": "2",
        "controller.quorum.bootstrap.servers": address,
        "listeners": f"CONTROLLER://{address}",
    }


def _broker(settings: StackSettings) -> dict[str, str]:
    protocol = "SASL_SSL" if settings.secure else "PLAINTEXT"
    return {
        "process.roles": "broker",
        "node.id": "1",
        "controller.quorum.bootstrap.servers": f"127.0.0.1:{settings.kafka_port + INNER_PORT_DISTANCE}",
        "listeners": f"{protocol}://127.0.0.1:{settings.kafka_port}",
        "inter.broker.listener.name": protocol,
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


def _format(java: Sequence[str], controller: Path, broker: Path, users: Mapping[str, str]) -> None:
    """Format both folders at once; the accounts go into the metadata, which the controller keeps."""
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    scram = [f"--add-scram=SCRAM-SHA-512=[name={name},password={password}]" for name, password in users.items()]
    # The id may begin with a dash, so it is joined to its option.
    command = [java[0], *_SMALL_HEAP, *java[1:], "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c"]
    running = [
        subprocess.Popen([*command, *rest], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for rest in ([str(controller), "--standalone", *scram], [str(broker), "--no-initial-controllers"])
    ]
    for tool in running:
        try:
            said, _ = tool.communicate(timeout=_FORMAT_SECONDS)
        except subprocess.TimeoutExpired:
            tool.kill()
            raise StackError(f"Kafka's storage was not formatted within {_FORMAT_SECONDS} seconds.") from None
        if tool.returncode != 0:
            raise StackError("Kafka's storage could not be formatted:\n" + said[-2000:])
