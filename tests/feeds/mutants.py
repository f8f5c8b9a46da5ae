"""Each rule of the protocol left out, by name: what a simulation must notice."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.lookups import Exact

from skeletal.actions import feeds as actions
from skeletal.cache import feeds
from skeletal.cache.server import Script
from skeletal.db.prepared import TEXT, Param
from skeletal.models import FeedAuthor, FeedPending, FeedState, Follow, Post
from skeletal.queries import windows
from skeletal.queries.pages import newest_first
from skeletal.queries.visibility import VIEWER
from tests.conftest import owner

Patch = Callable[[ExitStack], object]


def lua(name: str, *parts: tuple[str, str]) -> Patch:
    """Replace parts of one of the five functions."""

    def put(stack: ExitStack) -> None:
        source = Script.sources[getattr(feeds, name).digest]
        for old, new in parts:
            assert old in source, old
            source = source.replace(old, new)
        stack.enter_context(patch.object(feeds, name, Script(source)))

    return put


def python(place: Any, name: str, value: Any) -> Patch:
    return lambda stack: stack.enter_context(patch.object(place, name, value))


def both(*patches: Patch) -> Patch:
    return lambda stack: [put(stack) for put in patches]


def without_trigger(table: str, name: str) -> Patch:
    def put(stack: ExitStack) -> None:
        with owner() as link:
            [full] = link.execute(
                "SELECT tgname FROM pg_trigger WHERE tgname LIKE %s", [f"pgtrigger_{name}_%"]
            ).fetchall()
            link.execute(f'ALTER TABLE {table} DISABLE TRIGGER "{full[0]}"')
        stack.callback(_switch_on, table, full[0])

    return put


def _switch_on(table: str, trigger: str) -> None:
    with owner() as link:
        link.execute(f'ALTER TABLE {table} ENABLE TRIGGER "{trigger}"')


def with_body(name: str, old: str, new: str) -> Patch:
    """Replace a part of what a trigger does."""

    def put(stack: ExitStack) -> None:
        with owner() as link:
            [(definition,)] = link.execute(
                "SELECT pg_get_functiondef(tgfoid) FROM pg_trigger WHERE tgname LIKE %s",
                [f"pgtrigger_{name}_%"],
            ).fetchall()
            assert old in definition, old
            link.execute(definition.replace(old, new))
        stack.callback(_define, definition)

    return put


def _define(function: str) -> None:
    with owner() as link:
        link.execute(function)


def nothing(continued: bool, size: int) -> Any:
    return Post.objects.none().annotate(post=F("pk")).values("post")


def hidden_first(continued: bool, size: int) -> Any:
    """Each fetched author's share, here the newest post, cut before the rule."""
    rows = Post.objects.filter(windows._above("pk", continued), author_id=OuterRef("followee_id"))
    theirs = newest_first(rows, False, 0)
    pulled = Follow.objects.filter(follower_id=VIEWER, followee__feed_author__isnull=False)
    ids = pulled.annotate(post=windows.Unnest(ArraySubquery(theirs.values("pk"))))
    return ids.values("post")


def believed(*, version: bool = True, mark: bool = True, bulk: bool = True) -> Any:
    def rule() -> Q:
        standing = FeedState.objects.filter(lineage=Param("lineage", TEXT))
        if mark:
            standing = standing.filter(mark__lte=Param("mark"))
        rule = Q(Exists(standing))
        if bulk:
            rule &= ~Q(Exists(FeedPending.objects.filter(bulk=True)))
        if version:
            rule &= Q(Exact(windows._version(VIEWER), Param("version")))
        return rule

    return rule


def rebuilt_late(user_id: int, *, least: int = 1, depth: int | None = None) -> bool:
    """The placeholder after the snapshot."""
    found = windows.candidates(least, 6).first(viewer=user_id)
    standing = feeds.read(user_id, limit=0)
    token = str(id(found))
    if found is None or not feeds.begin(
        user_id, token, standing.header.token if standing.header else ""
    ):
        return False
    complete = len(found.ids) < 6
    return feeds.fill(user_id, token, found.version, found.ids, complete=complete)


def done_first(post_id: int) -> bool:
    row = FeedPending.objects.get(pk=post_id)
    FeedPending.objects.filter(pk=post_id).update(done=True)
    with transaction.atomic():
        return actions._fan_out(row)


def purged(state: FeedState, proved: list[FeedPending], void: bool) -> int:
    """Rows taken without a mark that follows their push."""
    if state.lineage and not void:
        return actions._take(proved)
    return marked_whole(state, proved, void)


marked_whole = actions._marked


def any_run(state: FeedState, proved: list[FeedPending], void: bool) -> int:
    """Whoever set the mark, and wherever a post was pushed."""
    state.run_id = feeds.push(0, [0]).run_id
    for row in proved:
        row.run_id = ""
    return marked_whole(state, proved, void)


def one_step(author_id: int) -> None:
    """Back to being pushed at once."""
    again_whole(author_id)
    FeedAuthor.objects.filter(pk=author_id).delete()


again_whole = actions.push_again


def not_opened(author_id: int) -> None:
    FeedAuthor.objects.filter(pk=author_id).update(fanout_mode="both")


def kept_generation(row: FeedPending, *, done: bool) -> bool:
    """A slow worker closes what was opened again."""
    FeedPending.objects.filter(pk=row.pk).update(done=done, reached=row.reached, run_id=row.run_id)
    return done


def always_on(row: FeedPending, readers: list[int]) -> bool:
    """Wherever the first readers' windows were pushed to."""
    pushed = feeds.push(row.post_id, readers)
    row.run_id, row.reached = pushed.run_id, readers[-1]
    return True


def looked_at(author_id: int) -> bool:
    """The author's mode, which may change before the post is noted."""
    return FeedAuthor.objects.filter(pk=author_id, fanout_mode="pull").exists()


MUTANTS: dict[str, tuple[str, Patch]] = {
    "own posts are not fetched": ("even", python(windows, "_own", nothing)),
    "the tail is left out": (
        "even",
        python(windows, "_pending", lambda continued: FeedPending.objects.none()),
    ),
    "the version is not asked": ("graph", python(windows, "_believed", believed(version=False))),
    "a push goes to the head": (
        "even",
        lua("PUSH", ("if newer(post, first) then", "if true then")),
    ),
    "restored posts are not opened": ("graph", without_trigger("posts", "pend_update")),
    "nothing is opened on leaving pull": ("modes", python(actions, "push_again", not_opened)),
}
"""What random histories notice soon: by name the mix that does, and how the rule is left out."""

AS_TEXT = "if #one ~= #other then return #one > #other end\n    return one > other"
AS_NUMBER = "return tonumber(one) > tonumber(other)"
SAME = "if ARGV[5] == '1' and now and lineage_of(now) == lineage then"

AHEAD = "if at == number or at == number + 1 then"

RARE: dict[str, Patch] = {
    "ids are compared as numbers": both(
        lua("PUSH", (AS_TEXT, AS_NUMBER)), lua("FILL", (AS_TEXT, AS_NUMBER))
    ),
    "a share is cut before the rule": python(windows, "_fetched", hidden_first),
    "a window in the making takes no push": lua(
        "PUSH",
        (
            "if last then\n        insert",
            "if last and header(last).state == 'r' then\n        insert",
        ),
    ),
    "any token fills": lua("FILL", ("h.state ~= 'b' or h.token ~= ARGV[1]", "false")),
    "the placeholder follows the snapshot": python(windows, "rebuild", rebuilt_late),
    "what lies below a partial window is put in": lua(
        "PUSH", ("if h.cut == 'c' then redis", "if true then redis")
    ),
    "a trim keeps the claim": lua("PUSH", ("h.cut = 'p'", "h.cut = h.cut")),
    "done before the pushes": python(actions, "fan_out", done_first),
    "rows are taken without a mark": python(actions, "_marked", purged),
    "the mark is not asked": python(windows, "_believed", believed(mark=False)),
    "any mark goes on": lua(
        "MARK", (SAME, "if now and lineage ~= '' then"), (AHEAD, "if true then")
    ),
    "the run is not asked": python(actions, "_marked", any_run),
    "a lineage is not asked": lua("READ", ("h.lineage ~= lineage_of(mark)", "false")),
    "back from pull in one step": python(actions, "push_again", one_step),
    "a slow worker closes what was opened again": python(actions, "_note", kept_generation),
    "another server gets only the rest": python(actions, "_push", always_on),
    "an author's row is not held": python(actions, "_is_pulled", looked_at),
    "posts that are fetched are not pending": with_body(
        "pend_insert",
        "WHERE status = 'published'",
        "WHERE author_id NOT IN (SELECT user_id FROM feed_authors) AND status = 'published'",
    ),
    "an import is not asked for": python(windows, "_believed", believed(bulk=False)),
    "a mark that was left ahead is used again": lua(
        "MARK", ("(at + ARGV[3])", "(number + ARGV[3])")
    ),
}
"""What chance seldom notices: a scene of its own for each."""


@contextmanager
def mutant(put: Patch) -> Iterator[None]:
    """Leave one rule out."""
    with ExitStack() as stack:
        put(stack)
        yield
