"""Random tokens that say nothing, and the digests under which they are known."""

import secrets
from hashlib import sha256

TOKEN_BYTES = 32
LONGEST = 512
"""Characters of a token; ours have 43."""


def new_token() -> str:
    """Return 256 random bits in 43 characters of base64url."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest_of(token: object) -> str | None:
    """Return the digest of what may be a token, None for what can be none."""
    if not isinstance(token, str) or not token.isascii() or not 1 <= len(token) <= LONGEST:
        return None
    return digest(token)


def digest(token: str) -> str:
    """Return the SHA-256 of a token as 64 hexadecimal digits."""
    return sha256(token.encode()).hexdigest()
