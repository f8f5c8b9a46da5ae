"""Follows of hashtags: one statement each."""

from skeletal.actions.acting import ACTOR, require
from skeletal.actions.social.facts import HASHTAG_FOLLOWED, HASHTAG_UNFOLLOWED
from skeletal.db.prepared import TEXT, Command, Param, write
from skeletal.models import Hashtag
from skeletal.records import Record
from skeletal.records.social import Changed
from skeletal.rules import limits, texts
from skeletal.rules.entities import hashtag_name

TOLD = {"of": "%(actor)s", "actor": "%(actor)s", "user_id": "%(actor)s"}


class Followed(Record, frozen=True, kw_only=True):
    """The answer of the statement."""

    allowed: bool
    found: bool
    changed: bool


def follow_hashtag(user_id: int, hashtag: str) -> Changed:
    """Follow a hashtag, with or without its sign and in any spelling: 1 statement.

    Repeatable. Raises Forbidden for an account that is not active, NotFound for a hashtag that
    nobody has used or that may not be used, InvalidInput for a text that is none.
    """
    answer = _follow().first(actor=user_id, name=_name(hashtag))
    return Changed(changed=require(answer, "hashtag").changed)


def unfollow_hashtag(user_id: int, hashtag: str) -> Changed:
    """Follow it no longer: 1 statement. Repeatable; one that nobody has used is no error."""
    return Changed(changed=_unfollow().first(actor=user_id, name=_name(hashtag)) is not None)


def _name(hashtag: str) -> str:
    return hashtag_name(texts.text(hashtag, field="hashtag", most=limits.HASHTAG + 1))


@write(Followed)
def _follow() -> Command:
    hashtag = Hashtag.objects.filter(name=Param("name", TEXT), usable=True)
    return Command(
        """
        WITH actor AS MATERIALIZED ({actor}), target AS MATERIALIZED ({target}),
        done AS (
            INSERT INTO hashtag_follows (user_id, hashtag_id)
            SELECT actor.id, target.id FROM actor, target
            ON CONFLICT DO NOTHING RETURNING hashtag_id
        ), told AS ({told})
        SELECT EXISTS (SELECT FROM actor) AS allowed, EXISTS (SELECT FROM target) AS found,
               EXISTS (SELECT FROM done) AS changed
        """,
        actor=ACTOR,
        target=hashtag.values("id"),
        told=HASHTAG_FOLLOWED.row("done d", **TOLD, hashtag_id="d.hashtag_id"),
    )


@write(int)
def _unfollow() -> Command:
    return Command(
        """
        WITH done AS (
            DELETE FROM hashtag_follows USING hashtags
            WHERE user_id = %(actor)s AND hashtag_id = hashtags.id AND name = %(name)s
            RETURNING hashtag_id
        ), told AS ({told})
        SELECT hashtag_id FROM done
        """,
        [Param("actor"), Param("name", TEXT)],
        told=HASHTAG_UNFOLLOWED.row("done d", **TOLD, hashtag_id="d.hashtag_id"),
    )
