"""Posts that are changed, with what they said before."""

from typing import Any

from skeletal.actions.acting import ACTOR
from skeletal.actions.content.facts import POST_EDITED
from skeletal.actions.content.naming import TAGGED, Tagged, known_tags, named_in, rows_of
from skeletal.actions.content.owning import require_own
from skeletal.db.prepared import BIGINTS, TEXT, TEXTS, Command, Param, write
from skeletal.db.transactions import execute_transaction
from skeletal.errors import Conflict, Forbidden, NotFound
from skeletal.models import Post, User
from skeletal.queries.visibility import Sight, visible
from skeletal.records import Id
from skeletal.records.social import Changed
from skeletal.rules import limits, texts


class Before(Tagged, frozen=True, kw_only=True):
    """The post as it stands, locked, and what its new text names."""

    own: bool
    seen: bool
    active: bool
    gone: bool
    content: str
    has_files: bool
    edits: int
    people: list[Id]


def edit_post(author_id: int, post_id: int, *, content: str) -> Changed:
    """Give a post another text, and keep the one before as a revision.

    3 statements within BEGIN and COMMIT, 1 or 2 more where a hashtag is new. Hashtags and
    mentions follow the new text; files and poll stay. Of two edits at once each keeps what it
    found. The same text again changes nothing. Raises InvalidInput, NotFound for a post that is
    absent, not visible or was taken away, Forbidden for one of somebody else and for an account
    that is not active, Conflict after 100 edits.
    """
    named = named_in(texts.text(content, field="content", most=limits.POST))
    values: dict[str, Any] = {
        "viewer": author_id,
        "actor": author_id,
        "post_id": post_id,
        "content": content,
        "people": named.people,
        "names": list(named.tags),
    }

    def work() -> bool:
        _lock().first(post_id=post_id)
        before = _required(_before().first(**values))
        if not before.has_files:
            texts.text(content, field="content", most=limits.POST, least=1)
        if before.content == content:
            return False
        if before.edits >= limits.EDITS_PER_POST:
            raise Conflict(f"a post is edited {limits.EDITS_PER_POST} times at most")
        tag_ids = rows_of(named.tags, before.tags)
        shown = list(named.tags.values())
        more = {"people": before.people, "edits": before.edits}
        _edit().first(**(values | more | {"tags": shown, "tag_ids": tag_ids}))
        return True

    return Changed(changed=execute_transaction(work))


def _required(before: Before | None) -> Before:
    require_own(before, "post")
    if before is None or before.gone:
        raise NotFound("no such post")
    if not before.active:
        raise Forbidden("this account may not act")
    return before


@write(int)
def _lock() -> Command:
    """In a statement of its own: the next one sees what an edit before this one left."""
    return Command(
        "SELECT id FROM posts WHERE id = %(post_id)s FOR NO KEY UPDATE", [Param("post_id")]
    )


@write(Before)
def _before() -> Command:
    people = visible(User.objects.filter(username__any=Param("people", TEXTS)), Sight.PERSON)
    return Command(
        """
        WITH tags AS MATERIALIZED ({tags})
        SELECT {tagged}, p.author_id = %(actor)s AS own, EXISTS ({seen}) AS seen,
               EXISTS ({actor}) AS active,
               p.deleted_at IS NOT NULL OR p.status <> 'published' AS gone, p.content,
               cardinality(p.media_urls) > 0 AS has_files, (
                   SELECT coalesce(max(version), 0) FROM post_revisions WHERE post_id = p.id
               ) AS edits, ARRAY({people}) AS people
        FROM posts p WHERE p.id = %(post_id)s
        """,
        [Param("post_id"), Param("actor")],
        actor=ACTOR,
        seen=visible(Post.objects.filter(pk=Param("post_id")), Sight.PERSON).values("id"),
        people=people.order_by("pk").values("id"),
        tags=known_tags(),
        tagged=TAGGED,
    )


@write(int)
def _edit() -> Command:
    told = POST_EDITED.row(
        "kept",
        of="%(post_id)s",
        actor="%(actor)s",
        post_id="%(post_id)s",
        author_id="%(actor)s",
        version="kept.version",
        mentioned="ARRAY(SELECT user_id FROM named)",
    )
    return Command(
        """
        WITH kept AS (
            INSERT INTO post_revisions (post_id, version, content, media_urls)
            SELECT id, 1 + %(edits)s, content, media_urls FROM posts
            WHERE id = %(post_id)s RETURNING version
        ), edited AS (
            UPDATE posts SET content = %(content)s, hashtags = %(tags)s, edited_at = now(),
                             updated_at = now()
            WHERE id = %(post_id)s
            RETURNING status = 'published' AND deleted_at IS NULL AND visibility = 'public'
                      AS listed
        ), untagged AS (
            DELETE FROM post_hashtags
            WHERE post_id = %(post_id)s AND hashtag_id <> ALL(%(tag_ids)s)
        ), tagged AS (
            INSERT INTO post_hashtags (post_id, hashtag_id, listed)
            SELECT %(post_id)s, tag, edited.listed FROM edited, unnest(%(tag_ids)s) tag
            ON CONFLICT DO NOTHING
        ), unnamed AS (
            DELETE FROM mentions WHERE post_id = %(post_id)s AND user_id <> ALL(%(people)s)
        ), named AS (
            INSERT INTO mentions (post_id, user_id, silent)
            SELECT %(post_id)s, person, false FROM unnest(%(people)s) person
            ON CONFLICT DO NOTHING RETURNING user_id
        ), told AS ({told})
        SELECT version FROM kept
        """,
        [
            *(Param(name) for name in ("post_id", "actor", "edits")),
            *(Param(name, BIGINTS) for name in ("tag_ids", "people")),
            Param("content", TEXT),
            Param("tags", TEXTS),
        ],
        told=told,
    )
