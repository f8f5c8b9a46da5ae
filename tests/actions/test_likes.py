"""Likes: once each, of what one sees, counted exactly."""

from functools import partial
from typing import Any

import pytest

from skeletal.actions import social
from skeletal.errors import Forbidden, InvalidInput, NotFound
from skeletal.models import CounterDelta, Like, Mute, Post, User
from skeletal.queries.content import get_multiple_posts, get_post_with_comments
from skeletal.records.social import LikeResult
from tests.actions.crowds import at_once
from tests.actions.facts import told
from tests.factories import make_comment, make_post, make_user, make_video
from tests.queries.crowd import INACTIVE
from tests.queries.statements import statements

THINGS: dict[str, Any] = {"post": make_post, "video": make_video, "comment": make_comment}
KIND = pytest.mark.parametrize("kind", THINGS)


@KIND
def test_a_like_stands_once_and_is_told_once(alice: User, bob: User, kind: str) -> None:
    thing = THINGS[kind](author=alice)
    result = social.like(bob.pk, kind, thing.pk)
    assert result == LikeResult(liked=True, changed=True, likes_count=1)
    again = social.like(bob.pk, kind, thing.pk)
    assert again == LikeResult(liked=True, changed=False, likes_count=1)
    (row,) = Like.objects.all()
    payload = {
        "like_id": str(row.pk),
        "user_id": str(bob.pk),
        "likeable_type": kind,
        "likeable_id": str(thing.pk),
        "author_id": str(alice.pk),
    }
    assert told() == [("like.created", payload)]

    gone = social.unlike(bob.pk, kind, thing.pk)
    assert gone == LikeResult(liked=False, changed=True, likes_count=0)
    assert social.unlike(bob.pk, kind, thing.pk).changed is False
    assert told() == [("like.deleted", payload)]
    assert not Like.objects.exists()


@KIND
def test_a_like_costs_one_statement(alice: User, bob: User, kind: str) -> None:
    thing = THINGS[kind](author=alice)
    for call in (social.like, social.like, social.unlike, social.unlike):
        assert len(statements(partial(call, bob.pk, kind, thing.pk))) == 1


@KIND
@pytest.mark.parametrize(
    "how", [{"status": "hidden"}, {"status": "removed"}, {"deleted_at": "2020-01-01T00:00Z"}]
)
def test_what_is_not_seen_cannot_be_liked(alice: User, bob: User, kind: str, how: Any) -> None:
    thing = THINGS[kind](author=alice, **how)
    for absent in (thing.pk, 1, -1, 2**63, 2**70):
        with pytest.raises(NotFound, match=f"no such {kind}"):
            social.like(bob.pk, kind, absent)
    assert not Like.objects.exists()
    assert not told()


@KIND
def test_either_side_of_a_block_likes_nothing(alice: User, carol: User, kind: str) -> None:
    for liker, author in ((carol, alice), (alice, carol)):
        thing = THINGS[kind](author=author)
        with pytest.raises(NotFound):
            social.like(liker.pk, kind, thing.pk)


def test_a_comment_is_liked_only_where_its_post_is_seen(alice: User, bob: User) -> None:
    comment = make_comment(author=alice, post=make_post(visibility="private"))
    with pytest.raises(NotFound):
        social.like(bob.pk, "comment", comment.pk)
    on_video = make_comment(author=alice, post=None, video=make_video())
    assert social.like(bob.pk, "comment", on_video.pk).changed


@pytest.mark.parametrize("state", INACTIVE)
def test_who_is_not_active_likes_nothing(alice: User, bob: User, state: str) -> None:
    post = make_post(author=alice)
    User.objects.filter(pk=bob.pk).update(**INACTIVE[state])
    with pytest.raises(Forbidden):
        social.like(bob.pk, "post", post.pk)
    with pytest.raises(Forbidden):
        social.like(1, "post", post.pk)
    assert not Like.objects.exists()


def test_a_like_is_taken_back_when_the_post_is_gone_from_sight(alice: User, bob: User) -> None:
    post = make_post(author=alice)
    social.like(bob.pk, "post", post.pk)
    Mute.objects.create(muter=bob, muted=alice)
    Post.objects.update(status="hidden")
    assert social.unlike(bob.pk, "post", post.pk) == LikeResult(
        liked=False, changed=True, likes_count=0
    )


@pytest.mark.parametrize("kind", ["", "user", "posts", "POST", "post\0"])
def test_other_types_are_refused(bob: User, kind: str) -> None:
    for call in (social.like, social.unlike):
        with pytest.raises(InvalidInput, match="likeable_type"):
            call(bob.pk, kind, 1)


@pytest.mark.usefixtures("committed_db")
def test_fifty_likes_at_once_are_one(django_db_blocker: Any) -> None:
    author, fan = make_user(), make_user()
    post = make_post(author=author)
    results = at_once([partial(social.like, fan.pk, "post", post.pk)] * 50)
    assert all(isinstance(result, LikeResult) for result in results), results
    assert sum(result.changed for result in results) == 1
    assert Like.objects.count() == 1
    assert [name for name, _ in told()] == ["like.created"]
    assert get_post_with_comments(post.pk).post.likes_count == 1


@pytest.mark.usefixtures("committed_db")
def test_forty_people_like_one_post_at_once() -> None:
    people = [make_user() for _ in range(40)]
    post = make_post()
    calls = [partial(social.like, fan.pk, "post", post.pk) for fan in people]
    results = at_once(calls)
    assert all(result.changed for result in results), results
    assert get_post_with_comments(post.pk).post.likes_count == len(people)
    assert get_multiple_posts([post.pk])[post.pk].likes_count == 0  # until the next sweep
    assert CounterDelta.objects.filter(object_type="post", counter="likes_count").count() == 40
    back = at_once([partial(social.unlike, fan.pk, "post", post.pk) for fan in people])
    assert all(result.changed for result in back), back
    assert get_post_with_comments(post.pk).post.likes_count == 0
