"""One history for each rule of the protocol: right with the rule, wrong without it."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from unittest.mock import patch

from django.db import OperationalError, connection, transaction

from skeletal.actions import feeds as actions
from skeletal.cache import feeds
from skeletal.models import FeedPending, FeedState, Follow, Post
from skeletal.queries import feed, windows
from skeletal.records.caches import Pushed
from tests.feeds.simulator import LIMIT, Simulator

SCENES: "dict[str, Callable[[Scene], None]]" = {}


def scene(name: str) -> "Callable[[Callable[[Scene], None]], Callable[[Scene], None]]":
    def kept(play: "Callable[[Scene], None]") -> "Callable[[Scene], None]":
        SCENES[name] = play
        return play

    return kept


class Scene(Simulator):
    """A reader who follows one author, and a second author whom the reader does not follow yet."""

    def __init__(self) -> None:
        super().__init__(1, "even")
        self.reader, self.author, self.other, _ = self.people
        Follow.objects.exclude(follower_id=self.reader, followee_id=self.author).delete()
        self.wrong = False

    def posts(self, count: int, author: int | None = None, **values: Any) -> list[int]:
        """Ids of new posts, rising."""
        author = author or self.author
        return [Post.objects.create(author_id=author, **values).pk for _ in range(count)]

    def push(self, *posts: int) -> None:
        """Push posts, all that are pending if none is named."""
        for pk in posts or list(FeedPending.objects.values_list("pk", flat=True)):
            while not actions.fan_out(pk):
                pass

    def settle(self) -> None:
        self.push()
        actions.advance_mark()

    def warm(self) -> None:
        self.settle()
        assert windows.rebuild(self.reader)

    def look(self, after: int | None = None) -> None:
        """Compare a page with that of plain SQL; nobody is between the two."""
        _, found = windows.judge(self.reader, after, LIMIT, LIMIT)
        if found is not None:
            plain = feed._plain(self.reader, after, LIMIT, LIMIT)
            self.wrong |= [row.id for row in found[0]] != [row.id for row in plain[0]]

    def look_while(self, meanwhile: Callable[[], object]) -> None:
        """The same, with something in between the window and the statement."""
        read = feeds.read

        def reading(*args: Any, **kwargs: Any) -> Any:
            window = read(*args, **kwargs)
            meanwhile()
            return window

        with patch.object(feeds, "read", reading):
            self.look()


def first(call: Callable[..., Any], before: Callable[[], object]) -> Callable[..., Any]:
    """The same call, with something done once before it."""
    todo = [before]

    def called(*args: Any, **kwargs: Any) -> Any:
        while todo:
            todo.pop()()
        return call(*args, **kwargs)

    return called


@scene("ids are compared as numbers")
def neighbours(on: Scene) -> None:
    [low] = on.posts(1)
    for beyond in (1, 3, 4):
        Post.objects.create(pk=low + beyond, author_id=on.author)
    on.posts(1, visibility="private")
    on.warm()
    Post.objects.create(pk=low + 2, author_id=on.author)
    on.settle()
    on.look()


@scene("a share is cut before the rule")
def hidden_ones(on: Scene) -> None:
    Follow.objects.create(follower_id=on.reader, followee_id=on.other)
    on.posts(5)
    on.posts(1, on.other)
    on.posts(6, on.other, visibility="private")
    actions.pull(on.other)
    on.warm()
    on.look()


@scene("a window in the making takes no push")
def while_it_is_made(on: Scene) -> None:
    on.posts(5)
    on.settle()
    assert feeds.begin(on.reader, "one", "")
    found = windows.candidates(1, 6).first(viewer=on.reader)
    assert found is not None
    on.posts(1)
    on.settle()
    assert feeds.fill(on.reader, "one", found.version, found.ids, complete=True)
    on.look()


@scene("any token fills")
def late_filler(on: Scene) -> None:
    on.posts(5)
    on.settle()
    assert feeds.begin(on.reader, "one", "")
    found = windows.candidates(1, 6).first(viewer=on.reader)
    assert found is not None
    feeds.invalidate_feed(on.reader)
    on.posts(1)
    on.settle()
    assert feeds.begin(on.reader, "two", "")
    feeds.fill(on.reader, "one", found.version, found.ids, complete=True)
    on.look()


@scene("the placeholder follows the snapshot")
def published_before_it_begins(on: Scene) -> None:
    on.posts(5)
    on.settle()

    def meanwhile() -> None:
        on.posts(1)
        on.settle()

    with patch.object(feeds, "begin", first(feeds.begin, meanwhile)):
        windows.rebuild(on.reader)
    on.look()


@scene("what lies below a partial window is put in")
def late_and_low(on: Scene) -> None:
    on.posts(2)
    [before] = on.posts(1)
    on.posts(3, on.reader)
    on.posts(9)
    on.warm()
    lowest = feeds.get_circle_feed(on.reader, 0, 100)[-1]
    Post.objects.create(pk=before + 1, author_id=on.author)
    on.settle()
    on.look(lowest)


@scene("a trim keeps the claim")
def trimmed(on: Scene) -> None:
    for _ in range(4):
        on.posts(1, on.reader)
        on.posts(1)
    on.posts(1, on.reader)
    on.warm()
    on.posts(7)
    on.settle()
    on.look(feeds.get_circle_feed(on.reader, 0, 100)[-1])


@scene("done before the pushes")
def proved_too_early(on: Scene) -> None:
    on.posts(5)
    on.warm()
    [post] = on.posts(1)

    def meanwhile() -> None:
        actions.advance_mark()
        on.look()

    with patch.object(feeds, "push", first(feeds.push, meanwhile)):
        actions.fan_out(post)


@scene("rows are taken without a mark")
@scene("the mark is not asked")
def read_before_the_push(on: Scene) -> None:
    on.posts(5)
    on.warm()
    on.posts(1)
    on.look_while(on.settle)


@scene("any mark goes on")
def older_copy_after_the_mark(on: Scene) -> None:
    on.posts(5)
    on.warm()
    on.save()
    on.posts(1)
    on.settle()
    on.go_back()
    actions.advance_mark()
    on.look()


@scene("the run is not asked")
def older_copy_after_the_push(on: Scene) -> None:
    on.posts(5)
    on.warm()
    on.save()
    on.push(*on.posts(1))
    on.go_back()
    actions.advance_mark()
    on.look()


@scene("a lineage is not asked")
def voided_while_it_was_away(on: Scene) -> None:
    on.posts(5)
    on.warm()
    on.posts(1)
    on.away = 1
    actions.advance_mark()
    on.away = 0
    actions.advance_mark()
    on.look()


@scene("back from pull in one step")
def more_than_is_opened(on: Scene) -> None:
    Follow.objects.create(follower_id=on.reader, followee_id=on.other)
    on.posts(1)
    on.posts(4, on.reader)
    on.posts(2, on.other)
    middle = on.posts(11, on.other)[0]
    actions.pull(on.other)
    on.warm()
    actions.push_again(on.other)
    on.look(middle)


@scene("a slow worker closes what was opened again")
def opened_again(on: Scene) -> None:
    on.posts(6)
    on.warm()
    [post] = on.posts(1)
    push = feeds.push

    def pushing(*args: Any) -> Any:
        pushed = push(*args)
        Post.objects.filter(pk=post).update(status="hidden")
        feeds.invalidate_feed(on.reader)
        assert windows.rebuild(on.reader)
        Post.objects.filter(pk=post).update(status="published")
        return pushed

    with patch.object(feeds, "push", pushing):
        actions.fan_out(post)
    actions.advance_mark()
    on.look()


@scene("another server gets only the rest")
def failed_over_between_two_pushes(on: Scene) -> None:
    """The worker still speaks to the former master when it pushes to the first readers."""
    for follower in on.people[2:]:
        Follow.objects.create(follower_id=follower, followee_id=on.author)
    on.posts(5)
    on.warm()
    [post] = on.posts(1)
    push, calls = feeds.push, list[int]()

    def pushing(post_id: int, readers: list[int]) -> Pushed:
        calls.append(post_id)
        return push(post_id, readers) if len(calls) > 1 else Pushed(run_id="former", windows=0)

    with patch.object(feeds, "push", pushing):
        on.push(post)
    actions.advance_mark()
    on.look()


@scene("an author's row is not held")
@scene("posts that are fetched are not pending")
def published_on_the_way_back(on: Scene) -> None:
    """After the newest posts were opened again, and before that is committed."""
    Follow.objects.create(follower_id=on.reader, followee_id=on.other)
    on.posts(5)
    on.posts(1, on.other)
    actions.pull(on.other)
    on.warm()
    opened = []

    def going_back() -> None:
        with transaction.atomic():
            actions.push_again(on.other)
            opened.append(True)
            on.stage.step()

    [actor] = on.stage.free()[:1]
    actor.begin(going_back)
    while not opened:
        actor.turn()
    [post] = on.posts(1, on.other)
    with connection.cursor() as cursor, suppress(OperationalError):
        cursor.execute("SET lock_timeout = '100ms'")
        actions.fan_out(post)
    while actor.play is not None:
        actor.turn()
    with connection.cursor() as cursor:
        cursor.execute("RESET lock_timeout")
    on.settle()
    actions.review_authors()
    on.look()


@scene("an import is not asked for")
def imported(on: Scene) -> None:
    on.posts(5)
    on.warm()
    Post.objects.bulk_create(Post(author_id=on.author) for _ in range(2001))
    on.look()


@scene("a mark that was left ahead is used again")
def marker_died_between(on: Scene) -> None:
    on.posts(5)
    on.warm()
    on.posts(1)
    state = FeedState.objects.get()
    feeds.mark(state.lineage, state.mark, state.run_id)
    on.look_while(on.settle)
