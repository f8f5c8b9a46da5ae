"""Every counter with a way to make a row that counts towards it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import models

from skeletal import models as m
from skeletal.actions.counters import sweep
from skeletal.queries.counters import TARGETS
from tests import factories as f

Row = models.Model


def person() -> m.UserProfile:
    return f.make_user().profile


def totals() -> m.PlatformTotals:
    return m.PlatformTotals.objects.get()


@dataclass(frozen=True)
class Count:
    """`make(target)` writes a row that counts once towards `counter` of the target."""

    source: type[Row]
    target: Callable[[], Any]
    counter: str
    make: Callable[[Any], Row]

    @property
    def key(self) -> tuple[str, str, str]:
        kinds = {model: kind for kind, model in TARGETS.items()}
        target = {person: m.UserProfile, totals: m.PlatformTotals}.get(self.target)
        made_by = {make: model for model, make in f.FACTORIES.items()}
        model: type[Row] = target or made_by[self.target]
        return self.source.__name__, kinds[model], self.counter


COUNTS = [
    Count(m.User, totals, "users_count", lambda _: f.make_user()),
    Count(m.Post, totals, "posts_count", lambda _: f.make_post()),
    Count(m.Post, person, "posts_count", lambda t: f.make_post(author_id=t.pk)),
    Count(m.Video, totals, "videos_count", lambda _: f.make_video()),
    Count(m.Comment, f.make_post, "comments_count", lambda t: f.make_comment(post=t)),
    Count(m.Comment, f.make_video, "comments_count", lambda t: f.make_comment(video=t)),
    Count(m.Comment, f.make_comment, "replies_count", lambda t: f.make_comment(parent=t)),
    Count(m.PostHashtag, f.make_hashtag, "posts_count", lambda t: f.make_post_hashtag(hashtag=t)),
    Count(m.Repost, f.make_post, "reposts_count", lambda t: f.make_repost(post=t)),
    Count(m.PollVote, f.make_poll, "votes_count", lambda t: f.make_poll_vote(poll=t)),
    Count(m.Follow, person, "followers_count", lambda t: f.make_follow(followee_id=t.pk)),
    Count(m.Follow, person, "following_count", lambda t: f.make_follow(follower_id=t.pk)),
    Count(m.Follow, totals, "follows_count", lambda _: f.make_follow()),
    Count(m.Like, f.make_post, "likes_count", lambda t: f.make_like(target=t)),
    Count(m.Like, f.make_video, "likes_count", lambda t: f.make_like(target=t)),
    Count(m.Like, f.make_comment, "likes_count", lambda t: f.make_like(target=t)),
    Count(m.CircleMember, f.make_circle, "members_count", lambda t: f.make_circle_member(circle=t)),
    Count(
        m.UserListMember, f.make_list, "members_count", lambda t: f.make_list_member(user_list=t)
    ),
    Count(m.Transaction, totals, "transactions_count", lambda _: f.make_transaction()),
]
EVERY = pytest.mark.parametrize("count", COUNTS, ids=lambda count: "-".join(count.key))
LIVE = pytest.mark.parametrize(
    "count",
    [count for count in COUNTS if count.source in (m.Post, m.Video, m.Comment)],
    ids=lambda count: "-".join(count.key),
)


def counted(count: Count, target: Row) -> int:
    """The column once every open difference is folded."""
    sweep()
    target.refresh_from_db()
    return int(getattr(target, count.counter))


def open_differences(count: Count, target: Row) -> list[int]:
    rows = m.CounterDelta.objects.filter(
        object_type=count.key[1], object_id=target.pk, counter=count.counter
    )
    return list(rows.order_by("pk").values_list("delta", flat=True))


def prepared(count: Count) -> tuple[Row, int, list[Row]]:
    """A target, what it counts before, and three rows that count on top."""
    target = count.target()
    count.make(target)
    before = counted(count, target)
    return target, before, [count.make(target) for _ in range(3)]
