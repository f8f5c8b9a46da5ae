"""Posts with hashtags and mentions: published and taken away."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from skeletal.actions import content
from skeletal.actions.content.facts import POST_DELETED, POST_PUBLISHED
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
from skeletal.management.bench.writes.texts import named, people_of, tags_of
from skeletal.models import Mention, Post, PostHashtag

TOLD = {
    "post_id": "p.id::text",
    "author_id": "%(viewer)s::text",
    "visibility": "'public'",
    "circle_id": "NULL",
    "mentioned": "to_jsonb(%(people_ids)s::bigint[]::text[])",
}
GONE = {"post_id": "p.id::text", "author_id": "%(viewer)s::text"}
TAGS = "SELECT id, usable FROM hashtags WHERE name = ANY(%(names)s::text[])"
READY = by_hand(
    f"""
    WITH t AS MATERIALIZED ({TAGS})
    SELECT {ME}, (SELECT count(*) FROM t), ARRAY(SELECT id FROM t WHERE usable ORDER BY id), {NAMED}
    """
)
PUBLISH = by_hand(
    f"""
    WITH p AS (
      INSERT INTO posts (author_id, content, media_urls, hashtags, visibility, language, status,
                         created_at, updated_at)
      VALUES (%(viewer)s, %(content)s, '{{}}', %(tags)s::text[], 'public', '', 'published',
              now(), now()) RETURNING id),
    tagged AS (
      INSERT INTO post_hashtags (post_id, hashtag_id)
      SELECT p.id, tag FROM p, unnest(%(tag_ids)s::bigint[]) tag),
    named AS (
      INSERT INTO mentions (post_id, user_id, silent)
      SELECT p.id, person, false FROM p, unnest(%(people_ids)s::bigint[]) person),
    told AS ({tell("post.published", "post", "p.id", "p", **TOLD)})
    SELECT id FROM p
    """
)
DELETE = by_hand(
    f"""
    WITH p AS (
      UPDATE posts SET deleted_at = now(), updated_at = now()
      WHERE id = %(post)s AND author_id = %(viewer)s AND deleted_at IS NULL RETURNING id),
    told AS ({tell("post.deleted", "post", "p.id", "p", **GONE)})
    SELECT o.author_id = %(viewer)s, EXISTS (SELECT FROM p),
           o.author_id = %(viewer)s
           OR EXISTS (SELECT FROM posts x {BY} WHERE x.id = o.id AND {SEEN})
    FROM posts o WHERE o.id = %(post)s
    """
)


def _text(from_: Subjects, viewer: int) -> Ask:
    return Ask(viewer, text=naming(from_, tags=3, people=2))


def ready(cursor: Cursor, values: dict[str, Any]) -> None:
    """Add the ids of the hashtags and of the people to the values."""
    [(allowed, known, values["tag_ids"], values["people_ids"])] = READY(cursor, values)
    if not allowed or known < len(values["names"]):
        raise LookupError("an account that may not act, or a new hashtag")


def _by_hand(cursor: Cursor, ask: Ask) -> Any:
    values = {"viewer": ask.viewer, **named(ask.text)}
    with cursor.connection.transaction():
        ready(cursor, values)
        [(post,)] = PUBLISH(cursor, values)
    return post


def _by_hand_delete(cursor: Cursor, ask: Ask, post: int) -> None:
    DELETE(cursor, {"viewer": ask.viewer, "post": post})


@transaction.atomic
def _ordinary(ask: Ask) -> Post:
    author, values = actor(ask), named(ask.text)
    post = Post.objects.create(author=author, content=ask.text, hashtags=values["tags"])
    PostHashtag.objects.bulk_create(
        [PostHashtag(post=post, hashtag=tag) for tag in tags_of(values)]
    )
    people = people_of(values, ask)
    Mention.objects.bulk_create([Mention(post=post, user=person) for person in people])
    POST_PUBLISHED.tell(
        of=post.pk,
        actor=author.pk,
        post_id=post.pk,
        author_id=author.pk,
        visibility="public",
        circle_id=None,
        mentioned=[person.pk for person in people],
    )
    return post


@transaction.atomic
def _ordinary_delete(ask: Ask, made: Post) -> None:
    post = Post.objects.get(pk=made.pk, author_id=ask.viewer, deleted_at=None)
    post.deleted_at = timezone.now()
    post.save(update_fields=["deleted_at", "updated_at"])
    POST_DELETED.tell(of=post.pk, actor=ask.viewer, post_id=post.pk, author_id=ask.viewer)


PUBLISH_POST = WriteCase(
    "publish_post, delete_post",
    3,
    _text,
    ours=Way(
        lambda ask: content.publish_post(ask.viewer, ask.text).id,
        lambda ask, post: content.delete_post(ask.viewer, post),
    ),
    floor=Way(_by_hand, _by_hand_delete),
    ordinary=Way(_ordinary, _ordinary_delete),
)
