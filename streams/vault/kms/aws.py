"""AWS KMS, the wrapping side: `aws-kms:ARN` of a key or an alias. It asks for kms:Encrypt and nothing else.

Credentials come from where boto3 looks for them (role, profile, environment), so that the redactor and break-glass have
one each. The encryption context stands in CloudTrail in clear: tenants, months and ids of DEKs, never a subject.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from schemas.errors import ConfigError, IncorrectKey, KmsUnavailable
from streams.vault.wrapping import Wrap, WrapContext

if TYPE_CHECKING:
    from types_boto3_kms.client import KMSClient

SCHEME = "aws-kms"
_ARN = re.compile(r"arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:(?:key|alias)/[A-Za-z0-9/_-]+")
_CONNECT_SECONDS, _READ_SECONDS, _ATTEMPTS = 5, 10, 2
#: What KMS answers where the bytes, the context or the key are not those of the wrap.
_NOT_THIS = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})


@dataclass(frozen=True, slots=True)
class AwsKek:
    """Wraps with kms:Encrypt, once for each DEK; see Kek. The version is the ARN of the key that an alias points at."""

    arn: str
    client: "KMSClient" = field(repr=False)

    @classmethod
    def load(cls, arn: str) -> Self:
        """Prepare the client; nothing is called yet. Raises ConfigError where the ARN is none or boto3 is missing."""
        return cls(arn, kms_client(arn))

    @property
    def uri(self) -> str:
        """See Kek."""
        return f"{SCHEME}:{self.arn}"

    def wrap(self, dek: bytes, context: WrapContext) -> Wrap:
        """See Kek. Whatever keeps KMS from wrapping is KmsUnavailable: the caller waits, and nothing is published."""
        with translated(context):
            answer = self.client.encrypt(KeyId=self.arn, Plaintext=dek, EncryptionContext=encryption_context(context))
        return Wrap(answer["KeyId"], answer["CiphertextBlob"])


def kms_client(arn: str) -> "KMSClient":
    """Return a client for the region of an ARN."""
    found = _ARN.fullmatch(arn)
    if found is None:
        raise ConfigError("KEK URI is not aws-kms: with the ARN of a key or an alias")
    try:
        import boto3  # noqa: PLC0415 - an extra.
        from botocore.config import Config  # noqa: PLC0415 - an extra.
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - an extra.
    except ModuleNotFoundError:
        raise ConfigError("aws-kms: needs the extra: pip install phistream[aws]") from None
    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"max_attempts": _ATTEMPTS, "mode": "standard"},
    )
    try:
        # A session of its own: the default one of the process keeps the first credentials that it saw.
        return boto3.session.Session().client("kms", region_name=found[1], config=config)
    except BotoCoreError as error:
        raise ConfigError("AWS client cannot be made", code=type(error).__name__) from None


def encryption_context(context: WrapContext) -> dict[str, str]:
    """Return what the wrap is bound to, as KMS takes it."""
    return {
        "app": "phistream",
        "tenant": context.tenant,
        "unit": context.unit,
        "dek_id": context.dek_id,
        "kek_uri": context.kek_uri,
    }


@contextmanager
def translated(context: WrapContext) -> Iterator[None]:
    """Turn what boto3 raises into errors of ours, by its code alone."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - an extra.

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
        if code in _NOT_THIS:
            raise IncorrectKey("wrapped DEK does not open", dek_id=context.dek_id) from None
        raise KmsUnavailable("AWS KMS refuses", code=code) from None
    except BotoCoreError as error:
        raise KmsUnavailable("AWS KMS cannot be reached", code=type(error).__name__) from None
