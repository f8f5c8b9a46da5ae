"""Polls: made with their post, voted in once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import OuterRef, Subquery

from skeletal.actions.acting import ACTOR, require
from skeletal.db.prepared import BIGINTS, Command, Param, write
from skeletal.errors import Conflict, InvalidInput
from skeletal.models import Poll, Post
from skeletal.queries.visibility import Sight, visible
from skeletal.records import Record
from skeletal.records.social import Changed
from skeletal.rules import limits, texts

SHORTEST, LONGEST = 300, 2_592_000
"""Five minutes to thirty days, in seconds."""


class NewPoll(NamedTuple):
    """A question's answers, whether several may be chosen, and for how many seconds it is open."""

    options: Sequence[str]
    seconds: int
    multiple: bool = False


def read_poll(given: NewPoll) -> dict[str, Any]:
    """Return the columns of a poll that begins now; raises InvalidInput."""
    least, most = limits.POLL_OPTIONS
    options = [_option(one) for one in given.options]
    if not least <= len(options) <= most or len(set(options)) < len(options):
        raise InvalidInput(f"{least} to {most} different options", field="options")
    seconds = given.seconds
    whole = isinstance(seconds, int) and not isinstance(seconds, bool)
    if not whole or not SHORTEST <= seconds <= LONGEST:
        raise InvalidInput(f"seconds must be between {SHORTEST} and {LONGEST}", field="seconds")
    if not isinstance(given.multiple, bool):
        raise InvalidInput("multiple is true or false", field="multiple")
    end = datetime.now(UTC) + timedelta(seconds=seconds)
    return {"options": options, "multiple": given.multiple, "expires_at": end}


def vote(user_id: int, poll_id: int, choices: Sequence[int]) -> Changed:
    """Choose one option of a poll by its place, counted from 0, or several: 1 statement.

    A vote stands once; another one for the same poll changes nothing, but adds options where
    several may be chosen. Raises Forbidden for an account that is not active, NotFound for a poll
    whose post is absent or not visible, Conflict for one that is over, InvalidInput for places
    that it has not and for several where one is asked.
    """
    places = _places(choices)
    answer = require(
        _vote().first(actor=user_id, viewer=user_id, poll=poll_id, places=places), "poll"
    )
    if not answer.fits:
        raise InvalidInput("the poll has no such choice", field="choices")
    if not answer.is_open:
        raise Conflict("the poll is over", field="poll_id")
    return Changed(changed=answer.changed)


def _option(value: object) -> str:
    return texts.text(value, field="options", most=limits.POLL_OPTION, least=1)


def _places(choices: Sequence[int]) -> list[int]:
    places = list(choices)
    if not all(isinstance(one, int) and not isinstance(one, bool) for one in places):
        raise InvalidInput("a choice is the place of an option", field="choices")
    if not 1 <= len(set(places)) == len(places) <= limits.POLL_OPTIONS[1]:
        raise InvalidInput("choose at least one option, each once", field="choices")
    return places


class Voted(Record, frozen=True, kw_only=True):
    """The answer of the statement."""

    allowed: bool
    found: bool
    fits: bool
    is_open: bool
    changed: bool


@write(Voted)
def _vote() -> Command:
    seen = visible(Post.objects.filter(pk=OuterRef("post_id")), Sight.PERSON)
    polls = Poll.objects.filter(pk=Param("poll"), post_id=Subquery(seen.values("pk")))
    return Command(
        """
        WITH actor AS MATERIALIZED ({actor}), target AS MATERIALIZED (
            SELECT id, multiple, expires_at > statement_timestamp() AS is_open,
                   0 <= ALL(%(places)s) AND cardinality(options) > ALL(%(places)s)
                   AND (multiple OR cardinality(%(places)s) = 1) AS fits
            FROM ({poll}) poll
        ), done AS (
            INSERT INTO poll_votes (poll_id, user_id, choice, single)
            SELECT target.id, actor.id, place, NOT multiple
            FROM actor, target, unnest(%(places)s) place WHERE is_open AND fits
            ON CONFLICT DO NOTHING RETURNING id
        )
        SELECT EXISTS (SELECT FROM actor) AS allowed, target.id IS NOT NULL AS found,
               coalesce(fits, false) AS fits, coalesce(is_open, false) AS is_open,
               EXISTS (SELECT FROM done) AS changed
        FROM (SELECT) one LEFT JOIN target ON true
        """,
        [Param("places", BIGINTS)],
        actor=ACTOR,
        poll=polls.values("id", "multiple", "expires_at", "options"),
    )
