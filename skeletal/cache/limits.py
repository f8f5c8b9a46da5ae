"""Sliding windows: how often somebody called something of late.

A window is a list of the moments of the calls that were let through, oldest first, in microseconds
of the server's clock, both edges within, and never longer than the limit. Where Redis is away
each process counts for itself: looser, never open.
"""

import threading
import time
from collections import OrderedDict, deque

from skeletal.cache.server import Away, Refused, Script
from skeletal.cache.tier import Tier
from skeletal.errors import InvalidInput
from skeletal.records.caches import RateLimit
from skeletal.rules.values import whole_number

HIT = Script("""
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local first = redis.call('LINDEX', KEYS[1], 0)
while first and now - first > window do
    redis.call('LPOP', KEYS[1])
    first = redis.call('LINDEX', KEYS[1], 0)
end
local used = redis.call('LLEN', KEYS[1])
if used >= limit then
    return {0, 0, window + 1 - (now - redis.call('LINDEX', KEYS[1], used - limit)), now}
end
redis.call('RPUSH', KEYS[1], string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000))
return {1, limit - used - 1, 0, now}
""")
COUNT = Script("""
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count
""")
MOST, LONGEST = 10_000, 86_400
"""Calls of a window, and its seconds."""
LOCAL_WINDOWS = 10_000
"""How many windows a process keeps while Redis is away; then the oldest goes."""

_tier = Tier("limits", "ratelimit", int, lasting=True)
_local: "OrderedDict[str, deque[float]]" = OrderedDict()
_lock = threading.Lock()


def check_rate_limit(user_id: object, endpoint: str, limit: int, window: float) -> RateLimit:
    """Count this call if at most `limit` (1 to 10,000) were let through within `window` seconds.

    One call of Redis. A call that is refused is not counted. `window` has up to a day. Two limits
    of one endpoint are two endpoints. Raises InvalidInput.
    """
    whole_number(limit, "limit", MOST, 1)
    if not isinstance(window, int | float) or not 0 < window <= LONGEST:
        raise InvalidInput(f"a window is up to {LONGEST} seconds", field="window")
    name = f"window:{endpoint}:{user_id}"
    span = int(window * 1_000_000)
    try:
        [answer] = _tier.send(lambda key: [HIT.call([key(name)], limit, span)])
    except (Away, Refused):
        return _check_here(name, limit, window)
    allowed, remaining, wait, _ = answer
    _tier.count("write", allowed)
    return RateLimit(allowed=bool(allowed), remaining=remaining, retry_after_ms=-(-wait // 1000))


def increment_counter(endpoint: str, user_id: object) -> int:
    """Count a call without a limit; return how many there were since the first of this hour's.

    One call of Redis; 0 where it is away. The count ends an hour after its first call.
    """
    name = f"count:{endpoint}:{user_id}"
    try:
        [count] = _tier.send(lambda key: [COUNT.call([key(name)], _tier.seconds * 1000)])
    except (Away, Refused):
        return 0
    _tier.count("write")
    return int(count)


def _check_here(name: str, limit: int, window: float) -> RateLimit:
    now = time.monotonic()
    with _lock:
        calls = _local.setdefault(name, deque())
        _local.move_to_end(name)
        if len(_local) > LOCAL_WINDOWS:
            _local.popitem(last=False)
        while calls and now - calls[0] > window:
            calls.popleft()
        if len(calls) >= limit:
            wait = window - (now - calls[len(calls) - limit])
            return RateLimit(allowed=False, remaining=0, retry_after_ms=int(wait * 1000) + 1)
        calls.append(now)
        return RateLimit(allowed=True, remaining=limit - len(calls), retry_after_ms=0)
