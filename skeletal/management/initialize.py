"""Brings a database from any state to a ready one, in five named steps that may be repeated."""

import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.utils import DatabaseError, OperationalError
from psycopg import sql
from psycopg.errors import DeadlockDetected, LockNotAvailable
from psycopg_pool import PoolTimeout

from skeletal.actions import counters, users
from skeletal.cache import tier
from skeletal.db import grants, indexes, likeness, locks, pool, probe
from skeletal.errors import SchemaDrift, SetupError
from skeletal.management import verification
from skeletal.models import Role, User

ALIAS = "maintenance"
ATTEMPTS = 5
LOCKED = (LockNotAvailable, DeadlockDetected)


@dataclass(frozen=True)
class StepReport:
    """What one step did and how long it took."""

    name: str
    detail: str
    seconds: float


@dataclass
class InitReport:
    """All steps, and the administrator's password if one was made up in this run."""

    steps: list[StepReport] = field(default_factory=list)
    admin_username: str = ""
    admin_password: str = ""

    @property
    def seconds(self) -> float:
        return sum(step.seconds for step in self.steps)


Listener = Callable[[StepReport], None]


def initialize_database(
    *, listener: Listener = lambda _: None, waiting: Callable[[], None] = lambda: None
) -> InitReport:
    """Migrate, verify the schema, seed what is needed, build missing indexes, verify connections.

    Repeatable, and resumes where a killed run stopped. Two runs at once take turns under an
    advisory lock (`waiting` is called once); the second finds nothing to do. `listener` hears
    each finished step. Raises SetupError or SchemaDrift.
    """
    report = InitReport()
    with locks.exclusive(locks.INIT, waiting=waiting):
        for name, step in _steps(report):
            started = time.perf_counter()
            detail = step()
            report.steps.append(StepReport(name, detail, time.perf_counter() - started))
            listener(report.steps[-1])
    return report


def cleanup() -> None:
    """Close pools, connections and Redis clients of this process; safe to call twice."""
    pool.close_all()
    tier.close()


def _steps(report: InitReport) -> list[tuple[str, Callable[[], str]]]:
    return [
        ("Run migrations", _migrate),
        ("Verify schema", _verify_schema),
        ("Seed initial data", lambda: _seed_initial(report)),
        ("Create indexes", _create_indexes),
        ("Verify connections", _verify_connections),
    ]


def _migrate() -> str:
    connection = connections[ALIAS]
    connection.ensure_connection()
    state = probe.compare_schema(connection.connection)
    if state.ahead:
        raise SetupError(
            f"the schema is ahead of this code: {', '.join(state.ahead)} is applied but"
            " unknown here; run the newer version"
        )
    _require_extensions()
    _patiently(lambda: call_command("migrate", database=ALIAS, interactive=False, verbosity=0))
    grants.grant()
    with connections[ALIAS].cursor() as cursor:
        likeness.choose(cursor)
    return f"{len(state.behind)} applied" if state.behind else "nothing to apply"


def _require_extensions() -> None:
    with connections[ALIAS].cursor() as cursor:
        for name in verification.missing_extensions(cursor):
            try:
                cursor.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(name)))
            except DatabaseError as error:
                raise SetupError(
                    f"extension {name} is missing and this role may not create it;"
                    f" run CREATE EXTENSION {name}; in this database as a superuser"
                ) from error


def _patiently(work: Callable[[], Any]) -> None:
    """Try again when a lock could not be had, within three seconds or for a deadlock."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            work()
        except OperationalError as error:
            if attempt == ATTEMPTS or not isinstance(error.__cause__, LOCKED):
                raise
            time.sleep(attempt)
        else:
            return


def _verify_schema() -> str:
    found = verification.differences()
    if found:
        raise SchemaDrift(found)
    return "tables, columns, constraints, indexes, triggers and rights are as declared"


def _seed_initial(report: InitReport) -> str:
    done = []
    if not Role.objects.exists():
        call_command("loaddata", "roles", verbosity=0)
        done.append(f"{Role.objects.count()} roles")
    if not User.objects.filter(is_superuser=True).exists():
        report.admin_username = os.environ.get("DAIRA_ADMIN_USERNAME") or "admin"
        given = os.environ.get("DAIRA_ADMIN_PASSWORD")
        report.admin_password = "" if given else secrets.token_urlsafe(15)
        users.create_administrator(
            username=report.admin_username,
            email=os.environ.get("DAIRA_ADMIN_EMAIL") or "admin@localhost.invalid",
            password=given or report.admin_password,
        )
        done.append(f"administrator {report.admin_username}")
    counters.sweep()
    return ", ".join(done) or "nothing to seed"


def _create_indexes() -> str:
    built = indexes.create_missing()
    declared = len(indexes.declared_indexes())
    return f"built {', '.join(built)}" if built else f"all {declared} stand"


def _verify_connections() -> str:
    try:
        size = pool.open_to_minimum()
    except PoolTimeout as error:
        raise SetupError(
            f"the server did not give {settings.DATABASE_POOL_MIN} connections in ten seconds; "
            "lower DATABASE_POOL_MIN or raise max_connections"
        ) from error
    return f"PostgreSQL gave {size} connections, Redis answered in {tier.round_trip_ms():.1f} ms"
