"""Comments: in their thread, where their post is seen, taken by those who may."""

from functools import partial
from typing import Any

import pytest

from skeletal.actions import content, social
from skeletal.errors import Conflict, Forbidden, InvalidInput, NotFound
from skeletal.models import Comment, Mention, Post, User
from skeletal.queries.content import get_post_with_comments
from skeletal.records import Made
from skeletal.records.social import Changed
from tests.actions.crowds import at_once
from tests.actions.facts import told
from tests.factories import make_comment, make_post, make_user, make_video
from tests.queries.crowd import INACTIVE
from tests.queries.statements import statements


def test_a_comment_answers_a_post_and_a_comment(alice: User, bob: User) -> None:
    post = make_post(author=alice)
    first = content.add_comment(bob.pk, post.pk, "hello @alice")
    answer = content.add_comment(alice.pk, post.pk, "thanks", first.id)
    deeper = content.add_comment(bob.pk, post.pk, "again", answer.id)
    rows = Comment.objects.order_by("id").values_list("id", "parent_id", "root_id", "depth")
    assert list(rows) == [
        (first.id, None, None, 0),
        (answer.id, first.id, first.id, 1),
        (deeper.id, answer.id, first.id, 2),
    ]
    assert list(Mention.objects.values_list("comment_id", "user_id")) == [(first.id, alice.pk)]
    facts = [payload for name, payload in told() if name == "comment.added"]
    assert [fact["answered_id"] for fact in facts] == [str(p.pk) for p in (alice, bob, alice)]
    assert get_post_with_comments(post.pk).post.comments_count == 3


def test_a_video_is_answered_too(bob: User) -> None:
    video = make_video()
    made = content.add_comment(bob.pk, None, "nice", video_id=video.pk)
    assert Comment.objects.get(pk=made.id).video_id == video.pk
    for wrong in ({"post_id": 1, "video_id": 2}, {"post_id": None}):
        with pytest.raises(InvalidInput):
            content.add_comment(bob.pk, content="x", **wrong)


def test_a_parent_is_of_the_same_thread(bob: User) -> None:
    post, other = make_post(), make_comment()
    for absent in (other.pk, 1, 2**70):
        with pytest.raises(NotFound, match="thread"):
            content.add_comment(bob.pk, post.pk, "x", absent)
    gone = make_comment(post=post, status="hidden")
    with pytest.raises(NotFound, match="thread"):
        content.add_comment(bob.pk, post.pk, "x", gone.pk)


def test_a_thread_ends_where_it_is_too_deep(bob: User) -> None:
    deep = make_comment()
    Comment.objects.filter(pk=deep.pk).update(parent_id=deep.pk, root_id=deep.pk, depth=50)
    with pytest.raises(InvalidInput, match="50 deep"):
        content.add_comment(bob.pk, deep.post_id, "x", deep.pk)


@pytest.mark.parametrize("state", INACTIVE)
def test_neither_the_inactive_nor_the_blocked_comment(
    alice: User, bob: User, carol: User, state: str
) -> None:
    post = make_post(author=alice)
    with pytest.raises(NotFound):
        content.add_comment(carol.pk, post.pk, "x")
    User.objects.filter(pk=bob.pk).update(**INACTIVE[state])
    with pytest.raises(Forbidden):
        content.add_comment(bob.pk, post.pk, "x")
    Post.objects.update(status="hidden")
    with pytest.raises(NotFound):
        content.add_comment(alice.pk, post.pk, "x")
    assert not Comment.objects.exists()
    assert not told()


@pytest.mark.parametrize("text", ["", " ", "\u200b", "x" * 2001, "a\0", "\udfff", None, 5])
def test_a_text_that_breaks_a_rule_is_refused(bob: User, text: Any) -> None:
    with pytest.raises(InvalidInput):
        content.add_comment(bob.pk, make_post().pk, text)


def test_its_author_and_the_post_s_author_take_it_away(alice: User, bob: User) -> None:
    post = make_post(author=alice)
    own, other = (content.add_comment(bob.pk, post.pk, text).id for text in "ab")
    told()
    with pytest.raises(Forbidden):
        content.delete_comment(make_user().pk, own)
    with pytest.raises(NotFound):
        content.delete_comment(bob.pk, 1)
    assert content.delete_comment(bob.pk, own).changed
    assert not content.delete_comment(bob.pk, own).changed
    assert content.delete_comment(alice.pk, other).changed
    assert [name for name, _ in told()] == ["comment.deleted"] * 2
    assert get_post_with_comments(post.pk).post.comments_count == 0


def test_a_comment_is_changed_and_its_mentions_follow(alice: User, bob: User) -> None:
    dana = make_user(username="dana")
    made = content.add_comment(bob.pk, make_post(author=alice).pk, "hello @alice")
    told()
    assert content.edit_comment(bob.pk, made.id, content="hello @dana @bob").changed
    assert not content.edit_comment(bob.pk, made.id, content="hello @dana @bob").changed
    row = Comment.objects.get()
    assert (row.content, row.edited_at is not None) == ("hello @dana @bob", True)
    assert set(Mention.objects.values_list("user_id", flat=True)) == {dana.pk, bob.pk}
    ((name, payload),) = told()
    assert (name, set(payload["mentioned"])) == ("comment.edited", {str(dana.pk), str(bob.pk)})
    content.edit_comment(bob.pk, made.id, content="hello @dana")
    assert [payload["mentioned"] for _, payload in told()] == [[]]
    call = partial(content.edit_comment, bob.pk, made.id, content="bye")
    assert len([text for text in statements(call) if "SAVEPOINT" not in text]) == 2


@pytest.mark.parametrize("state", INACTIVE)
def test_only_its_active_author_changes_a_comment_that_is_seen(
    alice: User, bob: User, carol: User, state: str
) -> None:
    post = make_post(author=alice)
    on_video = content.add_comment(bob.pk, None, "x", video_id=make_video().pk).id
    made = content.add_comment(bob.pk, post.pk, "x").id

    def edit(who: int, comment: int = made) -> Changed:
        return content.edit_comment(who, comment, content="y")

    with pytest.raises(Forbidden):
        edit(alice.pk)
    for who, comment in ((carol.pk, made), (bob.pk, 1), (bob.pk, 2**70)):
        with pytest.raises(NotFound):
            edit(who, comment)
    User.objects.filter(pk=bob.pk).update(**INACTIVE[state])
    with pytest.raises(Forbidden):
        edit(bob.pk)
    User.objects.filter(pk=bob.pk).update(status="active", deleted_at=None)
    social.block_user(alice.pk, bob.pk)
    with pytest.raises(NotFound):
        edit(bob.pk)
    social.unblock_user(alice.pk, bob.pk)
    content.delete_comment(bob.pk, made)
    with pytest.raises(NotFound):
        edit(bob.pk)
    assert edit(bob.pk, on_video).changed
    assert Comment.objects.get(pk=made).content == "x"


def test_who_does_not_see_a_comment_is_not_told_that_it_stands(
    alice: User, bob: User, carol: User
) -> None:
    made = content.add_comment(bob.pk, make_post(author=alice).pk, "x").id
    with pytest.raises(NotFound):
        content.delete_comment(carol.pk, made)
    assert Comment.objects.filter(deleted_at=None).exists()


@pytest.mark.usefixtures("committed_db")
def test_edits_at_once_leave_the_mentions_of_one_of_them() -> None:
    author, post = make_user(), make_post()
    people = [make_user(username=f"person{n}") for n in range(20)]
    made = content.add_comment(author.pk, post.pk, "x").id
    calls = [
        partial(content.edit_comment, author.pk, made, content=f"@{p.username}") for p in people
    ]
    assert at_once(calls) == [Changed(changed=True)] * 20
    named = Mention.objects.get().user
    assert Comment.objects.get().content == f"@{named.username}"


def test_a_key_gives_the_first_answer(bob: User) -> None:
    post = make_post()
    first = content.add_comment(bob.pk, post.pk, "x", idempotency_key="k")
    again = content.add_comment(bob.pk, post.pk, "x", idempotency_key="k")
    assert again == Made(id=first.id, repeated=True)
    with pytest.raises(Conflict):
        content.add_comment(bob.pk, post.pk, "y", idempotency_key="k")


@pytest.mark.usefixtures("committed_db")
def test_fifty_comments_with_one_key_are_one() -> None:
    author, post = make_user(), make_post()
    call = partial(content.add_comment, author.pk, post.pk, "x", idempotency_key="k")
    results = at_once([call] * 50)
    assert len({result.id for result in results}) == 1, results
    assert Comment.objects.count() == 1
