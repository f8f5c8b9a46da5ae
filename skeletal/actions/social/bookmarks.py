"""Bookmarks of posts and videos: one statement each. Nobody else learns of them."""

from typing import Any

from django.db.models import QuerySet

from skeletal.actions.acting import ACTOR, require
from skeletal.db.prepared import TEXT, Command, Param, write
from skeletal.errors import InvalidInput
from skeletal.models import Post, Video
from skeletal.queries.visibility import Sight, visible
from skeletal.records import Record
from skeletal.records.social import Changed
from skeletal.rules import limits, texts

KEPT: "dict[str, type[Post | Video]]" = {"post": Post, "video": Video}


class Bookmarked(Record, frozen=True, kw_only=True):
    """The answer of the statement."""

    allowed: bool
    found: bool
    changed: bool


def bookmark(
    user_id: int, bookmarkable_type: str, bookmarkable_id: int, folder: str = ""
) -> Changed:
    """Keep a post or a video in a folder ("" is none), or move it to another one: 1 statement.

    Repeatable. A folder's name has at most 50 characters. Raises Forbidden for an account that
    is not active, NotFound for a thing that is absent or not visible to it, InvalidInput for a
    type that cannot be kept and for a name that no folder can have.
    """
    answer = _bookmark(_kind(bookmarkable_type)).first(
        actor=user_id,
        viewer=user_id,
        kind=bookmarkable_type,
        thing=bookmarkable_id,
        folder=texts.text(folder, field="folder", most=limits.FOLDER_NAME).strip(),
    )
    return Changed(changed=require(answer, bookmarkable_type).changed)


def unbookmark(user_id: int, bookmarkable_type: str, bookmarkable_id: int) -> Changed:
    """Keep it no longer: 1 statement. Repeatable, and possible when it is gone from sight."""
    gone = _unbookmark().first(actor=user_id, kind=_kind(bookmarkable_type), thing=bookmarkable_id)
    return Changed(changed=gone is not None)


def _kind(bookmarkable_type: str) -> str:
    if not isinstance(bookmarkable_type, str) or bookmarkable_type not in KEPT:
        raise InvalidInput("bookmarkable_type must be post or video", field="bookmarkable_type")
    return bookmarkable_type


@write(Bookmarked)
def _bookmark(kind: str) -> Command:
    things: QuerySet[Any] = KEPT[kind]._default_manager.filter(pk=Param("thing"))
    return Command(
        """
        WITH actor AS MATERIALIZED ({actor}), target AS MATERIALIZED ({target}),
        done AS (
            INSERT INTO bookmarks AS b (user_id, bookmarkable_type, bookmarkable_id, folder)
            SELECT actor.id, %(kind)s, target.id, %(folder)s FROM actor, target
            ON CONFLICT (user_id, bookmarkable_type, bookmarkable_id)
            DO UPDATE SET folder = excluded.folder WHERE b.folder <> excluded.folder RETURNING id
        )
        SELECT EXISTS (SELECT FROM actor) AS allowed, EXISTS (SELECT FROM target) AS found,
               EXISTS (SELECT FROM done) AS changed
        """,
        [Param("kind", TEXT), Param("folder", TEXT)],
        actor=ACTOR,
        target=visible(things, Sight.PERSON).values("id"),
    )


@write(int)
def _unbookmark() -> Command:
    return Command(
        """
        DELETE FROM bookmarks WHERE user_id = %(actor)s AND bookmarkable_type = %(kind)s
        AND bookmarkable_id = %(thing)s RETURNING id
        """,
        [Param("actor"), Param("kind", TEXT), Param("thing")],
    )
