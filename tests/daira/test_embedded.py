"""The embedded servers in quiet weather: what they are, whom they let in, what a caller is told."""

import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from daira import embedded
from daira.embedded import places

ROOT = Path(__file__).resolve().parents[2]
NO_URLS = {"DATABASE_URL": "", "REDIS_URL": "", "QUEUE_URL": "", "DATABASE_OWNER_URL": ""}


def at(home: Path, **urls: str) -> dict[str, str]:
    return {**NO_URLS, "DAIRA_HOME": str(home), **urls}


def value(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query).fetchone()
        return row and row[0]


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a short path, since a socket's path is limited."""
    folder = Path(tempfile.mkdtemp(prefix="d", dir="/tmp"))
    yield folder
    embedded.stop(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def house() -> Iterator[Path]:
    """A home whose three services run."""
    folder = Path(tempfile.mkdtemp(prefix="d", dir="/tmp"))
    embedded.ensure(at(folder))
    yield folder
    embedded.stop(folder)
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, {"postgres", "cache", "queue"}),
        ({"DATABASE_URL": ""}, {"postgres", "cache", "queue"}),
        ({"DATABASE_URL": "postgresql://x"}, {"cache", "queue"}),
        ({"REDIS_URL": "redis://x"}, {"postgres"}),
        ({"QUEUE_URL": "redis://x"}, {"postgres", "cache"}),
        ({"DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://x"}, set()),
    ],
)
def test_only_what_no_url_names_is_embedded(environ: Mapping[str, str], expected: set[str]) -> None:
    assert embedded.needed(environ) == expected


def test_nothing_is_started_or_written_when_all_urls_are_set(tmp_path: Path) -> None:
    urls = {"DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://x"}
    assert embedded.ensure(at(tmp_path / "home", **urls)) is None
    assert not (tmp_path / "home").exists()


def test_the_home_is_the_projects_or_the_one_named(tmp_path: Path) -> None:
    assert embedded.home({}) == ROOT / ".daira"
    assert embedded.home({"DAIRA_HOME": str(tmp_path / "h")}) == tmp_path / "h"
    assert not (tmp_path / "h").exists()


def test_addresses_start_nothing_and_stay_the_same(place: Path) -> None:
    home = place / "home"
    first = embedded.addresses(home)
    assert embedded.addresses(home) == first
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "services.json").stat().st_mode) == 0o600
    assert not any(service.running for service in embedded.status(home))


def test_many_first_callers_get_one_answer(place: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(embedded.addresses, [place / "home"] * 8))
    assert len(answers) == 1


def test_database_urls_are_read_alike_by_psycopg_and_urllib() -> None:
    folder = "/srv/An Odd & näme/pg/run"
    server = embedded.Postgres(Path(folder).parent)
    url = server.url("daira_app", "daira")
    assert psycopg.conninfo.conninfo_to_dict(url) == {
        "user": "daira_app",
        "dbname": "daira",
        "host": folder,
        "port": "5432",
    }
    assert parse_qs(urlsplit(url).query)["host"] == [folder]


def test_ensure_starts_all_three_and_is_quick_when_they_run(house: Path) -> None:
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        assert embedded.ensure(at(house)) == embedded.addresses(house)
        times.append(time.perf_counter() - begun)
    assert min(times) < 0.03
    reports = embedded.status(house)
    assert [(report.name, report.running) for report in reports] == [
        ("postgres", True),
        ("cache", True),
        ("queue", True),
    ]
    assert len({report.pid for report in reports}) == 3


def test_the_status_shows_no_password(house: Path) -> None:
    password = json.loads((house / "services.json").read_text())["password"]
    assert password not in str(embedded.status(house))


def test_the_application_role_has_no_ddl(house: Path) -> None:
    url = embedded.addresses(house).database_url
    assert value(url, "SELECT current_user") == "daira_app"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        value(url, "CREATE TABLE t ()")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        value(url, "CREATE SCHEMA s")


def test_the_owner_has_ddl_but_is_no_superuser(house: Path) -> None:
    with psycopg.connect(embedded.addresses(house).owner_url) as connection:
        connection.execute("CREATE TABLE t (name text)")
        connection.execute("CREATE INDEX ON t USING gin (name gin_trgm_ops)")
        connection.execute("SELECT query FROM pg_stat_statements LIMIT 1")
        connection.rollback()
    owner = embedded.addresses(house).owner_url
    assert value(owner, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    assert value(owner, "SHOW is_superuser") == "off"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("listen_addresses", ""),
        ("max_connections", "200"),
        ("shared_buffers", "512MB"),
        ("shared_preload_libraries", "pg_stat_statements,auto_explain"),
        ("max_wal_size", "4GB"),
        ("checkpoint_timeout", "15min"),
        ("wal_compression", "pglz"),
        ("random_page_cost", "1.1"),
        ("TimeZone", "UTC"),
        ("fsync", "on"),
        ("data_checksums", "on"),
        ("pgtrigger.ignore", "{}"),
    ],
)
def test_the_server_runs_with_the_promised_settings(house: Path, name: str, expected: str) -> None:
    found = value(embedded.addresses(house).owner_url, f'SHOW "{name}"')
    assert found == expected


def test_text_compares_by_code_point_and_folds_by_unicode(house: Path) -> None:
    url = embedded.addresses(house).database_url
    assert value(url, "SELECT lower('ÉCOLE')") == "école"
    assert value(url, "SELECT datlocprovider FROM pg_database WHERE datname = 'daira'") == "b"


def test_the_cache_evicts_and_the_queue_keeps(house: Path) -> None:
    addresses = embedded.addresses(house)
    expected = {
        addresses.redis_url: ("allkeys-lru", "no"),
        addresses.queue_url: ("noeviction", "yes"),
    }
    for url, (policy, log) in expected.items():
        with redis.Redis.from_url(url, decode_responses=True) as client:
            assert client.config_get("maxmemory-policy")["maxmemory-policy"] == policy
            assert client.config_get("appendonly")["appendonly"] == log
            assert client.config_get("save")["save"] == ""


def test_valkey_takes_no_one_without_the_password(house: Path) -> None:
    port = urlsplit(embedded.addresses(house).redis_url).port
    with (
        redis.Redis(port=port or 0, retry=Retry(NoBackoff(), 0)) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_servers_have_a_session_of_their_own_and_no_terminal(house: Path) -> None:
    for report in embedded.status(house):
        assert report.pid is not None
        assert os.getsid(report.pid) == report.pid
        assert os.readlink(f"/proc/{report.pid}/fd/0") == "/dev/null"


def test_data_and_sockets_are_closed_to_other_users(house: Path) -> None:
    for name in ("postgres", "postgres/data", "run", "cache", "queue"):
        assert stat.S_IMODE((house / name).stat().st_mode) == 0o700
    for name in ("services.json", "cache/valkey.conf", "queue/valkey.conf", "postgres.log"):
        assert stat.S_IMODE((house / name).stat().st_mode) == 0o600


def test_psql_and_pg_dump_are_among_the_binaries() -> None:
    assert {"psql", "pg_dump", "pg_basebackup"} <= {
        path.name for path in embedded.binaries().iterdir()
    }


def test_services_with_a_url_are_not_started(place: Path) -> None:
    embedded.ensure(at(place, DATABASE_URL="postgresql://x", QUEUE_URL="redis://x"))
    running = {report.name for report in embedded.status(place) if report.running}
    assert running == {"cache"}


def test_stop_reaches_only_the_home_it_is_given(place: Path) -> None:
    """Two clones side by side."""
    first, second = place / "first", place / "second"
    for home in (first, second):
        embedded.ensure(at(home, DATABASE_URL="postgresql://x"))
    embedded.stop(first)
    assert not any(report.running for report in embedded.status(first))
    assert [report.running for report in embedded.status(second)] == [False, True, True]
    embedded.stop(second)


def test_a_cluster_of_ones_own_takes_settings_and_stops_and_starts(place: Path) -> None:
    server = embedded.Postgres(place / "pg", settings={"fsync": "off", "max_connections": "17"})
    assert (server.running(), server.pid) == (False, None)
    server.stop()
    server.start()
    try:
        server.start()
        assert value(server.url(), "SHOW max_connections") == "17"
        assert value(server.url(), "SHOW fsync") == "off"
        with psycopg.connect(server.url()) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
        server.stop("immediate")
        assert not server.running()
        server.start()
        assert value(server.url(), "SELECT n FROM kept") == 42
    finally:
        server.stop("immediate")


def test_a_socket_path_too_long_or_with_a_comma_moves_to_a_short_folder(place: Path) -> None:
    for name in ("x" * 90, "a,b"):
        server = embedded.Postgres(
            place / name, settings={"shared_buffers": "16MB", "fsync": "off"}
        )
        assert server.socket_folder.name.startswith(f"daira-{os.geteuid()}-")
        server.start()
        try:
            assert value(server.url(), "SELECT 1") == 1
            assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
        finally:
            server.stop("immediate")
            shutil.rmtree(server.socket_folder)


def test_a_short_folder_laid_by_another_is_refused(place: Path) -> None:
    """All users may write there: a link or an open folder could lead to a stranger's socket."""
    server = embedded.Postgres(place / ("y" * 90))
    server.socket_folder.symlink_to(place)
    try:
        with pytest.raises(embedded.EmbeddedError, match="link"):
            server.start()
    finally:
        server.socket_folder.unlink()
    server.socket_folder.mkdir()
    server.socket_folder.chmod(0o755)
    try:
        with pytest.raises(embedded.EmbeddedError, match="open to other users"):
            server.start()
    finally:
        server.socket_folder.rmdir()


def test_a_home_others_may_write_to_is_refused(place: Path) -> None:
    place.chmod(0o777)
    with pytest.raises(embedded.EmbeddedError, match="chmod 700"):
        embedded.ensure(at(place))
    place.chmod(0o700)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_home_of_another_user_is_refused(place: Path) -> None:
    os.chown(place, 12345, 12345)
    with pytest.raises(embedded.EmbeddedError, match="belongs to user id 12345"):
        embedded.ensure(at(place))
    os.chown(place, 0, 0)


def test_a_home_that_is_a_file_is_one_sentence(place: Path) -> None:
    (place / "home").write_text("")
    with pytest.raises(embedded.EmbeddedError, match=r"^Cannot .*File exists.*home.*\.$"):
        embedded.ensure(at(place / "home"))


def test_data_of_another_major_version_are_named_not_touched(place: Path) -> None:
    data = place / "postgres" / "data"
    data.mkdir(parents=True)
    (place / "postgres").chmod(0o700)
    (data / "PG_VERSION").write_text("17\n")
    with pytest.raises(embedded.EmbeddedError, match=r"are of PostgreSQL 17, .* is 18"):
        embedded.ensure(at(place))
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_a_foreign_folder_in_the_place_of_the_data_is_named_not_touched(place: Path) -> None:
    server = embedded.Postgres(place / "pg")
    server.data.mkdir(parents=True)
    server.folder.chmod(0o700)
    (server.data / "letter").write_text("mine")
    with pytest.raises(embedded.EmbeddedError, match="holds no PostgreSQL data"):
        server.start()
    assert (server.data / "letter").read_text() == "mine"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cache_port": "1"}'])
def test_a_damaged_memory_is_one_sentence(place: Path, text: str) -> None:
    (place / "services.json").write_text(text)
    with pytest.raises(embedded.EmbeddedError, match=r"damaged .* remove it"):
        embedded.addresses(place)


def test_a_wrong_setting_is_quoted_from_the_log(place: Path) -> None:
    server = embedded.Postgres(place / "pg", settings={"max_connections": "many"})
    with pytest.raises(embedded.EmbeddedError, match=r"did not start: .*daira\.conf.*pg\.log"):
        server.start()
    server = embedded.Postgres(place / "pg", settings={"shared_preload_libraries": "no_such"})
    with pytest.raises(embedded.EmbeddedError, match='"no_such": No such file'):
        server.start()


def test_a_wrong_valkey_setting_is_one_sentence(place: Path) -> None:
    server = embedded.Valkey(place / "v", free_port(), settings={"maxmemory-policy": "keep"})
    with pytest.raises(embedded.EmbeddedError, match="did not start"):
        server.start()


def test_a_valkey_of_ones_own_runs_in_an_odd_folder_without_password(place: Path) -> None:
    server = embedded.Valkey(place / 'an "odd" näme', free_port())
    server.start()
    try:
        with redis.Redis.from_url(server.url) as client:
            assert client.set("a", 1)
    finally:
        server.stop()
    assert not server.running()


def test_a_taken_port_is_told_apart(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        server = embedded.Valkey(place / "v", stranger.getsockname()[1])
        with pytest.raises(embedded.PortInUseError, match="in use by another program"):
            server.start()


def test_a_long_log_is_set_aside_at_start(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    assert places.bounded_log(log) == 0
    log.write_bytes(b"x" * 1000)
    assert places.bounded_log(log) == 1000
    with log.open("r+b") as file:
        file.truncate(11 * 1024 * 1024)
    assert places.bounded_log(log) == 0
    assert (not log.exists(), (tmp_path / "x.log.old").exists()) == (True, True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def services(home: Path, *words: str, **urls: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py services as a program, with Django but without any settings of the project."""
    program = (
        "import sys; from django.conf import settings; from django.core import management as m;"
        "settings.configure(INSTALLED_APPS=['daira']); m.execute_from_command_line(sys.argv)"
    )
    return subprocess.run(
        [sys.executable, "-c", program, "services", *words],
        cwd=ROOT,
        env={**os.environ, **at(home, **urls)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_says_what_is_down_and_exits_1(place: Path) -> None:
    done = services(place, "status")
    assert done.returncode == 1
    assert "Down: postgres, cache, queue" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_command_starts_shows_and_stops(place: Path) -> None:
    url = {"DATABASE_URL": "postgresql://x"}
    started = services(place, "start", **url)
    assert (started.returncode, started.stderr) == (0, "")
    shown = services(place, "status", "--json", **url)
    rows = {row["name"]: row for row in json.loads(shown.stdout)}
    assert shown.returncode == 0
    assert (rows["cache"]["running"], rows["postgres"]["needed"]) == (True, False)
    assert services(place, "stop", **url).returncode == 0
    assert not any(report.running for report in embedded.status(place))


def test_the_command_needs_nothing_when_all_urls_are_set(place: Path) -> None:
    urls = {"DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://x"}
    for action in ("start", "status"):
        done = services(place, action, **urls)
        assert (done.returncode, done.stderr) == (0, "")
        assert "nothing embedded is needed" in done.stdout
    assert list(place.iterdir()) == []


def test_the_command_opens_psql_as_the_owner_and_passes_arguments_on(house: Path) -> None:
    done = services(house, "psql", "-XAtc", "SELECT current_user, current_database()")
    assert (done.returncode, done.stdout.strip()) == (0, "daira_owner|daira")


def test_the_command_tells_an_error_in_one_sentence(place: Path) -> None:
    (place / "services.json").write_text("{")
    done = services(place, "start")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "remove it and start again" in done.stderr
