"""What a client gets that looks for something, whatever it looks for."""

import pytest
from django.test import Client

from skeletal.actions.counters import sweep
from tests.api.doors import refusal, searches
from tests.factories import make_hashtag, make_post, make_post_hashtag, make_user
from tests.queries.crowd import Crowd

SEARCHES = list(searches())
NAMED = {"users": "query", "posts": "query", "hashtags": "prefix"}
BAD = ["\0", "a\0b", "x" * 2**20, "م" * 2**16]


def test_posts_are_found_page_by_page(crowd: Crowd, client: Client) -> None:
    address, params = searches()["posts"], {"query": "FAN", "limit": "10"}
    found: list[str] = []
    while True:
        body = client.get(address, params).json()
        found += [post["id"] for post in body["data"]]
        if not body["has_more"]:
            break
        params["cursor"] = body["next_cursor"]
    assert found == [str(post.pk) for post in reversed(crowd.posts)]


def test_posts_are_found_in_any_spelling_and_either_order(db: None, client: Client) -> None:
    post = make_post(content="قرأتُ الكِتابَ")
    for order in ("newest", "relevant"):
        body = client.get(searches()["posts"], {"query": "كتاب", "order": order}).json()
        assert [row["id"] for row in body["data"]] == [str(post.pk)]
        assert (body["next_cursor"], body["has_more"]) == (None, False)


def test_people_and_hashtags_are_found(db: None, client: Client) -> None:
    user = make_user(username="salma")
    tag = make_post_hashtag(hashtag=make_hashtag(name="salma")).hashtag
    sweep()
    people = client.get(searches()["users"], {"query": "selma", "limit": "1"}).json()
    assert [row["id"] for row in people["data"]] == [str(user.pk)]
    tags = client.get(searches()["hashtags"], {"prefix": "#SAL"}).json()
    assert tags["data"] == [
        {"id": str(tag.pk), "name": "salma", "display_name": "salma", "posts_count": 1}
    ]


@pytest.mark.parametrize("kind", SEARCHES)
@pytest.mark.parametrize("query", [None, "", " ", "&|!()", "😀", "\u200f\u202e", "%", "'"])
def test_what_says_nothing_finds_nothing(
    crowd: Crowd, client: Client, kind: str, query: str | None
) -> None:
    body = client.get(searches()[kind], {} if query is None else {NAMED[kind]: query}).json()
    assert body == {"data": [], "next_cursor": None, "has_more": False}


@pytest.mark.parametrize("kind", ["posts", "hashtags"])
@pytest.mark.parametrize("query", BAD, ids=range(len(BAD)))
def test_what_cannot_be_searched_for_is_refused(
    db: None, client: Client, kind: str, query: str
) -> None:
    answer = client.get(searches()[kind], {NAMED[kind]: query})
    refusal(answer, 400, "invalid_input", field=NAMED[kind])


@pytest.mark.parametrize("kind", SEARCHES)
def test_bad_parameters_are_refused(db: None, client: Client, kind: str) -> None:
    address = searches()[kind]
    for limit in ("0", "101", "x", ""):
        answer = client.get(address, {NAMED[kind]: "a", "limit": limit})
        refusal(answer, 400, "invalid_input", field="limit")
    refusal(client.get(address, {"q": "a"}), 400, "invalid_input", field="q")
    name = NAMED[kind]
    refusal(client.get(f"{address}?{name}=a&{name}=b"), 400, "invalid_input", field=name)
    refusal(client.post(address), 405, "method_not_allowed")


def test_an_unknown_order_and_a_foreign_cursor_are_refused(crowd: Crowd, client: Client) -> None:
    address = searches()["posts"]
    refusal(client.get(address, {"order": "oldest"}), 400, "invalid_input", field="order")
    cursor = client.get(address, {"query": "fan", "limit": "2"}).json()["next_cursor"]
    others: list[dict[str, str]] = [{"query": "other"}, {"query": "fan", "order": "relevant"}, {}]
    for params in others:
        answer = client.get(address, params | {"cursor": cursor})
        refusal(answer, 400, "invalid_cursor", field="cursor")
