"""Prepared reads in other processes: forked, with many threads, without preparing."""

import os
import subprocess
import sys

import pytest
from django.db import connections

from tests import servers
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("committed_db")

FORK = """
import os, sys, threading, django; django.setup()
from skeletal.db.prepared import reads
from skeletal.queries.users import get_user_stats, is_visible_user
user = int(sys.argv[1])
assert is_visible_user(user)
held, done = threading.Event(), threading.Event()
def hold():
    with reads._lock:
        held.set(); done.wait()
thread = threading.Thread(target=hold); thread.start(); held.wait()
child = os.fork()
if not child:
    assert is_visible_user(user) and get_user_stats(user).posts_count == 0
    os._exit(7)
done.set(); thread.join()
_, status = os.waitpid(child, 0)
assert os.waitstatus_to_exitcode(status) == 7, status
assert is_visible_user(user) and get_user_stats(user).posts_count == 0
print("both")
"""
THREADS = """
import sys, threading, django; django.setup()
from django.db import connection
from skeletal.db import pool
from skeletal.queries import users
ids, wrong, built = [int(each) for each in sys.argv[1:]], [], []
build = users._cards.__wrapped__
users._cards.__wrapped__ = lambda *shape: built.append(shape) or build(*shape)
start = threading.Barrier(16)
def work(number):
    try:
        start.wait()
        for call in range(200):
            user = ids[(number + call) % len(ids)]
            if list(users.get_multiple_users([user, 0])) != [user]:
                wrong.append(user)
            if call % 10 == 0:
                connection.close()
    except BaseException as error:
        wrong.append(error)
    finally:
        connection.close()
threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert pool.get_stats()["pool_max"] == 10
print(len(built), wrong)
pool.close_all()
"""
ANSWERS = """
import sys, django; django.setup()
from django.db import connection
from skeletal.queries import platform, users
print([users.get_user_stats(int(sys.argv[1])), users.search_users("u"), users.list_users(),
       platform.get_platform_stats()])
with connection.cursor() as cursor:
    cursor.execute("SELECT count(*) FROM pg_prepared_statements")
    print(*cursor.fetchone())
"""


def python(code: str, *arguments: object, **environment: str) -> str:
    """Run code in a process of its own on this test's database."""
    name = str(connections["default"].settings_dict["NAME"])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *map(str, arguments)],
        cwd=servers.ROOT,
        env=os.environ | servers.environment(name) | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_both_sides_of_a_fork_read() -> None:
    """Also where another thread compiles while it happens: its lock is nobody's in the child."""
    assert python(FORK, make_user().pk) == "both"


def test_sixteen_threads_share_ten_connections() -> None:
    ids = [make_user().pk for _ in range(7)]
    pool = {"DAIRA_PROCESS": "web", "DATABASE_POOL_MIN": "0", "DATABASE_POOL_MAX": "10"}
    told = python(THREADS, *ids, **pool, DATABASE_POOL_TIMEOUT="60")
    assert told == "1 []"


def test_without_prepared_statements_the_answers_are_the_same() -> None:
    user = make_user()
    prepared, none = (python(ANSWERS, user.pk, DATABASE_PREPARED=each) for each in ("yes", "no"))
    assert prepared.split("\n")[0] == none.split("\n")[0]
    assert f"id={user.pk}" in none
    assert (prepared.split("\n")[1], none.split("\n")[1]) == ("5", "0")
