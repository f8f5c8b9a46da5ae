"""A person's feed: what they and those whom they follow posted, newest first."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from skeletal import metrics
from skeletal.db.cursors import position, read_position
from skeletal.db.prepared import Param, read
from skeletal.errors import NotFound
from skeletal.models import Follow, Post, User
from skeletal.queries import windows
from skeletal.queries.explaining import explain_feed as explain_feed
from skeletal.queries.pages import context_of, newest_first, size_of
from skeletal.queries.users import is_visible_user
from skeletal.queries.visibility import AUTHOR, Sight, visible
from skeletal.queries.windows import FOLLOWED, OWN, Unnest
from skeletal.records import Page
from skeletal.records.content import PostRecord
from skeletal.rules.ids import whole_id

PLAIN = metrics.FEED_PAGES.labels("plain")
ACTIVE = Q(active=True)


def get_user_feed(user_id: int, cursor: str | None = None, limit: int = 20) -> Page[PostRecord]:
    """List the posts of a person and of those whom they follow that they may see.

    Newest first. Costs one call of Redis and 1 statement where a window stands, else at most 2
    statements, whose cost grows with the number of people followed; none grows with depth. The page
    is that of plain SQL, whatever Redis holds. Raises NotFound for an account that is absent or not
    active, InvalidCursor, and InvalidInput for a limit outside 1..100.
    """
    size, after = size_of(limit), None
    context = context_of(_feed, Sight.PERSON, owner=user_id, viewer=user_id)
    if cursor is not None:
        (after,) = read_position(cursor, context, 1)
    window, found = windows.judge(whole_id(user_id, "user_id"), after, size, limit)
    data, last = found or _plain(user_id, after, size, limit)
    if not found:
        windows.mend(user_id, window)
    if last is not None:
        return Page(data=data, next_cursor=position(context, last), has_more=True)
    if not data and not is_visible_user(user_id, user_id):
        raise NotFound("no such user")
    return Page(data=data, next_cursor=None, has_more=False)


def _plain(
    user_id: int, after: int | None, size: int, limit: int
) -> tuple[list[PostRecord], int | None]:
    """The page by plain SQL, and its last id where more rows follow: one statement."""
    PLAIN.inc()
    values = {"viewer": user_id, "after": after}
    return _feed(Sight.PERSON, after is not None, size).up_to(limit, **values)


@read(PostRecord, key="id", plan="generic")
def _feed(sight: Sight, continued: bool, size: int) -> QuerySet[Post]:
    """The newest ids of each author from the index alone, the newest of these, then their rows.

    Each author's share is cut after the rule: else hidden posts would hide those behind them.
    """
    reader = visible(User.objects.filter(pk=Param("viewer")), sight, rule=ACTIVE)
    followed = Follow.objects.filter(Exists(reader), follower_id=Param("viewer"))
    authors = visible(followed, sight, at="followee", rule=AUTHOR)
    posts = Post.objects.filter(author_id=OuterRef("followee_id"))
    theirs = newest_first(visible(posts, sight, known=FOLLOWED), continued, size)
    own = visible(Post.objects.filter(author_id=Param("viewer")), sight, known=OWN)
    mine = newest_first(own, continued, size).annotate(post=F("pk")).values("post")
    ids = authors.annotate(post=Unnest(ArraySubquery(theirs.values("pk")))).values("post")
    newest = ids.union(mine, all=True).order_by("-post")[: size + 1]
    return Post.objects.filter(pk__any=ArraySubquery(newest)).order_by("-pk")
