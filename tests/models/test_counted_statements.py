"""Whatever way rows come and go, each statement counts what it really changed, once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from skeletal import models as m
from skeletal.actions.counters import sweep
from tests import factories as f

LIKE = "SELECT u.id, 'post', %(post)s FROM users u WHERE u.id = ANY(%(people)s)"
COLUMNS = "likes (user_id, likeable_type, likeable_id)"


def likes(post: m.Post) -> list[int]:
    """The open differences of the likes of a post, one for each statement that changed them."""
    rows = m.CounterDelta.objects.filter(object_type="post", object_id=post.pk)
    return list(rows.filter(counter="likes_count").values_list("delta", flat=True).order_by("id"))


def execute(sql: str, post: m.Post, people: list[m.User]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"post": post.pk, "people": [person.pk for person in people]})


def copy(post: m.Post, people: list[m.User]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {COLUMNS} FROM STDIN") as stream:
        for person in people:
            stream.write_row((person.pk, "post", post.pk))


def again(post: m.Post, people: list[m.User]) -> None:
    """The first stands already: only two rows are new."""
    f.make_like(target=post, user=people[0])
    execute(f"INSERT INTO {COLUMNS} {LIKE} ON CONFLICT DO NOTHING", post, people)


def upsert(post: m.Post, people: list[m.User]) -> None:
    f.make_like(target=post, user=people[0])
    execute(
        f"INSERT INTO {COLUMNS} {LIKE} ON CONFLICT (user_id, likeable_type, likeable_id)"
        " DO UPDATE SET created_at = now()",
        post,
        people,
    )


def merge(post: m.Post, people: list[m.User]) -> None:
    """One goes, two come: told by events, as triggers are."""
    f.make_like(target=post, user=people[0])
    execute(
        f"MERGE INTO likes USING ({LIKE}) AS wanted (user_id, kind, target)"
        " ON likes.user_id = wanted.user_id AND likes.likeable_id = wanted.target"
        " WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN"
        " INSERT (user_id, likeable_type, likeable_id) VALUES (user_id, kind, target)",
        post,
        people,
    )


def get_or_create(post: m.Post, people: list[m.User]) -> None:
    for person in (people[0], people[0]):
        m.Like.objects.get_or_create(user=person, likeable_type="post", likeable_id=post.pk)


def taken_back(post: m.Post, people: list[m.User]) -> None:
    with transaction.atomic():
        f.make_like(target=post, user=people[0])
        execute(f"INSERT INTO {COLUMNS} {LIKE} ON CONFLICT DO NOTHING", post, people)
        transaction.set_rollback(True)
    f.make_like(target=post, user=people[1])


def within(post: m.Post, people: list[m.User]) -> None:
    execute(
        f"WITH come AS (INSERT INTO {COLUMNS} {LIKE} RETURNING id) SELECT count(*) FROM come",
        post,
        people,
    )


WAYS: dict[str, tuple[Callable[[m.Post, list[m.User]], None], list[int]]] = {
    "COPY": (copy, [3]),
    "INSERT of many": (lambda p, u: execute(f"INSERT INTO {COLUMNS} {LIKE}", p, u), [3]),
    "ON CONFLICT DO NOTHING": (again, [1, 2]),
    "ON CONFLICT DO UPDATE": (upsert, [1, 2]),
    "MERGE": (merge, [1, -1, 2]),
    "get_or_create": (get_or_create, [1]),
    "rolled back to a savepoint": (taken_back, [1]),
    "within a WITH": (within, [3]),
}


@pytest.mark.parametrize(("way", "differences"), WAYS.values(), ids=WAYS)
def test_each_statement_is_one_difference(
    db: None, way: Callable[[m.Post, list[m.User]], None], differences: list[int]
) -> None:
    post, people = f.make_post(), [f.make_user() for _ in range(3)]
    sweep()
    way(post, people)
    assert sorted(likes(post)) == sorted(differences)
    sweep()
    post.refresh_from_db()
    assert post.likes_count == m.Like.objects.filter(likeable_id=post.pk).count()


def test_a_person_who_goes_takes_everything_along(db: None) -> None:
    """Follows both ways, likes, comments and answers to them, reposts, votes, places on lists."""
    gone, stays = f.make_user(), f.make_user()
    post, poll = f.make_post(author=stays), f.make_poll()
    comment = f.make_comment(post=post, author=stays)
    circle, person_list = f.make_circle(owner=stays), f.make_list(owner=stays)
    f.make_follow(follower=gone, followee=stays)
    f.make_follow(follower=stays, followee=gone)
    f.make_like(target=post, user=gone)
    f.make_comment(post=post, author=gone, parent=comment)
    f.make_repost(post=post, user=gone)
    f.make_poll_vote(poll=poll, user=gone)
    f.make_circle_member(circle=circle, member=gone)
    f.make_list_member(user_list=person_list, member=gone)
    rows: list[tuple[Any, tuple[str, ...]]] = [
        (stays.profile, ("followers_count", "following_count")),
        (post, ("likes_count", "reposts_count")),
        (comment, ("replies_count",)),
        (poll, ("votes_count",)),
        (circle, ("members_count",)),
        (person_list, ("members_count",)),
    ]

    def values() -> list[int]:
        sweep()
        for row, _ in rows:
            row.refresh_from_db()
        return [getattr(row, name) for row, names in rows for name in names]

    assert values() == [1] * 8
    gone.delete()
    assert values() == [0] * 8


def test_a_post_given_to_another_counts_there(db: None) -> None:
    post, other = f.make_post(), f.make_user()
    before = post.author.profile
    m.Post.objects.filter(pk=post.pk).update(author=other)
    sweep()
    before.refresh_from_db()
    other.profile.refresh_from_db()
    assert (before.posts_count, other.profile.posts_count) == (0, 1)
