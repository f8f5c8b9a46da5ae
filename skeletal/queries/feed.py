"""A person's feed: what they and those whom they follow posted, newest first."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, Exists, F, Func, OuterRef, Q, QuerySet

from skeletal.db.prepared import Param, read
from skeletal.errors import NotFound
from skeletal.models import Follow, Post, User
from skeletal.queries.pages import newest_first, page_of
from skeletal.queries.users import is_visible_user
from skeletal.queries.visibility import AUTHOR, JUDGED, Sight, visible
from skeletal.records import Page
from skeletal.records.content import PostRecord

ACTIVE = Q(active=True)
FOLLOWED = {**JUDGED, "follows": True, "own": False}
OWN = {"own": True, "blocks": False, "blocked_by": False, "muted": False}


class Unnest(Func):
    """One row for each element of an array."""

    function = "unnest"
    output_field = BigIntegerField()
    set_returning = True


def get_user_feed(user_id: int, cursor: str | None = None, limit: int = 20) -> Page[PostRecord]:
    """List the posts of a person and of those whom they follow that they may see: 1 statement,
    2 where the page is empty.

    Newest first; cost grows with the number of people followed, not with depth. Raises NotFound
    for an account that is absent or not active, InvalidCursor, and InvalidInput for a limit
    outside 1..100.
    """
    page = page_of(_feed, Sight.PERSON, cursor, limit, owner=user_id, viewer=user_id)
    if not page.data and not is_visible_user(user_id, user_id):
        raise NotFound("no such user")
    return page


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
