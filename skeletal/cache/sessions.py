"""Whom an access token lets in, under the token's digest; the row of the session is the truth.

A copy lives for `SESSIONS_SECONDS` after its last use and never beyond the end of its token, as
the server's clock counts it. It is believed for a minute after its row was read: then the row
judges again. So a void that was lost lets nobody in for longer than that.
"""

import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import msgspec

from skeletal.cache.server import Away, Refused, Script
from skeletal.cache.tier import LEASE_SECONDS, Tier, lease
from skeletal.errors import InvalidInput
from skeletal.records.users import JudgedSession, SessionTicket
from skeletal.security.tokens import digest_of

JUDGED_SECONDS = 60
"""How long a row's word is believed."""
LONGEST = 366 * 86_400
"""Seconds of a token's life."""

CLOCK = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
"""
LOOK = Script(
    CLOCK
    + """
local value = redis.call('GET', KEYS[1])
local text, fresh, leased = false, 0, 0
local ends = value and tonumber(string.sub(value, 1, 13))
local judged = value and tonumber(string.sub(value, 14, 26))
if ends and judged and ends > now then
    redis.call('PEXPIRE', KEYS[1], math.min(ends - now, ARGV[1]))
    text = string.sub(value, 27)
    if now >= judged and now - judged < tonumber(ARGV[2]) then fresh = 1 end
end
if fresh == 0 and ARGV[3] ~= '' and redis.call('SET', KEYS[2], ARGV[3], 'NX', 'PX', ARGV[4]) then
    leased = 1
end
return {text, fresh, leased, string.format('%013.0f', now)}
"""
)
"""Tell what is there, put off its end, and hand out the lease where the row must judge."""
KEEP = Script(
    CLOCK
    + """
if ARGV[1] ~= '' and redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
local head = string.format('%013.0f', now + ARGV[3]) .. ARGV[5]
redis.call('SET', KEYS[1], head .. ARGV[2], 'PX', math.min(ARGV[3], ARGV[4]))
redis.call('DEL', KEYS[2])
return 1
"""
)
"""Write a copy, under the lease where one is named: its end, when it was judged, the ticket."""
NEVER = "0" * 13
"""It was not judged."""

_tier = Tier("sessions", "session", SessionTicket)
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(SessionTicket).decode
Judge = Callable[[str], JudgedSession | None]
"""Reads the row by the digest of its token."""


class _Seen(msgspec.Struct):
    """What is there of a token, and whether the asker may fill."""

    ticket: SessionTicket | None = None
    fresh: bool = False
    leased: bool = False
    moment: str = NEVER


def set_session_token(
    user_id: int,
    token: str,
    expires_in: float,
    *,
    session_id: int | None = None,
    device_id: int | None = None,
) -> bool:
    """Keep whom a token lets in for `expires_in` seconds; whether Redis took it: 1 round trip.

    The row judges at the first use all the same. Raises InvalidInput for what is no token and a
    time that is not above 0 and within 366 days.
    """
    name = digest_of(token)
    if name is None:
        raise InvalidInput("a token has 1 to 512 characters of ASCII", field="token")
    if not isinstance(expires_in, int | float) or not 0 < expires_in <= LONGEST:
        raise InvalidInput(f"a token lives for up to {LONGEST} seconds", field="expires_in")
    ticket = SessionTicket(user_id=user_id, session_id=session_id, device_id=device_id)
    try:
        return _keep(name, ticket, max(1, int(expires_in * 1000)))
    except (Away, Refused):
        return False


def get_session_token(token: str) -> SessionTicket | None:
    """Return what the tier holds of a token, judged of late or not: 1 round trip.

    It lets nobody in: `queries.users.get_session` does.
    """
    name = digest_of(token)
    if name is None:
        return None
    try:
        return _look(name).ticket
    except (Away, Refused):
        return None


def invalidate_session(token: str) -> bool:
    """Take the copy of a token away; whether Redis heard it: 1 round trip."""
    name = digest_of(token)
    return name is None or invalidate_digests([name])


def invalidate_digests(digests: Iterable[str]) -> bool:
    """The same for tokens known by their digests: 1 round trip for all."""
    return _tier.void(*digests)


def load_session(token: str, judge: Judge, *, rows_only: bool = False) -> SessionTicket | None:
    """Return whom a token lets in, None if nobody: 1 round trip where its row spoke of late.

    Else `judge` reads the row, and one round trip more. Where Redis is away, and with `rows_only`,
    the row speaks alone.
    """
    name, mine = digest_of(token), secrets.token_hex(8)
    if name is None:
        return None
    seen = _Seen()
    if not rows_only:
        with suppress(Away, Refused):  # counted by the tier; the row speaks
            seen = _look(name, mine)
    if seen.fresh:
        return seen.ticket
    judged = judge(name)
    if judged is None:
        if not rows_only:
            invalidate_digests([name])
        return None
    ticket = SessionTicket(
        user_id=judged.user_id, session_id=judged.session_id, device_id=judged.device_id
    )
    if seen.leased:
        with suppress(Away, Refused):
            _keep(name, ticket, _milliseconds_to(judged.ends), mine, seen.moment)
    return ticket


def _milliseconds_to(moment: datetime) -> int:
    """By this machine's clock: were it wrong, the row would judge by its own within a minute."""
    return max(1, (moment - datetime.now(UTC)) // timedelta(milliseconds=1))


def _look(name: str, token: str = "") -> _Seen:
    idle, judged, leased = (1000 * n for n in (_tier.seconds, JUDGED_SECONDS, LEASE_SECONDS))
    [(text, fresh, held, moment)] = _tier.send(
        lambda key: [LOOK.call([key(name), lease(key(name))], idle, judged, token, int(leased))]
    )
    ticket = None
    if text is not None:
        try:
            ticket = _decode(text)
        except (msgspec.MsgspecError, ValueError):
            _tier.count("corrupt")
    _tier.count("hit" if ticket else "miss")
    fresh = bool(fresh) and ticket is not None
    return _Seen(ticket, fresh, bool(held), moment.decode())


def _keep(
    name: str, ticket: SessionTicket, life_ms: int, token: str = "", moment: str = NEVER
) -> bool:
    """Whether it was written: not where the lease is no longer the asker's."""
    text, idle = _encode(ticket), _tier.seconds * 1000
    [kept] = _tier.send(
        lambda key: [KEEP.call([key(name), lease(key(name))], token, text, life_ms, idle, moment)]
    )
    _tier.count("write", kept)
    return bool(kept)
