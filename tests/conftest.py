"""The cast and the database that every test may ask for."""

import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connections
from psycopg import sql

from skeletal.db import pool
from skeletal.models import User
from tests import servers
from tests.factories import make_block, make_follow, make_user

hypothesis.settings.register_profile("patient", deadline=None)
if "CI" not in os.environ:  # there hypothesis is patient by itself, and tries the same each time
    hypothesis.settings.load_profile("patient")

SET_ASIDE = """
SELECT set_config('pgtrigger.ignore', array_agg(tgname)::text, true)
FROM pg_trigger WHERE starts_with(tgname::text, 'pgtrigger_no_truncate_')
"""
DATA = Path(os.environ.get("DAIRA_DATA") or servers.ROOT.parent / "shared" / "data")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """In CI a skipped test is a failure while the real data stands beside the project."""
    report: Any = yield
    if report.skipped and os.environ.get("CI") and DATA.is_dir():
        report.outcome, report.longrepr = "failed", f"skipped in CI: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what tests recorded as "shown", whether they passed or failed, on any worker."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in report.user_properties:
                if name == "shown" and report.when == "call":
                    terminalreporter.write_line(str(value))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """No test may leave a key in Redis that would never end: the whole run fails for one."""
    if servers.WORKER:
        return  # the process that waits for all workers looks once
    if endless := servers.endless_keys(os.environ["REDIS_URL"], "daira_test_*"):
        sys.stderr.write(f"\n{len(endless)} keys of tests never end, such as {endless[:3]}\n")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """Nothing to make: `tests.servers` gave this process its own clone of the template."""


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real data; the test is skipped where it is absent."""
    if not DATA.is_dir():
        pytest.skip(f"no real data beside the project ({DATA.name} is absent)")
    return DATA


@pytest.fixture
def committed_db(django_db_blocker: Any) -> Iterator[None]:
    """The database with real commits: every table is emptied afterwards."""
    with django_db_blocker.unblock():
        yield
        pool.close_all()
        with owner() as connection:
            empty_tables(connection)


@pytest.fixture
def owner_connection() -> "Iterator[psycopg.Connection[Any]]":
    """A connection of the owner's role to this test's database."""
    with owner() as connection:
        yield connection


@contextmanager
def fresh_databases() -> Iterator[Callable[..., str]]:
    """A function that clones a migrated database, points Django at it, and returns its name.

    Given the name of a database, it clones that one.
    """
    before = {alias: settings.DATABASES[alias]["NAME"] for alias in settings.DATABASES}
    made: list[str] = []

    def create(template: str | None = None) -> str:
        made.append(f"daira_fresh_{uuid4().hex[:12]}")
        pool.close_all()
        servers.create_database(made[-1], template)
        _point_at(dict.fromkeys(before, made[-1]))
        return made[-1]

    try:
        yield create
    finally:
        _point_at(before)
        for name in made:
            servers.drop_database(name)


@pytest.fixture
def fresh_database(django_db_blocker: Any) -> Iterator[Callable[..., str]]:
    """The function of `fresh_databases`, for one test."""
    with django_db_blocker.unblock(), fresh_databases() as create:
        yield create


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The name of a database without any table; commands reach it by `servers.environment`."""
    name = f"daira_empty_{uuid4().hex[:12]}"
    servers.create_database(name, "template0")
    yield name
    servers.drop_database(name)


def owner() -> "psycopg.Connection[Any]":
    """Connect as the owner of the tables."""
    name = str(connections["default"].settings_dict["NAME"])
    return psycopg.connect(servers.environment(name)["DATABASE_OWNER_URL"], autocommit=True)


def empty_tables(connection: "psycopg.Connection[Any]") -> None:
    """Empty what has rows. Only here, as the owner, are the TRUNCATE guards set aside."""
    models = [m for m in apps.get_models(include_auto_created=True) if m._meta.managed]
    keep = {"django_content_type", "auth_permission"}
    tables = sorted({m._meta.db_table for m in models} - keep)
    filled = [t for t in tables if _has_rows(connection, t)]
    if not filled:
        return
    guarded = [m._meta.db_table for m in models if getattr(m, "append_only", False)]
    with connection.transaction():
        connection.execute(SET_ASIDE)
        for table in guarded:
            _switch(connection, table, "DISABLE")
        names = sql.SQL(", ").join(map(sql.Identifier, filled))
        connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))
        for table in guarded:
            _switch(connection, table, "ENABLE ALWAYS")
        connection.execute("INSERT INTO platform_totals (id) VALUES (1) ON CONFLICT DO NOTHING")


def _has_rows(connection: "psycopg.Connection[Any]", table: str) -> bool:
    query = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table))
    row = connection.execute(query).fetchone()
    return bool(row and row[0])


def _switch(connection: "psycopg.Connection[Any]", table: str, how: str) -> None:
    statement = "ALTER TABLE {} " + how + " TRIGGER append_only_table"
    connection.execute(sql.SQL(statement).format(sql.Identifier(table)))


def _point_at(names: dict[str, Any]) -> None:
    pool.close_all()
    for alias, name in names.items():
        settings.DATABASES[alias]["NAME"] = connections[alias].settings_dict["NAME"] = name


@pytest.fixture
def alice(db: None) -> User:
    """The author."""
    return make_user(username="alice")


@pytest.fixture
def bob(alice: User) -> User:
    """Follows alice."""
    user = make_user(username="bob")
    make_follow(follower=user, followee=alice)
    return user


@pytest.fixture
def carol(alice: User) -> User:
    """Blocked by alice."""
    user = make_user(username="carol")
    make_block(blocker=alice, blocked=user)
    return user
