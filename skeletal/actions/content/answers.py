"""Comments that are changed or taken away."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from skeletal.actions.acting import ACTOR
from skeletal.actions.content.facts import COMMENT_DELETED, COMMENT_EDITED
from skeletal.actions.content.naming import named_in
from skeletal.actions.content.owning import require_own
from skeletal.db.prepared import TEXT, TEXTS, Command, Param, write
from skeletal.db.transactions import execute_transaction
from skeletal.errors import Forbidden, NotFound
from skeletal.models import Comment, Post, User, Video
from skeletal.queries.visibility import Sight, visible
from skeletal.records import Record
from skeletal.records.social import Changed
from skeletal.rules import limits, texts


class Deleted(Record, frozen=True, kw_only=True):
    """The answer of the statement."""

    own: bool
    seen: bool
    changed: bool


class Edited(Record, frozen=True, kw_only=True):
    """The answer of the statement."""

    allowed: bool
    own: bool
    seen: bool
    changed: bool


def edit_comment(author_id: int, comment_id: int, *, content: str) -> Changed:
    """Give a comment another text, whose mentions follow: 2 statements within BEGIN and COMMIT.

    The text before is not kept. The same text again changes nothing. Raises InvalidInput, NotFound
    for a comment that is absent or not visible, also because what it answers is not, Forbidden for
    one of somebody else and for an account that is not active.
    """
    text = texts.text(content, field="content", most=limits.COMMENT, least=1)
    values: dict[str, Any] = {"actor": author_id, "viewer": author_id, "comment": comment_id}
    names = named_in(text).people

    def work() -> Edited | None:
        _lock().first(comment=comment_id)
        return _edit().first(**values, content=text, names=names)

    answer = execute_transaction(work)
    require_own(answer, "comment")
    if answer is None or not answer.allowed:
        raise Forbidden("this account may not act")
    if not answer.seen:
        raise NotFound("no such comment")
    return Changed(changed=answer.changed)


def delete_comment(user_id: int, comment_id: int) -> Changed:
    """Take a comment away, as its author or as the author of what it answers: 1 statement.

    Its answers stay. Repeatable. Raises NotFound for a comment that is absent or not visible,
    Forbidden for one that is not theirs to take.
    """
    answer = _delete().first(actor=user_id, viewer=user_id, comment=comment_id)
    require_own(answer, "comment")
    return Changed(changed=answer is not None and answer.changed)


def _seen() -> "QuerySet[Any, Any]":
    """The comment, where what it answers is seen as well."""
    post = visible(Post.objects.filter(pk=OuterRef("post_id")), Sight.PERSON)
    video = visible(Video.objects.filter(pk=OuterRef("video_id")), Sight.PERSON)
    rows = Comment.objects.filter(Q(Exists(post)) | Q(Exists(video)), pk=Param("comment"))
    return visible(rows, Sight.PERSON).values("id")


@write(int)
def _lock() -> Command:
    """In a statement of its own: the next one sees what an edit before this one left."""
    return Command(
        "SELECT id FROM comments WHERE id = %(comment)s FOR NO KEY UPDATE", [Param("comment")]
    )


@write(Edited)
def _edit() -> Command:
    people = visible(User.objects.filter(username__any=Param("names", TEXTS)), Sight.PERSON)
    told = COMMENT_EDITED.row(
        "edited",
        of="edited.id",
        actor="%(actor)s",
        comment_id="edited.id",
        author_id="%(actor)s",
        post_id="edited.post_id",
        video_id="edited.video_id",
        mentioned="ARRAY(SELECT user_id FROM named)",
    )
    return Command(
        """
        WITH actor AS MATERIALIZED ({actor}), seen AS MATERIALIZED ({seen}),
        held AS MATERIALIZED (
            SELECT author_id = %(actor)s AS own FROM comments WHERE id = %(comment)s
        ), edited AS (
            UPDATE comments SET content = %(content)s, edited_at = now(), updated_at = now()
            FROM actor, seen
            WHERE comments.id = seen.id AND author_id = actor.id AND content <> %(content)s
            RETURNING comments.id, post_id, video_id
        ), people AS MATERIALIZED ({people}),
        unnamed AS (
            DELETE FROM mentions USING edited
            WHERE comment_id = edited.id AND user_id NOT IN (SELECT id FROM people)
        ), named AS (
            INSERT INTO mentions (comment_id, user_id, silent)
            SELECT edited.id, people.id, false FROM edited, people
            ON CONFLICT DO NOTHING RETURNING user_id
        ), told AS ({told})
        SELECT EXISTS (SELECT FROM actor) AS allowed, own, EXISTS (SELECT FROM seen) AS seen,
               EXISTS (SELECT FROM edited) AS changed
        FROM held
        """,
        [Param("actor"), Param("comment"), Param("content", TEXT)],
        actor=ACTOR,
        seen=_seen(),
        people=people.order_by("pk").values("id"),
        told=told,
    )


@write(Deleted)
def _delete() -> Command:
    told = COMMENT_DELETED.row(
        "gone",
        of="gone.id",
        actor="%(actor)s",
        comment_id="gone.id",
        author_id="gone.author_id",
        post_id="gone.post_id",
        video_id="gone.video_id",
    )
    return Command(
        """
        WITH held AS MATERIALIZED (
            SELECT c.id, %(actor)s IN (
                c.author_id, (SELECT author_id FROM posts WHERE id = c.post_id),
                (SELECT author_id FROM videos WHERE id = c.video_id)
            ) AS own
            FROM comments c WHERE c.id = %(comment)s
        ), gone AS (
            UPDATE comments SET deleted_at = now(), updated_at = now() FROM held
            WHERE comments.id = held.id AND held.own AND deleted_at IS NULL
            RETURNING comments.id, author_id, post_id, video_id
        ), told AS ({told})
        SELECT coalesce(own, false) AS own, EXISTS ({seen}) AS seen,
               EXISTS (SELECT FROM gone) AS changed
        FROM held
        """,
        [Param("actor"), Param("comment")],
        seen=_seen(),
        told=told,
    )
