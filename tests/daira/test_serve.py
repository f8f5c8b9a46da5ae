"""`manage.py serve` as a user meets it: two processes, real HTTP, Ctrl-C."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests import servers
from tests.site import Server

Start = Callable[..., Server]


@pytest.fixture
def database() -> Iterator[str]:
    name = f"daira_serve_{uuid4().hex[:12]}"
    servers.create_database(name)
    yield name
    servers.drop_database(name)


@pytest.fixture
def serve(database: str, tmp_path: Path) -> Iterator[Start]:
    """Start a server on a migrated database; further settings by keyword."""
    started: list[Server] = []

    def start(**extra: str) -> Server:
        settings = {"DATABASE_POOL_MIN": "2", "DATABASE_POOL_MAX": "4", "SERVE_WORKER": "no"}
        folder = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics")}
        environ = servers.environment(database) | settings | folder | extra
        started.append(Server(environ, tmp_path / "serve.log"))
        started[-1].wait()
        return started[-1]

    yield start
    for server in started:
        server.stop(signal.SIGTERM)


def test_the_health_addresses_answer_in_the_specification_s_shapes(serve: Start) -> None:
    server = serve()
    status, body, _ = server.get("/health/db")
    assert status == 200
    report = json.loads(body)
    assert set(report) == {"status", "database", "timestamp"}
    assert report["status"] == "healthy"
    assert re.fullmatch(r"PostgreSQL \(\d+ms\)", report["database"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", report["timestamp"])
    status, body, _ = server.get("/health/stats")
    assert status == 200
    assert set(json.loads(body)) == {
        "users",
        "posts",
        "videos",
        "follows",
        "transactions",
        "timestamp",
    }


def test_probes_answer_by_address_whatever_the_host_name(serve: Start) -> None:
    server = serve()
    assert server.get("/livez", host="10.0.0.7:80")[0] == 200
    status, body, _ = server.get("/readyz", host="whoever")
    assert (status, json.loads(body)["status"]) == (200, "ready")
    assert server.get("/health/db", host="whoever")[0] == 400


def test_metrics_are_summed_over_both_processes(serve: Start) -> None:
    server = serve(WEB_WORKERS="2")
    for _ in range(60):
        server.get("/health/stats")
    text = server.get("/metrics")[1]
    counted = re.findall(r"^django_http_requests_total_by_method_total\{.*\} (\S+)", text, re.M)
    # /livez and /metrics are counted too; what matters is that none of the 60 is lost.
    assert sum(map(float, counted)) >= 60
    by_view = re.findall(
        r'total_by_view_transport_method_total\{.*view="health-stats"\} (\S+)', text
    )
    assert sum(map(float, by_view)) == 60
    pids = {path.name.rsplit("_", 1)[1] for path in _metric_files(server)}
    assert len(pids) >= 2
    idle = re.search(r'^daira_pool_connections\{state="total"\} (\S+)', text, re.M)
    assert idle
    assert float(idle[1]) > 2, "the sum over two pools of two or more"


def test_statements_are_summed_over_both_processes(serve: Start) -> None:
    server = serve(WEB_WORKERS="2")
    for _ in range(40):
        server.get("/health/stats")
    text = server.get("/metrics")[1]
    counted = re.findall(
        r'^daira_queries_total\{statement="(platform\.totals\S*)"\} (\S+)', text, re.M
    )
    assert len(counted) == 1, "one statement has one name in both"
    assert float(counted[0][1]) == 40
    assert f'daira_query_errors_total{{statement="{counted[0][0]}"}} 0.0' in text
    seconds = re.search(rf'daira_query_seconds_total.*"{counted[0][0]}"\}} (\S+)', text)
    assert seconds
    assert float(seconds[1]) > 0


def _metric_files(server: Server) -> list[Path]:
    return list((server.log.parent / "metrics").glob("counter_*.db"))


def test_ctrl_c_stops_the_web_and_leaves_the_servers(serve: Start, database: str) -> None:
    server = serve()
    server.get("/health/stats")
    assert server.stop(signal.SIGINT) == 0
    left = (
        "SELECT FROM pg_stat_activity WHERE application_name = 'daira-web'"
        " AND datname = current_database()"
    )
    until_none(servers.environment(database)["DATABASE_OWNER_URL"], left)


def until_none(url: str, query: str) -> None:
    """Wait until the server has no such row any more."""
    end = time.monotonic() + 20
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(query).fetchone() is not None:  # a row may have no columns
            assert time.monotonic() < end, query
            time.sleep(0.05)


def test_a_port_in_use_is_one_sentence_that_names_the_setting(database: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = subprocess.run(
            [sys.executable, "manage.py", "serve"],
            cwd=servers.ROOT,
            env=os.environ | servers.environment(database) | {"PORT": str(port)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert answer.returncode == 1
    assert f"PORT={port + 1}" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_more_pool_connections_than_the_server_has_are_refused(database: str) -> None:
    answer = subprocess.run(
        [sys.executable, "manage.py", "check", "--database", "default"],
        cwd=servers.ROOT,
        env=os.environ | servers.environment(database) | {"WEB_WORKERS": "60"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert "(skeletal.E003)" in answer.stderr


NOBODY_WAITS = """
    SELECT WHERE NOT EXISTS (
        SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'
    )
"""


def test_an_exhausted_pool_is_503_with_retry_after_while_livez_lives(
    serve: Start, database: str
) -> None:
    server = serve(
        WEB_WORKERS="1",
        DATABASE_POOL_MIN="1",
        DATABASE_POOL_MAX="1",
        DATABASE_POOL_TIMEOUT="1",
        DATABASE_STATEMENT_TIMEOUT="10",
    )
    owner = servers.environment(database)["DATABASE_OWNER_URL"]
    with psycopg.connect(owner) as blocker:
        blocker.execute("LOCK platform_totals IN ACCESS EXCLUSIVE MODE")
        hanging = subprocess.Popen(
            ["curl", "-s", "-m", "20", f"http://127.0.0.1:{server.port}/health/stats"],
            stdout=subprocess.DEVNULL,
        )
        until_none(owner, NOBODY_WAITS)
        started = time.monotonic()
        status, body, headers = server.get("/health/stats")
        assert status == 503
        assert time.monotonic() - started < 3
        assert headers.get("Retry-After", headers.get("retry-after")) == "1"
        assert json.loads(body)["error"]["code"] == "pool_exhausted"
        assert server.get("/livez")[0] == 200
        assert server.get("/readyz")[0] == 200
    hanging.wait()
    assert server.get("/health/stats")[0] == 200
    assert 'daira_database_refusals_total{cause="pool_exhausted"}' in server.get("/metrics")[1]


def test_a_worker_runs_beside_the_web_and_ends_with_it(serve: Start, database: str) -> None:
    server = serve(SERVE_WORKER="yes")
    with psycopg.connect(servers.environment(database)["DATABASE_URL"], autocommit=True) as link:
        link.execute(
            "INSERT INTO outbox_events (name, aggregate_type, aggregate_id, payload)"
            " VALUES ('user.muted', 'user', 1, '{}')"
        )
        end = time.monotonic() + 20
        while link.execute("SELECT 1 FROM outbox_events WHERE done_at IS NULL").fetchone():
            assert time.monotonic() < end
            time.sleep(0.05)
        server.stop(signal.SIGTERM)
        left = "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND application_name ~ 'daira'"
        while link.execute(left, [database]).fetchone():
            assert time.monotonic() < end + 10
            time.sleep(0.05)
