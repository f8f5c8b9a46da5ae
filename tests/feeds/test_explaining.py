"""What operators are told of feeds, in Python and by the command."""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from skeletal.actions.feeds import pull
from skeletal.cache import feeds
from skeletal.errors import InvalidInput, NotFound
from skeletal.models import Post, User
from skeletal.queries import windows as queries
from skeletal.queries.feed import explain_feed, get_user_feed
from tests.factories import (
    make_block,
    make_circle,
    make_circle_member,
    make_follow,
    make_mute,
    make_post,
    make_user,
)
from tests.feeds.test_windows import settle

pytestmark = pytest.mark.usefixtures("windows")


@pytest.fixture
def bob() -> User:
    return make_user(username="bob")


@pytest.fixture
def alice(bob: User) -> User:
    author = make_user(username="alice")
    make_follow(follower=bob, followee=author)
    return author


def command(*arguments: object) -> str:
    out = StringIO()
    call_command("feeds", *map(str, arguments), stdout=out)
    return out.getvalue()


STATES: dict[str, Callable[[User, User], Post]] = {
    "followed": lambda a, b: make_post(author=a),
    "own": lambda a, b: make_post(author=b),
    "stranger": lambda a, b: make_post(),
    "hidden": lambda a, b: make_post(author=a, status="hidden"),
    "private": lambda a, b: make_post(author=a, visibility="private"),
    "followers": lambda a, b: make_post(author=a, visibility="followers"),
    "blocked": lambda a, b: (make_post(author=a), make_block(blocker=a, blocked=b))[0],
    "muted": lambda a, b: (make_post(author=a), make_mute(muter=b, muted=a))[0],
    "suspended": lambda a, b: (
        make_post(author=a),
        User.objects.filter(pk=a.pk).update(status="suspended"),
    )[0],
    "circle": lambda a, b: make_post(author=a, visibility="circle", circle=make_circle(owner=a)),
    "in the circle": lambda a, b: make_post(
        author=a,
        visibility="circle",
        circle=make_circle_member(circle=make_circle(owner=a), member=b).circle,
    ),
}


@pytest.mark.parametrize("state", STATES)
def test_what_is_told_is_what_the_feed_shows(alice: User, bob: User, state: str) -> None:
    post = STATES[state](alice, bob)
    told = explain_feed(bob.pk, post.pk)
    assert told.shown is (post.pk in [row.id for row in get_user_feed(bob.pk).data])
    assert told.author_id == post.author_id
    assert told.facts["own"] is (post.author_id == bob.pk)
    assert told.facts["follows"] is (post.author_id == alice.pk)
    assert told.facts["muted"] is (state == "muted")
    assert told.facts["blocked_by"] is (state == "blocked")


def test_the_way_of_a_post_is_told(alice: User, bob: User) -> None:
    post = make_post(author=alice).pk
    assert explain_feed(bob.pk, post).pending == "open"
    settle()
    assert queries.rebuild(bob.pk)
    told = explain_feed(bob.pk, post)
    assert (told.pending, told.fanout_mode) == ("proved", "push")
    assert told.window.holds_post
    assert told.window.ids == 1
    assert told.window.version == told.window.following_version == 1
    assert told.window.mark == told.window.proved_mark
    pull(alice.pk)
    assert explain_feed(bob.pk, post).fanout_mode == "pull"


def test_of_nobody_and_of_no_post_nothing_is_told(alice: User, bob: User) -> None:
    with pytest.raises(NotFound, match="no such post"):
        explain_feed(bob.pk, 1)
    with pytest.raises(NotFound, match="no such user"):
        explain_feed(1, 1)
    with pytest.raises(InvalidInput):
        explain_feed("1", 1)  # type: ignore[arg-type]


def test_the_command_tells_and_rebuilds(alice: User, bob: User) -> None:
    post = make_post(author=alice).pk
    assert "open_posts: 1" in command("status")
    with pytest.raises(CommandError, match="there is no mark"):
        command("rebuild", bob.pk)
    settle()
    assert command("rebuild", bob.pk) == f"the window of {bob.pk} stands\n"
    status: dict[str, Any] = json.loads(command("--json", "status"))
    assert (status["windows"], status["open_posts"], status["endless_keys"]) == (1, 0, 0)
    assert status["mark"] == status["proved_mark"]
    assert json.loads(command("--json", "explain", bob.pk, post))["shown"] is True


def test_vacuum_takes_what_would_never_end(alice: User, bob: User) -> None:
    settle()
    queries.rebuild(bob.pk)
    get_user_feed(alice.pk)
    assert command("vacuum") == "0 keys without an end\n"
    feeds._tier.send(lambda key: [("SET", f"{key(feeds.BUCKET)}:5", "x")])
    assert command("vacuum") == "1 keys without an end\n"
    assert command("vacuum") == "0 keys without an end\n"
    assert feeds.survey().windows == 1
