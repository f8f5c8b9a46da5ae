"""The tiers of hot copies: how long each keeps, and where it lies."""

from typing import Any

from redis.backoff import NoBackoff
from redis.retry import Retry

from daira.env import Environment
from daira.sentinel import Watched, watched

SECONDS = {
    "sessions": 24 * 3600,
    "feeds": 3600,
    "profiles": 3600,
    "vectors": 30 * 24 * 3600,
    "limits": 3600,
    "analytics": 24 * 3600,
    "custom": 3600,
}
"""By tier, where the environment does not say otherwise."""
TIMEOUTS = {"SOCKET_TIMEOUT": 0.25, "SOCKET_CONNECT_TIMEOUT": 0.25}
"""Seconds."""
LONGEST = 30 * 24 * 3600


def seconds(env: Environment) -> dict[str, int]:
    """How long each tier keeps: `<TIER>_SECONDS`."""
    return {
        tier: env.integer(f"{tier.upper()}_SECONDS", default, least=1, most=LONGEST)
        for tier, default in SECONDS.items()
    }


def caches(env: Environment, url: str, password: str | None, prefix: str) -> dict[str, Any]:
    """CACHES: the server of all tiers, and one for each tier with a `<TIER>_URL` of its own.

    Such a URL bears its own password: that of the common server is not told to another.
    """
    connections = env.integer("REDIS_POOL_MAX", 50, least=1, most=1000)
    own = {
        tier: _cache(env.redis(f"{tier.upper()}_URL", url), None, prefix, connections)
        for tier in SECONDS
        if env.has(f"{tier.upper()}_URL")
    }
    return {"default": _cache(url, password, prefix, connections), **own}


def _cache(url: str, password: str | None, prefix: str, connections: int) -> dict[str, Any]:
    master = watched(url)
    return {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": master.url if master else url,
        "KEY_PREFIX": prefix,
        "OPTIONS": {
            "CLIENT_CLASS": "django_redis.client.DefaultClient",
            "PASSWORD": password,
            **TIMEOUTS,
            "CONNECTION_POOL_CLASS": "redis.connection.BlockingConnectionPool",
            "CONNECTION_POOL_KWARGS": {"max_connections": connections, "timeout": 1},
            **(_by_sentinels(master) if master else {}),
        },
    }


def _by_sentinels(master: Watched) -> dict[str, Any]:
    return {
        "CONNECTION_FACTORY": "django_redis.pool.SentinelConnectionFactory",
        "CONNECTION_POOL_CLASS": "skeletal.cache.server.MasterPool",
        "SENTINELS": list(master.sentinels),
        "SENTINEL_KWARGS": {
            **{name.lower(): value for name, value in TIMEOUTS.items()},
            "retry": Retry(NoBackoff(), 0),  # a sentinel that is away: the next one is asked
        },
    }
