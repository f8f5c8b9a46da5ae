"""Comments: added and taken away."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from skeletal.actions import content
from skeletal.actions.content.facts import COMMENT_ADDED, COMMENT_DELETED
from skeletal.management.bench.floor import Cursor
from skeletal.management.bench.ordinary import seen
from skeletal.management.bench.subjects import Ask, Subjects
from skeletal.management.bench.writes.case import (
    BY,
    HEARD,
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
from skeletal.management.bench.writes.texts import NAME, people_of
from skeletal.models import Comment, Mention, Post

TOLD = {
    "comment_id": "c.id::text",
    "author_id": "%(viewer)s::text",
    "post_id": "%(post)s::text",
    "video_id": "NULL",
    "parent_id": "NULL",
    "answered_id": "%(answered)s::text",
    "mentioned": "to_jsonb(%(people_ids)s::bigint[]::text[])",
}
GONE = {
    "comment_id": "c.id::text",
    "author_id": "c.author_id::text",
    "post_id": "c.post_id::text",
    "video_id": "c.video_id::text",
}
READY = by_hand(
    f"""
    SELECT {ME}, (SELECT x.author_id FROM posts x {BY} WHERE x.id = %(post)s AND {SEEN}), {NAMED}
    """
)
ADD = by_hand(
    f"""
    WITH c AS (
      INSERT INTO comments (author_id, post_id, depth, content, status, created_at, updated_at)
      VALUES (%(viewer)s, %(post)s, 0, %(content)s, 'published', now(), now()) RETURNING id),
    named AS (
      INSERT INTO mentions (comment_id, user_id, silent)
      SELECT c.id, person, false FROM c, unnest(%(people_ids)s::bigint[]) person),
    told AS ({tell("comment.added", "comment", "c.id", "c", **TOLD)})
    SELECT id FROM c
    """
)
DELETE = by_hand(
    f"""
    WITH held AS MATERIALIZED (
      SELECT id, %(viewer)s IN (author_id, (SELECT author_id FROM posts p WHERE p.id = post_id),
                                (SELECT author_id FROM videos v WHERE v.id = video_id)) AS own
      FROM comments WHERE id = %(comment)s),
    c AS (
      UPDATE comments SET deleted_at = now(), updated_at = now() FROM held
      WHERE comments.id = held.id AND own AND deleted_at IS NULL
      RETURNING comments.id, author_id, post_id, video_id),
    told AS ({tell("comment.deleted", "comment", "c.id", "c", **GONE)})
    SELECT own, EXISTS (SELECT FROM c), own OR EXISTS (
      SELECT FROM comments x {BY} WHERE x.id = held.id AND {HEARD}) FROM held
    """
)


def _words(from_: Subjects, viewer: int) -> Ask:
    text = naming(from_, tags=0, people=1)
    return Ask(viewer, from_.chance.choice(from_.posts), text=text)


def _by_hand(cursor: Cursor, ask: Ask) -> Any:
    people = [name.lower() for name in NAME.findall(ask.text)]
    values: dict[str, Any] = {"viewer": ask.viewer, "post": ask.one, "people": people}
    with cursor.connection.transaction():
        [(allowed, answered, people_ids)] = READY(cursor, values)
        if not allowed or answered is None:
            raise LookupError("an account that may not act, or no such post")
        values |= {"content": ask.text, "answered": answered, "people_ids": people_ids}
        [(comment,)] = ADD(cursor, values)
    return comment


def _by_hand_delete(cursor: Cursor, ask: Ask, comment: int) -> None:
    DELETE(cursor, {"viewer": ask.viewer, "comment": comment})


@transaction.atomic
def _ordinary(ask: Ask) -> Comment:
    author, post = actor(ask), seen(Post.objects.filter(pk=ask.one), ask).get()
    comment = Comment.objects.create(author=author, post=post, content=ask.text)
    people = people_of({"people": NAME.findall(ask.text)}, ask)
    Mention.objects.bulk_create([Mention(comment=comment, user=person) for person in people])
    COMMENT_ADDED.tell(
        of=comment.pk,
        actor=author.pk,
        comment_id=comment.pk,
        author_id=author.pk,
        post_id=post.pk,
        video_id=None,
        parent_id=None,
        answered_id=post.author_id,
        mentioned=[person.pk for person in people],
    )
    return comment


@transaction.atomic
def _ordinary_delete(ask: Ask, made: Comment) -> None:
    comment = Comment.objects.get(pk=made.pk, author_id=ask.viewer, deleted_at=None)
    comment.deleted_at = timezone.now()
    comment.save(update_fields=["deleted_at", "updated_at"])
    COMMENT_DELETED.tell(
        of=comment.pk,
        actor=ask.viewer,
        comment_id=comment.pk,
        author_id=ask.viewer,
        post_id=comment.post_id,
        video_id=None,
    )


ADD_COMMENT = WriteCase(
    "add_comment, delete_comment",
    3,
    _words,
    ours=Way(
        lambda ask: content.add_comment(ask.viewer, ask.one, ask.text).id,
        lambda ask, comment: content.delete_comment(ask.viewer, comment),
    ),
    floor=Way(_by_hand, _by_hand_delete),
    ordinary=Way(_ordinary, _ordinary_delete),
)
