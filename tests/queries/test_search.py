"""Finding people by name."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skeletal.errors import InvalidInput
from skeletal.models import User, UserProfile
from skeletal.queries.users import search_users
from skeletal.rules.folding import fold
from tests.db.walking import EXAMPLES
from tests.factories import make_block, make_user
from tests.queries.worlds import World


def names(query: str, limit: int = 20, **viewer: Any) -> list[str]:
    return [card.username for card in search_users(query, limit, **viewer)]


def test_a_name_is_found_by_its_beginning_in_any_case(db: None) -> None:
    make_user(username="salma", display_name="Noor Al-Hadi")
    make_user(username="anoor", display_name="Al-Noor")
    for query in ("s", "SAL", "salma", "Noor Al-Hadi", "  salma\n"):
        assert names(query) == ["salma"]
    for query in ("noor", "NOOR AL"):  # who is called so in the middle comes after
        assert names(query) == ["salma", "anoor"]
    for query in ("lma", "sal noor", "salmaxx", "x"):
        assert names(query) == []
    assert names("al-") == ["anoor", "salma"]
    assert names("a") == ["anoor"]


@pytest.mark.parametrize(
    "query", ["hadi", "Al-Hadi", "salmaa", "slma", "selma", "aslma", "norr hadi"]
)
def test_a_misspelt_name_and_any_word_of_one_are_found(db: None, query: str) -> None:
    make_user(username="other", display_name="Other")
    make_user(username="salma", display_name="Noor Al-Hadi")
    assert names(query) == ["salma"]


@pytest.mark.parametrize("query", ["محمد", "مُحَمَّد", "محمود", "احمد حسن", "أحمـد"])
def test_a_misspelt_arabic_name_is_found(db: None, query: str) -> None:
    make_user(username="other", display_name="ليلى")
    make_user(username="m", display_name="محمد")
    make_user(username="a", display_name="أحمد حسن")
    assert names(query)[0] == ("a" if fold(query).startswith("احمد") else "m")


def test_a_name_that_begins_so_comes_before_one_that_is_near(db: None) -> None:
    for username in ("selma", "salmaz", "salma", "peter_salma"):
        make_user(username=username, display_name="-")
    assert names("salma") == ["salma", "salmaz", "peter_salma", "selma"]
    assert names("Salma", limit=1) == ["salma"]


def test_those_who_are_near_are_cut_and_never_twice(db: None) -> None:
    world = World()
    people = world.join(*["active"] * 130, name="q")
    UserProfile.objects.filter(user__in=people).update(display_name="Salma")
    assert len(set(names("selma", 100))) == 50
    assert names("selma", viewer_id=people[0].pk)


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


@pytest.mark.parametrize(
    "query", ["\0", "a\0b", " \0 ", "\ud800", "a\udfff", "\0" * 50, None, 5, b"a"]
)
def test_a_text_that_no_name_can_hold_is_refused_before_it_is_sent(db: None, query: Any) -> None:
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
    shown = {user.username: fold(name) for user, (_, name) in zip(made, people, strict=True)}
    for query in ("a", "É", "ab"):
        begins = fold(query)
        first = sorted((name for name in shown if fold(name).startswith(begins)), key=fold)
        rest = [user.username for user in made if shown[user.username].startswith(begins)]
        rest.sort(key=lambda name: shown[name])
        wanted = [*first, *(name for name in rest if name not in first)][:limit]
        assert names(query, limit)[: len(wanted)] == wanted


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
