"""Asks PostgreSQL and Redis how they are, without waiting for the pool."""

from skeletal.cache import tier
from skeletal.db import probe
from skeletal.errors import Unavailable
from skeletal.queries.clock import now
from skeletal.records.platform import HealthReport, Readiness


def health_check() -> HealthReport:
    """One round trip to PostgreSQL over a connection of its own; a server that is down is told."""
    try:
        database, status = f"PostgreSQL ({probe.round_trip_ms():.0f}ms)", "healthy"
    except Unavailable as error:
        database, status = f"PostgreSQL ({error.message})", "unhealthy"
    return HealthReport(status=status, database=database, timestamp=now())


def readiness() -> Readiness:
    """Whether this process can serve: the database answers and its schema is the code's.

    A Redis that is away only degrades.
    """
    try:
        state = probe.schema_state()
    except Unavailable as error:
        return _readiness("unavailable", error.message)
    if state.behind:
        return _readiness("schema_behind", f"not applied: {', '.join(state.behind)}")
    if state.ahead:
        return _readiness("schema_ahead", f"unknown to this code: {', '.join(state.ahead)}")
    try:
        tier.round_trip_ms()
    except Unavailable as error:
        return _readiness("degraded", error.message)
    return _readiness("ready", "")


def _readiness(status: str, detail: str) -> Readiness:
    return Readiness(status=status, detail=detail, timestamp=now())
