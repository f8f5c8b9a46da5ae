"""Posts that get another text, and the one before again."""

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from skeletal.actions import content
from skeletal.actions.content.facts import POST_EDITED
from skeletal.management.bench.floor import Cursor
from skeletal.management.bench.subjects import Ask, Subjects
from skeletal.management.bench.writes.case import (
    BY,
    ME,
    NAMED,
    SEEN,
    Way,
    WriteCase,
    actor,
    by_hand,
    naming,
    tell,
)
from skeletal.management.bench.writes.posts import TAGS
from skeletal.management.bench.writes.texts import named, people_of, tags_of
from skeletal.models import Mention, Post, PostHashtag, PostRevision

PLAIN = "A text that names nobody and nothing."
TOLD = {
    "post_id": "%(post)s::text",
    "author_id": "%(viewer)s::text",
    "version": "k.version",
    "mentioned": "to_jsonb(ARRAY(SELECT user_id::text FROM named))",
}
LOCK = by_hand("SELECT id FROM posts WHERE id = %(post)s FOR NO KEY UPDATE")
BEFORE = by_hand(
    f"""
    WITH t AS MATERIALIZED ({TAGS})
    SELECT {ME}, (SELECT count(*) FROM t), ARRAY(SELECT id FROM t WHERE usable ORDER BY id),
           {NAMED}, o.author_id = %(viewer)s, o.deleted_at IS NOT NULL OR o.status <> 'published',
           o.content, cardinality(o.media_urls) > 0,
           (SELECT coalesce(max(version), 0) FROM post_revisions WHERE post_id = o.id),
           o.author_id = %(viewer)s
           OR EXISTS (SELECT FROM posts x {BY} WHERE x.id = o.id AND {SEEN})
    FROM posts o WHERE o.id = %(post)s
    """
)
EDIT = by_hand(
    f"""
    WITH k AS (
      INSERT INTO post_revisions (post_id, version, content, media_urls)
      SELECT id, %(edits)s + 1, content, media_urls FROM posts WHERE id = %(post)s
      RETURNING version),
    edited AS (
      UPDATE posts SET content = %(content)s, hashtags = %(tags)s::text[], edited_at = now(),
                       updated_at = now() WHERE id = %(post)s),
    untagged AS (
      DELETE FROM post_hashtags
      WHERE post_id = %(post)s AND hashtag_id <> ALL(%(tag_ids)s::bigint[])),
    tagged AS (
      INSERT INTO post_hashtags (post_id, hashtag_id)
      SELECT %(post)s, tag FROM unnest(%(tag_ids)s::bigint[]) tag ON CONFLICT DO NOTHING),
    unnamed AS (
      DELETE FROM mentions WHERE post_id = %(post)s AND user_id <> ALL(%(people_ids)s::bigint[])),
    named AS (
      INSERT INTO mentions (post_id, user_id, silent)
      SELECT %(post)s, person, false FROM unnest(%(people_ids)s::bigint[]) person
      ON CONFLICT DO NOTHING RETURNING user_id),
    told AS ({tell("post.edited", "post", "%(post)s", "k", **TOLD)})
    SELECT version FROM k
    """
)


def _text(from_: Subjects, viewer: int) -> Ask:
    return Ask(viewer, text=naming(from_, tags=3, people=2))


def _own_post(ask: Ask) -> Ask:
    return replace(ask, one=content.publish_post(ask.viewer, PLAIN).id)


def _by_hand(cursor: Cursor, ask: Ask, text: str) -> None:
    values: dict[str, Any] = {"viewer": ask.viewer, "post": ask.one, **named(text)}
    with cursor.connection.transaction():
        LOCK(cursor, values)
        [(allowed, known, tags, people, own, gone, before, _, edits, _)] = BEFORE(cursor, values)
        if not (allowed and own) or gone or known < len(values["names"]):
            raise LookupError("a post that is not to be edited, or a new hashtag")
        if before != text:
            EDIT(cursor, {**values, "tag_ids": tags, "people_ids": people, "edits": edits})


@transaction.atomic
def _ordinary(ask: Ask, text: str) -> None:
    author, values = actor(ask), named(text)
    post = Post.objects.select_for_update(no_key=True).get(
        pk=ask.one, author=author, deleted_at=None, status="published"
    )
    if post.content == text:
        return
    last = PostRevision.objects.filter(post=post).aggregate(last=Max("version"))["last"] or 0
    revision = PostRevision.objects.create(
        post=post, version=last + 1, content=post.content, media_urls=post.media_urls
    )
    post.content, post.hashtags, post.edited_at = text, values["tags"], timezone.now()
    post.save(update_fields=["content", "hashtags", "edited_at", "updated_at"])
    tags = tags_of(values)
    PostHashtag.objects.filter(post=post).exclude(hashtag__in=tags).delete()
    for tag in tags:
        PostHashtag.objects.get_or_create(post=post, hashtag=tag)
    fresh = _mention(post, people_of(values, ask))
    POST_EDITED.tell(
        of=post.pk,
        actor=author.pk,
        post_id=post.pk,
        author_id=author.pk,
        version=revision.version,
        mentioned=fresh,
    )


def _mention(post: Post, people: list[Any]) -> list[int]:
    Mention.objects.filter(post=post).exclude(user__in=people).delete()
    made = [(one.pk, Mention.objects.get_or_create(post=post, user=one)[1]) for one in people]
    return [person for person, fresh in made if fresh]


EDIT_POST = WriteCase(
    "edit_post, back again",
    6,
    _text,
    ours=Way(
        lambda ask: content.edit_post(ask.viewer, ask.one, content=ask.text),
        lambda ask, made: content.edit_post(ask.viewer, ask.one, content=PLAIN),
    ),
    floor=Way(
        lambda cursor, ask: _by_hand(cursor, ask, ask.text),
        lambda cursor, ask, made: _by_hand(cursor, ask, PLAIN),
    ),
    ordinary=Way(lambda ask: _ordinary(ask, ask.text), lambda ask, made: _ordinary(ask, PLAIN)),
    prepare=_own_post,
)
