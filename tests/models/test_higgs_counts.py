"""A real week of events by eight writers that are killed: each person's count is exact."""

import lzma
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, models

from skeletal.actions.counters import sweep
from skeletal.db.fields import CounterField
from skeletal.db.triggers import Tally, counted_by
from skeletal.queries import drift
from skeletal.queries.counters import TARGETS
from tests import servers
from tests.conftest import owner

pytestmark = pytest.mark.slow

KIND, WRITERS, KILLS = "higgs_person", 8, 12
EVENTS, HOT_PERSON, HOT_EVENTS = 563_069, 88, 35_988
LINES = 2_000
"""Events of one COPY, and of one transaction."""
TABLES = """
CREATE TABLE higgs_people (id bigint PRIMARY KEY, events_count int NOT NULL DEFAULT 0)
    WITH (fillfactor = 80);
CREATE TABLE higgs_acts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    actor int NOT NULL, target int NOT NULL, epoch_seconds int NOT NULL, action text NOT NULL
);
CREATE TABLE higgs_done (writer int PRIMARY KEY, part int NOT NULL)
"""
DROP = "DROP TABLE IF EXISTS higgs_people, higgs_acts, higgs_done"
WRITE = """
import os, pathlib, sys, psycopg
folder, writer, writers = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as link:
    row = link.execute("SELECT part FROM higgs_done WHERE writer = %s", [writer]).fetchone()
    part = row[0] + writers if row else writer
    while (path := folder / str(part)).exists():
        with link.transaction():
            copy = "COPY higgs_acts (actor, target, epoch_seconds, action) FROM STDIN (FORMAT csv)"
            with link.cursor().copy(copy) as rows:
                rows.write(path.read_bytes())
            link.execute(
                "INSERT INTO higgs_done VALUES (%s, %s)"
                " ON CONFLICT (writer) DO UPDATE SET part = excluded.part", [writer, part]
            )
        part += writers
"""
"""A writer commits its events and how far it came together, so it can be killed at any moment."""
TALLY = Tally(KIND, "target", "events_count")


class HiggsPerson(models.Model):
    """Somebody whom others answered or mentioned. The table stands for this module's tests."""

    events_count = CounterField()

    class Meta:
        app_label = "tests"
        db_table = "higgs_people"
        managed = False

    def __str__(self) -> str:
        return f"person {self.pk}"


class HiggsAct(models.Model):
    """A person acted towards another; counted by triggers of the production's kind."""

    target = models.IntegerField()

    class Meta:
        app_label = "tests"
        db_table = "higgs_acts"
        managed = False

    def __str__(self) -> str:
        return f"towards {self.target}"


@pytest.fixture
def parts(data: Path, tmp_path: Path) -> "tuple[Path, Counter[int]]":
    """A folder with the events in files of LINES, and how many each person receives."""
    received: Counter[int] = Counter()
    with lzma.open(data / "events" / "higgs-activity.csv.xz", "rt") as file:
        next(file)
        lines = file.readlines()
    for number, start in enumerate(range(0, len(lines), LINES)):
        (tmp_path / str(number)).write_text("".join(lines[start : start + LINES]))
    received.update(int(line.split(",", 2)[1]) for line in lines)
    return tmp_path, received


@pytest.fixture
def tables(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    acts: Any = HiggsAct
    monkeypatch.setitem(TARGETS, KIND, HiggsPerson)
    with owner() as link:
        link.execute(DROP)
        for statement in TABLES.split(";"):
            link.execute(statement)
        for trigger in counted_by(TALLY):
            link.execute(trigger.compile(acts).install_sql)
    yield
    connections["maintenance"].close()
    with owner() as link:
        link.execute(DROP)
        link.execute("DELETE FROM counter_deltas WHERE object_type = %s", [KIND])


def start(folder: Path, writer: int) -> "subprocess.Popen[bytes]":
    name = str(connections["default"].settings_dict["NAME"])
    return subprocess.Popen(
        [sys.executable, "-c", WRITE, str(folder), str(writer), str(WRITERS)],
        env=os.environ | servers.environment(name),
    )


@contextmanager
def sweeping() -> Iterator[None]:
    """Fold beside what is done here, and all that is left at the end."""
    stop = threading.Event()

    def fold() -> None:
        try:
            while not stop.wait(0.2):
                sweep(using="maintenance", kinds=[KIND], batch=5_000)
            sweep(using="maintenance", kinds=[KIND], batch=5_000)
        finally:
            connections["maintenance"].close()

    with ThreadPoolExecutor(1) as pool:
        folded = pool.submit(fold)
        try:
            yield
        finally:
            stop.set()
        folded.result()


def load_with_kills(folder: Path, chance: random.Random) -> int:
    """Start all writers, kill one now and then and start it anew; return how many were killed."""
    running = {writer: start(folder, writer) for writer in range(WRITERS)}
    killed = 0
    while at_work := [writer for writer, process in running.items() if process.poll() is None]:
        time.sleep(0.5)
        writer = chance.choice(at_work)
        if killed < KILLS and running[writer].poll() is None:
            running[writer].kill()
            killed += running[writer].wait() < 0
            running[writer] = start(folder, writer)
    assert [process.wait() for process in running.values()] == [0] * WRITERS
    return killed


def test_every_count_is_exact_after_writers_were_killed(
    tables: None, parts: "tuple[Path, Counter[int]]", record_property: Any
) -> None:
    folder, received = parts
    with owner() as link:
        with link.cursor().copy("COPY higgs_people (id) FROM STDIN") as rows:
            for person in received:
                rows.write_row((person,))
        with sweeping():
            killed = load_with_kills(folder, random.Random(88))
        found = dict(link.execute("SELECT id, events_count FROM higgs_people").fetchall())
        opened = link.execute("SELECT count(*) FROM counter_deltas").fetchone()
    record_property("shown", f"{sum(found.values())} events, {killed} writers killed: exact")
    assert killed > 0
    assert sum(found.values()) == EVENTS
    assert found[HOT_PERSON] == HOT_EVENTS
    assert found == received
    assert opened == (0,)
    counter = drift.Counter(KIND, "events_count", (("higgs_acts", TALLY),))
    with connections["maintenance"].cursor() as cursor:

        def compare(sql: str, place: dict[str, int]) -> drift.Rows:
            cursor.execute(sql, place)
            rows: drift.Rows = cursor.fetchall()
            return rows

        found_wrong = drift.compared([counter], compare, size=10_000, using="maintenance")
        assert list(found_wrong) == []
