"""A feed is what its reader and those whom they follow posted, as far as the reader may see it."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skeletal.errors import InvalidCursor, NotFound
from skeletal.models import Follow, Mute, Post, User
from skeletal.queries.content import list_public_posts, list_user_posts
from skeletal.queries.feed import get_user_feed
from skeletal.records.content import PostRecord
from tests.db.walking import EXAMPLES
from tests.factories import make_follow, make_post, make_user
from tests.queries.crowd import INACTIVE, NOW
from tests.queries.statements import statements
from tests.queries.worlds import HUSHED, MUTES, STATES, World


def ids(reader: User) -> list[int]:
    return [post.id for post in walk(reader, 100)]


def walk(
    reader: User, limit: int, between: Callable[[list[PostRecord]], object] = lambda page: None
) -> list[PostRecord]:
    """All pages of a feed; `between` runs after each page but the last."""
    cursor, found = None, list[PostRecord]()
    while True:
        page = get_user_feed(reader.pk, cursor, limit)
        assert page.has_more == (page.next_cursor is not None)
        assert not found or not page.data or page.data[0].id < found[-1].id
        found += page.data
        if not page.has_more:
            return found
        assert len(page.data) == limit
        between(page.data)
        cursor = page.next_cursor


def expected(world: World, reader: User) -> list[int]:
    """All posts, one by one, judged by hand."""
    authors = {reader.pk} | {b for a, b in world.follows if a == reader.pk}
    posts = world.rows[Post].values()
    found = [p.pk for p in posts if p.author_id in authors and world.sees(reader.pk, p)]
    return sorted(found, reverse=True)


def test_a_feed_holds_own_posts_and_those_of_people_followed(alice: User, bob: User) -> None:
    posts = [make_post(author=alice), make_post(author=bob), make_post(author=alice)]
    make_post()
    assert ids(bob) == [post.pk for post in reversed(posts)]
    assert ids(alice) == [posts[2].pk, posts[0].pk]
    Follow.objects.all().delete()
    assert ids(bob) == [posts[1].pk]
    assert get_user_feed(bob.pk).data == list_user_posts(bob.pk).data


def test_a_post_stands_by_its_id_and_not_by_its_time(alice: User, bob: User) -> None:
    posts = [make_post(author=alice), make_post(author=bob, created_at=NOW), make_post(author=bob)]
    assert ids(bob) == [post.pk for post in reversed(posts)]


def test_every_audience_that_the_reader_belongs_to(db: None) -> None:
    world = World()
    reader, near, far = world.join("active", "active", "active")
    world.follow((reader, near), (reader, far))
    world.admit((near, reader))
    audiences = ("public", "followers", "circle", "private")
    posts = world.write(
        Post(author=one, visibility=to) for one in (reader, near, far) for to in audiences
    )
    own, close, others = posts[:4], posts[4:8], posts[8:]
    assert ids(reader) == [post.pk for post in reversed([*own, *close[:3], *others[:2]])]


@pytest.mark.parametrize("how", [{"status": "hidden"}, {"status": "removed"}, {"deleted_at": NOW}])
def test_what_is_hidden_or_deleted_is_in_no_feed(
    alice: User, bob: User, how: dict[str, Any]
) -> None:
    make_post(author=alice, **how)
    make_post(author=bob, **how)
    assert ids(bob) == []


@pytest.mark.parametrize("state", INACTIVE)
def test_an_inactive_author_is_in_no_feed(bob: User, state: str) -> None:
    gone = make_user(**INACTIVE[state])
    make_follow(follower=bob, followee=gone)
    make_post(author=gone)
    assert ids(bob) == []


@pytest.mark.parametrize("both", ["blocker", "blocked"])
def test_neither_of_a_blocked_pair_is_in_the_feed_of_the_other(db: None, both: str) -> None:
    world = World()
    pair = world.join("active", "active")
    world.follow((pair[0], pair[1]), (pair[1], pair[0]))
    posts = world.write(Post(author=person) for person in pair)
    world.block((pair[0], pair[1]) if both == "blocker" else (pair[1], pair[0]))
    assert [ids(person) for person in pair] == [[post.pk] for post in posts]


@pytest.mark.parametrize("kind", MUTES)
def test_a_mute_holds_until_it_ends_and_hides_in_one_direction(db: None, kind: str) -> None:
    world = World()
    reader, author = world.join("active", "active")
    world.follow((reader, author), (author, reader))
    theirs, mine = world.write([Post(author=author), Post(author=reader)])
    world.mute(kind, (reader, author))
    assert ids(reader) == ([mine.pk] if kind in HUSHED else [mine.pk, theirs.pk])
    assert ids(author) == [mine.pk, theirs.pk]
    Mute.objects.update(expires_at=NOW)
    assert ids(reader) == [mine.pk, theirs.pk]


@pytest.mark.parametrize("visible", [20, 21])
def test_hidden_posts_of_an_author_do_not_hide_those_behind_them(db: None, visible: int) -> None:
    world = World()
    reader, *authors = world.join(*["active"] * 4)
    world.follow(*((reader, author) for author in authors))
    older = world.write(Post(author=authors[n % 3], content="old") for n in range(visible))
    for how in ({"status": "hidden"}, {"visibility": "private"}, {"deleted_at": NOW}):
        world.write(Post(author=author, **how) for author in authors for _ in range(41))
    page = get_user_feed(reader.pk)
    assert [post.id for post in page.data] == [post.pk for post in older[::-1]][:20]
    assert page.has_more == (visible > 20)


@pytest.mark.parametrize("limit", [1, 7, 20, 100])
def test_a_walk_shows_each_post_once_while_others_come_and_go(db: None, limit: int) -> None:
    world = World()
    reader, *authors = world.join(*["active"] * 5)
    world.follow(*((reader, author) for author in authors))
    people = [reader, *authors]
    posts = world.write(Post(author=people[n % 5]) for n in range(137))
    going = [post.pk for post in (*posts[:7], *posts[-7:])]
    kept = [post.pk for post in reversed(posts[7:-7])]

    def stir(page: list[PostRecord]) -> None:
        """One post comes; the last of the page goes if it may, and the oldest that may."""
        make_post(author=authors[0])
        leaving = {id_ for id_ in going if id_ in (page[-1].id, min(going, default=0))}
        going[:] = [id_ for id_ in going if id_ not in leaving]
        Post.objects.filter(pk__in=leaving).delete()

    found = [post.id for post in walk(reader, limit, stir)]
    assert found == sorted(set(found), reverse=True)
    assert [id_ for id_ in found if id_ in kept] == kept
    assert set(found) <= {post.pk for post in posts}


def test_a_page_begins_behind_a_post_that_is_gone(alice: User) -> None:
    posts = [make_post(author=alice) for _ in range(4)]
    cursor = get_user_feed(alice.pk, limit=2).next_cursor
    posts[2].delete()
    assert [post.id for post in get_user_feed(alice.pk, cursor).data] == [posts[1].pk, posts[0].pk]
    Post.objects.all().delete()
    assert get_user_feed(alice.pk, cursor).data == []


PEOPLE = st.integers(0, 3)
PAIRS = st.sets(st.tuples(PEOPLE, PEOPLE).filter(lambda pair: pair[0] != pair[1]))
POSTS = st.tuples(
    PEOPLE,
    st.sampled_from(("published", "published", "hidden")),
    st.sampled_from(("public", "followers", "circle", "private")),
    st.sampled_from((None, None, NOW)),
)


@settings(EXAMPLES, max_examples=120)
@given(
    states=st.lists(st.sampled_from(["active", *STATES]), min_size=4, max_size=4),
    edges=st.tuples(PAIRS, PAIRS, PAIRS, PAIRS.filter(lambda pairs: len(pairs) < 3)),
    kind=st.sampled_from(list(MUTES)),
    rows=st.lists(POSTS, max_size=25),
    limit=st.integers(1, 6),
)
def test_any_feed_is_what_judging_every_post_by_hand_gives(
    db: None, states: list[str], edges: Any, kind: str, rows: list[Any], limit: int
) -> None:
    world = World()
    people = world.join(*states)
    follows, members, mutes, blocks = (
        [(people[one], people[two]) for one, two in pairs] for pairs in edges
    )
    world.follow(*follows)
    world.admit(*members)
    world.mute(kind, *mutes)
    world.block(*blocks)
    world.write(
        Post(author=people[n], status=status, visibility=to, deleted_at=gone)
        for n, status, to, gone in rows
    )
    for reader in people:
        if world.states[reader.pk] == "active":
            assert [post.id for post in walk(reader, limit)] == expected(world, reader)
        else:
            assert_no_feed(reader.pk)


def assert_no_feed(user_id: int, cursor: str | None = None) -> None:
    with pytest.raises(NotFound):
        get_user_feed(user_id, cursor)


@pytest.mark.parametrize("state", INACTIVE)
def test_a_reader_who_is_not_active_has_no_feed(alice: User, bob: User, state: str) -> None:
    make_post(author=alice), make_post(author=alice), make_post(author=bob)
    cursor = get_user_feed(bob.pk, limit=1).next_cursor
    User.objects.filter(pk=bob.pk).update(**INACTIVE[state])
    assert_no_feed(bob.pk)
    assert_no_feed(bob.pk, cursor)


@pytest.mark.parametrize("user_id", [0, -1, 1, 2**63 - 1, 2**63, 2**70])
def test_nobody_has_no_feed(db: None, user_id: int) -> None:
    make_post()
    assert_no_feed(user_id)


def test_a_cursor_is_its_readers_alone(alice: User, bob: User) -> None:
    for _ in range(3):
        make_post(author=alice)
    cursor = get_user_feed(bob.pk, limit=1).next_cursor
    assert len(get_user_feed(bob.pk, cursor).data) == 2
    foreign: list[Callable[[], object]] = [
        lambda: get_user_feed(alice.pk, cursor),
        lambda: list_user_posts(bob.pk, cursor, viewer_id=bob.pk),
        lambda: list_public_posts(cursor, viewer_id=bob.pk),
    ]
    for read in foreign:
        with pytest.raises(InvalidCursor):
            read()


def test_an_empty_page_alone_asks_whether_its_reader_stands(alice: User, bob: User) -> None:
    assert statements(lambda: get_user_feed(bob.pk)) == ["posts", "users"]
    make_post(author=alice)
    assert statements(lambda: get_user_feed(bob.pk)) == ["posts"]
