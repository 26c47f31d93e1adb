"""HashiCorp Vault and OpenBao, the unwrapping side: transit/decrypt. No module of the redactor imports this one."""

import base64
import binascii
import re
from dataclasses import dataclass, field

from schemas.errors import IncorrectKey
from streams.vault.kms.hcvault import TransitKey, in_base64, translated
from streams.vault.wrapping import WrapContext

_FORM = re.compile(r"vault:v[1-9][0-9]*:([A-Za-z0-9+/=]+)")


@dataclass(frozen=True, slots=True)
class HcVaultUnwrappingKek:
    """Unwraps with transit/decrypt; see UnwrappingKek."""

    key: TransitKey = field(repr=False)

    def unwrap(self, wrapped: bytes, context: WrapContext) -> bytes:
        """See UnwrappingKek; raises KmsUnavailable where Vault cannot be reached or refuses."""
        ciphertext = wrapped.decode("ascii", "replace")
        if not _is_as_written(ciphertext):
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


def _is_as_written(ciphertext: str) -> bool:
    """Tell whether Vault may have written this so; it also opens v0 as v1, and base64 whose last bits are others.

    >>> _is_as_written("vault:v1:QUJD"), _is_as_written("vault:v0:QUJD"), _is_as_written("vault:v1:QUJ=")
    (True, False, False)
    """
    found = _FORM.fullmatch(ciphertext)
    if found is None:
        return False
    try:
        return in_base64(base64.b64decode(found[1], validate=True)) == found[1]
    except binascii.Error:
        return False
