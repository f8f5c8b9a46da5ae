"""`manage.py init` as an operator meets it: repeated, at once, killed, drifted, taken back."""

import json
import os
import random
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests import servers
from tests.management.commands import call, manage, start

STEPS = [
    "Run migrations",
    "Verify schema",
    "Seed initial data",
    "Create indexes",
    "Verify connections",
]


def connect(database: str) -> "psycopg.Connection[Any]":
    return psycopg.connect(servers.environment(database)["DATABASE_OWNER_URL"], autocommit=True)


@pytest.fixture(scope="session")
def initialised() -> Iterator[str]:
    """A database on which init has run once; tests clone it."""
    name = f"daira_ready_{uuid4().hex[:12]}"
    servers.create_database(name)
    answer = manage(name, "init", "--json")
    assert answer.returncode == 0, answer.stderr
    yield name
    servers.drop_database(name)


@pytest.fixture
def ready(
    initialised: str, fresh_database: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> str:
    """A database on which init has run once, for processes and for this one."""
    monkeypatch.setattr("django.conf.settings.DATABASE_POOL_MIN", 2)
    return fresh_database(initialised)


def test_five_named_steps_make_an_empty_database_ready(empty_database: str) -> None:
    answer = manage(empty_database, "init", "--json")
    report = json.loads(answer.stdout)
    assert [step["name"] for step in report["steps"]] == STEPS
    assert all(step["seconds"] >= 0 for step in report["steps"])
    with connect(empty_database) as database:
        assert database.execute("SELECT count(*) FROM roles").fetchone() == (3,)
        assert database.execute("SELECT users_count FROM platform_totals").fetchone() == (1,)
        audit = database.execute("SELECT action FROM audit_logs").fetchall()
    assert audit == [("user.create_administrator",)]


@pytest.mark.slow
def test_the_made_up_password_is_told_once_and_lets_the_administrator_in(
    empty_database: str,
) -> None:
    first = json.loads(manage(empty_database, "init", "--json").stdout)
    again = json.loads(manage(empty_database, "init", "--json").stdout)
    assert len(first["admin_password"]) >= 20
    assert again["admin_password"] == ""
    code = (
        "from django.contrib.auth import authenticate;"
        f"print(authenticate(username='admin', password={first['admin_password']!r}))"
    )
    assert manage(empty_database, "shell", "-v0", "-c", code).stdout.strip() == "admin"


@pytest.mark.slow
def test_a_given_password_is_never_told(empty_database: str) -> None:
    given = "a-given-password-of-some-length"
    answer = manage(empty_database, "init", DAIRA_ADMIN_PASSWORD=given)
    assert answer.returncode == 0
    assert given not in answer.stdout + answer.stderr
    assert "password" not in answer.stdout


def test_a_second_run_finds_nothing_to_do(ready: str) -> None:
    answer = manage(ready, "init")
    lines = answer.stdout.splitlines()
    assert "nothing to apply" in lines[0]
    assert "nothing to seed" in lines[2]
    assert "stand" in lines[3]


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ("DROP TABLE bookmarks", "table bookmarks is missing"),
        ("ALTER TABLE posts DROP COLUMN language", "column posts.language is missing"),
        ("ALTER TABLE follows ALTER id DROP DEFAULT", "column follows.id has no default"),
        (
            "ALTER TABLE posts ALTER likes_count DROP DEFAULT",
            "column posts.likes_count has no default",
        ),
        ("ALTER TABLE posts ADD extra int", "column posts.extra is not in the model"),
        (
            "ALTER TABLE roles ALTER name TYPE varchar(41)",
            "column roles.name is character varying(41) NOT NULL instead of",
        ),
        (
            "ALTER TABLE users ALTER email DROP NOT NULL",
            "column users.email is character varying(254) instead of",
        ),
        ("ALTER TABLE follows DROP CONSTRAINT follows_not_self", "follows_not_self of follows"),
        (
            "ALTER TABLE blocks DROP CONSTRAINT IF EXISTS uq_block",
            "constraint uq_block of blocks is missing",
        ),
        (
            "ALTER TABLE ledger_entries DISABLE TRIGGER append_only_rows",
            "trigger append_only_rows of ledger_entries does not fire always",
        ),
        (
            "ALTER TABLE ledger_entries ENABLE TRIGGER zero_sum",
            "trigger zero_sum of ledger_entries does not fire always",
        ),
        (
            "DROP INDEX idx_comments_post; CREATE INDEX idx_comments_post ON comments (post_id)",
            "index idx_comments_post of comments is CREATE INDEX idx_comments_post USING btree"
            " (post_id) instead of",
        ),
        (
            "ALTER TABLE follows DROP CONSTRAINT follows_not_self,"
            " ADD CONSTRAINT follows_not_self CHECK (true)",
            "constraint follows_not_self of follows is CHECK (true) instead of",
        ),
        (
            "ALTER TABLE blocks DROP CONSTRAINT uq_block,"
            " ADD CONSTRAINT uq_block UNIQUE (blocked_id, blocker_id)",
            "index uq_block of blocks is",
        ),
        ("DROP EXTENSION pg_trgm", ""),
    ],
)
def test_drift_is_named(ready: str, damage: str, sentence: str) -> None:
    with connect(ready) as database:
        database.execute(damage)
    answer = call("init")
    assert answer.returncode == (1 if sentence else 0)
    assert sentence in answer.stderr


def test_a_counting_trigger_that_is_gone_or_off_is_named(ready: str) -> None:
    with connect(ready) as database:
        row = database.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'follows'::regclass"
            " AND tgname LIKE 'pgtrigger_count_insert%'"
        ).fetchone()
        assert row
        database.execute(f"ALTER TABLE follows DISABLE TRIGGER {row[0]}")
        assert "trigger count_insert of follows is off" in call("init").stderr
        database.execute(f"DROP TRIGGER {row[0]} ON follows")
    assert "trigger count_insert of follows is uninstalled" in call("init").stderr


def test_a_counting_trigger_that_counts_nothing_is_named(ready: str) -> None:
    with connect(ready) as database:
        row = database.execute(
            "SELECT tgfoid::regproc FROM pg_trigger WHERE tgrelid = 'follows'::regclass"
            " AND tgname LIKE 'pgtrigger_count_insert%'"
        ).fetchone()
        assert row
        database.execute(
            f"CREATE OR REPLACE FUNCTION {row[0]}() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN RETURN NULL; END'"
        )
    answer = call("init")
    assert "the function of trigger count_insert of follows is not as declared" in answer.stderr


def test_rights_are_given_again_and_an_excess_is_taken(ready: str) -> None:
    role = psycopg.conninfo.conninfo_to_dict(os.environ["DATABASE_URL"])["user"]
    with connect(ready) as database:
        database.execute(
            f"GRANT UPDATE ON audit_logs TO {role}; REVOKE INSERT ON posts FROM {role}"
        )
        assert call("init").returncode == 0
        rights = database.execute(
            "SELECT has_table_privilege(%(r)s, 'audit_logs', 'UPDATE'),"
            " has_table_privilege(%(r)s, 'posts', 'INSERT')",
            {"r": role},
        ).fetchone()
    assert rights == (False, True)


def test_missing_and_invalid_indexes_are_built(ready: str) -> None:
    with connect(ready) as database:
        database.execute("DROP INDEX idx_posts_author_created")
        database.execute("DROP INDEX idx_likes_target")
        _leave_invalid_index(database)
    answer = call("init")
    assert answer.returncode == 0, answer.stderr
    assert "built" in answer.stdout
    with connect(ready) as database:
        invalid = database.execute("SELECT count(*) FROM pg_index WHERE NOT indisvalid").fetchone()
        rows = database.execute(
            "SELECT indexdef FROM pg_indexes WHERE indexname IN"
            " ('idx_posts_author_created', 'idx_likes_target') ORDER BY indexname"
        ).fetchall()
    assert invalid == (0,)
    assert "id DESC" in rows[0][0]
    assert "WHERE" in rows[1][0]


def _leave_invalid_index(database: "psycopg.Connection[Any]") -> None:
    """Make idx_likes_target invalid the way it happens: a concurrent build that fails."""
    database.execute(
        "INSERT INTO likes (user_id, likeable_type, likeable_id) SELECT id, 'post', 7 FROM users"
    )
    failing = "CREATE INDEX CONCURRENTLY idx_likes_target ON likes ((1 / (likeable_id - 7)))"
    with pytest.raises(psycopg.errors.DivisionByZero):
        database.execute(failing)


LATER = (
    *("drafts", "follow_requests", "idempotency_keys", "keyword_filters", "outbox_events"),
    *("post_revisions", "video_views", "post_trends", "video_trends", "hashtag_trends"),
    *("feed_authors", "feed_pending", "feed_readers", "feed_state", "user_vectors"),
)
"""The tables of later migrations."""


def test_health_tells_of_the_outbox(ready: str) -> None:
    with connect(ready) as database:
        database.execute(
            "INSERT INTO outbox_events (name, aggregate_type, aggregate_id, payload, attempts)"
            " SELECT 'user.muted', 'user', 1, '{}', n FROM unnest(ARRAY[0, 9, 10]) n"
        )
    events = json.loads(call("health", "--json").stdout)["events"]
    assert (events["open"], events["given_up"]) == (2, 1)
    assert "events given_up: 1" in call("health").stdout


@pytest.mark.slow
def test_a_rollback_counts_first_and_then_takes_the_chapters_back(ready: str) -> None:
    with connect(ready) as database:
        database.execute("UPDATE users SET is_private = true")
    told = manage(ready, "init", "--rollback-to", "0004", "--dry-run", "--json")
    losses = json.loads(told.stdout)["lost"]
    assert losses == {
        "audit_details": 0,
        "audit_logs": 1,
        "content_reports": 0,
        "moderation_reviews": 0,
        **dict.fromkeys(LATER, 0),
        "users.is_private": 1,
        "users.username_skeleton": 1,
        "hashtags.posts_count": 0,
        "post_hashtags.listed": 0,
        "counter_deltas.hour": 0,
    }
    assert manage(ready, "init").stdout.startswith("Run migrations: nothing to apply")
    assert manage(ready, "init", "--rollback-to", "0004").returncode == 0
    assert "0005_init_moderation" in manage(ready, "health", "--json").stdout
    assert manage(ready, "init").returncode == 0


@pytest.mark.slow
def test_every_chapter_goes_back_to_nothing_and_forth_again(ready: str) -> None:
    assert manage(ready, "init", "--rollback-to", "0000").returncode == 0
    with connect(ready) as database:
        left = database.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND (relname LIKE 'daira%' OR relname IN ('users', 'posts', 'audit_logs'))"
        ).fetchall()
        functions = database.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " AND (proname LIKE 'daira%' OR proname LIKE 'pgtrigger_count%')"
        ).fetchall()
    assert left == []
    assert functions == []
    assert manage(ready, "init").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--rollback-to", "0077"), "there is no migration numbered '0077'"),
        (("--dry-run",), "--dry-run goes with --rollback-to"),
        (("--rollback",), "expected one argument"),
    ],
)
def test_unknown_values_are_one_sentence(
    ready: str, arguments: tuple[str, ...], sentence: str
) -> None:
    answer = call("init", *arguments)
    assert answer.returncode != 0
    assert sentence in answer.stderr


def test_a_schema_ahead_of_the_code_is_refused(ready: str) -> None:
    with connect(ready) as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('skeletal', '0099_x', now())"
        )
    answer = manage(ready, "init")
    assert answer.returncode == 1
    assert "the schema is ahead of this code: skeletal.0099_x" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://daira_owner@127.0.0.1:1/daira", "the database cannot be reached"),
        ("nonsense", "DATABASE_OWNER_URL must look like"),
    ],
)
def test_a_server_that_is_down_or_a_wrong_url_is_one_sentence(
    empty_database: str, url: str, sentence: str
) -> None:
    answer = manage(empty_database, "init", DATABASE_OWNER_URL=url)
    assert answer.returncode == 1
    assert sentence in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_role_without_rights_is_one_sentence(empty_database: str) -> None:
    weak = servers.environment(empty_database)["DATABASE_URL"]
    answer = manage(empty_database, "init", DATABASE_OWNER_URL=weak)
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1


def test_redis_away_is_one_sentence_and_the_rerun_finishes(
    fresh_database: Callable[..., str],
) -> None:
    name = fresh_database()
    answer = manage(name, "init", REDIS_URL="redis://127.0.0.1:1/0")
    assert answer.returncode == 1
    assert "Redis cannot be reached" in answer.stderr
    assert call("init").returncode == 0


def test_two_at_once_both_succeed_and_one_does_the_work(empty_database: str) -> None:
    _race(empty_database)


@pytest.mark.slow
def test_a_terminated_run_leaves_no_connection_and_the_rerun_finishes(empty_database: str) -> None:
    process = start(empty_database, "init")
    time.sleep(2)
    process.terminate()
    told = process.communicate(timeout=30)
    assert process.returncode in (0, 143), told
    with connect(empty_database) as database:
        rest = (
            "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        end = time.monotonic() + 20
        while database.execute(rest, [empty_database]).fetchone():
            assert time.monotonic() < end
            time.sleep(0.05)
    assert manage(empty_database, "init").returncode == 0


@pytest.mark.slow
def test_two_at_once_in_twenty_rounds() -> None:
    for round_ in range(20):
        name = f"daira_race_{os.getpid()}_{round_}"
        servers.create_database(name, "template0")
        try:
            _race(name)
        finally:
            servers.drop_database(name)


def _race(name: str) -> None:
    both = [start(name, "init", "--json") for _ in range(2)]
    answers = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], answers
    applied = [json.loads(out)["steps"][0]["detail"] for out, _ in answers]
    assert sorted(detail == "nothing to apply" for detail in applied) == [False, True]
    with connect(name) as database:
        assert database.execute("SELECT count(*) FROM users").fetchone() == (1,)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_killed_at_any_moment_the_rerun_finishes(empty_database: str, seed: int) -> None:
    moment = random.Random(seed).uniform(0.6, 4.5)
    process = start(empty_database, "init", "--json")
    time.sleep(moment)
    process.kill()
    process.communicate()
    answer = manage(empty_database, "init", "--json")
    assert answer.returncode == 0, answer.stderr
    assert manage(empty_database, "health").returncode == 0
    with connect(empty_database) as database:
        assert database.execute("SELECT count(*) FROM users").fetchone() == (1,)
        assert database.execute("SELECT count(*) FROM roles").fetchone() == (3,)
