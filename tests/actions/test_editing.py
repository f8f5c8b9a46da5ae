"""Edits keep what was said, follow the new text, and reposts stand once."""

from functools import partial
from typing import Any

import pytest

from skeletal.actions import content
from skeletal.errors import Conflict, Forbidden, InvalidInput, NotFound
from skeletal.jobs import run_pending
from skeletal.models import Mention, Notification, Post, PostHashtag, PostRevision, Repost, User
from skeletal.queries.content import list_post_revisions
from skeletal.records.social import Changed
from skeletal.rules import limits
from tests.actions.crowds import at_once
from tests.actions.facts import told
from tests.factories import make_circle, make_follow, make_post, make_user
from tests.queries.statements import statements


def tags(post_id: int) -> list[str]:
    rows = PostHashtag.objects.filter(post_id=post_id).order_by("hashtag__name")
    return list(rows.values_list("hashtag__name", flat=True))


def test_an_edit_keeps_the_text_before_and_its_names_follow(alice: User, bob: User) -> None:
    dana = make_user(username="dana")
    made = content.publish_post(alice.pk, "#one #two @bob")
    text = "#two #three @dana"
    told()
    assert content.edit_post(alice.pk, made.id, content=text) == Changed(changed=True)
    post = Post.objects.get(pk=made.id)
    assert (post.content, post.hashtags) == (text, ["two", "three"])
    assert post.edited_at is not None
    assert tags(made.id) == ["three", "two"]
    assert list(Mention.objects.values_list("user_id", flat=True)) == [dana.pk]
    assert list(PostRevision.objects.values_list("version", "content")) == [(1, "#one #two @bob")]
    assert [(name, fact["mentioned"]) for name, fact in told()] == [("post.edited", [str(dana.pk)])]
    again = content.edit_post(alice.pk, made.id, content=text)
    assert again == Changed(changed=False)
    assert PostRevision.objects.count() == 1


def test_only_its_active_author_edits_a_post_that_stands(alice: User, bob: User) -> None:
    made = content.publish_post(alice.pk, "before")
    with pytest.raises(Forbidden):
        content.edit_post(bob.pk, made.id, content="after")
    with pytest.raises(NotFound):
        content.edit_post(alice.pk, 1, content="after")
    with pytest.raises(InvalidInput):
        content.edit_post(alice.pk, made.id, content=" ")
    User.objects.filter(pk=alice.pk).update(status="suspended")
    with pytest.raises(Forbidden):
        content.edit_post(alice.pk, made.id, content="after")
    User.objects.filter(pk=alice.pk).update(status="active")
    content.delete_post(alice.pk, made.id)
    with pytest.raises(NotFound):
        content.edit_post(alice.pk, made.id, content="after")
    assert not PostRevision.objects.exists()


def test_who_does_not_see_a_post_is_not_told_that_it_stands(
    alice: User, bob: User, carol: User
) -> None:
    own = content.publish_post(alice.pk, "before", visibility="private").id
    for write in (partial(content.edit_post, content="after"), content.delete_post):
        for who in (bob, carol):
            with pytest.raises(NotFound):
                write(who.pk, own)
    for state in ("hidden", "removed"):
        Post.objects.update(status=state)
        with pytest.raises(NotFound):
            content.edit_post(alice.pk, own, content="after")
    assert content.delete_post(alice.pk, own).changed
    assert Post.objects.get().content == "before"


def test_a_post_with_a_file_may_lose_its_words(alice: User) -> None:
    made = content.publish_post(alice.pk, "#one", media_urls=["https://m.example/a"])
    assert content.edit_post(alice.pk, made.id, content="").changed
    assert tags(made.id) == []
    (before,) = list_post_revisions(made.id)
    assert (before.version, before.content) == (1, "#one")
    assert before.media_urls == ["https://m.example/a"]


def test_a_post_is_not_edited_for_ever(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "EDITS_PER_POST", 2)
    made = content.publish_post(alice.pk, "0")
    for text in "12":
        assert content.edit_post(alice.pk, made.id, content=text).changed
    assert not content.edit_post(alice.pk, made.id, content="2").changed
    with pytest.raises(Conflict):
        content.edit_post(alice.pk, made.id, content="3")
    assert [one.content for one in list_post_revisions(made.id)] == ["1", "0"]


@pytest.mark.parametrize("text", ["", " ", "\u200b", "x" * 5001, "a\0", "\udfff", None, 5])
def test_a_text_that_breaks_a_rule_is_refused(alice: User, text: Any) -> None:
    made = content.publish_post(alice.pk, "before")
    with pytest.raises(InvalidInput):
        content.edit_post(alice.pk, made.id, content=text)
    assert not PostRevision.objects.exists()


def test_an_edit_is_three_statements(alice: User) -> None:
    made = content.publish_post(alice.pk, "#one")
    sent = statements(partial(content.edit_post, alice.pk, made.id, content="#one again"))
    assert len([text for text in sent if "SAVEPOINT" not in text]) == 3


@pytest.mark.usefixtures("committed_db")
def test_edits_at_once_keep_every_version() -> None:
    author = make_user()
    made = content.publish_post(author.pk, "first")
    calls = [partial(content.edit_post, author.pk, made.id, content=f"text {n}") for n in range(20)]
    results = at_once(calls)
    assert results == [Changed(changed=True)] * 20
    versions = list(PostRevision.objects.order_by("version").values_list("version", "content"))
    assert [version for version, _ in versions] == list(range(1, 21))
    last = Post.objects.get(pk=made.id).content
    assert {text for _, text in versions} | {last} == {"first", *(f"text {n}" for n in range(20))}


def test_a_public_post_is_passed_on_once(alice: User, bob: User) -> None:
    post = make_post(author=alice)
    assert content.repost(bob.pk, post.pk) == Changed(changed=True)
    assert content.repost(bob.pk, post.pk) == Changed(changed=False)
    assert [name for name, _ in told()] == ["post.reposted"]
    assert content.undo_repost(bob.pk, post.pk) == Changed(changed=True)
    assert content.undo_repost(bob.pk, post.pk) == Changed(changed=False)
    assert len(statements(partial(content.repost, bob.pk, post.pk))) == 1


@pytest.mark.parametrize("visibility", ["followers", "private"])
def test_what_is_not_public_is_not_passed_on(
    alice: User, bob: User, carol: User, visibility: str
) -> None:
    with pytest.raises(NotFound):
        content.repost(bob.pk, make_post(author=alice, visibility=visibility).pk)
    with pytest.raises(NotFound):
        content.repost(carol.pk, make_post(author=alice).pk)
    User.objects.filter(pk=bob.pk).update(status="suspended")
    with pytest.raises(Forbidden):
        content.repost(bob.pk, make_post(author=alice).pk)
    assert not Repost.objects.exists()


def kinds() -> list[tuple[int, str]]:
    run_pending()
    rows = list(Notification.objects.order_by("id").values_list("user_id", "kind"))
    Notification.objects.all().delete()
    return rows


def test_people_are_told_when_they_are_named_and_answered(alice: User, bob: User) -> None:
    made = content.publish_post(alice.pk, "hello @bob @alice")
    assert kinds() == [(bob.pk, "mention")]
    content.edit_post(alice.pk, made.id, content="hello again @bob")
    assert kinds() == []
    first = content.add_comment(bob.pk, made.id, "hi @alice")
    assert kinds() == [(alice.pk, "comment")]
    content.add_comment(alice.pk, made.id, "hi @bob", first.id)
    assert kinds() == [(bob.pk, "comment")]
    content.repost(bob.pk, made.id)
    assert kinds() == [(alice.pk, "repost")]


def test_who_does_not_see_a_post_is_not_told_of_it(alice: User, bob: User) -> None:
    dana = make_user(username="dana")
    make_follow(follower=dana, followee=alice)
    circle = make_circle(owner=alice)
    content.publish_post(alice.pk, "@bob @dana", visibility="circle", circle_id=circle.pk)
    content.publish_post(alice.pk, "@bob @dana", visibility="private")
    assert kinds() == []
