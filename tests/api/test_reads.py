"""What a client gets, end to end."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from skeletal.api.rendering import RecordRenderer
from skeletal.models import Post
from tests.api.doors import LISTS, PREFIX, SINGLES, identity, lists, pages, singles
from tests.factories import make_comment, make_follow, make_like, make_post, make_user, make_video
from tests.queries.crowd import Crowd, make_crowd

MOMENT = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)


def test_a_post_as_json(db: None, client: Client) -> None:
    author = make_user(username="alice", verified=True, avatar_url="https://a.example.test/a.png")
    post = make_post(
        author=author,
        content="مرحبا <b> \u2028",
        media_urls=["https://a.example.test/b.png"],
        hashtags=["daira"],
        language="ar",
        created_at=MOMENT,
        edited_at=MOMENT + timedelta(hours=1),
    )
    assert client.get(f"{PREFIX}posts/").json() == {
        "data": [
            {
                "id": str(post.pk),
                "author": {
                    "id": str(author.pk),
                    "username": "alice",
                    "display_name": "Alice",
                    "avatar_url": "https://a.example.test/a.png",
                    "verified": True,
                },
                "content": "مرحبا <b> \u2028",
                "media_urls": ["https://a.example.test/b.png"],
                "hashtags": ["daira"],
                "language": "ar",
                "visibility": "public",
                "likes_count": 0,
                "comments_count": 0,
                "reposts_count": 0,
                "created_at": "2026-03-01T12:00:00.123Z",
                "edited_at": "2026-03-01T13:00:00.123Z",
            }
        ],
        "next_cursor": None,
        "has_more": False,
    }


def test_a_post_with_its_first_comments_as_json(db: None, client: Client) -> None:
    post = make_post()
    make_like(target=post)
    comments = [make_comment(post=post)]
    comments += [make_comment(parent=comments[0]) for _ in range(2)]
    body = client.get(f"{PREFIX}posts/{post.pk}/", {"limit": 2}).json()
    assert (body["post"]["id"], body["post"]["likes_count"]) == (str(post.pk), 1)
    assert body["post"]["comments_count"] == 3
    first, second = body["comments"]["data"]
    assert (first["parent_id"], first["root_id"], first["depth"]) == (None, None, 0)
    assert (second["parent_id"], second["depth"]) == (str(comments[0].pk), 1)
    assert (second["post_id"], second["video_id"]) == (str(post.pk), None)
    cursor = body["comments"]["next_cursor"]
    rest = client.get(f"{PREFIX}posts/{post.pk}/comments/", {"cursor": cursor}).json()
    assert [row["id"] for row in rest["data"]] == [str(comments[2].pk)]


def test_a_person_and_a_video_as_json(db: None, client: Client) -> None:
    user = make_user(username="alice", created_at=MOMENT)
    make_follow(followee=user)
    assert client.get(f"{PREFIX}users/{user.pk}/").json() == {
        "id": str(user.pk),
        "username": "alice",
        "display_name": "Alice",
        "avatar_url": "",
        "verified": False,
        "bio": "Reads.",
        "badges": [],
        "created_at": "2026-03-01T12:00:00.123Z",
        "followers_count": 1,
        "following_count": 0,
        "posts_count": 0,
    }
    video = make_video(author=user, title="Nile")
    body = client.get(f"{PREFIX}videos/{video.pk}/").json()
    assert (body["id"], body["title"], body["duration"]) == (str(video.pk), "Nile", 60_000)
    assert client.get(f"{PREFIX}videos/").json()["data"] == [body]


def test_followers_as_json(db: None, client: Client) -> None:
    follow = make_follow(created_at=MOMENT)
    body = client.get(f"{PREFIX}users/{follow.followee_id}/followers/").json()
    assert body["data"][0]["user"]["id"] == str(follow.follower_id)
    assert body["data"][0]["followed_at"] == "2026-03-01T12:00:00.123Z"
    body = client.get(f"{PREFIX}users/{follow.follower_id}/following/").json()
    assert body["data"][0]["user"]["id"] == str(follow.followee_id)


@pytest.mark.parametrize("limit", [1, 7, 13, 25, 26, 100])
@pytest.mark.parametrize("name", LISTS)
def test_a_walk_to_the_end_shows_each_row_once(
    crowd: Crowd, client: Client, name: str, limit: int
) -> None:
    walked = [row for page in pages(client, lists(crowd)[name], limit) for row in page]
    expected = 26 if name == "users" else 25
    assert len({identity(row) for row in walked}) == len(walked) == expected


def test_a_walk_survives_arrivals_removals_and_ties(db: None, client: Client) -> None:
    """New posts stand before the first page; removed ones are the anchors of every page."""
    author = make_user()
    stood = [make_post(author=author, created_at=MOMENT) for _ in range(20)]
    seen: list[str] = []
    for page in pages(client, f"{PREFIX}posts/", 3):
        seen += [row["id"] for row in page]
        Post.objects.filter(pk=page[-1]["id"]).update(deleted_at=MOMENT)
        make_post(author=author, created_at=MOMENT)
    assert seen == [str(post.pk) for post in reversed(stood)]


@pytest.mark.parametrize("name", ["posts", "comments", "users"])
def test_an_answer_costs_the_same_for_20_and_100_rows(db: None, client: Client, name: str) -> None:
    address = lists(make_crowd(105))[name]
    for limit in (20, 100):
        with CaptureQueriesContext(connection) as captured:
            body = client.get(address, {"limit": limit}).json()
        assert len(body["data"]) == limit
        assert len(captured) == 1


@pytest.mark.parametrize("name", LISTS + SINGLES)
def test_every_read_answers_head_and_options_and_is_not_cached(
    crowd: Crowd, client: Client, name: str
) -> None:
    address = (lists(crowd) | singles(crowd))[name]
    answer, head = client.get(address), client.head(address)
    assert answer.status_code == head.status_code == 200
    assert head.content == b""
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Type"] == "application/json"
    options = client.options(address)
    assert options.status_code == 200
    assert options["Allow"] == "GET, HEAD, OPTIONS"
    assert options.json()["name"]


@pytest.mark.parametrize(
    "accept", ["text/html", "application/xml", "*/*", "nonsense", "", "text/html;q=\0"], ids=repr
)
def test_the_answer_is_json_whatever_is_accepted(db: None, client: Client, accept: str) -> None:
    answer = client.get(f"{PREFIX}posts/", headers={"accept": accept})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


def test_marked_and_lazy_strings_are_plain_text() -> None:
    body = RecordRenderer().render({"marked": mark_safe("<b>"), "lazy": gettext_lazy("Yes")})
    assert body == b'{"marked":"<b>","lazy":"Yes"}'


def test_an_address_without_its_last_slash_leads_to_it(db: None, client: Client) -> None:
    answer = client.get(f"{PREFIX}posts?limit=3")
    assert (answer.status_code, answer["Location"]) == (301, f"{PREFIX}posts/?limit=3")
