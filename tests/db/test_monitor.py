"""What the monitor counts: every statement, in all threads and processes, and never a value."""

import json
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, connections, transaction
from prometheus_client import REGISTRY, generate_latest

from skeletal.db import monitor
from skeletal.models import User
from tests import servers

SECRET = "hunter2"
ANOTHER_PROCESS = """
import sys, django; django.setup()
from skeletal.db import monitor
for _ in range(int(sys.argv[1])):
    monitor.tally("test.shared").record(2_000_000)
monitor.tally("test.shared").fail(150_000_000)
"""
READER = """
import json, django; django.setup()
from skeletal.db import monitor
print(json.dumps(monitor.get_metrics()))
"""


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a new process: other tests may have used up the fingerprints."""
    monitor.flush()
    for name in ("_times", "_failed", "_tallies", "_by_text"):
        monkeypatch.setattr(monitor, name, {})


def figures(fingerprint: str) -> dict[str, float]:
    found: dict[str, float] = monitor.get_metrics()["statements"].get(fingerprint, {})
    return found or dict.fromkeys(("total", "slow", "errors", "total_time_ms"), 0)


def run(sql: str, parameters: Any = None) -> str:
    """Send one statement and return the fingerprint under which it was counted."""
    before = monitor.get_metrics()["statements"]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
    after = monitor.get_metrics()["statements"]
    changed = [name for name in after if after[name] != before.get(name)]
    assert len(changed) == 1, changed
    return str(changed[0])


def python(code: str, *arguments: str, folder: Path) -> str:
    """Run code in a process of its own that shares the folder of metrics."""
    folder.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=servers.ROOT,
        env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(folder)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_threads_lose_nothing() -> None:
    counted = monitor.tally(f"test.threads {uuid4().hex}")

    def work() -> None:
        for number in range(5_000):
            counted.record(1_000)
            if number % 100 == 0:
                counted.fail(1_000)
                monitor.flush()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = figures(counted.fingerprint)
    assert (found["total"], found["errors"]) == (40_400, 400)
    assert found["total_time_ms"] == pytest.approx(40.4)


def test_what_is_recorded_while_a_flush_takes_stays_for_the_next() -> None:
    class Busy(list[int]):
        def __getitem__(self, key: Any) -> Any:
            taken = super().__getitem__(key)
            self.append(7)
            return taken

    times = Busy([1, 2])
    assert monitor._drain(times) == [1, 2]
    assert list(times) == [7]


@pytest.mark.slow
def test_processes_are_summed_when_they_are_gone(tmp_path: Path) -> None:
    for calls in ("3", "6"):
        python(ANOTHER_PROCESS, calls, folder=tmp_path / "metrics")
    whole = json.loads(python(READER, folder=tmp_path / "metrics"))
    shared = whole["statements"]["test.shared"]
    assert shared == {key: whole[key] for key in shared}
    assert shared["total_time_ms"] == pytest.approx(9 * 2 + 2 * 150)
    assert shared["avg_query_time_ms"] == pytest.approx((9 * 2 + 2 * 150) / 11)
    assert shared["slow_query_percentage"] == pytest.approx(200 / 11)
    assert {key: shared[key] for key in ("total", "slow", "errors")} == {
        "total": 11,
        "slow": 2,
        "errors": 2,
    }


def test_a_forked_child_begins_at_zero(tmp_path: Path) -> None:
    code = """
import os, django; django.setup()
from skeletal.db import monitor
monitor.flush()
monitor.tally("test.fork").record(1)
child = os.fork()
monitor.tally("test.fork").record(1)
monitor.flush()
if child:
    os.waitpid(child, 0)
    print(monitor.get_metrics()["statements"]["test.fork"]["total"])
else:
    os._exit(0)
"""
    assert python(code, folder=tmp_path / "metrics").strip() == "3"


def test_a_second_after_the_last_flush_a_record_flushes(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"test.second {uuid4().hex}"
    monitor.flush()
    monitor.tally(name).record(1)
    assert f'statement="{name}"' not in generate_latest(REGISTRY).decode()
    monkeypatch.setattr(monitor, "_due", 0.0)
    monitor.tally(name).record(1)
    assert f'daira_queries_total{{statement="{name}"}} 2.0' in generate_latest(REGISTRY).decode()


@pytest.mark.usefixtures("db")
def test_orm_and_cursor_on_every_alias_are_counted_once_each() -> None:
    before = monitor.get_metrics()["total"]
    list(User.objects.all())
    User.objects.filter(pk=0).update(username="x")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.executemany("SELECT %s", [(1,), (2,)])
    assert monitor.get_metrics()["total"] == before + 4


@pytest.mark.usefixtures("committed_db")
def test_it_hangs_once_on_a_connection_however_often_that_connects() -> None:
    for alias in ("default", "maintenance"):
        for _ in range(3):
            connections[alias].close()
            connections[alias].ensure_connection()
        wrappers = connections[alias].execute_wrappers
        assert [w for w in wrappers if w is monitor.count_statements] == wrappers[:1]
        connections[alias].close()


@pytest.mark.usefixtures("committed_db")
def test_a_connection_made_inside_somebody_s_wrapper_keeps_the_monitor() -> None:
    def other(execute: Any, *arguments: Any) -> Any:
        return execute(*arguments)

    connection.close()
    connection.execute_wrappers.clear()
    with connection.execute_wrapper(other):
        connection.ensure_connection()
    assert connection.execute_wrappers == [monitor.count_statements]


@pytest.mark.usefixtures("db")
def test_slow_is_counted_and_only_very_slow_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "daira.queries"):
        [quick] = {run("SELECT pg_sleep(0.0), 1 AS quick") for _ in range(5)}
        slow = run("SELECT pg_sleep(0.15), 1 AS slow")
        assert figures(quick)["slow"] < 5, "a slow machine is no slow statement"
        assert figures(slow)["slow"] == 1
        assert figures(slow)["total_time_ms"] >= 150
        assert caplog.records == []
        very = run(f"SELECT pg_sleep(1.1), %s, '{SECRET}' AS very", [SECRET])
    assert [record.getMessage().rpartition(" took ")[0] for record in caplog.records] == [very]
    assert SECRET not in caplog.text


@pytest.mark.usefixtures("db")
def test_a_statement_that_fails_counts_as_call_and_error() -> None:
    failing = "SELECT 1 / (%s - 1) AS failing"
    name = run(failing, [2])
    for _ in range(2):
        with pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(failing, [1])
    found = figures(name)
    assert (found["total"], found["errors"]) == (3, 2)


@pytest.mark.usefixtures("db")
def test_no_value_is_told_anywhere() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT '{SECRET}', %s", [SECRET])
    list(User.objects.filter(username=SECRET))
    told = json.dumps(monitor.get_metrics()) + generate_latest(REGISTRY).decode()
    assert "select users" in told
    assert SECRET not in told


def test_above_the_cap_all_further_ones_count_as_other(tmp_path: Path) -> None:
    code = """
import json, django; django.setup()
from skeletal.db import monitor
for number in range(monitor.FINGERPRINTS + 50):
    counted = monitor.tally(f"test.{number}")
    assert counted.fingerprint == f"test.{number}"
    counted.record(1)
    monitor.tally(f"test.{number}").record(1)
print(json.dumps(monitor.get_metrics()))
"""
    statements = json.loads(python(code, folder=tmp_path / "metrics"))["statements"]
    assert len(statements) == monitor.FINGERPRINTS + 1
    assert statements[monitor.OTHER]["total"] == 100
    assert statements["test.299"]["total"] == 2


def test_texts_are_remembered_within_bounds() -> None:
    def send(text: str) -> None:
        monitor.count_statements(lambda *_: None, text, None, False, {})

    for number in range(monitor.TEXTS + 10):
        send(f"SELECT 1 AS a{number}")
    assert f"SELECT 1 AS a{number}" in monitor._by_text
    send("SELECT 1 -- " + "x" * monitor.LONGEST)
    assert len(monitor._by_text) <= monitor.TEXTS
    assert max(map(len, monitor._by_text)) <= monitor.LONGEST
