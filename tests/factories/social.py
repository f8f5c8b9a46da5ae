"""Follows, likes, circles, messages, notifications."""

from typing import Any

from django.utils import timezone

from skeletal import models as m
from skeletal.rules.filters import CONTEXTS
from tests.factories.base import make, number, point_at
from tests.factories.content import make_hashtag, make_post
from tests.factories.users import make_user

Likeable = m.Post | m.Video | m.Comment


def make_follow(**overrides: Any) -> m.Follow:
    return make(m.Follow, overrides, follower=make_user, followee=make_user)


def make_follow_request(**overrides: Any) -> m.FollowRequest:
    return make(m.FollowRequest, overrides, follower=make_user, followee=make_user)


def make_block(**overrides: Any) -> m.Block:
    return make(m.Block, overrides, blocker=make_user, blocked=make_user)


def make_mute(**overrides: Any) -> m.Mute:
    return make(m.Mute, overrides, muter=make_user, muted=make_user)


def make_like(*, target: Likeable | None = None, **overrides: Any) -> m.Like:
    """A like of `target` (a new post if none is given)."""
    if target or "likeable_id" not in overrides:
        overrides = point_at(target or make_post(), "likeable", overrides)
    return make(m.Like, overrides, user=make_user, likeable_type="post")


def make_bookmark(*, target: m.Post | m.Video | None = None, **overrides: Any) -> m.Bookmark:
    """A bookmark of `target` (a new post if none is given)."""
    if target or "bookmarkable_id" not in overrides:
        overrides = point_at(target or make_post(), "bookmarkable", overrides)
    return make(m.Bookmark, overrides, user=make_user, bookmarkable_type="post")


def make_hashtag_follow(**overrides: Any) -> m.HashtagFollow:
    return make(m.HashtagFollow, overrides, user=make_user, hashtag=make_hashtag)


def make_circle(**overrides: Any) -> m.Circle:
    return make(m.Circle, overrides, owner=make_user, name=lambda: f"Circle {number()}")


def make_circle_member(**overrides: Any) -> m.CircleMember:
    return make(m.CircleMember, overrides, circle=make_circle, member=make_user)


def make_list(**overrides: Any) -> m.UserList:
    return make(m.UserList, overrides, owner=make_user, name=lambda: f"List {number()}")


def make_list_member(**overrides: Any) -> m.UserListMember:
    return make(m.UserListMember, overrides, user_list=make_list, member=make_user)


def make_filter(**overrides: Any) -> m.KeywordFilter:
    """A filter for everywhere; its phrase must be folded already."""
    overrides.setdefault("phrase", f"phrase{number()}")
    return make(
        m.KeywordFilter,
        overrides,
        user=make_user,
        shown=overrides["phrase"],
        contexts=lambda: list(CONTEXTS),
    )


def make_conversation(**overrides: Any) -> m.Conversation:
    return make(m.Conversation, overrides)


def make_conversation_member(**overrides: Any) -> m.ConversationMember:
    return make(
        m.ConversationMember,
        overrides,
        conversation=make_conversation,
        user=make_user,
        last_activity_at=timezone.now,
    )


def make_message(**overrides: Any) -> m.Message:
    return make(
        m.Message,
        overrides,
        conversation=make_conversation,
        sender=make_user,
        body="hello",
        client_nonce=lambda: f"nonce{number()}",
    )


def make_notification(**overrides: Any) -> m.Notification:
    kind = overrides.setdefault("kind", "follow")
    return make(
        m.Notification,
        overrides,
        user=make_user,
        actor=make_user,
        subject_type="user",
        subject_id=number,
        group_key=lambda: f"{kind}:{number()}",
    )
