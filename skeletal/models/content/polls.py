"""Polls on posts, and their votes."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from skeletal.db.fields import CounterField
from skeletal.db.triggers import Tally, counted_by
from skeletal.models.base import PlannedQuerySet, Table, at_least, classified


class PollQuerySet(PlannedQuerySet["Poll"]):
    list_related = ("post__author",)
    detail_related = ("votes__user",)


class Poll(Table):
    """A question with two or more answers, on one post, until a time."""

    privacy = classified(
        relation="post", content="options", system="multiple votes_count expires_at"
    )

    post = models.OneToOneField("skeletal.Post", models.CASCADE, related_name="poll")
    options = ArrayField(models.CharField(max_length=100))
    multiple = models.BooleanField(default=False)
    votes_count = CounterField()
    expires_at = models.DateTimeField()

    objects = PollQuerySet.as_manager()

    class Meta:
        db_table = "polls"
        constraints = [
            models.CheckConstraint(condition=Q(options__len__gte=2), name="polls_two_options")
        ]

    def __str__(self) -> str:
        return " / ".join(self.options)


class PollVoteQuerySet(PlannedQuerySet["PollVote"]):
    list_related = ("user", "poll")


class PollVote(Table):
    """A person chose an answer; `single` is copied from the poll and allows one choice each."""

    privacy = classified(relation="user poll", content="choice", system="single")

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="votes", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="poll_votes")
    choice = models.SmallIntegerField()
    single = models.BooleanField(default=True)

    objects = PollVoteQuerySet.as_manager()

    class Meta:
        db_table = "poll_votes"
        constraints = [
            models.UniqueConstraint(fields=["poll", "user", "choice"], name="uq_poll_vote"),
            models.UniqueConstraint(
                fields=["poll", "user"], name="uq_poll_vote_single", condition=Q(single=True)
            ),
            at_least("choice", 0, "poll_votes_choice"),
        ]
        triggers = counted_by(Tally("poll", "poll_id", "votes_count"))

    def __str__(self) -> str:
        return f"{self.user_id} chose {self.choice}"
