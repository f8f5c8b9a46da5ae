"""What writes leave behind: looked at, compared and taken away."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import connections
from django.db.models import Max, Model, Sum

from skeletal.models import (
    Block,
    Bookmark,
    Comment,
    Conversation,
    ConversationMember,
    CounterDelta,
    FeedPending,
    Follow,
    FollowRequest,
    Like,
    Mention,
    Message,
    Mute,
    OutboxEvent,
    Post,
    PostHashtag,
    PostRevision,
    Repost,
    VideoView,
)

WRITTEN: tuple[type[Model], ...] = (
    OutboxEvent, Like, Bookmark, Repost, Follow, FollowRequest, Block, Mute, PostRevision, Mention,
    PostHashtag, Comment, Post, Message, ConversationMember, Conversation,
)  # fmt: skip
"""Where the measured writes make rows, beside the views of videos; what refers comes first."""
VIEWS_GONE = """
WITH gone AS (DELETE FROM video_views WHERE id > %s RETURNING video_id)
INSERT INTO counter_deltas (object_type, object_id, counter, delta)
SELECT 'video', video_id, 'views_count', -count(*) FROM gone GROUP BY video_id
"""
"""A view that is deleted counts on: here its count goes with it."""
OF_EACH_CALL = ("id", "client_nonce")

Found = dict[str, list[str]]
Alike = Callable[[Any], Any]


class Traces:
    """The rows made since a moment; they have greater ids than all before."""

    def __init__(self) -> None:
        """One statement a table."""
        models: tuple[type[Model], ...] = (*WRITTEN, VideoView)
        self._last = {model: _last(model) for model in models}
        self._newest = max(self._last.values())

    def found(self) -> Found:
        """The rows by table, and the open counts, in a form that is alike for like rows.

        An id made since is the name of its table, or "gone"; a time is "a time".
        """
        rows = {
            model._meta.db_table: list(
                model._default_manager.filter(pk__gt=last).order_by("pk").values()
            )
            for model, last in self._last.items()
        }
        names = {row["id"]: table for table, several in rows.items() for row in several}

        def alike(value: Any) -> Any:
            return _alike(value, lambda id_: names.get(id_, "gone" if id_ > self._newest else id_))

        told = {
            table: sorted(_told(row, alike) for row in several) for table, several in rows.items()
        }
        return {**told, "counter_deltas": _counts(alike)}

    def remove(self) -> None:
        """Delete the rows, and with each its count: one statement a table, more for cascades."""
        for model in WRITTEN:
            model._default_manager.filter(pk__gt=self._last[model]).delete()
        FeedPending.objects.filter(pk__gt=self._last[Post]).delete()
        with connections["default"].cursor() as cursor:
            cursor.execute(VIEWS_GONE, [self._last[VideoView]])


def _last(model: type[Model]) -> int:
    return model._default_manager.aggregate(last=Max("pk"))["last"] or 0


def _counts(alike: Alike) -> list[str]:
    sums = CounterDelta.objects.values_list("object_type", "object_id", "counter")
    changed = sums.annotate(sum=Sum("delta")).exclude(sum=0)
    return sorted(str([alike(value) for value in row]) for row in changed)


def _told(row: Mapping[str, Any], alike: Alike) -> str:
    return str({name: alike(row[name]) for name in row if name not in OF_EACH_CALL})


def _alike(value: Any, name_of: Callable[[int], int | str]) -> Any:
    if isinstance(value, dict):
        return {key: _alike(one, name_of) for key, one in value.items()}
    if isinstance(value, list):
        return [_alike(one, name_of) for one in value]
    if isinstance(value, datetime):
        return "a time"
    is_id = isinstance(value, int) or (isinstance(value, str) and value.isdecimal())
    return name_of(int(value)) if is_id else value
