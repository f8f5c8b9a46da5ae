"""Drafts: kept for their author alone, published once, on time, whoever else publishes too."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from skeletal import metrics
from skeletal.actions import content
from skeletal.actions.content import drafts, posts
from skeletal.errors import Conflict, Forbidden, InvalidInput, NotFound, Unavailable
from skeletal.models import Draft, MediaAttachment, Poll, Post, PostHashtag, User
from skeletal.queries.content import list_drafts
from skeletal.records import Made
from skeletal.records.social import Changed
from skeletal.rules import limits
from tests.actions.crowds import at_once
from tests.actions.facts import told
from tests.factories import make_circle, make_draft, make_user
from tests.queries.crowd import INACTIVE
from tests.queries.statements import statements

SOON = timedelta(hours=1)
FAR = datetime.max.replace(tzinfo=UTC)
FULL: dict[str, Any] = {
    "content": "later #Cairo",
    "visibility": "followers",
    "media_urls": ["https://m.example/a"],
    "media": [{"kind": "image", "url": "https://m.example/b", "mime": "image/png", "bytes": 1}],
    "language": "en",
    "poll": {"options": ["a", "b"], "seconds": 600},
}


def due(author: User, *payloads: dict[str, Any]) -> list[int]:
    """Drafts whose time has come, the first the longest."""
    now = timezone.now()
    return [
        make_draft(
            author=author,
            payload=payload,
            state="scheduled",
            scheduled_at=now - timedelta(hours=len(payloads) - n),
        ).pk
        for n, payload in enumerate(payloads)
    ]


def test_a_draft_is_kept_changed_and_published_once(alice: User) -> None:
    made = content.save_draft(alice.pk, {"content": "on the w"})
    assert content.update_draft(alice.pk, made.id, FULL) == Changed(changed=True)
    assert content.update_draft(alice.pk, made.id, FULL) == Changed(changed=False)
    (shown,) = list_drafts(alice.pk).data
    assert (shown.id, shown.payload, shown.state) == (made.id, FULL, "open")
    assert not told()
    first = content.publish_draft(alice.pk, made.id)
    again = content.publish_draft(alice.pk, made.id)
    assert again == Made(id=first.id, repeated=True)
    post = Post.objects.get()
    assert (post.pk, post.content, post.visibility) == (first.id, FULL["content"], "followers")
    assert PostHashtag.objects.count() == Poll.objects.count() == MediaAttachment.objects.count()
    assert [name for name, _ in told()] == ["post.published"]
    assert Draft.objects.get().payload == {}
    assert not list_drafts(alice.pk).data
    for late in (partial(content.update_draft, payload={}), partial(content.schedule_draft)):
        more = {} if late.keywords else {"scheduled_at": None}
        with pytest.raises(Conflict):
            late(alice.pk, made.id, **more)
    assert content.delete_draft(alice.pk, made.id) == Changed(changed=False)


def test_a_draft_is_its_author_s_alone(alice: User, bob: User) -> None:
    draft = make_draft(author=alice)
    for who, id_ in ((bob.pk, draft.pk), (alice.pk, 1), (alice.pk, 2**70)):
        for write in (
            partial(content.update_draft, payload={}),
            partial(content.schedule_draft, scheduled_at=timezone.now() + SOON),
            content.publish_draft,
        ):
            with pytest.raises(NotFound):
                write(who, id_)
        assert not content.delete_draft(who, id_).changed
    assert not list_drafts(bob.pk).data
    assert content.delete_draft(alice.pk, draft.pk).changed
    assert not content.delete_draft(alice.pk, draft.pk).changed
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        "content",
        {"author_id": 7},
        {"at": "2012-01-01"},
        {"idempotency_key": "k"},
        {"content": None},
        {"content": 7},
        {"content": "x" * 5001},
        {"content": "a\0"},
        {"content": "\ud800"},
        {"language": "\0"},
        {"language": "\udfff"},
        {"poll": {"a\0": 1}},
        {"poll": {"options": ["x" * 70_000]}},
        {"poll": [[[[[[[[[[]]]]]]]]]]},
        {"poll": {"seconds": 2**64}},
        {"poll": {"seconds": float("inf")}},
        {"media": [b"bytes"]},
        {"content": "x" * 1_000_000},
        {7: "x"},
    ],
    ids=lambda wrong: str(wrong)[:40],
)
def test_what_cannot_be_kept_is_refused(alice: User, wrong: Any) -> None:
    draft = make_draft(author=alice)
    with pytest.raises(InvalidInput):
        content.save_draft(alice.pk, wrong)
    with pytest.raises(InvalidInput):
        content.update_draft(alice.pk, draft.pk, wrong)
    assert Draft.objects.get().payload == draft.payload


@pytest.mark.parametrize("state", INACTIVE)
def test_who_is_not_active_keeps_and_publishes_nothing(alice: User, state: str) -> None:
    draft = make_draft(author=alice)
    User.objects.filter(pk=alice.pk).update(**INACTIVE[state])
    for write in (
        partial(content.save_draft, alice.pk, {}),
        partial(content.save_draft, 2**70, {}),
        partial(content.update_draft, alice.pk, draft.pk, {}),
        partial(content.schedule_draft, alice.pk, draft.pk, timezone.now() + SOON),
        partial(content.publish_draft, alice.pk, draft.pk),
    ):
        with pytest.raises(Forbidden):
            write()
    assert not Post.objects.exists()
    assert content.delete_draft(alice.pk, draft.pk).changed


def test_a_key_gives_the_first_draft(alice: User) -> None:
    first = content.save_draft(alice.pk, {"content": "x"}, idempotency_key="k")
    again = content.save_draft(alice.pk, {"content": "x"}, idempotency_key="k")
    assert again == Made(id=first.id, repeated=True)
    with pytest.raises(Conflict):
        content.save_draft(alice.pk, {"content": "y"}, idempotency_key="k")
    with pytest.raises(Conflict):
        content.publish_post(alice.pk, "x", idempotency_key="k")


def test_drafts_that_wait_are_few(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DRAFTS", 2)
    first = content.save_draft(alice.pk, {"content": "1"})
    content.save_draft(alice.pk, {"content": "2"})
    with pytest.raises(Conflict):
        content.save_draft(alice.pk, {})
    content.publish_draft(alice.pk, first.id)
    content.save_draft(alice.pk, {"content": "3"})


def test_a_draft_waits_for_its_time(alice: User) -> None:
    draft = make_draft(author=alice, payload=FULL)
    moment = datetime.now(UTC) + SOON
    assert content.schedule_draft(alice.pk, draft.pk, moment).changed
    assert not content.schedule_draft(alice.pk, draft.pk, moment).changed
    assert content.publish_due() == ([], [], [])
    with pytest.raises(InvalidInput):
        content.update_draft(alice.pk, draft.pk, {"content": ""})
    assert content.update_draft(alice.pk, draft.pk, {"content": "now"}).changed
    assert content.schedule_draft(alice.pk, draft.pk, None).changed
    Draft.objects.update(scheduled_at=moment - 2 * SOON)
    assert content.publish_due() == ([], [], [])
    Draft.objects.update(state="scheduled")
    published, failed, _ = content.publish_due()
    assert (Post.objects.get().pk, Post.objects.get().content) == (published[0], "now")
    assert not failed
    assert content.publish_due() == ([], [], [])
    assert content.publish_draft(alice.pk, draft.pk) == Made(id=published[0], repeated=True)


def test_a_time_is_to_come_and_within_a_year(alice: User) -> None:
    draft, now = make_draft(author=alice), datetime.now(UTC)
    for wrong in (now, now - SOON, now + timedelta(days=367), FAR, "soon", 7, False):
        with pytest.raises(InvalidInput):
            content.schedule_draft(alice.pk, draft.pk, wrong)  # type: ignore[arg-type]
    naive = (now + SOON).replace(tzinfo=None)
    with pytest.raises(InvalidInput):
        content.schedule_draft(alice.pk, draft.pk, naive)
    empty = make_draft(author=alice, payload={})
    with pytest.raises(InvalidInput):
        content.schedule_draft(alice.pk, empty.pk, now + SOON)


def test_what_the_rules_refuse_is_failed_and_the_others_go_on(alice: User) -> None:
    gone, bob = make_circle(owner=alice), make_user(status="suspended")
    circle = {"content": "x", "visibility": "circle", "circle_id": gone.pk}
    gone.delete()
    wrong = due(alice, {"content": " "}, {"unknown": 1}, {}, circle, [])  # type: ignore[arg-type]
    wrong += due(bob, {"content": "hello"})
    (good,) = due(alice, {"content": "fine"})
    published, failed, _ = content.publish_due()
    assert len(published) == 1
    assert set(failed) == set(wrong)
    errors = dict(Draft.objects.values_list("pk", "error"))
    assert [errors[one] for one in (*wrong, good)] == [
        *["invalid_input"] * 3,
        "not_found",
        "invalid_input",
        "forbidden",
        "",
    ]
    facts = told()
    assert sorted(name for name, _ in facts) == ["draft.failed"] * 6 + ["post.published"]
    assert {fact["author_id"] for name, fact in facts if name == "draft.failed"} == {
        str(alice.pk),
        str(bob.pk),
    }
    first = wrong[0]
    assert content.update_draft(alice.pk, first, {"content": "better"}).changed
    assert (Draft.objects.get(pk=first).state, Draft.objects.get(pk=first).error) == ("open", "")


@pytest.mark.parametrize("error", [Unavailable("not now"), RuntimeError("a bug")])
def test_what_is_no_fault_of_a_draft_puts_it_off_alone(
    alice: User, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    (first, broken, last) = due(alice, *({"content": text} for text in ("1", "x", "2")))

    def publish(author_id: int, content: str, **more: Any) -> Made:
        made = posts.publish_post(author_id, content, **more)
        if content == "x":
            raise error
        return made

    before = metrics.FAILED_DRAFTS._value.get()
    with monkeypatch.context() as patched:
        patched.setattr(drafts, "publish_post", publish)
        ended = content.publish_due()
        assert (len(ended.published), ended.failed, ended.put_off) == (2, [], [broken])
        assert content.publish_due(limit=1) == ([], [], [broken])
    assert metrics.FAILED_DRAFTS._value.get() == before + 2
    states = dict(Draft.objects.values_list("pk", "state"))
    assert states == {first: "published", broken: "scheduled", last: "published"}
    assert Post.objects.count() == 2
    assert len(content.publish_due().published) == 1


def test_a_run_in_which_nothing_can_be_published_ends(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    due(alice, *({"content": "x"} for _ in range(4)))
    monkeypatch.setattr(drafts, "MOST_PUT_OFF", 3)
    monkeypatch.setattr(drafts, "_publish", lambda _: 1 / 0)
    assert len(content.publish_due().put_off) == 3


def test_the_oldest_come_first_and_no_more_than_asked(alice: User) -> None:
    ids = due(alice, *({"content": str(n)} for n in range(5)))
    assert len(content.publish_due(limit=3).published) == 3
    waiting = Draft.objects.filter(state="scheduled")
    assert set(waiting.values_list("pk", flat=True)) == set(ids[3:])
    for wrong in (0, -1, 1001, True, "x"):
        with pytest.raises(InvalidInput):
            content.publish_due(limit=wrong)  # type: ignore[arg-type]


def test_few_statements(alice: User) -> None:
    def sent(call: Any) -> int:
        return len([text for text in statements(call) if "SAVEPOINT" not in text])

    assert sent(partial(content.save_draft, alice.pk, FULL)) == 4
    draft = Draft.objects.get()
    assert sent(partial(content.update_draft, alice.pk, draft.pk, {"content": "x"})) == 3
    moment = timezone.now() + SOON
    assert sent(partial(content.schedule_draft, alice.pk, draft.pk, moment)) == 3
    assert sent(partial(content.publish_draft, alice.pk, draft.pk)) == 4
    assert sent(partial(content.delete_draft, alice.pk, draft.pk)) == 1
    due(alice, {"content": "x"})
    assert sent(content.publish_due) == 5


def test_naughty_strings_are_kept_or_refused(alice: User, data: Path) -> None:
    strings = json.loads((data / "naughty-strings" / "blns.json").read_text("utf-8"))
    draft, kept = make_draft(author=alice), 0
    for text in strings:
        try:
            content.update_draft(alice.pk, draft.pk, {"content": text, "language": text[:35]})
        except InvalidInput:
            continue
        assert Draft.objects.get().payload == {"content": text, "language": text[:35]}
        kept += 1
    assert kept > 480


@pytest.mark.usefixtures("committed_db")
def test_many_that_publish_what_is_due_share_the_work() -> None:
    authors = [make_user() for _ in range(5)]
    for n in range(40):
        due(authors[n % 5], {"content": f"{n} #tag"})
    results = at_once([content.publish_due] * 20)
    posts = [one for result in results for one in result.published]
    assert len(posts) == len(set(posts)) == Post.objects.count() == 40
    assert not Draft.objects.exclude(state="published").exists()


@pytest.mark.usefixtures("committed_db")
def test_one_draft_published_in_every_way_at_once_is_one_post() -> None:
    author = make_user()
    (draft,) = due(author, {"content": "once"})
    calls: list[Any] = [partial(content.publish_draft, author.pk, draft)] * 25
    results = at_once([*calls, *[content.publish_due] * 25])
    post = Post.objects.get()
    assert {result.id for result in results[:25]} == {post.pk}
    assert [one for result in results[25:] for one in result.published] in ([], [post.pk])
    assert [name for name, _ in told()] == ["post.published"]


@pytest.mark.usefixtures("committed_db")
def test_fifty_drafts_at_once_are_no_more_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DRAFTS", 10)
    author = make_user()
    results = at_once([partial(content.save_draft, author.pk, {"content": "x"})] * 50)
    assert sum(isinstance(result, Made) for result in results) == Draft.objects.count() == 10


@pytest.mark.usefixtures("committed_db")
def test_fifty_drafts_with_one_key_are_one() -> None:
    author = make_user()
    call = partial(content.save_draft, author.pk, {"content": "x"}, idempotency_key="k")
    results = at_once([call] * 50)
    assert len({result.id for result in results}) == Draft.objects.count() == 1
