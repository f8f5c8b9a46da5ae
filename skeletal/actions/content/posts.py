"""Posts: published with their hashtags and mentions, and taken away."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from skeletal.actions.acting import ACTOR
from skeletal.actions.content.facts import POST_DELETED, POST_PUBLISHED
from skeletal.actions.content.naming import TEXTS, Named, Tag, named_in, rows_of
from skeletal.actions.content.polls import NewPoll, read_poll
from skeletal.actions.repeating import once
from skeletal.db.prepared import BIGINTS, MOMENT, TEXT, Command, Param, write
from skeletal.errors import Forbidden, InvalidInput, NotFound
from skeletal.models import Circle, Hashtag, Poll, Post, User
from skeletal.queries.visibility import VIEWER, Sight, visible
from skeletal.records import Id, Made, Record
from skeletal.records.social import Changed
from skeletal.rules import contacts, limits, texts

AUDIENCES = ("public", "followers", "circle", "private")


class Ready(Record, frozen=True, kw_only=True):
    """What a post is made of, as it stands before it is written."""

    allowed: bool
    has_circle: bool
    people: list[Id]
    tag_ids: list[Id]
    tag_names: list[str]
    tag_usable: list[bool]

    @property
    def tags(self) -> list[Tag]:
        """The hashtags that are known."""
        columns = zip(self.tag_ids, self.tag_names, self.tag_usable, strict=True)
        return [Tag(id=id_, name=name, usable=usable) for id_, name, usable in columns]


def publish_post(
    author_id: int,
    content: str,
    *,
    visibility: str = "public",
    circle_id: int | None = None,
    media_urls: Sequence[str] = (),
    language: str = "",
    poll: NewPoll | None = None,
    idempotency_key: str | None = None,
    at: datetime | None = None,
) -> Made:
    """Publish a post with the hashtags and mentions of its text; return its id.

    2 statements within BEGIN and COMMIT, 3 or 4 where a hashtag is new, 1 more with a poll, 2 with
    a key; whatever the number of followers, whom `jobs` serve. A mention names only people who
    see the author. `at` is the time of a post that comes from elsewhere. Raises InvalidInput,
    Forbidden for an account that is not active, NotFound for a circle that is not the author's
    own, and Conflict for a key that stands for another post.
    """
    named = named_in(texts.text(content, field="content", most=limits.POST))
    urls = _urls(media_urls)
    if not content.strip() and not urls:
        raise InvalidInput("a post has a text or a file", field="content")
    _require_audience(visibility, circle_id)
    values: dict[str, Any] = {
        "viewer": author_id,
        "actor": author_id,
        "content": content,
        "visibility": visibility,
        "circle": circle_id,
        "media_urls": urls,
        "language": texts.text(language, field="language", most=limits.LOCALE),
        "at": at,
    }
    asked = read_poll(poll) if poll else None

    def work() -> int:
        made = _publish(named, values)
        if asked:
            Poll.objects.create(post_id=made, **asked)
        return made

    return once(author_id, idempotency_key, values | {"poll": poll}, work)


def delete_post(author_id: int, post_id: int) -> Changed:
    """Take a post away: 1 statement. Repeatable.

    Raises NotFound for a post that is absent, Forbidden for one of somebody else.
    """
    answer = _delete().first(actor=author_id, post_id=post_id)
    if answer is None:
        raise NotFound("no such post")
    if not answer.own:
        raise Forbidden("this post is somebody else's")
    return Changed(changed=answer.changed)


def _publish(named: Named, values: dict[str, Any]) -> int:
    ready = _ready().first(**values, names=list(named.tags), people=named.people)
    assert ready is not None  # noqa: S101 - the statement always gives one row
    if not ready.allowed:
        raise Forbidden("this account may not act")
    if values["circle"] is not None and not ready.has_circle:
        raise NotFound("no such circle")
    tag_ids = rows_of(named.tags, ready.tags)
    made = _insert().first(
        **values, tags=list(named.tags.values()), tag_ids=tag_ids, people=ready.people
    )
    assert made is not None  # noqa: S101 - an INSERT of one row
    return made


def _urls(given: Sequence[str]) -> list[str]:
    if isinstance(given, str) or len(given) > limits.MEDIA_PER_POST:
        most = limits.MEDIA_PER_POST
        raise InvalidInput(f"a list of at most {most} addresses", field="media_urls")
    return [contacts.url(one, field="media_urls") for one in given]


def _require_audience(visibility: str, circle_id: int | None) -> None:
    if visibility not in AUDIENCES:
        words = ", ".join(AUDIENCES)
        raise InvalidInput(f"visibility must be one of {words}", field="visibility")
    if (visibility == "circle") != (circle_id is not None):
        raise InvalidInput("a circle is named for a post to a circle", field="circle_id")


@write(Ready)
def _ready() -> Command:
    people = visible(User.objects.filter(username__any=Param("people", TEXTS)), Sight.PERSON)
    tags: QuerySet[Any] = Hashtag.objects.filter(name__any=Param("names", TEXTS))
    circle = Circle.objects.filter(pk=Param("circle"), owner_id=VIEWER)
    return Command(
        """
        WITH tags AS MATERIALIZED ({tags})
        SELECT EXISTS ({actor}) AS allowed,
               EXISTS ({circle}) AS has_circle,
               ARRAY({people}) AS people,
               ARRAY(SELECT id FROM tags ORDER BY id) AS tag_ids,
               ARRAY(SELECT name FROM tags ORDER BY id) AS tag_names,
               ARRAY(SELECT usable FROM tags ORDER BY id) AS tag_usable
        """,
        actor=ACTOR,
        circle=circle.values("id"),
        people=people.order_by("pk").values("id"),
        tags=tags.values("id", "name", "usable"),
    )


@write(int)
def _insert() -> Command:
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
        WITH made AS (
            INSERT INTO posts (id, author_id, content, media_urls, hashtags, visibility,
                               circle_id, language, status, created_at, updated_at)
            VALUES (CASE WHEN %(at)s IS NULL THEN daira_id() ELSE daira_id(%(at)s) END,
                    %(actor)s, %(content)s, %(media_urls)s, %(tags)s, %(visibility)s, %(circle)s,
                    %(language)s, 'published', coalesce(%(at)s, now()), now())
            RETURNING id
        ), tagged AS (
            INSERT INTO post_hashtags (post_id, hashtag_id)
            SELECT made.id, tag FROM made, unnest(%(tag_ids)s) tag
        ), named AS (
            INSERT INTO mentions (post_id, user_id, silent)
            SELECT made.id, person, false FROM made, unnest(%(people)s) person
        ), told AS ({told})
        SELECT id FROM made
        """,
        [
            *(Param(name, TEXT) for name in ("content", "visibility", "language")),
            *(Param(name, TEXTS) for name in ("media_urls", "tags")),
            *(Param(name, BIGINTS) for name in ("tag_ids", "people")),
            *(Param(name) for name in ("actor", "circle")),
            Param("at", MOMENT),
        ],
        told=told,
    )


class Deleted(Record, frozen=True, kw_only=True):
    """The answer of the statement."""

    own: bool
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
        SELECT author_id = %(actor)s AS own, EXISTS (SELECT FROM gone) AS changed
        FROM ({post}) post
        """,
        [Param("actor")],
        post=Post.objects.filter(pk=Param("post_id")).values("author_id"),
        told=told,
    )
