"""The unwrapping sides of KEKs by URI: the break-glass side. No module of the redactor imports this one."""

from collections.abc import Callable
from pathlib import Path

from schemas.errors import ConfigError
from streams.vault.kek import UnwrappingKek
from streams.vault.kek_local_private import LocalPrivateKek

#: Gives the unwrapping side of a KEK by its URI.
Opener = Callable[[str], UnwrappingKek]
_PUBLIC = ".public.pem"


class Openers:
    """Opens KEKs as they are asked for, each once.

    A `local:` private half lies beside the public half that its URI names, or in *folder* where that is given: the URI
    of a wrapped DEK is the one that it was wrapped under, and state folders are moved.
    """

    def __init__(self, folder: Path | None = None, passphrase: bytes | None = None) -> None:
        self._folder = folder
        self._passphrase = passphrase
        self._opened: dict[str, UnwrappingKek] = {}

    def __call__(self, uri: str) -> UnwrappingKek:
        """Return the unwrapping side; raises ConfigError or IncorrectKey where it cannot be had."""
        if uri not in self._opened:
            self._opened[uri] = self._open(uri)
        return self._opened[uri]

    def _open(self, uri: str) -> UnwrappingKek:
        scheme, _, rest = uri.partition(":")
        match scheme if rest else "":
            case "local":
                return LocalPrivateKek.load(private_half(rest, self._folder), self._passphrase)
            case "aws-kms":
                from streams.vault.kms.aws_unwrap import AwsUnwrappingKek  # noqa: PLC0415 - of an extra.

                return AwsUnwrappingKek.load(rest)
            case "hcvault":
                from streams.vault.kms.hcvault import TransitKey  # noqa: PLC0415 - of an extra.
                from streams.vault.kms.hcvault_unwrap import HcVaultUnwrappingKek  # noqa: PLC0415 - of an extra.

                return HcVaultUnwrappingKek(TransitKey.load(rest))
            case _:
                raise ConfigError("KEK URI has an unknown scheme", scheme=scheme)


def private_half(public: str, folder: Path | None = None) -> Path:
    """Return where the private half of a public one lies."""
    path = Path(public)
    return (folder or path.parent) / f"{path.name.removesuffix(_PUBLIC)}.private.pem"
