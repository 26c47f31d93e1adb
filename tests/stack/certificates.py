"""Make the certificates of the secure stack: one CA, and a pair for the broker, the node and its administrator."""

import datetime as dt
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DAYS = 30
_ORGANISATION = "phistream"


@dataclass(frozen=True, slots=True)
class Certificates:
    """Where the PEM files lie, and the names by which servers know each other."""

    ca: Path
    broker_pair: Path
    node_certificate: Path
    node_key: Path
    admin_certificate: Path
    admin_key: Path
    broker_name: str = f"CN=broker,O={_ORGANISATION}"
    node_name: str = f"CN=node,O={_ORGANISATION}"
    admin_name: str = f"CN=admin,O={_ORGANISATION}"


def make_stack_certificates(folder: Path) -> Certificates:
    """Write the certificates of the secure stack."""
    make_certificates(folder, ("broker", "node", "admin"))
    return Certificates(
        ca=folder / "ca.pem",
        broker_pair=folder / "broker-pair.pem",
        node_certificate=folder / "node.pem",
        node_key=folder / "node-key.pem",
        admin_certificate=folder / "admin.pem",
        admin_key=folder / "admin-key.pem",
    )


def make_certificates(folder: Path, names: Sequence[str]) -> None:
    """Write a fresh CA, whose private key is then forgotten, and a signed pair for each of *names*.

    A pair is valid for loopback and for a host of its name, and lies in `NAME.pem`, `NAME-key.pem` and, both in one,
    `NAME-pair.pem`.
    """
    folder.mkdir(mode=0o700, parents=True)
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca = _sign(_name("CA"), ca_key.public_key(), _name("CA"), ca_key)
    (folder / "ca.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    for name in names:
        private_key = ec.generate_private_key(ec.SECP256R1())
        certificate = _sign(_name(name), private_key.public_key(), ca.subject, ca_key, host=name)
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        key_pem = private_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / f"{name}.pem").write_bytes(pem)
        _write_private(folder / f"{name}-key.pem", key_pem)
        _write_private(folder / f"{name}-pair.pem", key_pem + pem)


def _name(common_name: str) -> x509.Name:
    # Encoded in this order, the RFC 2253 form that servers compare reads CN first.
    return x509.Name([
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANISATION),
        x509.NameAttribute(NameOID.COMMON_NAME, common_name),
    ])  # fmt: skip


def _sign(
    subject: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    host: str | None = None,
) -> x509.Certificate:
    authority = host is None
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder(issuer, subject, public_key, x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(days=_DAYS))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .add_extension(_usage(authority), critical=True)
    )
    if host is not None:
        names = [x509.DNSName(host), x509.DNSName("localhost"), x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))]
        both = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage(both), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _usage(authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, key_cert_sign=authority, crl_sign=authority, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _write_private(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)
