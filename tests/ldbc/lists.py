"""Answers by querysets of the models, walked by keyset pages in mixed directions."""

from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from skeletal.db.loading import batch_load, keyset_paginate
from skeletal.models import Comment, Follow, Like, Post
from tests.ldbc.network import Network, Row, time_of, words_of
from tests.ldbc.questions import NEWEST, Question

M = TypeVar("M", bound=Model)
ALL = 10_000
NEWEST_FIRST = ("-created_at", "id")
MINUTE = timedelta(minutes=1)


def walk(rows: QuerySet[M], order: tuple[str, ...], most: int = NEWEST, limit: int = 11) -> list[M]:
    """The first `most` rows by pages of `limit`, less than most lists have."""
    page = keyset_paginate(rows, None, limit, order)
    found = page.data
    while page.next_cursor is not None and len(found) < most:
        page = keyset_paginate(rows, page.next_cursor, limit, order)
        found += page.data
    return found[:most]


def messages(written: Q, most: int = NEWEST, joined: str = "author") -> list[Post | Comment]:
    """The newest posts and comments on which a condition holds, in one list."""
    limit = most // 2 + 1
    posts = Post.objects.for_list().filter(written)
    comments = Comment.objects.for_list().select_related(joined).filter(written)
    found: list[Post | Comment] = [*walk(posts, NEWEST_FIRST, most, limit)]
    found += walk(comments, NEWEST_FIRST, most, limit)
    return sorted(found, key=lambda message: message.created_at, reverse=True)[:most]


def latest(network: Network, question: Question) -> list[Row]:
    rows: list[Row] = []
    theirs = Q(author_id=network.people[question.person])
    for message in messages(theirs, 10, "post__author__profile"):
        root = message if isinstance(message, Post) else message.post
        assert root is not None
        start = [network.id_of(message), words_of(message), time_of(message.created_at)]
        rows.append([*start, network.id_of(root), *network.author(root.author)])
    return rows


def content(network: Network, question: Question) -> list[Row]:
    found = batch_load(Comment, [network.ours(question.message)]).values()
    return [[comment.content, time_of(comment.created_at)] for comment in found]


def author(network: Network, question: Question) -> list[Row]:
    found = Comment.objects.for_list().filter(pk=network.ours(question.message))
    return [network.author(comment.author) for comment in found]


def replies(network: Network, question: Question) -> list[Row]:
    friend = Follow.objects.filter(
        follower_id=OuterRef("author_id"), followee_id=OuterRef("parent__author_id")
    )
    rows: QuerySet[Any] = Comment.objects.for_list().annotate(friend=Exists(friend))
    rows = rows.filter(parent_id=network.ours(question.message))
    found = walk(rows, ("-created_at", "author_id"), ALL, 2)
    return [
        [
            network.id_of(comment),
            comment.content,
            time_of(comment.created_at),
            *network.author(comment.author),
            comment.friend,
        ]
        for comment in found
    ]


def likers(network: Network, question: Question) -> list[Row]:
    """The newest like of each person is picked by DISTINCT ON."""
    ours = network.people[question.person]
    posts, comments = (
        Q(likeable_type=kind, likeable_id__in=rows.filter(author_id=ours).values("pk"))
        for kind, rows in (("post", Post.objects), ("comment", Comment.objects))
    )
    each = Like.objects.filter(posts | comments).order_by("user_id", "-created_at")
    friend = Follow.objects.filter(follower_id=ours, followee_id=OuterRef("user_id"))
    rows: QuerySet[Any] = Like.objects.for_list().annotate(friend=Exists(friend))
    rows = rows.filter(pk__in=each.distinct("user_id").values("pk"))
    likes = walk(rows, ("-created_at", "user_id"))
    liked = _liked(likes)
    return [_like(network, like, liked[like.likeable_type, like.likeable_id]) for like in likes]


def _liked(likes: list[Any]) -> dict[tuple[str, int], Post | Comment]:
    ids: dict[str, list[int]] = {"post": [], "comment": []}
    for like in likes:
        ids[like.likeable_type].append(like.likeable_id)
    posts, comments = batch_load(Post, ids["post"]), batch_load(Comment, ids["comment"])
    return {("post", pk): post for pk, post in posts.items()} | {
        ("comment", pk): comment for pk, comment in comments.items()
    }


def _like(network: Network, like: Any, message: Post | Comment) -> Row:
    return [
        *network.author(like.user),
        time_of(like.created_at),
        network.id_of(message),
        words_of(message),
        (like.created_at - message.created_at) // MINUTE,
        int(not like.friend),
    ]


def answers(network: Network, question: Question) -> list[Row]:
    ours = network.people[question.person]
    theirs = Q(parent=None, post__author_id=ours) | Q(parent__author_id=ours)
    return [
        [
            *network.author(comment.author),
            time_of(comment.created_at),
            network.id_of(comment),
            comment.content,
        ]
        for comment in walk(Comment.objects.for_list().filter(theirs), NEWEST_FIRST)
    ]


def of_friends(network: Network, question: Question) -> list[Row]:
    writers = Q(author_id__in=_friends(network, question))
    return _written(network, writers & Q(created_at__lte=_most(question)))


def of_friends_of_friends(network: Network, question: Question) -> list[Row]:
    near = _friends(network, question)
    far = Follow.objects.filter(follower_id__in=near).values("followee_id")
    writers = Q(author_id__in=near) | Q(author_id__in=far)
    others = ~Q(author_id=network.people[question.person])
    return _written(network, writers & others & Q(created_at__lt=_most(question)))


def _friends(network: Network, question: Question) -> "QuerySet[Any, Any]":
    ours = network.people[question.person]
    return Follow.objects.filter(follower_id=ours).values("followee_id")


def _most(question: Question) -> datetime:
    return datetime.fromisoformat(question.params["maxDate"])


def _written(network: Network, written: Q) -> list[Row]:
    return [
        [
            *network.author(message.author),
            network.id_of(message),
            words_of(message),
            time_of(message.created_at),
        ]
        for message in messages(written)
    ]
