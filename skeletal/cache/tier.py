"""The one port to Redis; django-redis is known nowhere else."""

import time

from django.core.cache import caches
from django_redis import get_redis_connection
from redis.exceptions import RedisError

from skeletal.errors import Unavailable


def round_trip_ms() -> float:
    """Milliseconds of one PING; raises Unavailable when Redis does not answer in its time-out."""
    started = time.perf_counter()
    try:
        get_redis_connection("default").ping()
    except RedisError as error:
        raise Unavailable("Redis cannot be reached") from error
    return (time.perf_counter() - started) * 1000


def close() -> None:
    """Close the clients of this process."""
    for cache in caches.all(initialized_only=True):
        cache.close()
    get_redis_connection("default").connection_pool.disconnect()
