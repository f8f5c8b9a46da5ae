"""Bookmarks and followed hashtags: once each, of what one sees."""

from functools import partial
from typing import Any

import pytest

from skeletal.actions import social
from skeletal.errors import Forbidden, InvalidInput, NotFound
from skeletal.models import Bookmark, HashtagFollow, Post, User
from skeletal.records.social import Changed
from tests.actions.crowds import at_once
from tests.actions.facts import told
from tests.factories import make_hashtag, make_post, make_user, make_video
from tests.queries.crowd import INACTIVE
from tests.queries.statements import statements

KIND = pytest.mark.parametrize("kind", ["post", "video"])
THINGS: dict[str, Any] = {"post": make_post, "video": make_video}


@KIND
def test_a_bookmark_stands_once_and_moves_between_folders(bob: User, kind: str) -> None:
    thing = THINGS[kind]()
    keep = partial(social.bookmark, bob.pk, kind, thing.pk)
    assert [keep().changed, keep().changed] == [True, False]
    assert [keep(" later ").changed, keep("later").changed] == [True, False]
    assert Bookmark.objects.get().folder == "later"
    assert social.unbookmark(bob.pk, kind, thing.pk) == Changed(changed=True)
    assert social.unbookmark(bob.pk, kind, thing.pk) == Changed(changed=False)
    assert not told()


@KIND
def test_each_is_one_statement(bob: User, kind: str) -> None:
    thing = THINGS[kind]()
    for call in (social.bookmark, social.bookmark, social.unbookmark):
        assert len(statements(partial(call, bob.pk, kind, thing.pk))) == 1


@KIND
def test_only_what_is_seen_is_kept(alice: User, bob: User, carol: User, kind: str) -> None:
    thing = THINGS[kind](author=alice, visibility="followers")
    assert social.bookmark(bob.pk, kind, thing.pk).changed
    for person, id_ in ((carol.pk, thing.pk), (make_user().pk, thing.pk), (bob.pk, 2**70)):
        with pytest.raises(NotFound, match=f"no such {kind}"):
            social.bookmark(person, kind, id_)
    type(thing).objects.update(status="hidden")
    assert social.unbookmark(bob.pk, kind, thing.pk).changed


@pytest.mark.parametrize("state", INACTIVE)
def test_who_is_not_active_keeps_nothing(bob: User, state: str) -> None:
    post, tag = make_post(), make_hashtag()
    User.objects.filter(pk=bob.pk).update(**INACTIVE[state])
    for person in (bob.pk, 1):
        with pytest.raises(Forbidden):
            social.bookmark(person, "post", post.pk)
        with pytest.raises(Forbidden):
            social.follow_hashtag(person, tag.name)


@pytest.mark.parametrize("folder", ["x" * 51, "\0", "\ud800", None, 5])
def test_a_folder_that_cannot_be_is_refused(bob: User, folder: Any) -> None:
    with pytest.raises(InvalidInput):
        social.bookmark(bob.pk, "post", make_post().pk, folder)
    for call in (social.bookmark, social.unbookmark):
        with pytest.raises(InvalidInput):
            call(bob.pk, "comment", 1)


@pytest.mark.parametrize("written", ["cairo", "#Cairo", "＃CAIRO"])
def test_a_hashtag_is_followed_once_in_any_spelling(bob: User, written: str) -> None:
    tag = make_hashtag(name="cairo")
    assert len(statements(partial(social.follow_hashtag, bob.pk, written))) == 1
    assert social.follow_hashtag(bob.pk, "cairo") == Changed(changed=False)
    assert HashtagFollow.objects.get().hashtag_id == tag.pk
    assert len(statements(partial(social.unfollow_hashtag, bob.pk, written))) == 1
    assert social.unfollow_hashtag(bob.pk, "cairo") == Changed(changed=False)
    payload = {"user_id": str(bob.pk), "hashtag_id": str(tag.pk)}
    assert told() == [("hashtag.followed", payload), ("hashtag.unfollowed", payload)]


def test_a_hashtag_that_is_not_there_is_not_followed(bob: User) -> None:
    make_hashtag(name="banned", usable=False)
    for absent in ("nobody", "banned"):
        with pytest.raises(NotFound):
            social.follow_hashtag(bob.pk, absent)
    assert social.unfollow_hashtag(bob.pk, "nobody") == Changed(changed=False)
    for wrong in ("", "#", "123", "two words", "x" * 101, "a\0", "\ud800", None, ["a"]):
        with pytest.raises(InvalidInput):
            social.follow_hashtag(bob.pk, wrong)  # type: ignore[arg-type]


@pytest.mark.usefixtures("committed_db")
def test_fifty_at_once_are_one() -> None:
    fan, post, tag = make_user(), make_post(), make_hashtag(name="cairo")
    kept = at_once([partial(social.bookmark, fan.pk, "post", post.pk)] * 50)
    followed = at_once([partial(social.follow_hashtag, fan.pk, "cairo")] * 50)
    for results in (kept, followed):
        assert sum(result.changed for result in results) == 1, results
    assert Post.objects.count() == Bookmark.objects.count() == 1
    assert [payload["hashtag_id"] for _, payload in told()] == [str(tag.pk)]
