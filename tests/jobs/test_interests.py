"""Vectors follow likes; what is near is found exactly, and pages are full of what may be seen."""

from math import sqrt
from random import Random
from typing import Any

import pytest

from skeletal.actions import social
from skeletal.actions.users import refresh_interest
from skeletal.cache import vectors
from skeletal.db.ids import SHIFT
from skeletal.errors import InvalidInput
from skeletal.jobs import run_pending
from skeletal.models import Like, User, UserVector, Video
from skeletal.queries.content import list_similar_videos
from skeletal.queries.users import get_interest, list_similar_users
from tests.actions.facts import told
from tests.factories import make_block, make_like, make_mute, make_user, make_vector, make_video
from tests.queries.crowd import INACTIVE
from tests.queries.statements import statements

SIZE = 8


def along(*places: int) -> list[float]:
    """A vector that points along some axes alike."""
    return [1 / sqrt(len(places)) if n in places else 0.0 for n in range(SIZE)]


def cosine(one: list[float], other: list[float]) -> float:
    dot = sum(a * b for a, b in zip(one, other, strict=True))
    return dot / sqrt(sum(a * a for a in one) * sum(b * b for b in other))


def test_a_vector_follows_likes(alice: User, bob: User) -> None:
    first, second = (make_video(author=alice, embeddings=along(n)) for n in (0, 1))
    social.like(bob.pk, "video", first.pk)
    run_pending()
    assert get_interest(bob.pk) == pytest.approx(along(0))
    social.like(bob.pk, "video", second.pk)
    run_pending()
    assert get_interest(bob.pk) == pytest.approx(along(0, 1), abs=1e-4)
    social.unlike(bob.pk, "video", first.pk)
    run_pending()
    assert get_interest(bob.pk) == pytest.approx(along(1))
    social.unlike(bob.pk, "video", second.pk)
    run_pending()
    assert get_interest(bob.pk) is None


def test_made_again_it_is_the_same(alice: User) -> None:
    for n in range(5):
        make_like(likeable_type="video", user=alice, target=make_video(embeddings=along(n, n + 1)))
    assert refresh_interest(alice.pk)
    assert [name for name, _ in told()] == ["user.interest_changed"]
    assert not refresh_interest(alice.pk)
    assert told() == []
    assert not refresh_interest(1)


def test_of_hidden_videos_and_strange_embeddings_nothing_is_told(alice: User) -> None:
    for more in (
        {"embeddings": None},
        {"embeddings": [1.0] * 7},
        {"embeddings": [0.0] * 8},
        {"embeddings": along(1), "status": "removed"},
    ):
        make_like(likeable_type="video", user=alice, target=make_video(**more))
    assert not refresh_interest(alice.pk)
    assert not UserVector.objects.exists()


@pytest.mark.usefixtures("committed_db")
def test_the_tier_is_voided_at_once_and_by_the_event() -> None:
    author, fan = make_user(), make_user()
    videos = [make_video(author=author, embeddings=along(n)) for n in range(3)]
    social.like(fan.pk, "video", videos[0].pk)
    run_pending()
    assert get_interest(fan.pk) == pytest.approx(along(0))
    assert statements(lambda: get_interest(fan.pk)) == []
    social.like(fan.pk, "video", videos[1].pk)
    run_pending(1)
    assert get_interest(fan.pk) == pytest.approx(along(0, 1), abs=1e-4)
    vectors.set_user_vector(fan.pk, along(7))
    run_pending()
    assert get_interest(fan.pk) == pytest.approx(along(0, 1), abs=1e-4)
    assert get_interest(author.pk) is None
    assert statements(lambda: get_interest(author.pk)) == []


def test_similar_videos_are_the_nearest_exactly(alice: User, bob: User) -> None:
    rng = Random(1)
    mine = [rng.uniform(-1, 1) for _ in range(SIZE)]
    make_vector(user=bob, embedding=mine)
    rows: dict[int, list[float]] = {}
    for _ in range(60):
        vector = [rng.uniform(-5, 5) for _ in range(SIZE)]
        rows[make_video(author=alice, embeddings=vector).pk] = vector
    make_video(author=alice, embeddings=None)
    make_video(author=alice, embeddings=[1.0])
    near = {pk: cosine(mine, vector) for pk, vector in rows.items()}
    wanted = sorted((pk for pk in near if near[pk] > 0), key=lambda pk: -near[pk])
    assert [video.id for video in list_similar_videos(bob.pk, 100)] == wanted
    assert [video.id for video in list_similar_videos(bob.pk, 5)] == wanted[:5]
    assert statements(lambda: list_similar_videos(bob.pk)) == ["videos"]


def test_pages_are_full_of_what_one_may_see_and_does_not_know(alice: User, bob: User) -> None:
    make_vector(user=bob, embedding=along(0))
    for more in (
        {"author": bob},
        {"status": "hidden"},
        {"visibility": "private"},
        {"author": make_user(status="suspended")},
        {"author": blocker_of(bob)},
        {"author": muted_by(bob)},
    ):
        for _ in range(5):
            make_video(embeddings=along(0), **more)
    liked = make_video(author=alice, embeddings=along(0))
    make_like(likeable_type="video", user=bob, target=liked)
    seen = [make_video(author=alice, embeddings=along(0, 1)).pk for _ in range(20)]
    found = [video.id for video in list_similar_videos(bob.pk, 20)]
    assert found == seen[::-1]


def blocker_of(user: User) -> User:
    return make_block(blocked=user).blocker


def muted_by(user: User) -> User:
    return make_mute(muter=user).muted


def test_similar_people_are_the_nearest_whom_one_sees(alice: User, bob: User, carol: User) -> None:
    make_vector(user=alice, embedding=along(0))
    make_vector(user=carol, embedding=along(0))  # blocked by alice
    make_vector(user=bob, embedding=along(0, 1, 2))
    near = make_vector(embedding=along(0, 1)).user_id
    make_vector(embedding=[-one for one in along(0)])
    make_vector(embedding=along(5))
    for state in INACTIVE.values():
        make_vector(user=make_user(**state), embedding=along(0))
    assert [card.id for card in list_similar_users(alice.pk)] == [near, bob.pk]
    assert [card.id for card in list_similar_users(alice.pk, 1)] == [near]
    assert statements(lambda: list_similar_users(alice.pk)) == ["users"]


def test_who_has_no_vector_is_like_nobody(alice: User) -> None:
    make_vector()
    make_video(embeddings=along(0))
    assert list_similar_users(alice.pk) == []
    assert list_similar_videos(alice.pk) == []


@pytest.mark.parametrize("limit", [0, 101, True, "5", None])
def test_a_limit_that_is_none_is_refused(limit: Any) -> None:
    for read in (list_similar_users, list_similar_videos):
        with pytest.raises(InvalidInput):
            read(1, limit)


def test_a_like_from_long_ago_counts_less(alice: User) -> None:
    old = make_like(likeable_type="video", user=alice, target=make_video(embeddings=along(0)))
    make_like(likeable_type="video", user=alice, target=make_video(embeddings=along(1)))
    Like.objects.filter(pk=old.pk).update(id=old.pk - (30 * 86_400_000 << SHIFT))
    refresh_interest(alice.pk)
    found = UserVector.objects.get().embedding
    assert found[0] / found[1] == pytest.approx(0.5, rel=1e-3)
    assert Video.objects.count() == 2
