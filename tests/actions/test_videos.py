"""Videos: published with their files, changed by their author, viewed once an hour."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db.models import F

from skeletal.actions import content, social
from skeletal.actions.users import refresh_interest
from skeletal.errors import Conflict, Forbidden, InvalidInput, NotFound
from skeletal.models import User, Video, VideoRendition, VideoView
from skeletal.queries.content import get_video_with_stats, list_similar_videos
from skeletal.records import SYSTEM, Made
from skeletal.records.social import Changed
from tests.actions.crowds import at_once
from tests.actions.facts import told
from tests.factories import make_user, make_video
from tests.queries.statements import statements

HLS = "https://v.example/a.m3u8"
FILE: dict[str, Any] = {"kind": "mp4", "url": "https://v.example/a.mp4", "bytes": 9}


def test_a_video_with_its_stream_is_published_at_once(alice: User) -> None:
    made = content.publish_video(alice.pk, "Title", hls_url=HLS, renditions=[FILE])
    video = get_video_with_stats(made.id)
    assert (video.title, video.hls_url) == ("Title", HLS)
    assert video.published_at is not None
    assert list(VideoRendition.objects.values_list("kind", "bytes")) == [("mp4", 9)]
    assert [name for name, _ in told()] == ["video.published"]


def test_one_that_is_processed_is_seen_when_it_is_done(alice: User) -> None:
    made = content.publish_video(alice.pk, "Title", renditions=[FILE])
    with pytest.raises(NotFound):
        get_video_with_stats(made.id)
    assert not told()
    again = {**FILE, "bytes": 10}
    assert content.finish_video(made.id, hls_url=HLS, renditions=[again]) == Changed(changed=True)
    assert content.finish_video(made.id, hls_url=HLS) == Changed(changed=False)
    assert get_video_with_stats(made.id).hls_url == HLS
    assert VideoRendition.objects.get().bytes == 10
    assert [name for name, _ in told()] == ["video.published"]
    with pytest.raises(NotFound):
        content.finish_video(1, hls_url=HLS)


def test_a_key_gives_the_first_answer(alice: User) -> None:
    first = content.publish_video(alice.pk, "Title", idempotency_key="k")
    again = content.publish_video(alice.pk, "Title", idempotency_key="k")
    assert again == Made(id=first.id, repeated=True)
    with pytest.raises(Conflict):
        content.publish_video(alice.pk, "Other", idempotency_key="k")
    assert Video.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "x" * 201},
        {"description": "\0"},
        {"hls_url": "file:///etc/passwd"},
        {"duration": -1},
        {"duration": 2**31},
        {"duration": True},
        {"resolution": 1.5},
        {"visibility": "circle"},
        {"renditions": [{}]},
        {"renditions": ["x"]},
        {"renditions": [{**FILE, "owner": 1}]},
        {"renditions": [{**FILE, "kind": "exe"}]},
        {"renditions": [FILE] * 51},
        {"renditions": [FILE, FILE]},
        {"renditions": [{**FILE, "state": "done"}]},
    ],
    ids=lambda wrong: str(wrong)[:30],
)
def test_what_breaks_a_rule_makes_no_video(alice: User, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        content.publish_video(alice.pk, **{"title": "Title"} | wrong)
    assert not Video.objects.exists()


def test_only_its_author_changes_a_video_that_stands(alice: User, bob: User) -> None:
    video = make_video(author=alice)
    assert content.update_video(alice.pk, video.pk, title="New", visibility="followers").changed
    assert get_video_with_stats(video.pk, bob.pk).title == "New"
    assert not content.update_video(alice.pk, video.pk).changed
    assert not content.update_video(alice.pk, video.pk, title="New").changed
    assert [name for name, _ in told()] == ["video.edited"]
    with pytest.raises(Forbidden):
        content.update_video(bob.pk, video.pk, title="Mine")
    with pytest.raises(NotFound):
        content.update_video(alice.pk, 1, title="New")
    with pytest.raises(TypeError, match="status"):
        content.update_video(alice.pk, video.pk, status="published")
    User.objects.filter(pk=alice.pk).update(status="suspended")
    with pytest.raises(Forbidden):
        content.publish_video(alice.pk, "Title")


def test_a_private_video_is_told_to_nobody(alice: User, bob: User, carol: User) -> None:
    video = make_video(author=alice, visibility="private")
    for write in (partial(content.update_video, title="x"), content.delete_video):
        for who in (bob, carol):
            with pytest.raises(NotFound):
                write(who.pk, video.pk)
    User.objects.filter(pk=alice.pk).update(status="suspended")
    with pytest.raises(Forbidden):
        content.update_video(alice.pk, video.pk, title="x")
    assert Video.objects.get().title == video.title


def test_a_video_is_taken_away_once_by_its_author(alice: User, bob: User) -> None:
    video = make_video(author=alice)
    with pytest.raises(Forbidden):
        content.delete_video(bob.pk, video.pk)
    assert content.delete_video(alice.pk, video.pk) == Changed(changed=True)
    assert content.delete_video(alice.pk, video.pk) == Changed(changed=False)
    assert [name for name, _ in told()] == ["video.deleted"]
    gone: list[Any] = [
        partial(content.update_video, alice.pk, video.pk, title="x"),
        partial(content.finish_video, video.pk, hls_url=HLS),
        partial(content.put_renditions, video.pk, [FILE]),
        partial(content.put_embedding, video.pk, [1.0] * 8),
        partial(content.fail_video, video.pk),
        partial(content.delete_video, alice.pk, 1),
        partial(content.record_view, video.pk, bob.pk, watched=5000),
        partial(content.add_comment, bob.pk, None, "x", video_id=video.pk),
    ]
    for write in gone:
        with pytest.raises(NotFound):
            write()


def test_one_that_fails_may_be_done_later(alice: User) -> None:
    made = content.publish_video(alice.pk, "Title")
    assert content.fail_video(made.id) == Changed(changed=True)
    assert content.fail_video(made.id) == Changed(changed=False)
    assert Video.objects.get().status == "failed"
    assert content.finish_video(made.id, hls_url=HLS).changed
    with pytest.raises(Conflict):
        content.fail_video(made.id)
    assert [name for name, _ in told()] == ["video.failed", "video.published"]


def test_a_video_is_told_where_it_lies(alice: User) -> None:
    liked, near, far = (make_video(embeddings=None) for _ in range(3))
    assert content.put_embedding(liked.pk, [1, 0.5, *[0.0] * 6]).changed
    assert content.put_embedding(near.pk, [1.0, *[0.0] * 7]).changed
    assert not content.put_embedding(near.pk, [1.0, *[0.0] * 7]).changed
    assert content.put_embedding(far.pk, [*[0.0] * 7, 1.0]).changed
    assert [name for name, _ in told()] == ["video.edited"] * 3
    social.like(alice.pk, "video", liked.pk)
    assert refresh_interest(alice.pk)
    assert [video.id for video in list_similar_videos(alice.pk)] == [near.pk]


@pytest.mark.parametrize(
    "embedding",
    [
        *([], [1.0] * 7, [1.0] * 9, "12345678", {"a": 1}, None, 8),
        *([0] * 8, [float("nan")] * 8, [float("inf")] * 8, [10**400] * 8, [1e39] * 8),
        *([True] * 8, ["1"] * 8, [None] * 8, [[1.0]] * 8),
    ],
)
def test_what_lies_nowhere_is_refused(db: None, embedding: Any) -> None:
    video = make_video()
    with pytest.raises(InvalidInput, match="number"):
        content.put_embedding(video.pk, embedding)
    assert Video.objects.get().embeddings == video.embeddings


def test_files_are_added_and_replaced(db: None) -> None:
    video = make_video()
    high = {**FILE, "resolution": 1080, "state": "pending"}
    assert content.put_renditions(video.pk, [FILE, high]).changed
    ready = {**high, "url": "https://v.example/high.mp4", "state": "ready"}
    assert content.put_renditions(video.pk, [ready]).changed
    assert not content.put_renditions(video.pk, []).changed
    rows = VideoRendition.objects.order_by("resolution")
    assert list(rows.values_list("resolution", "url", "state")) == [
        (0, FILE["url"], "ready"),
        (1080, ready["url"], "ready"),
    ]
    assert [name for name, _ in told()] == ["video.edited"] * 2


def views(video: Video) -> int:
    return get_video_with_stats(video.pk, SYSTEM).views_count


def test_a_view_counts_once_an_hour(alice: User, bob: User) -> None:
    video = make_video()
    for _ in range(3):
        content.record_view(video.pk, bob.pk, watched=5000)
        content.record_view(video.pk, visitor="a token", watched=5000)
    content.record_view(video.pk, alice.pk, watched=2999)
    assert views(video) == 2
    VideoView.objects.update(window_start=F("window_start") - timedelta(hours=1))
    assert content.record_view(video.pk, bob.pk, watched=5000).changed
    assert views(video) == 3
    keys = set(VideoView.objects.values_list("viewer_key", flat=True))
    assert {key > 0 for key in keys} == {True, False}
    assert len(statements(partial(content.record_view, video.pk, bob.pk, watched=5000))) == 1


def test_what_is_not_seen_is_not_viewed(alice: User, bob: User, carol: User) -> None:
    video = make_video(author=alice)
    with pytest.raises(NotFound):
        content.record_view(video.pk, carol.pk, watched=5000)
    Video.objects.update(visibility="followers")
    with pytest.raises(NotFound):
        content.record_view(video.pk, visitor="x", watched=5000)
    assert content.record_view(video.pk, bob.pk, watched=5000).changed
    User.objects.filter(pk=bob.pk).update(status="suspended")
    with pytest.raises(Forbidden):
        content.record_view(video.pk, bob.pk, watched=5000)
    for wrong in (-1, 1.5, True, 86_400_001):
        with pytest.raises(InvalidInput):
            content.record_view(video.pk, alice.pk, watched=wrong)  # type: ignore[arg-type]
    for token in ("", "x" * 201, "\0"):
        with pytest.raises(InvalidInput):
            content.record_view(video.pk, visitor=token, watched=5000)


@pytest.mark.usefixtures("committed_db")
def test_fifty_views_at_once_are_one() -> None:
    video, fan = make_video(), make_user()
    results = at_once([partial(content.record_view, video.pk, fan.pk, watched=5000)] * 50)
    assert sum(result.changed for result in results) == 1, results
    assert views(video) == 1


@pytest.mark.usefixtures("committed_db")
def test_a_video_is_finished_once_by_fifty() -> None:
    made = content.publish_video(make_user().pk, "Title")
    call = partial(content.finish_video, made.id, hls_url=HLS, renditions=[FILE])
    results = at_once([call] * 50)
    assert sum(result.changed for result in results) == 1, results
    assert VideoRendition.objects.count() == 1
    assert [name for name, _ in told()] == ["video.published"]


@pytest.mark.usefixtures("committed_db")
def test_fifty_videos_with_one_key_are_one() -> None:
    author = make_user()
    call = partial(content.publish_video, author.pk, "Title", idempotency_key="k", hls_url=HLS)
    results = at_once([call] * 50)
    assert len({result.id for result in results}) == Video.objects.count() == 1, results
    assert [name for name, _ in told()] == ["video.published"]
