"""Made-up worlds: every table filled, every rule kept, the same again for the same seed."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections

from daira import embedded
from skeletal.errors import SetupError
from skeletal.management.seeding import Report, load, sources
from skeletal.management.seeding.attachments import silent_posts
from skeletal.management.seeding.timeline import Series, identifier
from skeletal.management.seeding.worlds import SIZES, MadeUp
from skeletal.models import CounterDelta, FeedPending, SeededWorld
from tests.management.commands import call, manage, start
from tests.servers import ROOT, environment

pytestmark = pytest.mark.usefixtures("committed_db")
TRENDS = ("post_trends", "video_trends", "hashtag_trends")
FILLED_BY_OTHERS = {
    *("counter_deltas", "platform_totals", "roles", "outbox_events", "idempotency_keys"),
    *("feed_pending", "feed_authors", "feed_state", "user_vectors"),
    *TRENDS,
}


def seed(**options: object) -> Report:
    """Load a world into the database of this test."""
    call_command("loaddata", "roles", verbosity=0)
    return load(sources.choose(**({"world": "tiny"} | options)))  # type: ignore[arg-type]


def number(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def test_every_table_has_rows() -> None:
    seed()
    tables = {model._meta.db_table for model in apps.get_app_config("skeletal").get_models()}
    empty = {t for t in tables - FILLED_BY_OTHERS if not number(f'SELECT count(*) FROM "{t}"')}
    assert empty == set()


def test_a_world_until_today_has_what_is_warm() -> None:
    seed(until="today")
    assert all(number(f"SELECT count(*) FROM {table} WHERE score > 0") for table in TRENDS)


LAWS = {
    "counts of followers": """
        SELECT count(*) FROM user_profiles p WHERE followers_count <>
        (SELECT count(*) FROM follows WHERE followee_id = p.user_id)
        OR following_count <> (SELECT count(*) FROM follows WHERE follower_id = p.user_id)""",
    "counts of posts": """
        SELECT count(*) FROM user_profiles p WHERE posts_count <> (SELECT count(*) FROM posts
        WHERE author_id = p.user_id AND status = 'published' AND deleted_at IS NULL)""",
    "which hashtags are listed": """
        SELECT count(*) FROM post_hashtags JOIN posts ON posts.id = post_id
        WHERE listed <> (status = 'published' AND deleted_at IS NULL AND visibility = 'public')""",
    "counts of hashtags": """
        SELECT count(*) FROM hashtags h WHERE posts_count <>
        (SELECT count(*) FROM post_hashtags WHERE hashtag_id = h.id AND listed)""",
    "counts of likes": """
        SELECT count(*) FROM posts p WHERE likes_count <> (SELECT count(*) FROM likes
        WHERE likeable_type = 'post' AND likeable_id = p.id)""",
    "counts of comments": """
        SELECT count(*) FROM posts p WHERE comments_count <> (SELECT count(*) FROM comments
        WHERE post_id = p.id AND status = 'published' AND deleted_at IS NULL)""",
    "counts of replies": """
        SELECT count(*) FROM comments p WHERE replies_count <> (SELECT count(*) FROM comments
        WHERE parent_id = p.id AND status = 'published' AND deleted_at IS NULL)""",
    "counts of views": """
        SELECT count(*) FROM videos v WHERE views_count <>
        (SELECT count(*) FROM video_views WHERE video_id = v.id)""",
    "views of videos that cannot be seen": """
        SELECT count(*) FROM video_views w JOIN videos v ON v.id = w.video_id
        WHERE v.status IN ('processing', 'failed') OR v.visibility = 'private'
        OR w.created_at < v.created_at OR w.window_start <> date_trunc('hour', w.created_at)""",
    "requests to follow that nobody needs": """
        SELECT count(*) FROM follow_requests r JOIN users u ON u.id = r.followee_id
        WHERE NOT u.is_private OR EXISTS (SELECT FROM follows f
        WHERE f.follower_id = r.follower_id AND f.followee_id = r.followee_id)
        OR EXISTS (SELECT FROM blocks b WHERE (b.blocker_id, b.blocked_id) IN
        ((r.follower_id, r.followee_id), (r.followee_id, r.follower_id)))""",
    "edits without the text before": """
        SELECT count(*) FROM posts p WHERE (edited_at IS NOT NULL) <>
        EXISTS (SELECT FROM post_revisions WHERE post_id = p.id)""",
    "drafts published by others or before their time": """
        SELECT count(*) FROM drafts d LEFT JOIN posts p ON p.id = d.published_post_id
        WHERE (state = 'published') <> (p.id IS NOT NULL) OR p.author_id <> d.author_id
        OR p.created_at < d.created_at OR (state = 'failed') <> (error <> '')""",
    "groups of notices without one newest": """
        SELECT count(*) FROM notifications n WHERE is_newest <> (id = (SELECT max(id)
        FROM notifications WHERE user_id = n.user_id AND group_key = n.group_key))""",
    "counts of members": """
        SELECT count(*) FROM circles c WHERE members_count <>
        (SELECT count(*) FROM circle_members WHERE circle_id = c.id)""",
    "platform totals": """
        SELECT count(*) FROM platform_totals WHERE users_count <> (SELECT count(*) FROM users)
        OR follows_count <> (SELECT count(*) FROM follows)
        OR transactions_count <> (SELECT count(*) FROM transactions)""",
    "likes of nothing": """
        SELECT count(*) FROM likes l WHERE NOT EXISTS (
        SELECT FROM posts WHERE id = l.likeable_id AND l.likeable_type = 'post' UNION ALL
        SELECT FROM videos WHERE id = l.likeable_id AND l.likeable_type = 'video' UNION ALL
        SELECT FROM comments WHERE id = l.likeable_id AND l.likeable_type = 'comment')""",
    "follows across a block": """
        SELECT count(*) FROM follows f JOIN blocks b ON (f.follower_id, f.followee_id) IN
        ((b.blocker_id, b.blocked_id), (b.blocked_id, b.blocker_id))""",
    "threads": """
        SELECT count(*) FROM comments c JOIN comments p ON p.id = c.parent_id
        WHERE c.root_id <> coalesce(p.root_id, p.id) OR c.depth <> p.depth + 1
        OR c.post_id IS DISTINCT FROM p.post_id OR c.video_id IS DISTINCT FROM p.video_id
        OR c.created_at < p.created_at""",
    "money from nothing": """
        SELECT count(*) FROM (SELECT transaction_id, currency FROM ledger_entries
        GROUP BY 1, 2 HAVING sum(amount) <> 0) AS odd""",
    "running balances": """
        SELECT count(*) FROM (SELECT balance_after, sequence,
        sum(amount) OVER line AS balance, row_number() OVER line AS place FROM ledger_entries
        WINDOW line AS (PARTITION BY wallet_id ORDER BY sequence)) AS e
        WHERE balance_after <> balance OR sequence <> place""",
    "wallets": """
        SELECT count(*) FROM wallets w WHERE (balance, version) <> (
        SELECT coalesce(sum(amount), 0), count(*) FROM ledger_entries WHERE wallet_id = w.id)""",
    "transactions without legs": """
        SELECT count(*) FROM transactions t WHERE status = 'posted'
        AND NOT EXISTS (SELECT FROM ledger_entries WHERE transaction_id = t.id)""",
    "tags of posts": """
        SELECT count(*) FROM posts p WHERE cardinality(hashtags) <>
        (SELECT count(*) FROM post_hashtags WHERE post_id = p.id)""",
    "last messages": """
        SELECT count(*) FROM conversations c WHERE last_message_id IS DISTINCT FROM
        (SELECT max(id) FROM messages WHERE conversation_id = c.id)""",
    "ids that tell another time": """
        SELECT count(*) FROM posts WHERE (id >> 22) <>
        floor(extract(epoch FROM created_at) * 1000)::bigint - 1262304000000""",
}


def test_every_law_holds() -> None:
    seed()
    broken = {law: found for law, query in LAWS.items() if (found := number(query))}
    assert broken == {}
    assert CounterDelta.objects.count() == 0


def test_a_law_can_be_seen_broken() -> None:
    """Each query above finds what it looks for: here for the counts and the threads."""
    seed()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE posts SET likes_count = likes_count + 1 WHERE likes_count > 0")
        cursor.execute("UPDATE comments SET depth = depth + 1 WHERE depth > 0")
    assert number(LAWS["counts of likes"]) > 0
    assert number(LAWS["threads"]) > 0


def test_texts_are_arabic_and_english_with_marks_and_emoji_and_name_who_they_mention() -> None:
    seed()
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(content, ' ') FROM posts")
        texts = cursor.fetchone()[0]
        cursor.execute(
            "SELECT p.content, u.username FROM mentions m JOIN users u ON u.id = m.user_id"
            " JOIN posts p ON p.id = m.post_id"
        )
        named = cursor.fetchall()
    for pattern in (
        "[\u0621-\u064a]",
        "[a-z]{4}",
        "[\u200e\u200f\u2066-\u2069]",
        "[\U0001f300-\U0001faff]",
        "#\\w",
    ):
        assert re.search(pattern, texts), pattern
    assert named
    assert all(f"@{username}" in content for content, username in named)


def dump(name: str) -> bytes:
    """The data of a database as pg_dump writes it, without its random marks and pending posts."""
    program = embedded.binaries() / "pg_dump"
    url = environment(name)["DATABASE_OWNER_URL"]
    models = set(apps.get_app_config("skeletal").get_models()) - {FeedPending}
    tables = [f"--table={table}" for table in sorted(m._meta.db_table for m in models)]
    arguments = [str(program), "--data-only", "--no-owner", *tables, url]
    text = subprocess.run(arguments, check=True, capture_output=True).stdout
    return re.sub(rb"(?m)^\\(un)?restrict .*$", b"", text)


def test_two_runs_with_one_seed_are_equal_and_with_another_are_not(
    fresh_database: Callable[[], str],
) -> None:
    dumps = []
    for random_seed in (7, 7, 8):
        name = fresh_database()
        seed(random_seed=random_seed)
        connections["maintenance"].close()
        dumps.append(dump(name))
    assert dumps[0] == dumps[1]
    assert dumps[0] != dumps[2]


def test_a_second_run_finds_it_there_and_another_seed_is_refused() -> None:
    first = seed()
    again = seed()
    assert (first.already_there, again.already_there) == (False, True)
    assert again.rows == first.rows
    with pytest.raises(SetupError, match="already there, made from random seed 1"):
        seed(random_seed=2)


def test_sounds_wait_since_a_moment_of_their_own_even_in_the_large_world() -> None:
    posts = Series(MadeUp("large").year, SIZES["large"].posts)
    waiting = silent_posts(posts.rows)
    assert len(waiting) == 10_000
    assert len({identifier(moment, 0, 0) for moment in posts.times_of(waiting)}) == 10_000
    assert not any(number % 5 == 2 for number in waiting)


def test_two_worlds_stand_in_one_database() -> None:
    seed()
    rows = seed(world="small").rows
    assert number("SELECT count(*) FROM users") == 50 + rows["users"]
    assert {law: n for law, query in LAWS.items() if (n := number(query))} == {}


def test_a_run_that_ended_before_its_sweep_is_made_good_by_the_next() -> None:
    seed()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO counter_deltas (object_type, object_id, counter, delta)"
            " SELECT 'post', id, 'likes_count', 1 FROM posts"
        )
    assert seed().already_there
    assert CounterDelta.objects.count() == 0


DEFINED = """
    SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
    WHERE relnamespace = 'public'::regnamespace AND indisvalid
    UNION ALL
    SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND convalidated
"""


def defined() -> set[str]:
    """Every index and constraint of the database that holds."""
    with connection.cursor() as cursor:
        cursor.execute(DEFINED)
        return {row[0] for row in cursor.fetchall()}


def test_indexes_and_keys_stand_after_a_load_as_before() -> None:
    before = defined()
    seed()
    assert defined() == before
    seed(world="small")
    assert defined() == before


def test_a_table_that_is_in_use_is_left_alone() -> None:
    """A reader holds one table: the load goes on beside it, row by row."""
    before = defined()
    url = environment(os.environ["DAIRA_TEST_DATABASE"])["DATABASE_OWNER_URL"]
    with psycopg.connect(url) as reader:
        reader.execute("SELECT FROM posts")
        seed()
    assert defined() == before
    assert number("SELECT count(*) FROM posts") > 0


def test_until_today_ends_today() -> None:
    seed(until="today")
    latest = number("SELECT extract(epoch FROM max(created_at))::bigint FROM posts")
    assert 0 <= time.time() - latest < 3 * 86_400
    assert SeededWorld.objects.get().parameters["until"] == date.today().isoformat()  # noqa: DTZ011


@pytest.fixture
def ready(fresh_database: Callable[[], str]) -> str:
    """A migrated database with roles, for commands in processes of their own."""
    name = fresh_database()
    call_command("loaddata", "roles", verbosity=0)
    connections["default"].close()
    return name


def test_two_at_once_both_succeed_and_one_does_the_work(ready: str) -> None:
    both = [start(ready, "seed", "--world", "tiny", "--json") for _ in range(2)]
    answers = [json.loads(process.communicate(timeout=120)[0]) for process in both]
    assert sorted(answer["already_there"] for answer in answers) == [False, True]
    assert answers[0]["rows"] == answers[1]["rows"]


@pytest.mark.slow
@pytest.mark.parametrize("moment", [1.5, 2.5, 3.5])
def test_killed_in_the_middle_nothing_is_there_and_the_rerun_does_all(
    ready: str, moment: float
) -> None:
    process = start(ready, "seed", "--world", "small", "--json")
    time.sleep(moment)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    time.sleep(0.5)
    connections["default"].close()
    worlds = number("SELECT count(*) FROM seeded_worlds")
    assert number("SELECT count(*) FROM users") == 2000 * worlds
    assert manage(ready, "seed", "--world", "small").returncode == 0
    assert number("SELECT count(*) FROM users") == 2000
    assert CounterDelta.objects.count() == 0


BAD_OPTIONS: dict[tuple[str, ...], str] = {
    ("--world", "huge"): "invalid choice: 'huge'",
    ("--random-seed", "x"): "invalid int value: 'x'",
    ("--until", "soon"): "--until takes an ISO date",
    ("--until", "2999-01-01"): "--until lies between 2011-01-01 and today",
    ("--ldbc", "/nowhere"): "/nowhere is not a folder",
    ("--graph", "/nowhere.csv"): "/nowhere.csv does not exist",
    ("--graph", "/etc/hostname"): "--graph takes a file ending in .csv",
    ("--world", "tiny", "--graph", "x.csv"): "not allowed with argument",
}


def test_bad_options_are_one_sentence(ready: str) -> None:
    for arguments, sentence in BAD_OPTIONS.items():
        answer = call("seed", *arguments)
        assert answer.returncode != 0, arguments
        assert sentence in answer.stderr
        assert number("SELECT count(*) FROM seeded_worlds") == 0, arguments


def test_a_schema_that_is_not_there_is_one_sentence(empty_database: str) -> None:
    answer = manage(empty_database, "seed", "--world", "tiny")
    assert answer.returncode == 1
    assert "run manage.py init" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_server_that_is_down_is_one_sentence(empty_database: str) -> None:
    down = "postgresql://daira_owner@127.0.0.1:1/daira"
    answer = manage(empty_database, "seed", "--world", "tiny", DATABASE_OWNER_URL=down)
    assert answer.returncode == 1
    assert "the database cannot be reached" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_role_without_rights_is_one_sentence(ready: str) -> None:
    weak = environment(ready)["DATABASE_URL"]
    role = psycopg.conninfo.conninfo_to_dict(weak)["user"]
    with connections["maintenance"].cursor() as cursor:
        cursor.execute(f"REVOKE INSERT ON posts FROM {role}")
    connections["maintenance"].close()
    answer = manage(ready, "seed", "--world", "tiny", DATABASE_OWNER_URL=weak)
    assert answer.returncode == 1
    assert "this role has not the rights to seed" in answer.stderr
    assert number("SELECT count(*) FROM users") == 0


def test_a_read_only_server_is_one_sentence(ready: str) -> None:
    standby = environment(ready)["DATABASE_OWNER_URL"]
    standby += " options='-c default_transaction_read_only=on'"
    answer = manage(ready, "seed", "--world", "tiny", DATABASE_OWNER_URL=standby)
    assert answer.returncode == 1
    assert "the database is read-only" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.slow
def test_seeding_is_measured_against_bare_copy() -> None:
    command = [sys.executable, "-m", "tests.measure_seed", "tiny"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)

    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["rows"] > 0
    assert figures["ratio"] > 0
