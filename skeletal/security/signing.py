"""Signed page tokens: a payload and 16 bytes of HMAC-SHA256, in unpadded base64url."""

import base64
import hmac
from collections.abc import Sequence
from hashlib import sha256

MAC_BYTES = 16
MAX_TOKEN = 512


class BadToken(ValueError):
    """The token is damaged, too long, or was not signed by any of the keys."""


def sign(payload: bytes, key: bytes) -> str:
    """Return the token that carries `payload`."""
    return base64.urlsafe_b64encode(_mac(payload, key) + payload).rstrip(b"=").decode("ascii")


def unsign(token: str, keys: Sequence[bytes]) -> bytes:
    """Return the payload of a token signed by any of `keys`, else raise BadToken."""
    raw = _decode(token)
    mac, payload = raw[:MAC_BYTES], raw[MAC_BYTES:]
    if not any(hmac.compare_digest(mac, _mac(payload, key)) for key in keys):
        raise BadToken("signature does not fit")
    return payload


def _decode(token: str) -> bytes:
    if len(token) > MAX_TOKEN or not token.isascii():
        raise BadToken("not a token")
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise BadToken("not base64url") from error
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii") != token:
        raise BadToken("not the canonical form")
    return raw


def _mac(payload: bytes, key: bytes) -> bytes:
    return hmac.digest(key, payload, sha256)[:MAC_BYTES]
