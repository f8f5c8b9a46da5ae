"""Posts: their names as rows, once for a key, few statements, only where they may be."""

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from skeletal.actions import content, social
from skeletal.errors import Conflict, Forbidden, InvalidInput, KeyReused, NotFound
from skeletal.models import (
    Hashtag,
    IdempotencyKey,
    MediaAttachment,
    Mention,
    Post,
    PostHashtag,
    User,
)
from skeletal.queries.content import get_multiple_posts
from skeletal.queries.users import get_user_stats
from skeletal.records import Made
from skeletal.records.social import Changed
from tests.actions.crowds import at_once
from tests.actions.facts import told
from tests.factories import make_circle, make_media, make_post, make_user
from tests.queries.crowd import INACTIVE
from tests.queries.statements import statements


def sent(call: Any) -> int:
    return len([text for text in statements(call) if "SAVEPOINT" not in text])


def test_hashtags_and_mentions_are_rows(alice: User, bob: User, carol: User) -> None:
    text = "hello #Cairo #القاهرة #CAIRO @bob @BOB @carol @nobody_here"
    made = content.publish_post(alice.pk, text, language="en", media_urls=["https://a.example/x"])
    post = Post.objects.get(pk=made.id)
    assert (post.content, post.language) == (text, "en")
    assert post.hashtags == ["Cairo", "القاهرة"]
    assert post.media_urls == ["https://a.example/x"]
    assert set(Hashtag.objects.values_list("name", "display_name")) == {
        ("cairo", "Cairo"),
        ("القاهره", "القاهرة"),
    }
    assert PostHashtag.objects.filter(post=post).count() == 2
    assert list(Mention.objects.values_list("user_id", flat=True)) == [bob.pk]
    assert told() == [
        (
            "post.published",
            {
                "post_id": str(made.id),
                "author_id": str(alice.pk),
                "visibility": "public",
                "circle_id": None,
                "mentioned": [str(bob.pk)],
            },
        )
    ]
    assert get_user_stats(alice.pk).posts_count == 1


def test_few_statements(alice: User, bob: User) -> None:
    text = "#one #two #three @bob @alice"
    assert sent(partial(content.publish_post, alice.pk, text)) == 3
    assert sent(partial(content.publish_post, alice.pk, text)) == 2
    assert sent(partial(content.publish_post, alice.pk, text, idempotency_key="k")) == 4
    made = Post.objects.order_by("-pk")[0]
    assert sent(partial(content.delete_post, alice.pk, made.pk)) == 1
    kept = Post.objects.filter(deleted_at=None).order_by("pk")[0]
    assert sent(partial(content.add_comment, bob.pk, kept.pk, "hi @alice")) == 2


def test_a_hashtag_that_is_barred_is_no_row(alice: User) -> None:
    Hashtag.objects.create(name="bad", display_name="bad", usable=False)
    made = content.publish_post(alice.pk, "#bad #good")
    names = PostHashtag.objects.filter(post_id=made.id).values_list("hashtag__name", flat=True)
    assert list(names) == ["good"]


def test_a_key_gives_the_first_answer(alice: User, bob: User) -> None:
    first = content.publish_post(alice.pk, "hello", idempotency_key="k")
    again = content.publish_post(alice.pk, "hello", idempotency_key="k")
    assert again == Made(id=first.id, repeated=True)
    others: list[dict[str, Any]] = [
        {"content": "other"},
        {"language": "en"},
        {"media_urls": ["https://m.example"]},
    ]
    for other in others:
        with pytest.raises(KeyReused):
            content.publish_post(alice.pk, **{"content": "hello", **other, "idempotency_key": "k"})
    assert content.publish_post(bob.pk, "other", idempotency_key="k").repeated is False
    assert Post.objects.count() == 2
    for wrong in ("", "x" * 65, "a\0", 5):
        with pytest.raises(InvalidInput):
            content.publish_post(alice.pk, "hello", idempotency_key=wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", INACTIVE)
def test_who_is_not_active_publishes_nothing(alice: User, state: str) -> None:
    User.objects.filter(pk=alice.pk).update(**INACTIVE[state])
    for author in (alice.pk, 1, 2**70):
        with pytest.raises(Forbidden):
            content.publish_post(author, "#new", idempotency_key="k")
    assert not Post.objects.exists()
    assert not Hashtag.objects.exists()
    assert not IdempotencyKey.objects.exists()


def test_a_circle_is_the_author_s_own(alice: User, bob: User) -> None:
    own, other = make_circle(owner=alice), make_circle(owner=bob)
    made = content.publish_post(alice.pk, "near", visibility="circle", circle_id=own.pk)
    assert made.id in get_multiple_posts([made.id], alice.pk)
    assert made.id not in get_multiple_posts([made.id], bob.pk)
    for absent in (other.pk, 1, 2**70):
        with pytest.raises(NotFound):
            content.publish_post(alice.pk, "near", visibility="circle", circle_id=absent)


@pytest.mark.parametrize(
    "how",
    [
        {"content": ""},
        {"content": " \n"},
        {"content": "x" * 5001},
        {"content": "a\0b"},
        {"content": "\ud800"},
        {"content": None},
        {"content": " ".join(f"#t{n}" for n in range(31))},
        {"content": " ".join(f"@user{n}" for n in range(51))},
        {"content": "@aaa " * 10_000},
        {"content": "x" * 1_000_000},
        {"content": "x", "visibility": "everyone"},
        {"content": "x", "visibility": "circle"},
        {"content": "x", "circle_id": 7},
        {"content": "x", "media_urls": ["javascript:alert(1)"]},
        {"content": "x", "media_urls": "https://a.example"},
        {"content": "x", "media_urls": ["https://a.example"] * 11},
        {"content": "x", "language": "x" * 36},
    ],
    ids=lambda how: str(how)[:40],
)
def test_what_breaks_a_rule_is_refused_and_nothing_is_left(alice: User, how: Any) -> None:
    text = how.pop("content")
    with pytest.raises(InvalidInput):
        content.publish_post(alice.pk, text, **how)
    assert not Post.objects.exists()
    assert not told()


def test_naughty_strings_are_kept_or_refused(alice: User, data: Path) -> None:
    strings = json.loads((data / "naughty-strings" / "blns.json").read_text("utf-8"))
    kept = 0
    for text in strings:
        try:
            made = content.publish_post(alice.pk, text)
        except InvalidInput:
            continue
        assert Post.objects.get(pk=made.id).content == text
        kept += 1
    assert kept > 480


def test_a_post_is_taken_away_once_by_its_author(alice: User, bob: User) -> None:
    made = content.publish_post(alice.pk, "hello")
    told()
    with pytest.raises(Forbidden):
        content.delete_post(bob.pk, made.id)
    for absent in (1, 2**70):
        with pytest.raises(NotFound):
            content.delete_post(alice.pk, absent)
    assert content.delete_post(alice.pk, made.id) == Changed(changed=True)
    assert content.delete_post(alice.pk, made.id) == Changed(changed=False)
    assert [name for name, _ in told()] == ["post.deleted"]
    assert get_user_stats(alice.pk).posts_count == 0


def test_a_post_from_elsewhere_keeps_its_time(alice: User) -> None:
    moment = datetime(2012, 7, 4, 12, tzinfo=UTC)
    made = content.publish_post(alice.pk, "old", at=moment)
    new = content.publish_post(alice.pk, "new")
    assert Post.objects.get(pk=made.id).created_at == moment
    assert made.id < new.id


@pytest.mark.usefixtures("committed_db")
def test_one_hashtag_in_two_cases_at_once_is_one_row() -> None:
    authors = [make_user() for _ in range(20)]
    texts = ["#Tag #other", "#other #TAG"]
    calls = [partial(content.publish_post, one.pk, texts[n % 2]) for n, one in enumerate(authors)]
    results = at_once(calls)
    assert all(isinstance(result, Made) for result in results), results
    assert set(Hashtag.objects.values_list("name", flat=True)) == {"tag", "other"}
    assert PostHashtag.objects.count() == 40


@pytest.mark.usefixtures("committed_db")
def test_fifty_posts_with_one_key_are_one() -> None:
    author = make_user()
    results = at_once([partial(content.publish_post, author.pk, "hi", idempotency_key="k")] * 50)
    assert len({result.id for result in results}) == 1, results
    assert sum(not result.repeated for result in results) == 1
    assert Post.objects.count() == 1
    assert [name for name, _ in told()] == ["post.published"]


FILE: dict[str, Any] = {
    "kind": "image",
    "url": "https://m.example/a.png",
    "mime": "image/png",
    "bytes": 9,
}


def test_a_file_is_a_row_and_its_address_is_copied(alice: User) -> None:
    alt = 'قطة "نائمة" \\ 😺'
    more = {"width": 640, "height": 480, "blurhash": "LKO2", "alt_text": alt}
    clip = {**FILE, "kind": "video", "url": "https://m.example/b.mp4", "duration": 1500}
    made = content.publish_post(
        alice.pk, "", media=[{**FILE, **more}, clip], media_urls=["https://m.example/c"]
    )
    urls = ["https://m.example/a.png", "https://m.example/b.mp4", "https://m.example/c"]
    assert Post.objects.get(pk=made.id).media_urls == urls
    first, second = MediaAttachment.objects.filter(post_id=made.id).order_by("position")
    assert (first.owner_id, first.url, first.mime, first.bytes) == (alice.pk, urls[0], *FILE_END)
    assert (first.width, first.height, first.duration) == (640, 480, None)
    assert (first.blurhash, first.alt_text, first.processing_state) == ("LKO2", alt, "ready")
    assert (second.kind, second.duration, second.width) == ("video", 1500, None)


FILE_END = (FILE["mime"], FILE["bytes"])


@pytest.mark.parametrize(
    "wrong",
    [
        "x",
        [1],
        [{}],
        [{**FILE, "owner_id": 1}],
        [{**FILE, "kind": "exe"}],
        [{**FILE, "kind": ["image"]}],
        [{**FILE, "url": "javascript:alert(1)"}],
        [{**FILE, "mime": "image"}],
        [{**FILE, "mime": None}],
        [{**FILE, "bytes": -1}],
        [{**FILE, "bytes": None}],
        [{**FILE, "bytes": 2**63}],
        [{**FILE, "width": 2**31}],
        [{**FILE, "height": 1.5}],
        [{**FILE, "alt_text": "\ud800"}],
        [{**FILE, "alt_text": "\0"}],
        [{**FILE, "alt_text": "x" * 1501}],
        [{**FILE, "blurhash": "x" * 61}],
        [FILE] * 11,
        [{"id": 1, "alt_text": "x"}],
        [{"id": "1"}],
        [{"id": True}],
        [{"id": 0}],
        [{"id": 2**63}],
        [{"id": 1}, {"id": 1}],
    ],
    ids=lambda wrong: str(wrong)[-30:],
)
def test_a_file_that_breaks_a_rule_makes_no_post(alice: User, wrong: Any) -> None:
    with pytest.raises(InvalidInput):
        content.publish_post(alice.pk, "x", media=wrong)
    assert not Post.objects.exists()


def test_files_that_wait_are_attached_where_they_are_named(alice: User) -> None:
    one, two, other = (make_media(owner=alice) for _ in range(3))
    media = [{"id": two.pk}, FILE, {"id": one.pk}]
    made = content.publish_post(
        alice.pk, "", media=media, media_urls=["https://m.example/c"], idempotency_key="k"
    )
    urls = [two.url, FILE["url"], one.url]
    assert Post.objects.get().media_urls == [*urls, "https://m.example/c"]
    rows = MediaAttachment.objects.filter(post_id=made.id).order_by("position")
    assert [(row.url, row.position) for row in rows] == [(url, n) for n, url in enumerate(urls)]
    other.refresh_from_db()
    assert other.post_id is None
    again = partial(content.publish_post, alice.pk, "", media=media, idempotency_key="k")
    assert again(media_urls=["https://m.example/c"]).repeated
    with pytest.raises(KeyReused):
        again()


def test_a_file_of_another_or_of_a_post_or_that_failed_is_not_there(alice: User, bob: User) -> None:
    mine = make_media(owner=alice)
    refused = [
        make_media(owner=bob),
        make_media(post=make_post(author=alice)),
        make_media(owner=alice, processing_state="failed"),
    ]
    for wrong in (*(row.pk for row in refused), 7):
        with pytest.raises(NotFound, match="file"):
            content.publish_post(alice.pk, "x", media=[{"id": mine.pk}, {"id": wrong}])
    assert Post.objects.count() == 1
    mine.refresh_from_db()
    assert mine.post_id is None


@pytest.mark.usefixtures("committed_db")
def test_a_file_that_two_posts_want_at_this_moment_is_on_one() -> None:
    owner = make_user()
    for _ in range(5):
        file = make_media(owner=owner)
        post = partial(content.publish_post, owner.pk, "x", media=[{"id": file.pk}])
        results = at_once([post] * 8)
        assert sorted(type(one).__name__ for one in results) == ["Made", *["NotFound"] * 7]
        file.refresh_from_db()
        assert Post.objects.get(pk=file.post_id).media_urls == [file.url]
    assert Post.objects.count() == 5


@pytest.mark.usefixtures("committed_db")
def test_a_circle_that_goes_at_this_moment_takes_no_post_or_stays() -> None:
    owner = make_user()
    for _ in range(10):
        circle = make_circle(owner=owner)
        post = partial(
            content.publish_post, owner.pk, "near", visibility="circle", circle_id=circle.pk
        )
        made, gone = at_once([post, partial(social.delete_circle, owner.pk, circle.pk)])
        assert (type(made), type(gone)) in {(Made, Conflict), (NotFound, Changed)}, (made, gone)
