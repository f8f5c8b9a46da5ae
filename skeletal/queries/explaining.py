"""Why a post stands in a feed or does not, and what its window knows of it."""

from typing import Any

from django.db.models import Count, Q

from skeletal.cache import feeds
from skeletal.errors import NotFound
from skeletal.models import FeedAuthor, FeedPending, FeedReader, FeedState, Post
from skeletal.queries.users import is_visible_user
from skeletal.queries.visibility import may_see, with_facts
from skeletal.records.feeds import FeedExplanation, FeedStatus, WindowExplanation
from skeletal.rules.ids import whole_id


def explain_feed(user_id: int, post_id: int) -> FeedExplanation:
    """Tell whether a post stands in a person's feed, and each fact that decides: 6 statements.

    The window decides nothing: what is told of it says only what a page costs. For operators; it
    tells of blocks and mutes. Raises NotFound for a person who is absent or not active, and for a
    post of no row.
    """
    if not is_visible_user(whole_id(user_id, "user_id"), user_id):
        raise NotFound("no such user")
    posts = Post.objects.filter(pk=whole_id(post_id, "post_id"))
    rows: list[dict[str, Any]] = [*with_facts(posts, user_id).values()]  # type: ignore[list-item]
    if not rows:
        raise NotFound("no such post")
    [post] = rows
    facts = {name: post[f"fact_{name}"] for name in FACTS}
    known = facts | {"audience": post["visibility"]}
    theirs = facts["own"] or facts["follows"]
    return FeedExplanation(
        shown=bool(theirs) and may_see(Post, known),
        author_id=post["author_id"],
        audience=post["visibility"],
        facts=facts,
        fanout_mode=_mode(post["author_id"]),
        pending=_pending(post_id),
        window=_window(user_id, post_id),
    )


FACTS = (
    *("live", "active", "own", "follows", "blocks", "blocked_by", "muted"),
    *("shared", "open", "in_circle"),
)
"""What is asked of a post and of how its reader stands to its author."""


def get_feed_status() -> FeedStatus:
    """Tell of all windows: 3 statements and a walk over the tier's keys. Raises Unavailable."""
    state = FeedState.objects.first() or FeedState(mark=0, lineage="")
    rows = FeedPending.objects.aggregate(
        open=Count("pk", filter=Q(done=False, bulk=False)),
        pushed=Count("pk", filter=Q(done=True)),
        imports=Count("pk", filter=Q(bulk=True)),
    )
    modes = dict(FeedAuthor.objects.values_list("fanout_mode").annotate(Count("pk")))
    survey = feeds.survey()
    return FeedStatus(
        open_posts=rows["open"],
        pushed_posts=rows["pushed"],
        imports=rows["imports"],
        pull_authors=modes.get("pull", 0),
        both_authors=modes.get("both", 0),
        proved_mark=f"{state.lineage}:{state.mark}",
        mark=survey.mark,
        windows=survey.windows,
        endless_keys=survey.endless,
    )


def _mode(author_id: int) -> str:
    mode = FeedAuthor.objects.filter(pk=author_id).values_list("fanout_mode", flat=True).first()
    return mode or "push"


def _pending(post_id: int) -> str:
    done = FeedPending.objects.filter(pk=post_id).values_list("done", flat=True).first()
    return {None: "proved", False: "open", True: "pushed"}[done]


def _window(user_id: int, post_id: int) -> WindowExplanation:
    """What Redis and PostgreSQL remember, side by side."""
    window = feeds.read(user_id, limit=0)
    ids = feeds.get_circle_feed(user_id, 0, feeds.LONGEST)
    versions = FeedReader.objects.filter(pk=user_id)
    state = FeedState.objects.first() or FeedState(mark=0, lineage="")
    return WindowExplanation(
        status=window.status,
        complete=bool(window.header and window.header.complete),
        ids=len(ids),
        lowest=ids[-1] if ids else None,
        holds_post=post_id in ids,
        version=window.header.version if window.header else None,
        following_version=versions.values_list("following_version", flat=True).first() or 0,
        mark=window.mark,
        proved_mark=f"{state.lineage}:{state.mark}",
    )
