"""The servers of one test run: started once, a migrated template cloned for each xdist worker.

Loaded with `-p` before the settings are read. Where DATABASE_URL and REDIS_URL are set, the run
uses those servers (the owner's role must be allowed to create databases) and starts none.
"""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg
import redis
from psycopg import sql
from psycopg.conninfo import make_conninfo

from daira import embedded

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = "DAIRA_TEST_TEMPLATE"
SUPERUSER = "DAIRA_TEST_SUPERUSER"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
MIGRATE = """
import django; django.setup()
from django.core.management import call_command
from skeletal.db import grants
call_command("migrate", database="maintenance", verbosity=0, skip_checks=True); grants.grant()
"""


def owner_url() -> str:
    """The owner's conninfo of the server under test."""
    return os.environ["DATABASE_OWNER_URL"]


def create_database(name: str, template: str | None = None) -> None:
    """Create a database, as a clone of the migrated template unless told otherwise."""
    source = sql.Identifier(template or os.environ[TEMPLATE])
    with _server() as server:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        server.execute(statement.format(sql.Identifier(name), source))


def drop_database(name: str) -> None:
    """Drop a database and whoever is connected to it."""
    with _server() as server:
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        server.execute(statement.format(sql.Identifier(name)))


def superuser_url(name: str) -> str:
    """The conninfo of a superuser for database `name`; of the owner where servers are given."""
    return make_conninfo(os.environ.get(SUPERUSER) or owner_url(), dbname=name)


def _server() -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(make_conninfo(owner_url(), dbname="postgres"), autocommit=True)


def endless_keys(redis_url: str, pattern: str = "*") -> list[bytes]:
    """The keys of a Redis that no time takes away."""
    with closing(redis.Redis.from_url(redis_url)) as client:
        return [key for key in client.scan_iter(pattern, 1000) if client.ttl(key) == -1]


def environment(name: str) -> dict[str, str]:
    """The environment of a process that works on database `name`."""
    return {
        "DATABASE_URL": make_conninfo(os.environ["DATABASE_URL"], dbname=name),
        "DATABASE_OWNER_URL": make_conninfo(owner_url(), dbname=name),
    }


def _start_servers() -> None:
    home = Path(tempfile.mkdtemp(prefix="daira-test-"))
    os.environ["DAIRA_HOME"] = str(home)
    addresses = embedded.ensure(os.environ)
    assert addresses is not None
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    atexit.register(embedded.stop, home)
    with psycopg.connect(addresses.superuser_url, autocommit=True) as server:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server.execute(f"ALTER SYSTEM SET {setting} = off")
        server.execute("ALTER SYSTEM SET deadlock_timeout = '50ms'")
        server.execute("SELECT pg_reload_conf()")
        server.execute("ALTER ROLE daira_owner CREATEDB")
    os.environ[SUPERUSER] = addresses.superuser_url
    os.environ["DATABASE_URL"] = addresses.database_url
    os.environ["DATABASE_OWNER_URL"] = addresses.owner_url
    os.environ["REDIS_URL"] = addresses.redis_url
    os.environ["QUEUE_URL"] = addresses.queue_url


def _make_template() -> None:
    name = f"daira_template_{os.getpid()}"
    os.environ[TEMPLATE] = name
    create_database(name, "template0")
    atexit.register(drop_database, name)
    code = [sys.executable, "-c", MIGRATE]
    subprocess.run(code, check=True, cwd=ROOT, env=os.environ | environment(name))


def _take_database() -> None:
    name = f"daira_test_{WORKER or 'main'}_{os.getpid()}"
    create_database(name)
    atexit.register(drop_database, name)
    os.environ.update(environment(name))
    os.environ["CACHE_PREFIX"] = name
    os.environ["DAIRA_TEST_DATABASE"] = name


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "daira.settings")
os.environ.setdefault("REPEATED_QUERIES", "raise")
if TEMPLATE not in os.environ:
    if not os.environ.get("DATABASE_URL"):
        _start_servers()
    os.environ.setdefault("DATABASE_OWNER_URL", os.environ["DATABASE_URL"])
    _make_template()
_take_database()
