"""Counts of what happens now, kept for a day; and what the tiers themselves did.

They are for looking at, never for deciding: what is lost with Redis is lost.
"""

from typing import Any

from django.conf import settings

from skeletal import metrics
from skeletal.cache.server import Away, Refused, Script
from skeletal.cache.tier import Tier
from skeletal.rules.values import whole_number

ADD = Script("""
local count = redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return count
""")
MOST = 2**31 - 1
_tier = Tier("analytics", "analytics", int, lasting=True)


def increment_counter(key: str, amount: int = 1) -> int:
    """Add to a count and return it; it ends a day after its first call. 0 where Redis is away.

    Raises InvalidInput for an amount that is no whole number of 32 bits.
    """
    whole_number(amount, "amount", MOST, -MOST)
    try:
        [count] = _tier.send(lambda name: [ADD.call([name(key)], amount, _tier.seconds * 1000)])
    except (Away, Refused):
        return 0
    _tier.count("write")
    return int(count)


def get_counter(key: str) -> int:
    """Return a count, 0 for one that is not there or is no number."""
    try:
        [count] = _tier.send(lambda name: [("GET", name(key))])
    except (Away, Refused):
        return 0
    _tier.count("miss" if count is None else "hit")
    try:
        return int(count or 0)
    except ValueError:
        _tier.count("corrupt")
        return 0


def get_metrics() -> dict[str, Any]:
    """Return what all processes counted that share PROMETHEUS_MULTIPROC_DIR.

    `hit_rate` and `miss_rate` (0 to 1, of the names looked up), `total_writes`, `total_deletes`,
    `errors`, `corrupt`, `calls` (round trips) and `avg_operation_ms`; then the same by tier in
    `tiers`. Reads files, sends nothing to Redis.
    """
    sums = metrics.cache_sums()
    names = {name for figures in sums.values() for name in figures}
    whole = {name: sum(figures.get(name, 0) for figures in sums.values()) for name in names}
    tiers = {name: _report(sums.get(name, {})) for name in settings.CACHE_SECONDS}
    return _report(whole) | {"tiers": tiers}


def _report(figures: dict[str, float]) -> dict[str, float]:
    hits, misses = figures.get("hit", 0), figures.get("miss", 0)
    looked, calls = hits + misses, figures.get("calls", 0)
    return {
        "hit_rate": hits / looked if looked else 0.0,
        "miss_rate": misses / looked if looked else 0.0,
        "total_writes": int(figures.get("write", 0)),
        "total_deletes": int(figures.get("delete", 0)),
        "errors": int(figures.get("error", 0)),
        "corrupt": int(figures.get("corrupt", 0)),
        "calls": int(calls),
        "avg_operation_ms": figures.get("seconds", 0) * 1000 / calls if calls else 0.0,
    }
