"""Finding people by name; posts and videos by how often they were liked and seen."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skeletal.actions.counters import sweep
from skeletal.db.ids import compose, milliseconds
from skeletal.errors import InvalidInput
from skeletal.models import CounterDelta, User, UserProfile
from skeletal.queries.content import get_popular_posts, get_trending_videos
from skeletal.queries.users import search_users
from tests.db.walking import EXAMPLES
from tests.factories import make_block, make_post, make_user, make_video
from tests.queries.worlds import World


def names(query: str, limit: int = 20, **viewer: Any) -> list[str]:
    return [card.username for card in search_users(query, limit, **viewer)]


def test_a_name_is_found_by_its_beginning_in_any_case(db: None) -> None:
    make_user(username="salma", display_name="Noor Al-Hadi")
    make_user(username="anoor", display_name="Al-Noor")
    for query in ("s", "SAL", "salma", "noor", "NOOR AL", "Noor Al-Hadi", "  salma\n"):
        assert names(query) == ["salma"]
    for query in ("alma", "hadi", "salmaa", "salma noor", "x"):
        assert names(query) == []
    assert names("al-") == names("a") == ["anoor"]


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("نور الهدى", "نور"),
        ("نور الهدى", "نور الهدى"),
        ("\u200fنور", "\u200fنو"),
        ("Élan", "éL"),
        ("Привет", "ПРИ"),
        ("ΟΔΟΣ", "οδο"),
        ("ΟΔΟΣ", "ΟΔΟΣ"),
        ("İstanbul", "İstanbul"),
        ("😀 smile", "😀"),
        ("x" * 50, "X" * 50),
    ],
)
def test_a_name_in_any_script_is_found(db: None, name: str, query: str) -> None:
    make_user(username="other", display_name="Other")
    make_user(username="found", display_name=name)
    assert names(query) == ["found"]


@pytest.mark.parametrize("query", ["", " ", "\t\n", "\u00a0\u2003", "x" * 51, "x" * 2**20])
def test_what_is_blank_or_longer_than_a_name_finds_nobody(db: None, query: str) -> None:
    make_user(username="x" * 30)
    assert names(query) == []


@pytest.mark.parametrize("query", ["%", "_", "\\", "a%", "_b", "%b", "a_c", "a\\", "'", '"', "$1"])
def test_a_wildcard_is_a_plain_character(db: None, query: str) -> None:
    make_user(username="abc", display_name="abc")
    assert names(query) == []
    make_user(username="plain", display_name=f"{query} and more")
    assert names(query) == ["plain"]


@pytest.mark.parametrize("query", ["\0", "a\0b", " \0 ", "\ud800", "a\udfff", "\0" * 50])
def test_a_text_that_no_name_can_hold_is_refused_before_it_is_sent(db: None, query: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        search_users(query)
    assert refusal.value.context == {"field": "query"}
    assert names("x") == []


@EXAMPLES
@given(query=st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text_is_answered_or_refused(db: None, query: str) -> None:
    try:
        assert isinstance(search_users(query), list)
    except InvalidInput:
        assert set(query) & {"\0", *map(chr, range(0xD800, 0xE000))}


LETTERS = st.text("abÉé", min_size=1, max_size=3)


@EXAMPLES
@given(people=st.lists(st.tuples(LETTERS, LETTERS), max_size=30), limit=st.integers(1, 25))
def test_usernames_come_first_and_each_kind_is_in_its_order(
    db: None, people: list[tuple[str, str]], limit: int
) -> None:
    User.objects.all().delete()
    world = World()
    made = world.join(*["active"] * len(people), name="z")
    for n, (user, (username, display_name)) in enumerate(zip(made, people, strict=True)):
        user.username = f"{username.lower()}{n}"
        UserProfile.objects.filter(user=user).update(display_name=display_name)
    User.objects.bulk_update(made, ["username"])
    shown = {user.username: name.lower() for user, (_, name) in zip(made, people, strict=True)}
    for query in ("a", "É", "ab"):
        begins = query.lower()
        first = sorted(name for name in shown if name.startswith(begins))
        rest = [user.username for user in made if shown[user.username].startswith(begins)]
        rest.sort(key=lambda name: shown[name])
        assert names(query, limit) == [*first, *(n for n in rest if n not in first)][:limit]


@pytest.mark.parametrize("limit", [1, 5, 20, 21, 100])
def test_a_limit_cuts_the_same_order(db: None, limit: int) -> None:
    world = World()
    people = world.join(*["active"] * 130, name="q")
    for n, person in enumerate(people):
        UserProfile.objects.filter(user=person).update(display_name=f"Star {(n * 37) % 130:03}")
    everybody = sorted(people, key=lambda person: people.index(person) * 37 % 130)
    assert names("star", limit) == [person.username for person in everybody[:limit]]


def test_a_person_found_by_both_names_is_found_once(db: None) -> None:
    for n in range(25):
        make_user(username=f"both{n:02}", display_name=f"Both {n}")
    make_user(username="later", display_name="Both")
    assert names("both", 100) == [*(f"both{n:02}" for n in range(25)), "later"]


def test_neither_of_a_blocked_pair_finds_the_other(alice: User, carol: User) -> None:
    assert names("car", viewer_id=alice.pk) == names("ali", viewer_id=carol.pk) == []
    assert names("car", viewer_id=carol.pk) == names("Carol") == ["carol"]
    make_block(blocker=make_user(username="dina"), blocked=alice)
    assert names("dina", viewer_id=alice.pk) == []


def at(days_ago: float) -> int:
    """The id of a row made so many days ago."""
    return compose(milliseconds(datetime.now(UTC) - timedelta(days=days_ago)), 0, 7)


RANKED: dict[str, tuple[Callable[..., Any], str, Callable[..., Any]]] = {
    "popular posts": (make_post, "likes_count", get_popular_posts),
    "trending videos": (make_video, "views_count", get_trending_videos),
}
EACH = pytest.mark.parametrize("kind", RANKED)


def make_counted(kind: str, number: int, **how: Any) -> int:
    """A row whose count a sweep has made this large."""
    make, counter, _ = RANKED[kind]
    row = make(**how)
    CounterDelta.objects.create(
        object_type=row._meta.model_name, object_id=row.pk, counter=counter, delta=number
    )
    assert sweep() > 0
    return int(row.pk)


@EACH
def test_the_most_counted_come_first_and_of_equals_the_newest(db: None, kind: str) -> None:
    _, counter, read = RANKED[kind]
    numbers = (3, 9, 3, 1, 9, 2)
    made = [make_counted(kind, number) for number in numbers]
    ranked = [(made[n], numbers[n]) for n in (4, 1, 2, 0, 5, 3)]
    for limit in (1, 4, 20, 100):
        assert [(row.id, getattr(row, counter)) for row in read(limit=limit)] == ranked[:limit]


@EACH
def test_what_is_older_than_a_week_is_not_among_them(db: None, kind: str) -> None:
    make, _, read = RANKED[kind]
    make_counted(kind, 99, id=at(7.001))
    made = [make(id=at(6.999)), make()]
    assert [row.id for row in read()] == [row.pk for row in reversed(made)]


@pytest.mark.parametrize("days", [1, 2, 30])
def test_the_window_is_as_long_as_asked(db: None, days: int) -> None:
    make_counted("popular posts", 99, id=at(days + 0.001))
    post = make_post(id=at(days - 0.001))
    assert [row.id for row in get_popular_posts(days)] == [post.pk]


@pytest.mark.parametrize("days", [0, -1, 31, 10**9, True, False, 1.5, "7", None])
def test_a_window_out_of_bounds_is_refused(db: None, days: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        get_popular_posts(days)
    assert refusal.value.context == {"field": "days"}


@EACH
@pytest.mark.parametrize("audience", ["followers", "private"])
def test_only_what_is_public_is_among_them(alice: User, kind: str, audience: str) -> None:
    make, _, read = RANKED[kind]
    make(author=alice, visibility=audience)
    assert read(viewer_id=alice.pk) == []
