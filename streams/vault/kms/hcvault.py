"""HashiCorp Vault and OpenBao, the wrapping side: `hcvault:https://HOST:PORT/MOUNT/KEY`, the transit engine.

It asks for `update` on MOUNT/encrypt/KEY and nothing else; not `create`, which would make a missing key. The token
comes from where Vault's own client looks for it (VAULT_TOKEN, ~/.vault-token), the CA from VAULT_CACERT.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from schemas.errors import ConfigError, IncorrectKey, KmsUnavailable
from streams.config import is_loopback
from streams.vault.wrapping import Wrap, WrapContext

if TYPE_CHECKING:
    from hvac import Client

SCHEME = "hcvault"
_SECONDS = 10
_PARTS = 3


@dataclass(frozen=True, slots=True)
class TransitKey:
    """A key of a transit engine, and the client that reaches it."""

    url: str
    mount: str
    name: str
    client: "Client" = field(repr=False)

    @classmethod
    def load(cls, url: str) -> Self:
        """Prepare the client; nothing is called yet.

        Raises ConfigError where the URL is none, is plain HTTP beyond loopback, or hvac is missing.
        """
        parsed = urlsplit(url)
        mount, _, name = parsed.path.strip("/").rpartition("/")
        if parsed.scheme not in ("http", "https") or not parsed.hostname or not mount or not name or parsed.query:
            raise ConfigError("KEK URI is not hcvault:https://HOST:PORT/MOUNT/KEY")
        base = f"{parsed.scheme}://{parsed.netloc}"
        if parsed.scheme == "http" and not is_loopback(base):
            raise ConfigError("Vault beyond loopback needs https", host=parsed.hostname)
        try:
            import hvac  # noqa: PLC0415 - an extra.
        except ModuleNotFoundError:
            raise ConfigError("hcvault: needs the extra: pip install phistream[hcvault]") from None
        return cls(url, mount, name, hvac.Client(url=base, timeout=_SECONDS))


@dataclass(frozen=True, slots=True)
class HcVaultKek:
    """Wraps with transit/encrypt, bound to the context as associated data; see Kek."""

    key: TransitKey = field(repr=False)

    @property
    def uri(self) -> str:
        """See Kek."""
        return f"{SCHEME}:{self.key.url}"

    def wrap(self, dek: bytes, context: WrapContext) -> Wrap:
        """See Kek. Whatever keeps Vault from wrapping is KmsUnavailable."""
        transit = self.key.client.secrets.transit
        with translated(context, opens=False):
            answer = transit.encrypt_data(
                self.key.name, plaintext=in_base64(dek), associated_data=in_base64(context.info()),
                mount_point=self.key.mount,
            )  # fmt: skip
        ciphertext = str(answer["data"]["ciphertext"])
        return Wrap(version_of(ciphertext), ciphertext.encode("ascii"))


def version_of(ciphertext: str) -> str:
    """Return the version of the key in a ciphertext of Vault's.

    >>> version_of("vault:v3:c29tZXRoaW5n")
    'v3'
    """
    parts = ciphertext.split(":", _PARTS - 1)
    if len(parts) != _PARTS or parts[0] != "vault":
        raise KmsUnavailable("Vault answered with no ciphertext of its own")
    return parts[1]


def in_base64(data: bytes) -> str:
    """Write bytes as Vault takes them."""
    return base64.b64encode(data).decode("ascii")


@contextmanager
def translated(context: WrapContext, *, opens: bool) -> Iterator[None]:
    """Turn what hvac raises into errors of ours, by its class alone: messages may hold what was sent."""
    from hvac.exceptions import InvalidRequest, VaultError  # noqa: PLC0415 - an extra.
    from requests.exceptions import RequestException  # noqa: PLC0415 - an extra.

    try:
        yield
    except InvalidRequest:
        if opens:
            raise IncorrectKey("wrapped DEK does not open", dek_id=context.dek_id) from None
        raise KmsUnavailable("Vault refuses", code="InvalidRequest") from None
    except VaultError as error:
        raise KmsUnavailable("Vault refuses", code=type(error).__name__) from None
    except (RequestException, KeyError, TypeError) as error:
        raise KmsUnavailable("Vault cannot be reached", code=type(error).__name__) from None
