"""A star whom many follow, with more of everything than a page holds; and who is not seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from skeletal.db.ids import hour_of
from skeletal.models import (
    Comment,
    Follow,
    PollVote,
    Post,
    PostTrend,
    User,
    UserProfile,
    Video,
    VideoTrend,
)
from tests.factories import make_poll, make_user

MANY = 105
NOW = datetime(2026, 3, 1, tzinfo=UTC)
INACTIVE: dict[str, dict[str, Any]] = {
    "suspended": {"status": "suspended"},
    "deactivated": {"status": "deactivated"},
    "erased": {"status": "erased"},
    "deleted": {"deleted_at": NOW},
}


@dataclass(frozen=True)
class Crowd:
    star: User
    fans: list[User]
    posts: list[Post]
    comments: list[Comment]
    videos: list[Video]


def make_crowd(many: int = MANY) -> Crowd:
    """`many` fans, posts, videos, and comments on the star's first post, each by another fan."""
    star = make_user(username="star")
    fans = User.objects.bulk_create(
        User(username=f"fan{n}", email=f"fan{n}@example.test", password="!") for n in range(many)
    )
    UserProfile.objects.bulk_create(UserProfile(user=fan, display_name="Fan") for fan in fans)
    Follow.objects.bulk_create(Follow(follower=fan, followee=star) for fan in fans)
    Follow.objects.bulk_create(Follow(follower=star, followee=fan) for fan in fans)
    posts = Post.objects.bulk_create(
        Post(author=star, content=f"{n} by a fan") for n in range(many)
    )
    comments = Comment.objects.bulk_create(
        Comment(author=fan, post=posts[0], content="yes") for fan in fans
    )
    videos = Video.objects.bulk_create(
        Video(author=star, title=str(n), status="published") for n in range(many)
    )
    poll = make_poll(post=posts[0])
    PollVote.objects.bulk_create(PollVote(poll=poll, user=fan, choice=0) for fan in fans)
    return Crowd(star, fans, posts, comments, videos)


def warm(posts: Iterable[Post], videos: Iterable[Video]) -> None:
    """Let all of these trend, each as warm as the other, and the posts be liked once."""
    hour = hour_of(datetime.now(UTC))
    PostTrend.objects.bulk_create(
        PostTrend(post=post, weight=1, hour=hour, likes_count=1) for post in posts
    )
    VideoTrend.objects.bulk_create(VideoTrend(video=video, weight=1, hour=hour) for video in videos)
