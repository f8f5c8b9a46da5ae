"""Reposts and bookmarks: what a person passes on or keeps, and gives up."""

from typing import Any

from django.db import transaction

from skeletal.actions import content, social
from skeletal.actions.content.facts import POST_REPOSTED
from skeletal.management.bench.ordinary import seen
from skeletal.management.bench.subjects import Ask
from skeletal.management.bench.writes.case import (
    BY,
    ME,
    SEEN,
    SEEN_BY_ALL,
    Way,
    WriteCase,
    a_post,
    actor,
    by_hand,
    tell,
)
from skeletal.models import Bookmark, Post, Repost

REPOST_TOLD = {
    "repost_id": "d.id::text",
    "user_id": "%(viewer)s::text",
    "post_id": "t.id::text",
    "author_id": "t.author_id::text",
}
PASS_ON = by_hand(
    f"""
    WITH t AS MATERIALIZED (
      SELECT x.id, x.author_id FROM posts x {BY} WHERE x.id = %(post)s AND {SEEN_BY_ALL}),
    done AS (
      INSERT INTO reposts (user_id, post_id) SELECT %(viewer)s, id FROM t WHERE {ME}
      ON CONFLICT DO NOTHING RETURNING id),
    told AS ({tell("post.reposted", "post", "t.id", "done d, t", **REPOST_TOLD)})
    SELECT EXISTS (SELECT FROM t), EXISTS (SELECT FROM done)
    """
)
PASS_NO_MORE = by_hand(
    "DELETE FROM reposts WHERE user_id = %(viewer)s AND post_id = %(post)s RETURNING id"
)
KEEP = by_hand(
    f"""
    WITH t AS MATERIALIZED (
      SELECT x.id FROM posts x {BY} WHERE x.id = %(post)s AND {SEEN}),
    done AS (
      INSERT INTO bookmarks AS b (user_id, bookmarkable_type, bookmarkable_id, folder)
      SELECT %(viewer)s, 'post', id, '' FROM t WHERE {ME}
      ON CONFLICT (user_id, bookmarkable_type, bookmarkable_id)
      DO UPDATE SET folder = excluded.folder WHERE b.folder <> excluded.folder RETURNING id)
    SELECT EXISTS (SELECT FROM t), EXISTS (SELECT FROM done)
    """
)
KEEP_NO_MORE = by_hand(
    """
    DELETE FROM bookmarks WHERE user_id = %(viewer)s AND bookmarkable_type = 'post'
    AND bookmarkable_id = %(post)s RETURNING id
    """
)


def _values(ask: Ask) -> dict[str, Any]:
    return {"viewer": ask.viewer, "post": ask.one}


@transaction.atomic
def _ordinary_repost(ask: Ask) -> None:
    user, post = actor(ask), seen(Post.objects.filter(pk=ask.one, visibility="public"), ask).get()
    repost, made = Repost.objects.get_or_create(user=user, post=post)
    if made:
        POST_REPOSTED.tell(
            of=post.pk,
            actor=user.pk,
            repost_id=repost.pk,
            user_id=user.pk,
            post_id=post.pk,
            author_id=post.author_id,
        )


def _ordinary_undo_repost(ask: Ask, made: object) -> None:
    Repost.objects.filter(user_id=ask.viewer, post_id=ask.one).delete()


@transaction.atomic
def _ordinary_bookmark(ask: Ask) -> None:
    user, post = actor(ask), seen(Post.objects.filter(pk=ask.one), ask).get()
    Bookmark.objects.update_or_create(
        user=user, bookmarkable_type="post", bookmarkable_id=post.pk, defaults={"folder": ""}
    )


def _ordinary_unbookmark(ask: Ask, made: object) -> None:
    Bookmark.objects.filter(
        user_id=ask.viewer, bookmarkable_type="post", bookmarkable_id=ask.one
    ).delete()


REPOST = WriteCase(
    "repost, undo",
    2,
    a_post,
    ours=Way(
        lambda ask: content.repost(ask.viewer, ask.one),
        lambda ask, made: content.undo_repost(ask.viewer, ask.one),
    ),
    floor=Way(
        lambda cursor, ask: PASS_ON(cursor, _values(ask)),
        lambda cursor, ask, made: PASS_NO_MORE(cursor, _values(ask)),
    ),
    ordinary=Way(_ordinary_repost, _ordinary_undo_repost),
    stands=lambda ask: Repost.objects.filter(user_id=ask.viewer, post_id=ask.one).exists(),
)
BOOKMARK = WriteCase(
    "bookmark, unbookmark",
    2,
    a_post,
    ours=Way(
        lambda ask: social.bookmark(ask.viewer, "post", ask.one),
        lambda ask, made: social.unbookmark(ask.viewer, "post", ask.one),
    ),
    floor=Way(
        lambda cursor, ask: KEEP(cursor, _values(ask)),
        lambda cursor, ask, made: KEEP_NO_MORE(cursor, _values(ask)),
    ),
    ordinary=Way(_ordinary_bookmark, _ordinary_unbookmark),
    stands=lambda ask: Bookmark.objects.filter(
        user_id=ask.viewer, bookmarkable_id=ask.one
    ).exists(),
)
