"""Every address that reads, by name, with what it lists."""

from collections.abc import Iterator
from typing import Any

from django.test import Client

from tests.queries.crowd import Crowd

PREFIX = "/api/v1/"


def lists(crowd: Crowd) -> dict[str, str]:
    """Addresses that take a cursor and a limit."""
    star = f"{PREFIX}users/{crowd.star.pk}/"
    return {
        "users": f"{PREFIX}users/",
        "posts": f"{PREFIX}posts/",
        "videos": f"{PREFIX}videos/",
        "user posts": f"{star}posts/",
        "followers": f"{star}followers/",
        "following": f"{star}following/",
        "comments": f"{PREFIX}posts/{crowd.posts[0].pk}/comments/",
    }


def singles(crowd: Crowd) -> dict[str, str]:
    """Addresses of one object."""
    return {
        "user": f"{PREFIX}users/{crowd.star.pk}/",
        "post": f"{PREFIX}posts/{crowd.posts[0].pk}/",
        "video": f"{PREFIX}videos/{crowd.videos[0].pk}/",
    }


def searches() -> dict[str, str]:
    """Addresses that take a query."""
    return {kind: f"{PREFIX}{kind}/search/" for kind in ("users", "posts", "hashtags")}


LISTS = ["users", "posts", "videos", "user posts", "followers", "following", "comments"]
SINGLES = ["user", "post", "video"]
WITH_ID = [
    "users/{}/",
    "users/{}/posts/",
    "users/{}/followers/",
    "users/{}/following/",
    "posts/{}/",
    "posts/{}/comments/",
    "videos/{}/",
]


def pages(client: Client, address: str, limit: int) -> Iterator[list[dict[str, Any]]]:
    """The pages of a list, asked for one after the other by their cursors."""
    params: dict[str, Any] = {"limit": limit}
    while True:
        body = client.get(address, params).json()
        yield body["data"]
        if not body["has_more"]:
            assert body["next_cursor"] is None
            return
        params["cursor"] = body["next_cursor"]


def identity(row: dict[str, Any]) -> str:
    """The id of a row, or of the person in a follow."""
    return str(row.get("id") or row["user"]["id"])


def refusal(response: Any, status: int, code: str, **context: object) -> None:
    """Assert that an answer is a typed error of this status and code."""
    assert response.status_code == status, response.content[:300]
    assert response["Content-Type"] == "application/json"
    error = response.json()["error"]
    assert error["code"] == code
    assert error["message"]
    assert {name: error.get(name) for name in context} == context
