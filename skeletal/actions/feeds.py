"""Feed windows kept true: posts pushed to their readers, and the mark that proves it.

A post that goes live is pending, by trigger, in the transaction that makes it so. Fan-out pushes it
to the windows that stand and marks the row done; the marker sets a new mark in Redis and in
PostgreSQL and takes the rows that were proved. A reader who meets that mark knows of the push.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, Func, OuterRef
from django.utils import timezone

from skeletal.cache import feeds
from skeletal.cache.server import Away, Refused
from skeletal.db import locks
from skeletal.db.ids import compose, milliseconds
from skeletal.models import FeedAuthor, FeedPending, FeedState, Follow, UserProfile

CHUNK, CHUNKS = 1000, 10
"""Followers of one push, and pushes of one turn."""
BACKLOG, LISTED = 2000, 5000
"""Rows above which it is cheaper to void every window, and rows of one turn of the marker."""
FORGOTTEN = timedelta(minutes=1)
"""What is pending for longer has no event, or one that was given up: the marker's turn takes it."""
CALMER = 0.8
"""An author is pushed again when so much of the limit is left to them."""
REOPENED = feeds.LONGEST + 1
REOPEN = """
    INSERT INTO feed_pending (post_id, author_id)
    SELECT id, author_id FROM posts
    WHERE author_id = %s AND status = 'published' AND deleted_at IS NULL
    ORDER BY id DESC LIMIT %s
    ON CONFLICT (post_id) DO UPDATE SET generation = daira_id(), done = false, reached = 0
"""


def fan_out(post_id: int) -> bool:
    """Push a pending post to the windows of its author's followers; whether it is done.

    At most ten thousand followers a turn: call it again until it is. A turn costs 5 statements and
    two more for each thousand followers: one statement and one call. A repeat is harmless, and one
    that broke off goes on where the last turn was committed. Raises Away and Refused, and then the
    post stays pending.
    """
    with transaction.atomic():
        row = FeedPending.objects.filter(pk=post_id, done=False).first()
        return row is None or _fan_out(row)


def fan_out_or_leave(post_id: int) -> bool:
    """Fan out; where Redis is away leave the post pending for `push_forgotten`, and be done."""
    try:
        return fan_out(post_id)
    except (Away, Refused):
        return True


def advance_mark() -> int:
    """Prove what was pushed: one mark in Redis and PostgreSQL; return how many posts it proves.

    One call and at most 5 statements; nothing where another process is at it. Without Redis, with
    a long backlog or after a large import every window is void from now on, and nothing pending.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [locks.FEEDS])
        if cursor.fetchone() != (True,):
            return 0
        state = FeedState.objects.first() or FeedState(mark=0, lineage="", run_id="")
        rows = list(FeedPending.objects.order_by("pk")[:LISTED])
        void = len(rows) > BACKLOG or any(row.bulk for row in rows)
        proved = rows if void else [row for row in rows if row.done]
        try:
            return _marked(state, proved, void)
        except (Away, Refused):
            return _voided(state, rows)


def push_forgotten(limit: int = 100) -> int:
    """Push what is pending for more than a minute: restored posts, events given up.

    Returns how many were done. Raises Away and Refused.
    """
    oldest = compose(milliseconds(timezone.now() - FORGOTTEN), 0, 0)
    rows = FeedPending.objects.filter(done=False, bulk=False, generation__lt=oldest)
    pending = rows.order_by("pk").values_list("pk", flat=True)[:limit]
    return sum(fan_out(pk) for pk in pending)


def pull(author_id: int) -> None:
    """Let readers fetch the posts of an author from now on; what is pending is still pushed."""
    FeedAuthor.objects.update_or_create(user_id=author_id, defaults={"fanout_mode": "pull"})


def push_again(author_id: int) -> None:
    """Let an author's posts be pushed again: fetched as well until the newest are in all windows.

    2 statements, in one transaction.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        FeedAuthor.objects.filter(user_id=author_id).update(fanout_mode="both")
        cursor.execute(REOPEN, [author_id, REOPENED])


def review_authors() -> int:
    """Lead back who has fewer followers by now, in two steps; return how many took one.

    One author a turn takes the first step, while what is pending leaves room for their posts.
    """
    few = settings.FEED_PULL_FOLLOWERS * CALMER
    calm = FeedAuthor.objects.filter(fanout_mode="pull", user__profile__followers_count__lt=few)
    author_id = calm.order_by("pk").values_list("pk", flat=True).first()
    begun = author_id is not None and FeedPending.objects.count() <= BACKLOG - REOPENED
    if begun and author_id:
        push_again(author_id)
    open_rows = FeedPending.objects.filter(author_id=OuterRef("pk"))
    back = FeedAuthor.objects.filter(~Exists(open_rows), fanout_mode="both")
    return begun + back.delete()[0]


def _fan_out(row: FeedPending) -> bool:
    if _is_pulled(row.author_id):
        return _note(row, done=True)
    for _ in range(CHUNKS):
        readers = _followers(row.author_id, row.reached)
        if readers and not _push(row, readers):
            continue
        if len(readers) < CHUNK:
            return _note(row, done=True)
    return _note(row, done=False)


def _is_pulled(author_id: int) -> bool:
    """Whether readers fetch this author's posts; whoever has too many followers is so from now.

    The row is held: what is noted of the post lies before or after the author's way back.
    """
    row = FeedAuthor.objects.select_for_update().filter(pk=author_id).first()
    if row is None:
        most = settings.FEED_PULL_FOLLOWERS
        if UserProfile.objects.filter(pk=author_id, followers_count__gte=most).exists():
            pull(author_id)
            return True
        return False
    return row.fanout_mode == FeedAuthor.Mode.PULL


def _followers(author_id: int, after: int) -> list[int]:
    """The next thousand, by their ids: from one index alone."""
    rows = Follow.objects.filter(followee_id=author_id, follower_id__gt=after)
    return list(rows.order_by("follower_id").values_list("follower_id", flat=True)[:CHUNK])


def _push(row: FeedPending, readers: list[int]) -> bool:
    """Push to these readers; from the first one again where the server is another by now."""
    pushed = feeds.push(row.post_id, readers)
    same = row.reached == 0 or row.run_id == pushed.run_id
    row.run_id, row.reached = pushed.run_id, readers[-1] if same else 0
    return same


def _note(row: FeedPending, *, done: bool) -> bool:
    """Write how far it came, unless the post was opened again meanwhile."""
    same = FeedPending.objects.filter(pk=row.pk, generation=row.generation)
    same.update(done=done, reached=row.reached, run_id=row.run_id)
    return done


def _marked(state: FeedState, proved: list[FeedPending], void: bool) -> int:
    """Set the mark in Redis, then in PostgreSQL together with what it proves."""
    lineage = "" if void else state.lineage
    now = feeds.mark(lineage, state.mark, state.run_id, step=int(bool(proved)))
    if proved or (now.lineage, now.run_id) != (state.lineage, state.run_id):
        _remember(now.number, now.lineage, now.run_id)
    if not void:
        strangers = [row for row in proved if row.run_id not in ("", now.run_id)]
        _open_again(strangers)
        proved = [row for row in proved if row.run_id in ("", now.run_id)]
    return _take(proved)


def _voided(state: FeedState, rows: list[FeedPending]) -> int:
    """Believe no window until a new lineage begins; then nothing needs to be proved."""
    if rows or state.lineage:
        _remember(state.mark + 1, "", "")
    return _take(rows)


def _remember(mark: int, lineage: str, run_id: str) -> None:
    FeedState.objects.update_or_create(
        pk=1, defaults={"mark": mark, "lineage": lineage, "run_id": run_id}
    )


def _open_again(rows: Iterable[FeedPending]) -> None:
    """What was pushed to a server that is no longer this one is pushed once more."""
    for row in rows:
        same = FeedPending.objects.filter(pk=row.pk, generation=row.generation)
        same.update(done=False, reached=0, run_id="", generation=Func(function="daira_id"))


def _take(rows: list[FeedPending]) -> int:
    """Delete rows, but for those that were opened again meanwhile."""
    taken = 0
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        same = FeedPending.objects.filter(
            pk__in=[row.pk for row in part], generation__in=[row.generation for row in part]
        )
        taken += same.delete()[0]
    return taken
