"""Each write of content called fifty times at one moment does its work once, and tells it once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from skeletal.actions import content
from skeletal.errors import NotFound
from skeletal.models import (
    Comment,
    CounterDelta,
    Draft,
    Mention,
    OutboxEvent,
    PostRevision,
    Repost,
    User,
)
from skeletal.records import Made
from skeletal.records.social import Changed
from tests.actions.crowds import at_once, behind
from tests.actions.facts import told
from tests.factories import (
    make_comment,
    make_draft,
    make_poll,
    make_post,
    make_repost,
    make_user,
    make_video,
)

pytestmark = pytest.mark.usefixtures("committed_db")
Call = Callable[[], Any]
SOON = datetime.now(UTC) + timedelta(days=1)


def edit_post(who: User) -> Call:
    post = content.publish_post(who.pk, "before #one").id
    return partial(content.edit_post, who.pk, post, content="after #two")


def edit_comment(who: User) -> Call:
    return partial(content.edit_comment, who.pk, make_comment(author=who).pk, content="after")


def undo_repost(who: User) -> Call:
    return partial(content.undo_repost, who.pk, make_repost(user=who).post_id)


def update_draft(who: User) -> Call:
    return partial(content.update_draft, who.pk, make_draft(author=who).pk, {"content": "after"})


def update_video(who: User) -> Call:
    return partial(content.update_video, who.pk, make_video(author=who).pk, title="After")


def fail_video(who: User) -> Call:
    return partial(content.fail_video, make_video(author=who, status="processing").pk)


ONCE: dict[str, tuple[Callable[[User], Call], list[str]]] = {
    "edit_post": (edit_post, ["post.edited"]),
    "edit_comment": (edit_comment, ["comment.edited"]),
    "undo_repost": (undo_repost, []),
    "update_draft": (update_draft, []),
    "update_video": (update_video, ["video.edited"]),
    "fail_video": (fail_video, ["video.failed"]),
    "delete_post": (
        lambda who: partial(content.delete_post, who.pk, make_post(author=who).pk),
        ["post.deleted"],
    ),
    "delete_comment": (
        lambda who: partial(content.delete_comment, who.pk, make_comment(author=who).pk),
        ["comment.deleted"],
    ),
    "delete_video": (
        lambda who: partial(content.delete_video, who.pk, make_video(author=who).pk),
        ["video.deleted"],
    ),
    "delete_draft": (
        lambda who: partial(content.delete_draft, who.pk, make_draft(author=who).pk),
        [],
    ),
    "schedule_draft": (
        lambda who: partial(content.schedule_draft, who.pk, make_draft(author=who).pk, SOON),
        [],
    ),
    "repost": (lambda who: partial(content.repost, who.pk, make_post().pk), ["post.reposted"]),
    "vote": (lambda who: partial(content.vote, who.pk, make_poll().pk, [0]), ["poll.voted"]),
}


@pytest.mark.parametrize("name", ONCE)
def test_fifty_at_once_change_it_once(name: str) -> None:
    prepare, facts = ONCE[name]
    call = prepare(make_user())
    OutboxEvent.objects.all().delete()
    results = at_once([call] * 50)
    assert all(isinstance(result, Changed) for result in results), results
    assert sum(result.changed for result in results) == 1
    assert [fact for fact, _ in told()] == facts
    assert call() == Changed(changed=False)
    assert PostRevision.objects.count() == (name == "edit_post")


def test_fifty_comments_are_fifty_and_counted_so() -> None:
    post, people = make_post(), [make_user() for _ in range(50)]
    text = f"@{people[0].username} hello"
    results = at_once([partial(content.add_comment, one.pk, post.pk, text) for one in people])
    assert len({result.id for result in results}) == Comment.objects.count() == 50
    assert Mention.objects.count() == 50
    deltas = CounterDelta.objects.filter(object_type="post", object_id=post.pk)
    assert sum(deltas.values_list("delta", flat=True)) == 50


def test_fifty_people_pass_a_post_on() -> None:
    post, people = make_post(), [make_user() for _ in range(50)]
    results = at_once([partial(content.repost, one.pk, post.pk) for one in people])
    assert results == [Changed(changed=True)] * 50
    assert Repost.objects.count() == 50


def test_an_edit_behind_a_deletion_finds_nothing() -> None:
    author = make_user()
    post = make_post(author=author).pk
    deleted, edited = behind(
        partial(content.delete_post, author.pk, post),
        partial(content.edit_post, author.pk, post, content="late"),
    )
    assert deleted == Changed(changed=True)
    assert isinstance(edited, NotFound)
    assert not PostRevision.objects.exists()


def test_a_draft_that_is_deleted_while_it_is_published_stays_published() -> None:
    author = make_user()
    draft = make_draft(author=author).pk
    published, deleted = behind(
        partial(content.publish_draft, author.pk, draft),
        partial(content.delete_draft, author.pk, draft),
    )
    assert isinstance(published, Made)
    assert deleted == Changed(changed=False)
    assert Draft.objects.get().published_post_id == published.id


def test_a_post_under_a_key_that_is_not_yet_committed_is_the_same_post() -> None:
    call = partial(content.publish_post, make_user().pk, "once #new", idempotency_key="k")
    first, second = behind(call, call)
    assert second == Made(id=first.id, repeated=True)
    assert [name for name, _ in told()] == ["post.published"]
