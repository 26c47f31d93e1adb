"""Tokens and their grammar, secrets, vault entries and wrapped DEKs."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from schemas.identifiers import RULES, IdentifierType

Token = NewType("Token", str)
TenantId = NewType("TenantId", str)

#: Twenty consonants: no vowel, so no word; no digit, so no number pattern matches a token again.
ALPHABET = "bcdfghjklmnpqrstvwxz"
#: 20 letters of a 20-letter alphabet are 86.4 bits.
BODY_LENGTH = 20
MAX_TOKEN_LENGTH = 40

_CODES = "|".join(sorted({rule.code for rule in RULES.values()}))
TOKEN_PATTERN = rf"phi_(?:{_CODES})_[rcd][a-z]{{1,2}}_[{ALPHABET}]{{{BODY_LENGTH}}}"
_TOKEN = re.compile(rf"phi_({_CODES})_([rcd])([a-z]{{1,2}})_([{ALPHABET}]{{{BODY_LENGTH}}})")
_TYPES = {rule.code: type_ for type_, rule in RULES.items()}


class TokenMode(StrEnum):
    """How a token follows from its value: random, keyed by conversation, or keyed by tenant."""

    RANDOM = "r"
    CONVERSATION = "c"
    DETERMINISTIC = "d"


@dataclass(frozen=True, slots=True)
class TokenParts:
    """A token taken apart."""

    type: IdentifierType
    mode: TokenMode
    epoch: str
    body: str


def parse_token(text: str) -> TokenParts | None:
    """Return the parts of a token, or None where the text does not follow the grammar.

    >>> parse_token("phi_name_ca_bcdfghjklmnpqrstvwxz").epoch
    'a'
    """
    found = _TOKEN.fullmatch(text)
    if found is None:
        return None
    code, mode, epoch, body = found.groups()
    return TokenParts(_TYPES[code], TokenMode(mode), epoch, body)


def format_token(parts: TokenParts) -> Token:
    """Write a token; the inverse of parse_token."""
    return Token(f"phi_{RULES[parts.type].code}_{parts.mode.value}{parts.epoch}_{parts.body}")


@dataclass(frozen=True, slots=True)
class Secret:
    """An identifier's clear value in memory, with its token; prints as the token.

    `lookup_tag` is HMAC(look-up key, tenant, type, canonical value) in hex: it lets an audited look-up find every token
    of a value, in every mode.
    """

    token: Token
    type: IdentifierType
    value: str = field(repr=False)
    field_path: str
    side: str
    lookup_tag: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class VaultEntry:
    """A sealed secret, as it stands in the vault topic under the record key `tenant|token|unit`.

    `nonce` and `ciphertext` are base64url without padding. The associated data binds tenant, token, type, event, field
    and DEK; its bytes are written down in streams/vault/FORMAT.md.
    """

    v: int
    tenant: TenantId
    token: Token
    type: IdentifierType
    unit: str
    event_id: str
    field_path: str
    side: str
    dek_id: str
    nonce: str
    ciphertext: str = field(repr=False)
    lookup_tag: str = field(repr=False)
    sealed_at_ms: int


@dataclass(frozen=True, slots=True)
class WrappedDek:
    """A data key wrapped to a KEK, durable in the key store before its first use.

    `kek_version` names the version of the KEK that wrapped it; empty where that was not noted yet.
    """

    v: int
    dek_id: str
    tenant: TenantId
    unit: str
    kek_uri: str
    wrapped: bytes = field(repr=False)
    created_at_ms: int
    state: str = "active"
    kek_version: str = ""
