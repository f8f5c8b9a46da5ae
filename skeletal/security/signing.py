"""Signed page tokens: 16 bytes of keyed BLAKE2b and a payload, in unpadded base64url."""

from binascii import a2b_base64, b2a_base64
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from hmac import compare_digest

MAC_BYTES = 16
MAX_TOKEN = 512


class BadToken(ValueError):
    """The token is damaged, too long, of another context, or signed by none of the keys."""


def sign(payload: bytes, key: bytes, context: bytes = b"") -> str:
    """Return the token that carries `payload`.

    `context` says what the token is for (a list, its filter, its viewer). It goes into the MAC
    and not into the token, so a token costs no more characters however much it is bound to. A
    key may have any length.
    """
    message = len(context).to_bytes(8, "big") + context + payload
    mac = blake2b(message, digest_size=MAC_BYTES, key=_derived(key)).digest()
    return b2a_base64(mac + payload, newline=False).translate(_TO_URL, b"=").decode("ascii")


def unsign(
    token: str, keys: Sequence[bytes], context: bytes = b"", longest: int = MAX_TOKEN
) -> bytes:
    """Return the payload of a token signed by any of `keys` for `context`, else raise BadToken.

    A token is good if its payload, signed again, gives the very same text: so there is one text
    for each payload. One of more than `longest` characters is refused before it is decoded.
    """
    payload = _decode(token, longest)[MAC_BYTES:]
    for key in keys:
        if compare_digest(token, sign(payload, key, context)):
            return payload
    raise BadToken("signature does not fit")


def digest64(text: str, key: bytes, context: bytes = b"") -> int:
    """Return 64 bits that tell texts apart and, without the key, nothing of them."""
    message = len(context).to_bytes(8, "big") + context + text.encode()
    return int.from_bytes(blake2b(message, digest_size=8, key=_derived(key)).digest())


def _decode(token: str, longest: int) -> bytes:
    if not isinstance(token, str) or len(token) > longest:
        raise BadToken("not a token")
    try:
        return a2b_base64(token.encode("ascii").translate(_FROM_URL) + b"===")
    except ValueError as error:
        raise BadToken("not base64url") from error


@lru_cache(maxsize=64)
def _derived(key: bytes) -> bytes:
    """A key of the 64 bytes that BLAKE2b takes at most, from a key of any length."""
    return blake2b(key, person=b"page tokens").digest()


_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")
