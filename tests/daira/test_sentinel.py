"""URLs of sentinels."""

import pytest

from daira.caching import caches
from daira.env import Environment
from daira.sentinel import watched


@pytest.mark.parametrize(
    ("url", "server", "sentinels"),
    [
        ("redis+sentinel://one/main", "redis://main/0#one", (("one", 26379),)),
        (
            "redis+sentinel://:p%40ss@one:1,two:2/main/3",
            "redis://:p%40ss@main/3#one:1,two:2",
            (("one", 1), ("two", 2)),
        ),
        (
            "rediss+sentinel://user:secret@[::1]:7,[::2]/main",
            "rediss://user:secret@main/0#[::1]:7,[::2]",
            (("::1", 7), ("::2", 26379)),
        ),
    ],
)
def test_who_watches_and_what_is_watched_are_told_apart(
    url: str, server: str, sentinels: tuple[tuple[str, int], ...]
) -> None:
    found = watched(url)
    assert found
    assert (found.url, found.sentinels) == (server, sentinels)


def test_a_url_of_a_server_is_none_of_sentinels() -> None:
    assert watched("redis://:secret@one:6379/0") is None


def test_a_tier_may_be_watched_beside_one_that_is_not() -> None:
    env = Environment({"FEEDS_URL": "redis+sentinel://one,two/feeds"})
    made = caches(env, "redis://cache:6379/0", "secret", "daira")
    assert env.problems == []
    assert "SENTINELS" not in made["default"]["OPTIONS"]
    assert made["feeds"]["LOCATION"] == "redis://feeds/0#one,two"
    assert made["feeds"]["OPTIONS"]["SENTINELS"] == [("one", 26379), ("two", 26379)]
    assert made["feeds"]["OPTIONS"]["PASSWORD"] is None
