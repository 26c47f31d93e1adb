"""What people sign in or enrol with, where nobody types: from a file of mode 0600 or a descriptor, never from argv."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.errors import ConfigError
from streams.breakglass.identity.accounts import NewAccount
from streams.breakglass.identity.totp import TotpSecret
from streams.vault.private_file import read_private

_DESCRIPTOR = "fd:"
_LONGEST = 64 * 1024


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class _SignIn(_Strict):
    name: str
    password: str = Field(repr=False)
    code: str = Field(repr=False)
    passphrase: tuple[str, ...] = Field(default=(), repr=False, max_length=2)


class _Enrolling(_Strict):
    name: str
    password: str = Field(repr=False)
    totp_secret: str = Field(repr=False)
    code: str = Field(repr=False)

    def account(self) -> NewAccount:
        return NewAccount(self.name, self.password, TotpSecret.from_text(self.totp_secret), self.code)


class _Ceremony(_Strict):
    people: tuple[_Enrolling, _Enrolling] = Field(repr=False)
    passphrase: tuple[str, ...] = Field(repr=False, min_length=1, max_length=2)


_Model = TypeVar("_Model", bound=_Strict)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Name, password and one-time code; `passphrase` holds its parts where keys are to be opened."""

    name: str = field(repr=False)
    password: str = field(repr=False)
    code: str = field(repr=False)
    passphrase: tuple[str, ...] = field(default=(), repr=False)


def read_credentials(source: str) -> Credentials:
    """Read `{"name", "password", "code"}`, and `"passphrase"` (its one or two parts) where keys are opened."""
    found = _read(source, _SignIn)
    return Credentials(found.name, found.password, found.code, found.passphrase)


def read_ceremony(source: str) -> tuple[tuple[NewAccount, NewAccount], tuple[str, ...]]:
    """Read `{"people": [two], "passphrase": [one or two parts]}`, people as in `read_new`."""
    found = _read(source, _Ceremony)
    first, second = found.people
    return (first.account(), second.account()), found.passphrase


def read_new(source: str) -> NewAccount:
    """Read `{"name", "password", "totp_secret", "code"}`, the secret in base32."""
    return _read(source, _Enrolling).account()


def _read(source: str, model: type[_Model]) -> _Model:
    """Read a file of mode 0600, or `fd:N`; raises ConfigError, which names no value."""
    data = _of_descriptor(source) if source.startswith(_DESCRIPTOR) else read_private(Path(source))
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_input=False, include_url=False)[0]["loc"])
        raise ConfigError("credentials cannot be read", setting="--credentials", field=where) from None


def _of_descriptor(source: str) -> bytes:
    number = source.removeprefix(_DESCRIPTOR)
    if not number.isdecimal():
        raise ConfigError("a descriptor is fd:N", setting="--credentials")
    try:
        with os.fdopen(int(number), "rb") as file:
            return file.read(_LONGEST)
    except OSError as error:
        raise ConfigError("descriptor cannot be read", setting="--credentials", errno=error.errno) from None
