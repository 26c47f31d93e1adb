"""How the monitor reaches Kafka: our settings as Faust's client wants them."""

import ssl

import faust
from faust.types.auth import CredentialsT

from schemas.errors import ConfigError
from streams.config import KafkaSettings


def broker_urls(kafka: KafkaSettings) -> list[str]:
    """Return the brokers as URLs of Faust's default driver."""
    return [f"kafka://{server.strip()}" for server in kafka.bootstrap_servers.split(",")]


def credentials(kafka: KafkaSettings) -> CredentialsT | None:
    """Return TLS and login as Faust wants them, or None for plaintext; raises ConfigError for what it cannot do."""
    tls = _tls(kafka) if kafka.security_protocol in ("SSL", "SASL_SSL") else None
    if kafka.security_protocol.startswith("SASL"):
        if kafka.sasl_mechanism == "OAUTHBEARER":
            raise ConfigError("the monitor logs in with SCRAM or PLAIN", setting="kafka.sasl_mechanism")
        password = kafka.sasl_password.get_secret_value() if kafka.sasl_password is not None else None
        return faust.SASLCredentials(
            username=kafka.sasl_username, password=password, ssl_context=tls, mechanism=kafka.sasl_mechanism
        )
    return None if tls is None else faust.SSLCredentials(tls)


def _tls(kafka: KafkaSettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=kafka.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if kafka.certificate_file is not None:
            context.load_cert_chain(kafka.certificate_file, kafka.key_file)
    except (OSError, ssl.SSLError):
        raise ConfigError("certificate or key cannot be read", setting="kafka.ca_file") from None
    return context
