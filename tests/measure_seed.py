"""`make bench-seed`: the rows per second of `seed` against bare binary COPY of the same rows.

Both in one run on servers of their own, into clones of one migrated template: the same tables,
indexes, triggers and key checks. Run as `python -m tests.measure_seed [world]`.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests import servers

BLOCK = 1 << 18
COLUMNS = """
    SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0
    AND NOT attisdropped AND attname !~ '_count$' ORDER BY attnum
"""


def connect(name: str) -> "psycopg.Connection[Any]":
    return psycopg.connect(servers.environment(name)["DATABASE_OWNER_URL"])


def seed(world: str) -> dict[str, Any]:
    """Load the world into this process's database and return the report."""
    import django

    django.setup()
    from django.core.management import call_command

    from skeletal.management.seeding import load, sources

    call_command("loaddata", "roles", verbosity=0)
    return load(sources.choose(world=world)).as_json()


def copy_out(name: str, tables: list[str], folder: Path) -> None:
    with connect(name) as connection:
        for table in tables:
            query = statement(connection, table, "TO STDOUT")
            with connection.cursor().copy(query) as copy, (folder / table).open("wb") as file:
                for data in copy:
                    file.write(data)


def copy_in(name: str, tables: list[str], folder: Path) -> float:
    """Seconds of the bare COPY of all tables in one transaction, keys checked as `seed` does."""
    from skeletal.management.seeding.loading import CHECK_AT_ONCE

    started = time.perf_counter()
    with connect(name) as connection:
        connection.execute(CHECK_AT_ONCE)
        for table in tables:
            query = statement(connection, table, "FROM STDIN")
            with connection.cursor().copy(query) as copy, (folder / table).open("rb") as file:
                while data := file.read(BLOCK):
                    copy.write(data)
    return time.perf_counter() - started


def statement(connection: "psycopg.Connection[Any]", table: str, way: str) -> sql.Composed:
    names = [sql.Identifier(row[0]) for row in connection.execute(COLUMNS, [table])]
    text = "COPY {} ({}) " + way + " (FORMAT BINARY)"
    return sql.SQL(text).format(sql.Identifier(table), sql.SQL(", ").join(names))


def main(world: str) -> None:
    """Print one JSON object: rows, seconds and rows/s of both, and their ratio."""
    report = seed(world)
    tables, rows = list(report["rows"]), sum(report["rows"].values())
    bare = "daira_bare_copy"
    servers.create_database(bare)
    with tempfile.TemporaryDirectory() as folder:
        copy_out(os.environ["DAIRA_TEST_DATABASE"], ["roles", *tables], Path(folder))
        seconds = copy_in(bare, ["roles", *tables], Path(folder))
    servers.drop_database(bare)
    ratio = report["rows_per_second"] / (rows / seconds)
    figures = {
        "world": world,
        "rows": rows,
        "seed_seconds": report["seconds"],
        "seed_rows_per_second": report["rows_per_second"],
        "copy_seconds": round(seconds, 1),
        "copy_rows_per_second": round(rows / seconds),
        "ratio": round(ratio, 2),
    }
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "medium")
