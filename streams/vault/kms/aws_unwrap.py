"""AWS KMS, the unwrapping side: asks for kms:Decrypt. No module of the redactor imports this one."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from schemas.errors import IncorrectKey
from streams.vault.kms.aws import encryption_context, kms_client, translated
from streams.vault.wrapping import WrapContext

if TYPE_CHECKING:
    from types_boto3_kms.client import KMSClient


@dataclass(frozen=True, slots=True)
class AwsUnwrappingKek:
    """Unwraps with kms:Decrypt, by the very key that wrapped; see UnwrappingKek."""

    arn: str
    client: "KMSClient" = field(repr=False)

    @classmethod
    def load(cls, arn: str) -> Self:
        """Prepare the client; raises ConfigError as AwsKek.load."""
        return cls(arn, kms_client(arn))

    def unwrap(self, wrapped: bytes, context: WrapContext) -> bytes:
        """See UnwrappingKek; raises KmsUnavailable where KMS cannot be reached or refuses."""
        if not wrapped:
            raise IncorrectKey("wrapped DEK does not open", dek_id=context.dek_id)
        with translated(context):
            answer = self.client.decrypt(
                CiphertextBlob=wrapped,
                KeyId=context.kek_version or self.arn,
                EncryptionContext=encryption_context(context),
            )
        return answer["Plaintext"]
