"""Settings from the environment: a wrong value is a named problem, never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from daira.env import Environment, secret
from tests import servers

PRODUCTION = {
    "DAIRA_PROFILE": "production",
    "SECRET_KEY": "f9Xq2-mL7_" * 6,
    "ALLOWED_HOSTS": "daira.example",
    "DATABASE_URL": "postgresql://app:secret-word@db.example/daira",
    "REDIS_URL": "redis://cache.example:6379/0",
    "QUEUE_URL": "redis://queue.example:6379/0",
}


def check(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `manage.py check` with nothing but `environ`."""
    base = {"PATH": os.environ["PATH"], "DAIRA_HOME": os.environ.get("DAIRA_HOME", "")}
    return subprocess.run(
        [sys.executable, "manage.py", "check", *arguments],
        cwd=servers.ROOT,
        env=base | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_defaults_stand_where_nothing_is_set() -> None:
    environment = Environment({})
    assert environment.integer("N", 3, least=1, most=5) == 3
    assert environment.boolean("B", default=True) is True
    assert environment.choice("C", ("a", "b")) == "a"
    assert environment.words("W", ("x", "y")) == ["x", "y"]
    assert environment.postgres("P", "") == {}
    assert environment.problems == []


@pytest.mark.parametrize("found", ["ten", "1.5", "0", "6", "-1", "９９", "1e3"])
def test_a_wrong_number_is_a_problem_and_the_default(found: str) -> None:
    environment = Environment({"N": found})
    assert environment.integer("N", 3, least=1, most=5) == 3
    assert [problem.id for problem in environment.problems] == ["daira.E001"]
    assert environment.problems[0].sentence.startswith("N must")


@pytest.mark.parametrize("found", ["maybe", "2", "TRUEE"])
def test_a_wrong_yes_or_no_is_a_problem(found: str) -> None:
    environment = Environment({"B": found})
    assert environment.boolean("B", default=False) is False
    assert environment.problems


@pytest.mark.parametrize(
    "found",
    [
        "mysql://x/y",
        "postgresql://",
        "postgresql://h:port/db",
        "host=h",
        "%%%",
        "postgresql://h/d?nope=1",
    ],
)
def test_a_wrong_database_url_is_a_problem_that_repeats_no_password(found: str) -> None:
    environment = Environment({"D": f"{found}#secret-word"})
    environment.postgres("D", "dbname=fallback")
    assert environment.problems
    assert "secret-word" not in environment.problems[0].sentence


SENTINEL = "redis+sentinel://"


@pytest.mark.parametrize(
    "found",
    [
        *("http://h", "h:6379", "redis://h:99999999", "redis://h:port"),
        *(f"{SENTINEL}h", f"{SENTINEL}h/", f"{SENTINEL}/name", f"{SENTINEL}h:0/name"),
        *(f"{SENTINEL}h,/name", f"{SENTINEL}h:x/name", f"{SENTINEL}h/name/x"),
    ],
)
def test_a_wrong_redis_url_is_a_problem(found: str) -> None:
    environment = Environment({"R": found})
    assert environment.redis("R", "redis://ok:1") == "redis://ok:1"
    assert environment.problems


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("DATABASE_POOL_MIN", "many"),
        ("DATABASE_POOL_MAX", "0"),
        ("DATABASE_POOL_MIN", "60"),
        ("DATABASE_URL", "mysql://u@h/d"),
        ("DATABASE_OWNER_URL", "nonsense"),
        ("REDIS_URL", "memcached://h"),
        ("QUEUE_URL", "amqp://h"),
        ("DAIRA_PROFILE", "staging"),
        ("WEB_WORKERS", "none"),
        ("PORT", "99999"),
        ("DEBUG", "perhaps"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_each_wrong_setting_is_a_system_check_with_an_id(name: str, found: str) -> None:
    answer = check(**{name: found})
    assert answer.returncode == 1
    assert "(daira.E001)" in answer.stderr
    assert name in answer.stderr
    assert "Traceback" not in answer.stderr


def test_production_is_clean_when_everything_is_set() -> None:
    answer = check("--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL", "QUEUE_URL"]
)
def test_production_refuses_each_default(name: str) -> None:
    answer = check(**{k: v for k, v in PRODUCTION.items() if k != name})
    assert answer.returncode == 1
    assert f"{name} is not set" in answer.stderr
    assert "(daira.E002)" in answer.stderr


def test_one_server_for_queue_and_cache_is_a_warning() -> None:
    answer = check(**PRODUCTION | {"QUEUE_URL": PRODUCTION["REDIS_URL"]})
    assert answer.returncode == 0
    assert "(daira.W001)" in answer.stderr


def test_a_command_refuses_unusable_settings_in_one_line() -> None:
    answer = subprocess.run(
        [sys.executable, "manage.py", "health"],
        cwd=servers.ROOT,
        env=os.environ | {"DATABASE_POOL_MAX": "lots"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert answer.stderr.strip() == (
        "manage.py: DATABASE_POOL_MAX must be a whole number, not 'lots'."
    )


def test_a_secret_is_made_once_private_and_rotates_by_deletion(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert secret(home, "key", "first") == "first"
    assert secret(home, "key", "second") == "first"
    assert (home / "key").stat().st_mode & 0o777 == 0o600
    assert home.stat().st_mode & 0o777 == 0o700
    (home / "key").unlink()
    assert secret(home, "key", "second") == "second"
