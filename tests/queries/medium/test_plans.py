"""How each prepared read runs on the medium world: by which kind of plan, over which indexes.

After five calls PostgreSQL keeps one plan for all values, if new ones were no cheaper: that it does
so for every read is why a call costs no planning. What is pinned here is the index that finds a
read's rows; those by which rows are judged may be one or the other of a pair.
"""

import inspect
from typing import Any, NamedTuple

import pytest
from django.db import connection

from skeletal.db.prepared import READS
from skeletal.db.prepared.reads import Handwritten
from tests.db.plans import nodes, plan_of
from tests.db.shapes import BY_HAND, anew, names
from tests.queries.medium.asks import CALLS, SHAPE, asked

pytestmark = pytest.mark.slow
FRESH = 5
"""Calls that PostgreSQL plans anew before it decides."""
SMALL = {"counter_deltas", "feed_pending", "feed_state", "outbox_events", "platform_totals"}
"""Tables that are next to empty: of them an index is not asked."""
EVERY: list[Any] = [*READS, *BY_HAND]


class Found(NamedTuple):
    """Plans of either kind, indexes that were asked, tables that were read whole."""

    generic: int
    custom: int
    indexes: set[str]
    whole: set[str]


INDEXES = {
    "users.user": "users_pkey",
    "users.cards": "users_pkey",
    "users.stats": "user_profiles_pkey",
    "users.batch_stats": "user_profiles_pkey",
    "users.people": "users_pkey",
    "users.visible_user": "users_pkey",
    "users.named": "idx_users_name idx_profiles_shown",
    "users.near": "idx_users_near idx_profiles_near",
    "users.session": "user_sessions_access_digest_key",
    "users.similar": "user_vectors_pkey",
    "posts.post": "posts_pkey",
    "posts.visible_post": "posts_pkey",
    "posts.posts": "posts_pkey",
    "posts.public_posts": "idx_posts_public",
    "posts.user_posts": "idx_posts_feed posts_pkey",
    "posts.comments": "posts_pkey idx_comments_post",
    "drafts.revisions": "posts_pkey uq_post_revision",
    "polls.poll": "posts_pkey polls_post_id_key",
    "polls.votes": "uq_poll_vote",
    "search.newest_at_once": "idx_posts_public",
    "search.newest": "idx_posts_public",
    "search.relevant": "idx_posts_public",
    "search.hashtags": "idx_hashtags_name",
    "search.matching": "",
    "search.edge": "posts_pkey",
    "similar.similar": "user_vectors_pkey uq_like",
    "videos.video": "videos_pkey",
    "videos.videos": "videos_pkey",
    "videos.public_videos": "idx_videos_public",
    "trends.posts": "idx_post_trends_score",
    "trends.videos": "idx_video_trends_score",
    "trends.hashtags": "idx_hashtag_trends_score hashtags_pkey",
    "trends.these": "idx_posts_public",
    "trends.most_liked": "idx_post_trends_day",
    "windows.judged": "feed_readers_pkey uq_follow idx_posts_feed posts_pkey",
    "windows.candidates": "idx_follows_follower idx_posts_feed feed_readers_pkey",
    "feed.feed": "uq_follow idx_posts_feed posts_pkey",
    "filters.filters": "uq_keyword_filter",
    "graph.followers": "idx_follows_followee",
    "graph.following": "idx_follows_follower",
    "graph.follow": "idx_follows_fan_out",
    "graph.block": "idx_blocks_blocked",
    "messages.messages": "idx_messages_recent uq_conversation_member",
    "messages.by_id": "messages_pkey",
    "messages.takers": "uq_conversation_member",
    "messages.receivers": "messages_pkey uq_conversation_member",
    "notifications.heads": "idx_notifications_newest idx_notifications_group",
    "platform.totals": "",
    "platform.outbox": "",
}
"""What finds the rows of each read. A search asks its index within a function."""
WHOLE = {"users.similar": {"user_vectors"}, "similar.similar": {"videos"}}
"""What is nearest is found exactly: everything is looked at."""
EITHER = {"users.similar": {"users"}}
"""Read whole or by their keys, as statistics say: a vector in twenty people costs both alike."""


def run(read: Any) -> Found:
    """Twelve calls of a statement of its own, and the plan that is kept."""
    statement = fresh(read)
    calls = asked(read, statement)
    for values in calls:
        statement.rows(values)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name = %s",
            [statement.name.decode()],
        )
        ((generic, custom),) = cursor.fetchall()
    found = list(nodes(plan_of(statement, calls[0], "force_generic_plan")))
    return Found(
        generic,
        custom,
        {node["Index Name"] for node in found if "Index Name" in node},
        {node["Relation Name"] for node in found if node["Node Type"] == "Seq Scan"},
    )


def fresh(read: Any) -> Any:
    """The statement anew, that nobody called before."""
    if isinstance(read, Handwritten):
        return Handwritten(read._record, read._sql, read._params, name=read.name)()
    shape = (SHAPE[name] for name in inspect.signature(read).parameters)
    return anew(read)(*shape)


def test_no_read_is_forgotten() -> None:
    assert {read.name for read in EVERY} == INDEXES.keys()


@pytest.mark.parametrize("read", EVERY, ids=lambda read: read.name)
def test_one_plan_is_kept_and_finds_its_rows_by_their_index(medium: None, read: Any) -> None:
    found = run(read)
    anew = FRESH if names(fresh(read)) else 0
    assert (found.generic, found.custom) == (CALLS - anew, anew)
    assert set(INDEXES[read.name].split()) <= found.indexes
    assert found.whole - SMALL - EITHER.get(read.name, set()) == WHOLE.get(read.name, set())
