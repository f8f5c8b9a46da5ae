"""What PostgreSQL knows of feed windows."""

from typing import Any

from skeletal import models as m
from tests.factories.base import make, number
from tests.factories.users import make_user


def make_feed_author(**overrides: Any) -> m.FeedAuthor:
    return make(m.FeedAuthor, overrides, user=make_user, fanout_mode="pull")


def make_feed_reader(**overrides: Any) -> m.FeedReader:
    return make(m.FeedReader, overrides, user=make_user)


def make_pending(**overrides: Any) -> m.FeedPending:
    return make(m.FeedPending, overrides, post_id=number, author_id=1)
