"""Comments on posts and videos, in threads."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from skeletal.actions.acting import ACTOR
from skeletal.actions.content.facts import COMMENT_ADDED
from skeletal.actions.content.naming import named_in
from skeletal.actions.repeating import once
from skeletal.db.prepared import BIGINTS, MOMENT, TEXT, TEXTS, Command, Param, write
from skeletal.errors import Forbidden, InvalidInput, NotFound
from skeletal.models import Comment, Post, User, Video
from skeletal.models.content.comments import MAX_DEPTH
from skeletal.queries.visibility import Sight, visible
from skeletal.records import Id, Made, Record
from skeletal.rules import limits, texts
from skeletal.rules.values import past


class Ready(Record, frozen=True, kw_only=True):
    """Where a comment hangs, as it stands before it is written."""

    allowed: bool
    target_author: Id | None
    parent: Id | None
    parent_author: Id | None
    root: Id | None
    depth: int
    people: list[Id]


def add_comment(
    author_id: int,
    post_id: int | None,
    content: str,
    parent_id: int | None = None,
    *,
    video_id: int | None = None,
    idempotency_key: str | None = None,
    at: datetime | None = None,
) -> Made:
    """Answer a post or a video, or a comment of its thread; return the comment's id.

    2 statements within BEGIN and COMMIT, 2 more with a key. A mention names only people who see
    the author. `at` is the time of a comment that comes from elsewhere. Raises InvalidInput,
    Forbidden for an account that is not active, NotFound for a post, video or parent that is
    absent, not visible or of another thread, and Conflict for a key that stands for another
    comment.
    """
    if (post_id is None) == (video_id is None):
        raise InvalidInput("a comment answers a post or a video", field="post_id")
    people = named_in(texts.text(content, field="content", most=limits.COMMENT, least=1)).people
    values: dict[str, Any] = {
        "viewer": author_id,
        "actor": author_id,
        "target": post_id if video_id is None else video_id,
        "parent": parent_id,
        "content": content,
        "at": past(at, "at"),
    }
    kind = "post" if video_id is None else "video"
    return once(
        author_id,
        idempotency_key,
        {**values, "kind": kind},
        lambda: _add(kind, {**values, "names": people}),
    )


def _add(kind: str, values: dict[str, Any]) -> int:
    ready = _ready(kind).first(**values)
    assert ready is not None  # noqa: S101 - the statement always gives one row
    if not ready.allowed:
        raise Forbidden("this account may not act")
    if ready.target_author is None:
        raise NotFound(f"no such {kind}")
    if values["parent"] is not None and ready.parent is None:
        raise NotFound("no such comment in this thread")
    if ready.depth > MAX_DEPTH:
        raise InvalidInput(f"a thread is at most {MAX_DEPTH} deep", field="parent_id")
    answered = ready.parent_author or ready.target_author
    made = _insert(kind).first(
        **values, root=ready.root, depth=ready.depth, people=ready.people, answered=answered
    )
    assert made is not None  # noqa: S101 - an INSERT of one row
    return made


def _target(kind: str) -> "QuerySet[Any]":
    rows: QuerySet[Any] = Post.objects.all() if kind == "post" else Video.objects.all()
    return visible(rows.filter(pk=Param("target")), Sight.PERSON).values("id", "author_id")


@write(Ready)
def _ready(kind: str) -> Command:
    thread: QuerySet[Any] = Comment.objects.filter(
        **{"pk": Param("parent"), f"{kind}_id": Param("target")}
    )
    people = visible(User.objects.filter(username__any=Param("names", TEXTS)), Sight.PERSON)
    return Command(
        """
        SELECT EXISTS ({actor}) AS allowed, target.author_id AS target_author,
               parent.id AS parent, parent.author_id AS parent_author,
               coalesce(parent.root_id, parent.id) AS root,
               coalesce(parent.depth + 1, 0) AS depth, ARRAY({people}) AS people
        FROM (SELECT) one LEFT JOIN ({target}) target ON true LEFT JOIN ({parent}) parent ON true
        """,
        actor=ACTOR,
        target=_target(kind),
        parent=visible(thread, Sight.PERSON).values("id", "author_id", "root_id", "depth"),
        people=people.order_by("pk").values("id"),
    )


@write(int)
def _insert(kind: str) -> Command:
    post, video = ("%(target)s", "NULL") if kind == "post" else ("NULL", "%(target)s")
    told = COMMENT_ADDED.row(
        "made",
        of="made.id",
        actor="%(actor)s",
        comment_id="made.id",
        author_id="%(actor)s",
        post_id=post,
        video_id=video,
        parent_id="%(parent)s",
        answered_id="%(answered)s",
        mentioned="%(people)s",
    )
    return Command(
        """
        WITH made AS (
            INSERT INTO comments (id, author_id, post_id, video_id, parent_id, root_id, depth,
                                  content, status, created_at, updated_at)
            VALUES (CASE WHEN %(at)s IS NULL THEN daira_id() ELSE daira_id(%(at)s) END,
                    %(actor)s, {post}, {video}, %(parent)s, %(root)s, %(depth)s, %(content)s,
                    'published', coalesce(%(at)s, now()), now())
            RETURNING id
        ), named AS (
            INSERT INTO mentions (comment_id, user_id, silent)
            SELECT made.id, person, false FROM made, unnest(%(people)s) person
        ), told AS ({told})
        SELECT id FROM made
        """,
        [
            *(Param(name) for name in ("actor", "target", "parent", "root", "depth", "answered")),
            Param("content", TEXT),
            Param("people", BIGINTS),
            Param("at", MOMENT),
        ],
        post=post,
        video=video,
        told=told,
    )
