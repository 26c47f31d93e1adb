"""Guessing: who knows every value there could be, and all but the token keys, learns nothing from a token."""

from datetime import date, timedelta
from hashlib import sha256

from schemas.identifiers import IdentifierType
from schemas.vault import TokenMode
from streams.vault.tokenkeys import DigestKey, Epoch, TokenKeys, new_token_keys
from streams.vault.tokens import Minter

TENANT, EVENT, CONVERSATION = "acme", "ev-1", "conv_x"
#: Every birth date of six years: few enough to try each one.
VALUES = [(date(1950, 1, 1) + timedelta(days=day)).isoformat() for day in range(6 * 365)]


def _tokens(keys: TokenKeys, mode: TokenMode = TokenMode.CONVERSATION) -> set[str]:
    scope = Minter(TENANT, keys).scope(EVENT, CONVERSATION, 0)
    return {str(scope.mint(IdentifierType.DATE, value, mode)) for value in VALUES}


def _guessed(secret: bytes) -> TokenKeys:
    """Return the keys that a deployment would have whose secrets were no secrets."""
    return TokenKeys((Epoch("a", 0, secret),), secret, secret, (DigestKey("dg_0", secret),))


def test_without_the_keys_no_guess_is_confirmed() -> None:
    """Neither without a key, nor under what is public, nor under another deployment's keys does one token come out."""
    public = [bytes(32), b"", *(sha256(text.encode()).digest() for text in (TENANT, CONVERSATION, "phistream"))]
    attacker = [_guessed(secret) for secret in public] + [new_token_keys()]
    seen = _tokens(new_token_keys())

    assert len(VALUES) == len(seen)
    assert not [keys for keys in attacker if seen & _tokens(keys)]


def test_with_the_keys_every_guess_is_confirmed() -> None:
    """Keyed tokens are as secret as the token keys and no more: random ones tell nothing even then."""
    keys = new_token_keys()

    assert _tokens(keys) == _tokens(keys)
    assert not _tokens(keys, TokenMode.RANDOM) & _tokens(keys, TokenMode.RANDOM)
