"""Brings what each contender answers into one form, so that answers can be compared."""

from operator import attrgetter
from typing import Any

import msgspec
from django.db.models import Model

from skeletal.db.prepared import records
from skeletal.models import Comment, Follow, Hashtag, Post, User, UserProfile, Video
from skeletal.queries.content import POST_COUNTS, VIDEO_COUNTS
from skeletal.queries.users import STATS
from skeletal.records import Page
from skeletal.records.content import (
    CommentRecord,
    HashtagRecord,
    PostRecord,
    PostWithComments,
    VideoRecord,
)
from skeletal.records.users import UserCard, UserStats, UserWithStats

Rows = list[tuple[Any, ...]]
RECORDS: dict[type[Model], Any] = {
    User: UserCard,
    UserProfile: UserStats,
    Post: PostRecord,
    Comment: CommentRecord,
    Hashtag: HashtagRecord,
    Video: VideoRecord,
}
COUNTS = {*STATS, *POST_COUNTS, *VIDEO_COUNTS}


def ours(answer: Any) -> Rows:
    """Records as flat tuples."""
    if isinstance(answer, bool):
        return [(True,)] if answer else []
    if isinstance(answer, PostWithComments):
        return [_flat(answer.post), *map(_flat, answer.comments.data)]
    if isinstance(answer, Page):
        answer = answer.data
    if isinstance(answer, dict):
        answer = answer.values()
    return [_flat(record) for record in answer] if not _is_one(answer) else [_flat(answer)]


def ordinary(answer: Any, following: bool) -> Rows:
    """Model instances as flat tuples; `following` says which end of a follow is told."""
    if isinstance(answer, bool):
        return [(True,)] if answer else []
    return [_told(row, following) for row in answer]


def _is_one(answer: Any) -> bool:
    return isinstance(answer, msgspec.Struct)


def _flat(record: Any) -> tuple[Any, ...]:
    values: list[Any] = []
    for value in msgspec.structs.astuple(record):
        values += _flat(value) if _is_one(value) else (value,)
    return tuple(values)


def _told(row: Any, following: bool) -> tuple[Any, ...]:
    if isinstance(row, tuple):
        return row
    if isinstance(row, Follow):
        other = row.followee if following else row.follower
        return (*_told(other, following), row.created_at)
    record = RECORDS[type(row)]
    if isinstance(row, User) and hasattr(row, "exact_posts_count"):
        record = UserWithStats
    plan = records.plan_of(record, type(row)._default_manager.all(), {})
    return tuple(_value(row, column.path) for column in plan.columns)


def _value(row: Any, path: str) -> Any:
    name = path.rpartition("__")[2]
    if name in COUNTS and hasattr(row, f"exact_{name}"):
        return getattr(row, f"exact_{name}")
    return attrgetter(path.replace("__", "."))(row)
