"""Posts: published with their hashtags and mentions, and taken away."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import JSONField, Q

from skeletal.actions.acting import ACTOR
from skeletal.actions.content.facts import POST_DELETED, POST_PUBLISHED
from skeletal.actions.content.naming import TAGGED, Named, Tagged, known_tags, rows_of
from skeletal.actions.content.owning import require_own
from skeletal.actions.content.reading import read_post
from skeletal.actions.repeating import once
from skeletal.db.prepared import BIGINTS, MOMENT, TEXT, TEXTS, TRUTH, Command, Param, write
from skeletal.errors import Forbidden, NotFound
from skeletal.models import Circle, MediaAttachment, Post, User
from skeletal.queries.visibility import VIEWER, Sight, visible
from skeletal.records import Id, Made, Record
from skeletal.records.social import Changed
from skeletal.rules.values import past

WAITING = Param("waiting", BIGINTS)
FREE = Q(post=None) & ~Q(processing_state="failed")
"""A file that may be attached."""
JSON: "JSONField[Any, Any]" = JSONField()


class Ready(Tagged, frozen=True, kw_only=True):
    """What a post is made of, as it stands before it is written."""

    allowed: bool
    has_circle: bool
    people: list[Id]
    files: list[str]


def publish_post(
    author_id: int,
    content: str,
    *,
    visibility: str = "public",
    circle_id: int | None = None,
    media_urls: Sequence[str] = (),
    media: Sequence[Mapping[str, Any]] = (),
    language: str = "",
    poll: Mapping[str, Any] | None = None,
    idempotency_key: str | None = None,
    at: datetime | None = None,
) -> Made:
    """Publish a post with the hashtags and mentions of its text; return its id.

    2 statements within BEGIN and COMMIT, 3 or 4 where a hashtag is new, 2 more with a key;
    whatever the number of followers, whom `jobs` serve. A mention names only people who see the
    author. A file of `media` has kind, url, mime and bytes, and may have width, height, duration
    (milliseconds), blurhash and alt_text; one of the author's own that was uploaded and waits is
    named by its `id` alone. Of `media_urls` nothing but the address is known. A `poll` has 2 to 10
    options, the seconds that it is open (5 minutes to 30 days), and may be multiple. `at` is the
    time of a post that comes from elsewhere.

    Raises InvalidInput, Forbidden for an account that is not active, NotFound for a circle that
    is not the author's own and for a file that is another's, stands on a post or failed, and
    Conflict for a key that stands for another post.
    """
    named, columns = read_post(
        content,
        visibility=visibility,
        circle_id=circle_id,
        media_urls=media_urls,
        media=media,
        language=language,
        poll=poll,
    )
    values = {"viewer": author_id, "actor": author_id, "at": past(at, "at"), **columns}
    return once(author_id, idempotency_key, values, lambda: _publish(named, values))


def delete_post(author_id: int, post_id: int) -> Changed:
    """Take a post away: 1 statement. Repeatable.

    Raises NotFound for a post that is absent or not visible, Forbidden for one of somebody else.
    """
    answer = _delete().first(actor=author_id, viewer=author_id, post_id=post_id)
    require_own(answer, "post")
    return Changed(changed=answer is not None and answer.changed)


def _publish(named: Named, values: dict[str, Any]) -> int:
    waiting = values["waiting"]
    ready = _ready().first(**values, names=list(named.tags), people=named.people)
    assert ready is not None  # noqa: S101 - the statement always gives one row
    if not ready.allowed:
        raise Forbidden("this account may not act")
    if values["circle"] is not None and not ready.has_circle:
        raise NotFound("no such circle")
    if len(ready.files) < len(waiting):
        raise NotFound("no such file")
    places = [place for place, url in enumerate(values["media_urls"]) if url is None]
    found = iter(ready.files)
    urls = [next(found) if url is None else url for url in values["media_urls"]]
    insert = _insert(
        values["circle"] is not None, bool(values["media"]), bool(values["options"]), bool(waiting)
    )
    made = insert.first(
        **{**values, "media_urls": urls},
        places=places,
        tags=list(named.tags.values()),
        tag_ids=rows_of(named.tags, ready.tags),
        people=ready.people,
    )
    if made is None:
        raise NotFound("no such circle or file")
    return made


@write(Ready)
def _ready() -> Command:
    people = visible(User.objects.filter(username__any=Param("people", TEXTS)), Sight.PERSON)
    circle = Circle.objects.filter(pk=Param("circle"), owner_id=VIEWER)
    files = MediaAttachment.objects.filter(FREE, owner_id=VIEWER, pk__any=WAITING)
    return Command(
        """
        WITH tags AS MATERIALIZED ({tags})
        SELECT {tagged}, EXISTS ({actor}) AS allowed, EXISTS ({circle}) AS has_circle,
               ARRAY({people}) AS people, ARRAY(
                   SELECT m.url FROM unnest(%(waiting)s) WITH ORDINALITY w (id, place)
                   JOIN ({files}) m ON m.id = w.id ORDER BY w.place
               ) AS files
        """,
        [WAITING],
        actor=ACTOR,
        circle=circle.values("id"),
        people=people.order_by("pk").values("id"),
        files=files.values("id", "url"),
        tags=known_tags(),
        tagged=TAGGED,
    )


HELD = """
held AS MATERIALIZED (SELECT FROM circles WHERE id = %(circle)s FOR KEY SHARE),
"""
"""A circle that goes at this moment takes no post."""
ATTACHED = """, attached AS (
    INSERT INTO media_attachments (owner_id, post_id, position, kind, url, mime, bytes, width,
                                   height, duration, blurhash, alt_text, processing_state)
    SELECT %(actor)s, made.id, m.*, 'ready'
    FROM made, jsonb_to_recordset(%(media)s) AS m (
        position smallint, kind text, url text, mime text, bytes bigint, width integer,
        height integer, duration integer, blurhash text, alt_text text
    )
)"""
TAKEN = """
taken AS MATERIALIZED (
    SELECT id FROM media_attachments
    WHERE id = ANY(%(waiting)s) AND owner_id = %(actor)s AND post_id IS NULL
    AND processing_state <> 'failed' ORDER BY id FOR UPDATE
),
"""
"""Of two posts that want one file at this moment one gets it, and the other is not written."""
ALL_TAKEN = "WHERE (SELECT count(*) FROM taken) = cardinality(%(waiting)s)"
PLACED = """, placed AS (
    UPDATE media_attachments m SET post_id = made.id, position = w.place
    FROM made, unnest(%(waiting)s, %(places)s) w (id, place) WHERE m.id = w.id
)"""
ASKED = """, asked AS (
    INSERT INTO polls (post_id, options, multiple, expires_at)
    SELECT made.id, %(options)s, %(multiple)s,
           coalesce(%(at)s, now()) + make_interval(secs => %(seconds)s)
    FROM made
)"""


@write(int)
def _insert(circle: bool, media: bool, poll: bool, waiting: bool) -> Command:
    told = POST_PUBLISHED.row(
        "made",
        of="made.id",
        actor="%(actor)s",
        post_id="made.id",
        author_id="%(actor)s",
        visibility="%(visibility)s",
        circle_id="%(circle)s",
        mentioned="%(people)s",
    )
    return Command(
        """
        WITH {held} {taken} made AS (
            INSERT INTO posts (id, author_id, content, media_urls, hashtags, visibility,
                               circle_id, language, status, created_at, updated_at)
            SELECT CASE WHEN %(at)s IS NULL THEN daira_id() ELSE daira_id(%(at)s) END,
                   %(actor)s, %(content)s, %(media_urls)s, %(tags)s, %(visibility)s, %(circle)s,
                   %(language)s, 'published', coalesce(%(at)s, now()), now() {from_held}
            {all_taken}
            RETURNING id
        ), tagged AS (
            INSERT INTO post_hashtags (post_id, hashtag_id, listed)
            SELECT made.id, tag, %(visibility)s = 'public' FROM made, unnest(%(tag_ids)s) tag
        ), named AS (
            INSERT INTO mentions (post_id, user_id, silent)
            SELECT made.id, person, false FROM made, unnest(%(people)s) person
        ) {attached} {placed} {asked}, told AS ({told})
        SELECT id FROM made
        """,
        [
            *(Param(name, TEXT) for name in ("content", "visibility", "language")),
            *(Param(name, TEXTS) for name in ("media_urls", "tags", "options")),
            *(Param(name, BIGINTS) for name in ("tag_ids", "people", "places")),
            *(Param(name) for name in ("actor", "circle", "seconds")),
            WAITING,
            Param("multiple", TRUTH),
            Param("media", JSON),
            Param("at", MOMENT),
        ],
        held=HELD if circle else "",
        from_held="FROM held" if circle else "",
        taken=TAKEN if waiting else "",
        all_taken=ALL_TAKEN if waiting else "",
        attached=ATTACHED if media else "",
        placed=PLACED if waiting else "",
        asked=ASKED if poll else "",
        told=told,
    )


class Deleted(Record, frozen=True, kw_only=True):
    """The answer of the statement."""

    own: bool
    seen: bool
    changed: bool


@write(Deleted)
def _delete() -> Command:
    told = POST_DELETED.row(
        "gone", of="gone.id", actor="%(actor)s", post_id="gone.id", author_id="%(actor)s"
    )
    return Command(
        """
        WITH gone AS (
            UPDATE posts SET deleted_at = now(), updated_at = now()
            WHERE id = %(post_id)s AND author_id = %(actor)s AND deleted_at IS NULL RETURNING id
        ), told AS ({told})
        SELECT author_id = %(actor)s AS own, EXISTS ({seen}) AS seen,
               EXISTS (SELECT FROM gone) AS changed
        FROM ({post}) post
        """,
        [Param("actor")],
        seen=visible(Post.objects.filter(pk=Param("post_id")), Sight.PERSON).values("id"),
        post=Post.objects.filter(pk=Param("post_id")).values("author_id"),
        told=told,
    )
