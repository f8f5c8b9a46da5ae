"""Votes on polls: given once, while the poll is open."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef

from skeletal.actions.acting import ACTOR, require
from skeletal.actions.content.facts import POLL_VOTED
from skeletal.db.prepared import BIGINTS, Command, Param, write
from skeletal.errors import Conflict, InvalidInput
from skeletal.models import Poll, Post
from skeletal.queries.visibility import Sight, visible
from skeletal.records import Record
from skeletal.records.social import Changed
from skeletal.rules import limits
from skeletal.rules.values import several, whole_number

MOST = limits.POLL_OPTIONS[1]


class Voted(Record, frozen=True, kw_only=True):
    """The answer of the statement; `earlier` are votes that stood before it."""

    allowed: bool
    found: bool
    is_open: bool
    fits: bool
    multiple: bool
    earlier: list[int]
    changed: bool


def vote(user_id: int, poll_id: int, choices: Iterable[int]) -> Changed:
    """Choose one answer of a poll, several where it is multiple: 1 statement. Repeatable.

    `choices` count from 0. A vote stands: in a multiple poll later choices come beside it, in
    another a different one is Conflict. Raises Forbidden for an account that is not active,
    NotFound for a poll whose post is not visible, Conflict after its end, and InvalidInput for
    what is no choice of it.
    """
    wanted = _choices(choices)
    values: dict[str, Any] = {"actor": user_id, "viewer": user_id, "poll": poll_id}
    answer = _judged(_vote().first(**values, choices=wanted), wanted)
    if not answer.changed and not answer.earlier:  # another vote of theirs came at this moment
        answer = _judged(_vote().first(**values, choices=wanted), wanted)
    if not answer.multiple and answer.earlier and answer.earlier != wanted:
        raise Conflict("they have voted already", field="choices")
    return Changed(changed=answer.changed)


def _choices(given: Iterable[int]) -> list[int]:
    several_of_them = several(given, "choices", MOST, 1)
    return sorted({whole_number(one, "choices", MOST - 1) for one in several_of_them})


def _judged(answer: Voted | None, wanted: list[int]) -> Voted:
    found = require(answer, "poll")
    if not found.fits:
        raise InvalidInput("this is no choice of the poll", field="choices")
    if not found.is_open and not set(wanted) <= set(found.earlier):
        raise Conflict("the poll is closed", field="poll_id")
    return found


@write(Voted)
def _vote() -> Command:
    """Of two votes at once on a poll that is not multiple the unique key lets one through."""
    post = visible(Post.objects.filter(pk=OuterRef("post_id")), Sight.PERSON)
    target = Poll.objects.filter(Exists(post), pk=Param("poll"))
    told = POLL_VOTED.row(
        "target t JOIN (SELECT FROM done LIMIT 1) done ON true",
        of="t.id",
        actor="%(actor)s",
        poll_id="t.id",
        post_id="t.post_id",
        user_id="%(actor)s",
    )
    return Command(
        """
        WITH actor AS MATERIALIZED ({actor}), target AS MATERIALIZED (
            SELECT id, post_id, multiple, expires_at > statement_timestamp() AS is_open,
                   (multiple OR cardinality(%(choices)s) = 1)
                   AND cardinality(options) > ALL (%(choices)s) AS fits
            FROM ({target}) poll
        ), earlier AS MATERIALIZED (
            SELECT choice FROM poll_votes WHERE poll_id = %(poll)s AND user_id = %(actor)s
        ), done AS (
            INSERT INTO poll_votes (poll_id, user_id, choice, single)
            SELECT target.id, actor.id, choice, NOT multiple
            FROM actor, target, unnest(%(choices)s) choice
            WHERE is_open AND fits AND (multiple OR NOT EXISTS (SELECT FROM earlier))
            ON CONFLICT DO NOTHING RETURNING id
        ), told AS ({told})
        SELECT EXISTS (SELECT FROM actor) AS allowed, target.id IS NOT NULL AS found,
               coalesce(is_open, false) AS is_open, coalesce(fits, false) AS fits,
               coalesce(multiple, false) AS multiple,
               ARRAY(SELECT choice FROM earlier ORDER BY choice) AS earlier,
               EXISTS (SELECT FROM done) AS changed
        FROM (SELECT) one LEFT JOIN target ON true
        """,
        [Param("actor"), Param("poll"), Param("choices", BIGINTS)],
        actor=ACTOR,
        target=target.values("id", "post_id", "multiple", "expires_at", "options"),
        told=told,
    )
