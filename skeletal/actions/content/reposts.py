"""Posts that a person passes on: one statement each."""

from skeletal.actions.acting import ACTOR, require
from skeletal.actions.content.facts import POST_REPOSTED
from skeletal.db.prepared import Command, Param, write
from skeletal.models import Post
from skeletal.queries.visibility import PUBLIC, Sight, visible
from skeletal.records import Record
from skeletal.records.social import Changed


class Reposted(Record, frozen=True, kw_only=True):
    """The answer of the statement."""

    allowed: bool
    found: bool
    changed: bool


def repost(user_id: int, post_id: int) -> Changed:
    """Pass a public post on, one's own as well: 1 statement. Repeatable.

    Raises Forbidden for an account that is not active, NotFound for a post that is absent, not
    visible or not for the public.
    """
    answer = _repost().first(actor=user_id, viewer=user_id, post_id=post_id)
    return Changed(changed=require(answer, "post").changed)


def undo_repost(user_id: int, post_id: int) -> Changed:
    """Pass it on no more: 1 statement. Repeatable."""
    return Changed(changed=_undo().first(actor=user_id, post_id=post_id) is not None)


@write(Reposted)
def _repost() -> Command:
    posts = Post.objects.filter(pk=Param("post_id"), visibility="public")
    told = POST_REPOSTED.row(
        "done d, target t",
        of="t.id",
        actor="%(actor)s",
        repost_id="d.id",
        user_id="%(actor)s",
        post_id="t.id",
        author_id="t.author_id",
    )
    return Command(
        """
        WITH actor AS MATERIALIZED ({actor}), target AS MATERIALIZED ({target}),
        done AS (
            INSERT INTO reposts (user_id, post_id) SELECT actor.id, target.id FROM actor, target
            ON CONFLICT DO NOTHING RETURNING id
        ), told AS ({told})
        SELECT EXISTS (SELECT FROM actor) AS allowed, EXISTS (SELECT FROM target) AS found,
               EXISTS (SELECT FROM done) AS changed
        """,
        actor=ACTOR,
        target=visible(posts, Sight.PERSON, known=PUBLIC).values("id", "author_id"),
        told=told,
    )


@write(int)
def _undo() -> Command:
    return Command(
        "DELETE FROM reposts WHERE user_id = %(actor)s AND post_id = %(post_id)s RETURNING id",
        [Param("actor"), Param("post_id")],
    )
