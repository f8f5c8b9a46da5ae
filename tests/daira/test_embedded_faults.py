"""The embedded servers in bad weather: what was killed, filled, stolen or moved heals or is named.

No mocks: servers are killed, ports occupied, disks filled (small tmpfs), processes raced.
"""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from daira import embedded
from daira.embedded import postgres, processes
from tests.daira.test_embedded import ROOT, at, free_port, value

pytestmark = pytest.mark.slow

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: mounts or changes user")
LINUX_ONLY = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
SMALL = {"fsync": "off", "shared_buffers": "16MB", "max_connections": "20"}
ENSURE = "from daira import embedded; embedded.ensure()"
ENSURE_AND_STAY = (
    f"{ENSURE}; import signal, time; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "print('up', flush=True); time.sleep(300)"
)
"""A shell that starts the tests in the background makes them, and this, deaf to SIGINT."""


@pytest.fixture
def place() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="d", dir="/tmp"))
    yield folder
    for memory in (folder / "services.json", *folder.glob("*/services.json")):
        embedded.stop(memory.parent)
    shutil.rmtree(folder)


@pytest.fixture
def cluster(place: Path) -> Iterator[embedded.Postgres]:
    server = embedded.Postgres(place / "pg", settings=SMALL)
    server.start()
    yield server
    server.stop("immediate")


def python(
    home: Path, code: str, prefix: tuple[str, ...] = (), **urls: str
) -> subprocess.Popen[str]:
    """Run code in another Python, in a process group of its own, as a terminal would."""
    return subprocess.Popen(
        [*prefix, sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **at(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )


def pids(home: Path) -> dict[str, int]:
    return {report.name: report.pid for report in embedded.status(home) if report.pid}


def ports(urls: embedded.Addresses) -> dict[str, int]:
    return {
        "cache": urlsplit(urls.redis_url).port or 0,
        "queue": urlsplit(urls.queue_url).port or 0,
    }


def eventually(true: Callable[[], bool]) -> None:
    assert processes.wait_until(true, 20)


def assert_whole(home: Path) -> None:
    """All that the first set-up makes is there, once."""
    assert set(pids(home)) == {"postgres", "cache", "queue"}
    urls = embedded.addresses(home)
    extensions = (
        "SELECT count(*) FROM pg_extension WHERE extname IN ('pg_trgm', 'pg_stat_statements')"
    )
    assert value(urls.database_url, extensions) == 2
    assert value(urls.database_url, 'SHOW "pgtrigger.ignore"') == "{}"
    rights = "SELECT has_schema_privilege('daira_app', 'public', 'CREATE')"
    assert value(urls.owner_url, rights) is False
    assert not (home / "postgres" / "data.new").exists()


@contextmanager
def sleeper(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A living process that is nobody's server."""
    process = subprocess.Popen(["sleep", "300", *words])
    try:
        yield process
        assert process.poll() is None, "a stranger's process was ended"
    finally:
        process.kill()
        process.wait()


def test_killed_servers_start_again_with_what_they_had_acknowledged(place: Path) -> None:
    urls = embedded.ensure(at(place))
    assert urls is not None
    with psycopg.connect(urls.owner_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
    with redis.Redis.from_url(urls.queue_url) as client:
        client.rpush("jobs", *range(1000))
    before = pids(place)
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    assert embedded.ensure(at(place)) == urls
    assert not set(before.values()) & set(pids(place).values())
    assert value(urls.owner_url, "SELECT n FROM kept") == 42
    with redis.Redis.from_url(urls.queue_url) as client:
        assert client.llen("jobs") == 1000


def test_a_server_killed_under_running_queries_starts_at_once(cluster: embedded.Postgres) -> None:
    """Its orphaned backends hold the folder's lock until they end; the start waits for that."""
    code = f"import psycopg; psycopg.connect({cluster.url()!r}).execute('SELECT pg_sleep(60)')"
    clients = [
        subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL) for _ in "123"
    ]
    busy = "SELECT count(*) = 3 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'"
    eventually(lambda: value(cluster.url(), busy) is True)
    for _ in range(3):
        cluster.kill()
        assert not cluster.running()
        cluster.start()
        assert value(cluster.url(), "SELECT 1") == 1
    for client in clients:
        assert client.wait(10) != 0


def test_a_stale_pid_that_now_belongs_to_another_program_blocks_nothing(
    cluster: embedded.Postgres,
) -> None:
    """Left alone, PostgreSQL refuses such a start; neither start nor stop may touch the program."""
    cluster.kill()
    with sleeper() as stranger:
        for path in (cluster.data / "postmaster.pid", Path(f"{cluster.socket}.lock")):
            rest = path.read_text().partition("\n")[2]
            path.write_text(f"{stranger.pid}\n{rest}")
        assert cluster.pid is None
        cluster.stop()
        cluster.kill()
        cluster.start()
        assert value(cluster.url(), "SELECT 1") == 1


def test_a_program_that_only_names_our_folder_is_not_ours(place: Path) -> None:
    server = embedded.Valkey(place / "v", free_port())
    server.folder.mkdir(mode=0o700)
    (server.folder / "watched").write_text("")
    watcher = subprocess.Popen(["tail", "-f", str(server.folder / "watched")])
    try:
        (server.folder / "valkey.pid").write_text(f"{watcher.pid}\n")
        assert server.pid is None
        server.start()
        server.kill()
        (server.folder / "valkey.pid").write_text(f"{watcher.pid}\n")
        server.stop()
        assert watcher.poll() is None
    finally:
        watcher.kill()
        watcher.wait()


def test_another_cluster_with_the_stale_pid_is_left_alone(
    place: Path, cluster: embedded.Postgres
) -> None:
    other = embedded.Postgres(place / "other", settings=SMALL)
    other.start()
    try:
        cluster.kill()
        path = cluster.data / "postmaster.pid"
        path.write_text(f"{other.pid}\n" + path.read_text().partition("\n")[2])
        cluster.stop()
        cluster.start()
        assert value(other.url(), "SELECT 1") == value(cluster.url(), "SELECT 1") == 1
        assert other.pid != cluster.pid
    finally:
        other.stop("immediate")


def test_a_socket_folder_shared_with_a_living_cluster_is_refused(
    place: Path, cluster: embedded.Postgres
) -> None:
    other = embedded.Postgres(place / "o", settings=SMALL, socket_folder=cluster.socket_folder)
    with pytest.raises(embedded.EmbeddedError, match="belongs to the cluster in"):
        other.start()
    assert value(cluster.url(), "SELECT 1") == 1


@LINUX_ONLY
def test_a_dead_server_that_its_parent_does_not_collect_blocks_nothing(place: Path) -> None:
    """A zombie answers kill(pid, 0): PostgreSQL alone would call its lock file alive."""
    with python(place, ENSURE_AND_STAY) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "up\n"
        before = pids(place)
        for pid in before.values():
            os.kill(pid, signal.SIGKILL)
        eventually(lambda: not pids(place))
        assert all(Path(f"/proc/{pid}").exists() for pid in before.values()), "they are no zombies"
        embedded.ensure(at(place))
        assert set(pids(place)) == set(before)
        parent.kill()


@LINUX_ONLY
def test_stop_does_not_wait_for_a_parent_to_collect_the_dead(place: Path) -> None:
    with python(place, ENSURE_AND_STAY) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "up\n"
        begun = time.monotonic()
        embedded.stop(place)
        assert time.monotonic() - begun < 10
        parent.kill()


def test_a_start_waits_for_a_backend_that_outlives_its_killed_server(
    cluster: embedded.Postgres,
) -> None:
    """PostgreSQL alone gives up there ("pre-existing shared memory block is still in use")."""
    with psycopg.connect(cluster.url()) as client, ThreadPoolExecutor(1) as pool:
        backend = client.info.backend_pid
        os.kill(backend, signal.SIGSTOP)
        cluster.kill()
        started = pool.submit(cluster.start)
        time.sleep(0.5)
        assert not started.done()
        os.kill(backend, signal.SIGCONT)
        started.result(20)
    assert value(cluster.url(), "SELECT 1") == 1


def test_our_own_dead_children_are_collected(cluster: embedded.Postgres) -> None:
    pid = cluster.pid
    assert pid is not None
    cluster.kill()
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


@pytest.mark.parametrize("name", ["cache", "queue"])
def test_a_stolen_port_is_left_to_the_thief(place: Path, name: str) -> None:
    environ = at(place, DATABASE_URL="postgresql://x")
    before = ports(embedded.addresses(place))
    with socket.create_server(("127.0.0.1", before[name])):
        urls = embedded.ensure(environ)
        assert urls is not None
        after = ports(urls)
        assert [key for key in before if before[key] != after[key]] == [name]
        for url in (urls.redis_url, urls.queue_url):
            with redis.Redis.from_url(url) as client:
                assert client.ping()
    assert embedded.ensure(environ) == urls == embedded.addresses(place)


def test_a_lost_memory_brings_the_servers_to_the_new_addresses(place: Path) -> None:
    embedded.ensure(at(place))
    before = pids(place)
    (place / "services.json").unlink()
    urls = embedded.ensure(at(place))
    assert urls is not None
    assert pids(place)["postgres"] == before["postgres"]
    for url in (urls.redis_url, urls.queue_url):
        with redis.Redis.from_url(url) as client:
            assert client.ping()
    assert not any(processes.alive(before[name]) for name in ("cache", "queue"))


def test_a_socket_deleted_under_the_server_comes_back(cluster: embedded.Postgres) -> None:
    cluster.socket.unlink()
    assert not cluster.running()
    cluster.start()
    assert value(cluster.url(), "SELECT 1") == 1


def test_a_socket_folder_opened_under_the_server_is_refused(cluster: embedded.Postgres) -> None:
    cluster.socket_folder.chmod(0o755)
    assert not cluster.running()
    with pytest.raises(embedded.EmbeddedError, match="open to other users: chmod 700"):
        cluster.start()


def test_the_whole_home_deleted_under_the_servers_is_begun_anew(place: Path) -> None:
    home = place / "home"
    embedded.ensure(at(home))
    orphans = pids(home)
    shutil.rmtree(home)
    embedded.ensure(at(home))
    assert_whole(home)
    for pid in orphans.values():
        processes.send(pid, signal.SIGKILL)
    embedded.stop(home)


@LINUX_ONLY
def test_a_home_moved_under_the_servers_is_followed(place: Path) -> None:
    """They run on in the new place, where their sockets went too, and are stopped from there."""
    old, new = place / "old", place / "new"
    embedded.ensure(at(old))
    before = pids(old)
    old.rename(new)
    embedded.ensure(at(new))
    assert_whole(new)
    assert pids(new) == before
    embedded.stop(new)
    assert not any(processes.alive(pid) for pid in before.values())
    embedded.ensure(at(new))
    assert_whole(new)
    embedded.stop(new)


def test_a_copied_home_is_another_home(place: Path) -> None:
    """The copy holds the pid files, the ports and the password of the first one."""
    first, second = place / "first", place / "second"
    embedded.ensure(at(first))
    shutil.copytree(first, second, ignore=shutil.ignore_patterns(".s.PGSQL.*"))
    assert pids(second) == {}
    embedded.stop(second)
    embedded.ensure(at(second))
    assert_whole(first)
    assert_whole(second)
    assert not set(pids(first).values()) & set(pids(second).values())
    embedded.stop(second)
    assert_whole(first)
    embedded.stop(first)


def test_callers_at_the_same_moment_start_one_of_each(place: Path) -> None:
    code = f"{ENSURE}; print(*[s.pid for s in embedded.status(embedded.home())])"
    runs = [python(place, code) for _ in range(4)]
    answers = {run.communicate(timeout=60) for run in runs}
    assert [run.returncode for run in runs] == [0, 0, 0, 0]
    assert len(answers) == 1, answers
    assert_whole(place)


def test_starts_of_one_folder_at_the_same_moment_agree(place: Path) -> None:
    """Without the home's lock, by the folder's own."""
    code = (
        "from pathlib import Path; from daira import embedded;"
        f"s = embedded.Postgres(Path({str(place / 'pg')!r}), settings={SMALL!r});"
        "s.start(); print(s.pid)"
    )
    runs = [python(place, code) for _ in range(3)]
    answers = {run.communicate(timeout=60) for run in runs}
    embedded.Postgres(place / "pg").stop("immediate")
    assert len(answers) == 1, answers


@pytest.mark.parametrize("everything", [False, True], ids=["starter", "starter and its children"])
def test_a_first_start_killed_at_any_moment_heals(place: Path, everything: bool) -> None:
    """Twelve moments over the first second: initdb, start, roles, extensions, Valkeys."""
    for step in range(12):
        home = place / str(step)
        with python(home, ENSURE) as run:
            time.sleep(0.08 + step * 0.06)
            (os.killpg if everything else os.kill)(run.pid, signal.SIGKILL)
        embedded.ensure(at(home))
        assert_whole(home)
        embedded.stop(home)


def test_a_set_up_left_half_done_is_done_again(place: Path) -> None:
    urls = embedded.ensure(at(place))
    assert urls is not None
    with psycopg.connect(urls.superuser_url, autocommit=True) as connection:
        connection.execute("DROP EXTENSION pg_trgm")
        connection.execute("ALTER ROLE daira_app NOLOGIN")
        connection.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
    (place / "postgres" / "data" / "daira.prepared").unlink()
    embedded.ensure(at(place))
    assert_whole(place)


def test_servers_survive_the_end_of_their_starter_and_a_ctrl_c(place: Path) -> None:
    with python(place, ENSURE_AND_STAY) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "up\n"
        before = pids(place)
        os.killpg(run.pid, signal.SIGINT)
    assert run.returncode != 0
    time.sleep(0.3)
    assert pids(place) == before
    assert_whole(place)


def test_data_held_by_a_server_out_of_sight_are_not_opened_twice(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As from another container over the same folder: only its lock is seen."""
    monkeypatch.setattr(postgres, "_SECONDS_IF_UNSEEN", 0.3)
    server = embedded.Postgres(place / "pg", settings=SMALL)
    server.folder.mkdir(mode=0o700)
    with (server.folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(embedded.EmbeddedError, match="where this process cannot see it"):
            server.start()
    assert not server.data.exists()


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    command = ["mount", "-t", "tmpfs", "-o", f"mode=0700,{options}", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("this system does not allow a tmpfs to be mounted")
    try:
        yield folder
    finally:
        if os.access(folder, os.W_OK):
            embedded.stop(folder)
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> None:
    """Leave not one free block."""
    with suppress_full(), (folder / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 65536)
    with suppress_full(), (folder / "rest").open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 512)


def leave_free(folder: Path, size: int) -> None:
    keep = folder / "keep"
    keep.write_bytes(b"x" * size)
    fill(folder)
    keep.unlink()


@contextmanager
def suppress_full() -> Iterator[None]:
    with pytest.raises(OSError, match="No space left"):
        yield


@ROOT_ONLY
@pytest.mark.parametrize("size", ["0", "16m", "30m"])
def test_a_disk_too_small_for_a_first_start_is_one_sentence_and_heals(
    place: Path, size: str
) -> None:
    size = "64k" if size == "0" else size
    with mounted(place, f"size={size}"):
        with pytest.raises(embedded.EmbeddedError, match="No space left on device") as caught:
            embedded.ensure(at(place))
        assert "\n" not in str(caught.value)
        subprocess.run(["mount", "-o", "remount,size=300m", str(place)], check=True)
        embedded.ensure(at(place))
        assert_whole(place)
        embedded.stop(place)


@ROOT_ONLY
def test_a_disk_that_filled_up_is_named_at_the_next_start_and_heals(place: Path) -> None:
    with mounted(place, "size=300m"):
        urls = embedded.ensure(at(place))
        assert urls is not None
        with redis.Redis.from_url(urls.queue_url) as client:
            client.rpush("jobs", 1)
        for pid in pids(place).values():
            os.kill(pid, signal.SIGKILL)
        eventually(lambda: not pids(place))
        fill(place)
        with pytest.raises(embedded.EmbeddedError, match=r"No space left|is full") as caught:
            embedded.ensure(at(place))
        assert "\n" not in str(caught.value)
        (place / "filler").unlink()
        embedded.ensure(at(place))
        assert_whole(place)
        with redis.Redis.from_url(urls.queue_url) as client:
            assert client.llen("jobs") == 1
        embedded.stop(place)


@ROOT_ONLY
def test_a_server_that_meets_the_full_disk_itself_is_explained(place: Path) -> None:
    """Its log lies on the same disk and may say nothing: then the free space does."""
    with mounted(place, "size=200m"):
        server = embedded.Postgres(
            place / "s", settings={**SMALL, "dynamic_shared_memory_type": "mmap"}
        )
        server.start()
        server.kill()
        shutil.rmtree(server.data / "pg_dynshmem")
        (server.data / "pg_dynshmem").mkdir()
        leave_free(place, 8192)
        with pytest.raises(embedded.EmbeddedError, match=r"did not start: .*(No space|is full)"):
            server.start()
        (place / "filler").unlink()
        server.start()
        server.stop("immediate")


@ROOT_ONLY
def test_a_valkey_that_meets_the_full_disk_itself_is_explained(place: Path) -> None:
    with mounted(place, "size=8m"):
        server = embedded.Valkey(place / "s", free_port(), settings={"appendonly": "yes"})
        server.folder.mkdir(mode=0o700)
        leave_free(place, 8192)
        with pytest.raises(embedded.EmbeddedError, match=r"did not start: .*(No space|is full)"):
            server.start()
        (place / "filler").unlink()
        server.start()
        server.stop()


@ROOT_ONLY
def test_a_disk_that_cannot_be_written_is_one_sentence(place: Path) -> None:
    with mounted(place, "size=16m,ro"), pytest.raises(embedded.EmbeddedError) as caught:
        embedded.ensure(at(place))
    assert "Read-only file system" in str(caught.value)
    assert "\n" not in str(caught.value)


def only(folder: Path, *programs: str) -> str:
    """A PATH on which just these programs are found."""
    folder.mkdir()
    for name in programs:
        (folder / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    return str(folder)


@ROOT_ONLY
@LINUX_ONLY
def test_root_without_user_namespaces_runs_the_server_as_nobody(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in most containers; the data then stay with that way, though namespaces come back."""
    path = os.environ["PATH"]
    monkeypatch.setenv("PATH", only(place / "bin", "setpriv", "true"))
    home = place / "home"
    for _ in range(2):
        embedded.ensure(at(home))
        assert_whole(home)
        assert (home / "postgres" / "data").stat().st_uid == 65534
        assert Path(f"/proc/{pids(home)['postgres']}").stat().st_uid == 65534
        embedded.stop(home)
        monkeypatch.setenv("PATH", path)


@ROOT_ONLY
def test_root_without_any_way_down_is_told_what_to_do(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", only(place / "bin", "true"))
    with pytest.raises(embedded.EmbeddedError, match="as an ordinary user, or set DATABASE_URL"):
        embedded.ensure(at(place / "home"))


@ROOT_ONLY
def test_an_ordinary_user_runs_everything_without_help(place: Path) -> None:
    """The capability only lets the other user read a Python that lies under root's closed home."""
    home = place / "home"
    home.mkdir(mode=0o700)
    os.chown(home, 65534, 65534)
    user = (
        *("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"),
        *("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"),
    )
    place.chmod(0o711)
    code = (
        f"import os; {ENSURE}; embedded.ensure(); home = embedded.home();"
        "print(os.geteuid(), [s.running for s in embedded.status(home)]); embedded.stop(home)"
    )
    with python(home, code, prefix=user) as run:
        out, err = run.communicate(timeout=60)
    assert (out, err) == ("65534 [True, True, True]\n", "")
    assert (home / "postgres" / "data").stat().st_uid == 65534
    shutil.rmtree(home)
