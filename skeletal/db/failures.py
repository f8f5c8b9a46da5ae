"""Which errors of the driver mean that the database cannot be used now, and why."""

import psycopg
from django.db import InterfaceError, OperationalError
from django.db.utils import InternalError
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

from skeletal.errors import PoolExhausted, Unavailable

INFRASTRUCTURE = {
    "42P01": "a table is missing, the schema is behind this code",
    "25006": "the database is read-only",
    "25P03": "the transaction stood idle for too long",
    "25P04": "the transaction took too long",
    "53100": "the database's disk is full",
    "53300": "the database takes no more connections",
    "55P03": "a row stayed locked for too long",
    "57014": "the statement took too long",
    "57P01": "the database is restarting",
    "57P02": "the database crashed and restarts",
    "57P03": "the database is starting",
}


def unavailable(error: BaseException) -> Unavailable | None:
    """Return the typed error that a driver error stands for; None when it is a mistake of ours."""
    cause = error.__cause__
    if isinstance(cause, PoolTimeout | TooManyRequests):
        return PoolExhausted("no database connection could be had in time; try again")
    state = cause.sqlstate if isinstance(cause, psycopg.Error) else None
    if state in INFRASTRUCTURE:
        return Unavailable(f"{INFRASTRUCTURE[state]}; try again", cause=state)
    if not isinstance(error, OperationalError | InterfaceError | InternalError):
        return None
    if isinstance(cause, PoolClosed) or state is None or state.startswith("08"):
        return Unavailable("the database cannot be reached; try again", cause=state or "connection")
    return None
