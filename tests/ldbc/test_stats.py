"""What LDBC counts of every person, and what the replay of its stream tells."""

import csv
import gzip
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from skeletal.management.seeding import replay
from skeletal.management.seeding.ldbc.updates import read_updates
from skeletal.models import Comment, OutboxEvent
from skeletal.queries.platform import get_statistics
from tests.ldbc.conftest import Stage

FIGURES = ("friends", "posts", "comments", "likes_given", "likes_received", "replies_received")
ROWS = """
    SELECT substr(u.username, 6),
        (SELECT count(*) FROM follows WHERE follower_id = u.id),
        (SELECT count(*) FROM posts WHERE author_id = u.id),
        (SELECT count(*) FROM comments WHERE author_id = u.id),
        (SELECT count(*) FROM likes WHERE user_id = u.id),
        (SELECT count(*) FROM likes l JOIN posts p ON p.id = l.likeable_id
            WHERE l.likeable_type = 'post' AND p.author_id = u.id)
        + (SELECT count(*) FROM likes l JOIN comments c ON c.id = l.likeable_id
            WHERE l.likeable_type = 'comment' AND c.author_id = u.id),
        (SELECT count(*) FROM comments c JOIN posts o ON o.id = c.post_id
            WHERE c.parent_id IS NULL AND o.author_id = u.id)
        + (SELECT count(*) FROM comments c JOIN comments o ON o.id = c.parent_id
            WHERE o.author_id = u.id)
    FROM users u WHERE u.username LIKE 'ldbc\\_%'
"""
COUNTERS = """
    SELECT substr(u.username, 6), p.following_count, p.followers_count, p.posts_count,
        (SELECT coalesce(sum(likes_count), 0) FROM posts WHERE author_id = u.id)
        + (SELECT coalesce(sum(likes_count), 0) FROM comments WHERE author_id = u.id),
        (SELECT coalesce(sum(comments_count), 0) FROM posts WHERE author_id = u.id)
    FROM users u JOIN user_profiles p ON p.user_id = u.id WHERE u.username LIKE 'ldbc\\_%'
"""
after = pytest.mark.parametrize(
    "stage", [pytest.param("after", marks=pytest.mark.slow)], indirect=True, scope="module"
)
LISTED = {"before": 148, "after": 167}


def fetch(statement: str) -> dict[str, tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return {row[0]: tuple(map(int, row[1:])) for row in cursor.fetchall()}


def test_every_listed_person_s_figures_are_ldbc_s(stage: Stage) -> None:
    with gzip.open(stage.folder / f"stats-{stage.name}.csv.gz", "rt") as file:
        listed = {
            row["person"]: tuple(int(row[name]) for name in FIGURES) for row in csv.DictReader(file)
        }
    rows, counters = fetch(ROWS), fetch(COUNTERS)
    assert len(listed) == LISTED[stage.name]
    assert {person: rows[person] for person in listed} == listed
    kept = {who: (row[0], row[0], row[1], row[4]) for who, row in listed.items()}
    assert {who: counters[who][:4] for who in listed} == kept


@after
def test_the_stream_goes_in_whole_and_what_has_no_table_is_named(stage: Stage) -> None:
    report = stage.replayed
    assert report is not None
    assert report.rows == {
        "users": 28,
        "posts": 1271,
        "comments": 1296,
        "likes": 818 + 656,
        "follows": 2 * 189,
        "hashtag_follows": 575,
    }
    assert dict(report.refused) == {
        "forum (out of scope)": 155,
        "forum membership (out of scope)": 2507,
        "e-mail address (example.invalid instead)": 68,
        "place of study (no such column)": 22,
        "place of work (no such column)": 56,
        "tag of a post (taken from texts alone)": 268,
        "tag of a comment (taken from texts alone)": 1141,
    }
    totals = get_statistics()
    assert (totals.users, totals.posts, totals.follows) == (250, 7195, 2 * 1014)
    assert OutboxEvent.objects.count() == sum(report.rows.values())


@pytest.mark.slow
def test_a_run_that_was_broken_off_is_gone_on_with(
    data: Path, fresh_database: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stops between a comment and the answer to it, of which there are hundreds."""
    folder = data / "ldbc-tiny"
    fresh_database()
    call_command("loaddata", "roles", verbosity=0)
    call_command("seed", "--ldbc", str(folder), verbosity=0)
    whole = read_updates(folder)
    module = sys.modules[replay.__module__]
    monkeypatch.setattr(module, "read_updates", lambda directory: whole[:4000])
    assert not replay(folder).already_there
    monkeypatch.undo()
    report = replay(folder)
    assert (report.rows["comments"], report.rows["posts"]) == (1296, 1271)
    assert Comment.objects.count() == 3514
    assert OutboxEvent.objects.count() == sum(report.rows.values())


@after
def test_a_second_run_finds_all_of_it(stage: Stage) -> None:
    facts, first = OutboxEvent.objects.count(), stage.replayed
    again = replay(stage.folder)
    assert again.already_there
    assert first is not None
    assert again.rows == first.rows
    assert OutboxEvent.objects.count() == facts
