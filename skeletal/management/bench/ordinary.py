"""The same reads as ordinary Django code writes them: a QuerySet each time, model instances out."""

from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Collate

from skeletal.db.searching import name
from skeletal.management.bench.subjects import Ask
from skeletal.models import (
    Block,
    Comment,
    Follow,
    Hashtag,
    PlatformTotals,
    Post,
    User,
    UserProfile,
    Video,
)
from skeletal.queries.content import POST_COUNTS, VIDEO_COUNTS
from skeletal.queries.counters import exact
from skeletal.queries.users import STATS
from skeletal.queries.visibility import Rows as Seen
from skeletal.queries.visibility import Sight, visible
from skeletal.records.platform import PlatformStats


def seen(rows: Seen, ask: Ask, at: str = "") -> Seen:
    """What the viewer may see, the viewer's id bound as in any filter."""
    return visible(rows, Sight.PERSON, at=at, viewer=ask.viewer)


def user(ask: Ask) -> Any:
    rows = User.objects.select_related("profile").filter(pk=ask.one)
    return list(exact(seen(rows, ask), "user_profile", STATS, at="profile__"))


def users(ask: Ask) -> Any:
    return list(seen(User.objects.select_related("profile").filter(pk__in=ask.many), ask))


def stats(ask: Ask) -> Any:
    return list(exact(UserProfile.objects.filter(pk=ask.one), "user_profile", STATS))


def batch_stats(ask: Ask) -> Any:
    return list(UserProfile.objects.filter(pk__in=ask.many))


def search(ask: Ask) -> Any:
    named = User.objects.annotate(name=name("username"))
    shown = UserProfile.objects.annotate(name=name("display_name"))
    span = Q(name__gte=ask.text, name__lt=ask.text + "\U0010ffff")
    first = seen(named.filter(span), ask).order_by("name")[:20]
    second = seen(shown.filter(span), ask, at="user").order_by("name", "pk")[:20]
    found = named.filter(pk__in=first.values("pk").union(second.values("pk")))
    return list(found.select_related("profile").order_by("name")[:20])


def post_with_comments(ask: Ask) -> Any:
    posts = exact(seen(_posts().filter(pk=ask.one), ask), "post", POST_COUNTS)
    comments = seen(Comment.objects.filter(post_id=ask.one), ask)
    return [*posts, *comments.select_related("author__profile").order_by("pk")[:21]]


def posts(ask: Ask) -> Any:
    return list(seen(_posts().filter(pk__in=ask.many), ask))


def popular(ask: Ask) -> Any:
    rows = _posts().filter(pk__gte=ask.since, visibility="public")
    return list(seen(rows, ask).order_by("-likes_count", "-pk")[:20])


def public_posts(ask: Ask) -> Any:
    return list(seen(_posts().filter(visibility="public"), ask).order_by("-pk")[:21])


def found_newest(ask: Ask) -> Any:
    return list(_found(ask, 100).order_by("-pk")[:21])


def found_relevant(ask: Ask) -> Any:
    score = F("likes_count") + F("comments_count") + F("reposts_count")
    return list(_found(ask, 250).order_by(-score, "-pk")[:21])


def _found(ask: Ask, most: int) -> "QuerySet[Post]":
    ids = RawSQL("SELECT daira_newest_posts(%s::tsquery, %s, %s)", [ask.words, 2**63 - 1, most])
    return seen(_posts().filter(pk__in=ids, visibility="public"), ask)


def found_hashtags(ask: Ask) -> Any:
    tags = Hashtag.objects.annotate(compared=Collate("name", "C"))
    span = Q(compared__gte=ask.text, compared__lt=ask.text + "\U0010ffff")
    used = tags.filter(span, usable=True, posts_count__gt=0)
    return list(used.order_by("-posts_count", "compared")[:20])


def user_posts(ask: Ask) -> Any:
    return list(seen(_posts().filter(author_id=ask.one), ask).order_by("-pk")[:21])


def video(ask: Ask) -> Any:
    return list(exact(seen(_videos().filter(pk=ask.one), ask), "video", VIDEO_COUNTS))


def videos(ask: Ask) -> Any:
    return list(seen(_videos().filter(pk__in=ask.many), ask))


def trending_posts(ask: Ask) -> Any:
    rows = _posts().filter(trend__score__gte=ask.coldest, visibility="public")
    return list(seen(rows, ask).order_by("-trend__score", "-pk")[:20])


def trending(ask: Ask) -> Any:
    rows = _videos().filter(trend__score__gte=ask.coldest, visibility="public")
    return list(seen(rows, ask).order_by("-trend__score", "-pk")[:20])


def trending_hashtags(ask: Ask) -> Any:
    rows = Hashtag.objects.filter(trend__score__gte=ask.coldest, usable=True, trendable=True)
    return list(rows.order_by("-trend__score", "-pk")[:20])


def followers(ask: Ask) -> Any:
    rows = Follow.objects.select_related("follower__profile").filter(followee_id=ask.one)
    return list(seen(seen(rows, ask, "followee"), ask, "follower").order_by("-pk")[:51])


def following(ask: Ask) -> Any:
    rows = Follow.objects.select_related("followee__profile").filter(follower_id=ask.one)
    return list(seen(seen(rows, ask, "follower"), ask, "followee").order_by("-pk")[:51])


def is_following(ask: Ask) -> Any:
    return Follow.objects.filter(follower_id=ask.viewer, followee_id=ask.one).exists()


def is_blocked(ask: Ask) -> Any:
    return Block.objects.filter(blocker_id=ask.viewer, blocked_id=ask.one).exists()


def feed(ask: Ask) -> Any:
    """As most feeds are written: posts whose author is followed."""
    followed = Follow.objects.filter(follower_id=ask.viewer).values("followee_id")
    rows = _posts().filter(Q(author_id__in=followed) | Q(author_id=ask.viewer))
    return list(seen(rows, ask).order_by("-pk")[:21])


def platform_stats(ask: Ask) -> Any:
    counts = [f"{name}_count" for name in PlatformStats.__struct_fields__]
    totals = exact(PlatformTotals.objects.all(), "platform", counts).get()
    return [tuple(getattr(totals, f"exact_{name}") for name in counts)]


def _posts() -> "QuerySet[Post]":
    return Post.objects.select_related("author__profile")


def _videos() -> "QuerySet[Video]":
    return Video.objects.select_related("author__profile")
