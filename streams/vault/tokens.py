"""Minting: from an identifier's value to its token, in three modes, without keeping anything between events."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.errors import ConfigError
from schemas.identifiers import IdentifierType
from schemas.vault import BODY_LENGTH, Token, TokenMode, TokenParts, format_token
from streams.vault.canonical import canonical
from streams.vault.primitives import KEY_BYTES, derive, keyed_digest, length_prefixed, letters, optional_part
from streams.vault.tokenkeys import Epoch, TokenKeys

#: So few values that a tenant-wide token is read off its frequency: never derived from the value alone.
LOW_ENTROPY = frozenset({IdentifierType.DATE, IdentifierType.AGE, IdentifierType.GEO})

#: Shorter canonical values ("Maria", the last four digits of a number) are told apart by counting, whatever their type.
_SMALLEST = 7
_CONVERSATION_LETTERS = 26


@dataclass(frozen=True, slots=True)
class Minter:
    """Mints the tokens of one tenant, and its look-up tags, conversation ids and digests."""

    tenant: str
    keys: TokenKeys = field(repr=False)
    _derived: dict[tuple[str, ...], bytes] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def digest_key_id(self) -> str:
        """Return the id of the key that digest uses."""
        return self.keys.digests[-1].id

    def digest(self, data: bytes) -> str:
        """Return HMAC-SHA-256 of *data* in hex, under the tenant's current digest key."""
        key = self.keys.digests[-1]
        return keyed_digest(self._key(key.secret, "phistream/digest/v1", self.tenant, key.id), data).hex()

    def conversation_id(self, parts: Sequence[str | None]) -> str:
        """Return a conversation's id: keyed, so that what it is made of cannot be guessed from it."""
        secret = self._key(self.keys.conversation, "phistream/conversation/v1", self.tenant)
        message = b"".join(optional_part(part) for part in parts)
        return "conv_" + letters(keyed_digest(secret, message), _CONVERSATION_LETTERS)

    def scope(self, event_id: str, conversation: str | None, timestamp_ms: int) -> "TokenScope":
        """Return what mints for one event; the timestamp is the record's and chooses the token epoch."""
        return TokenScope(self, event_id, conversation, timestamp_ms, self.keys.epoch_at(timestamp_ms))

    def token_key(self, epoch: Epoch, mode: TokenMode, type_: IdentifierType) -> bytes:
        """Return the HMAC key of one epoch, mode and type."""
        return self._key(epoch.secret, "phistream/token/v1", self.tenant, epoch.letter, mode.value, type_.value)

    def lookup_key(self) -> bytes:
        """Return the HMAC key of look-up tags; it outlives epochs."""
        return self._key(self.keys.lookup, "phistream/lookup/v1", self.tenant)

    def _key(self, secret: bytes, *info: str) -> bytes:
        found = self._derived.get(info)
        if found is None:
            found = self._derived[info] = derive(secret, *info)
        return found


@dataclass(frozen=True, slots=True)
class TokenScope:
    """Mints for one event: one token for one value of a type, however it is written."""

    minter: Minter = field(repr=False)
    event_id: str
    conversation: str | None
    timestamp_ms: int
    epoch: Epoch
    _forms: dict[tuple[IdentifierType, str], str] = field(default_factory=dict, init=False, repr=False, compare=False)
    _minted: dict[tuple[IdentifierType, TokenMode, str], Token] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _tags: dict[tuple[IdentifierType, str], str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def mint(self, type_: IdentifierType, value: str, mode: TokenMode, *, staff: bool = False) -> Token:
        """Return the token of *value*.

        Mode `d` is refused (ConfigError) for identifiers of low entropy, and becomes `c` for values too short to hide
        among others, unless *staff* asks for the pseudonym of a user of a staff application. Raises ValueError for a
        credential, which gets no token.
        """
        form = self._form(type_, value)
        if mode is TokenMode.DETERMINISTIC and not staff:
            mode = _allowed(type_, form)
        found = self._minted.get((type_, mode, form))
        if found is None:
            found = self._minted[type_, mode, form] = self._mint(type_, mode, form)
        return found

    def _mint(self, type_: IdentifierType, mode: TokenMode, form: str) -> Token:
        if mode is TokenMode.RANDOM:
            body = letters(os.urandom(KEY_BYTES), BODY_LENGTH)
            return format_token(TokenParts(type_, mode, self.epoch.letter, body))
        place: tuple[str, ...] = ("tenant",)
        if mode is TokenMode.CONVERSATION:
            place = ("event", self.event_id) if self.conversation is None else ("conversation", self.conversation)
        secret = self.minter.token_key(self.epoch, mode, type_)
        body = letters(keyed_digest(secret, length_prefixed(*place, form)), BODY_LENGTH)
        return format_token(TokenParts(type_, mode, self.epoch.letter, body))

    def lookup_tag(self, type_: IdentifierType, value: str) -> str:
        """Return the tag under which an audited look-up finds every token of *value*, in every mode."""
        form = self._form(type_, value)
        found = self._tags.get((type_, form))
        if found is None:
            message = length_prefixed(type_.value, form)
            found = self._tags[type_, form] = keyed_digest(self.minter.lookup_key(), message).hex()
        return found

    def salt(self) -> bytes:
        """Return the salt of the hash operator: secret, and another one for every event."""
        return keyed_digest(self.minter.lookup_key(), length_prefixed("phistream/hash-salt/v1", self.event_id))

    def _form(self, type_: IdentifierType, value: str) -> str:
        found = self._forms.get((type_, value))
        if found is None:
            found = self._forms[type_, value] = canonical(type_, value)
        return found


def _allowed(type_: IdentifierType, form: str) -> TokenMode:
    """Return the mode in which a value asked for in mode `d` may be minted."""
    if type_ in LOW_ENTROPY:
        raise ConfigError("tokens keyed by tenant are refused for identifiers of low entropy", type=type_.value)
    letters_and_digits = sum(char.isalnum() for char in form)
    alone = type_ is IdentifierType.NAME and " " not in form
    return TokenMode.CONVERSATION if alone or letters_and_digits < _SMALLEST else TokenMode.DETERMINISTIC
