"""HashiCorp Vault and OpenBao, the unwrapping side: transit/decrypt. No module of the redactor imports this one."""

import base64
import binascii
from dataclasses import dataclass, field

from schemas.errors import IncorrectKey
from streams.vault.kms.hcvault import TransitKey, in_base64, translated
from streams.vault.wrapping import WrapContext


@dataclass(frozen=True, slots=True)
class HcVaultUnwrappingKek:
    """Unwraps with transit/decrypt; see UnwrappingKek."""

    key: TransitKey = field(repr=False)

    def unwrap(self, wrapped: bytes, context: WrapContext) -> bytes:
        """See UnwrappingKek; raises KmsUnavailable where Vault cannot be reached or refuses."""
        try:
            ciphertext = wrapped.decode("ascii")
        except UnicodeDecodeError:
            raise IncorrectKey("wrapped DEK does not open", dek_id=context.dek_id) from None
        if not ciphertext.startswith("vault:v") or not ciphertext.isprintable():
            raise IncorrectKey("wrapped DEK does not open", dek_id=context.dek_id)
        with translated(context, opens=True):
            answer = self.key.client.secrets.transit.decrypt_data(
                self.key.name, ciphertext=ciphertext, associated_data=in_base64(context.info()),
                mount_point=self.key.mount,
            )  # fmt: skip
        try:
            return base64.b64decode(str(answer["data"]["plaintext"]), validate=True)
        except (KeyError, TypeError, binascii.Error):
            raise IncorrectKey("wrapped DEK does not open", dek_id=context.dek_id) from None
