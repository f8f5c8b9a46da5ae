"""Who follows whom, and who is blocked.

A list shows the people whom the viewer may see, and is itself there only where its owner is.
"""

from django.db.models import Exists, QuerySet

from skeletal.db.prepared import Param, read
from skeletal.errors import NotFound
from skeletal.models import Block, Follow, User
from skeletal.queries.pages import newest_first, page_of
from skeletal.queries.users import is_visible_user
from skeletal.queries.visibility import Sight, sight_of, visible
from skeletal.records import Page, Viewer
from skeletal.records.social import FollowRecord


def get_follower_list(
    user_id: int, cursor: str | None = None, limit: int = 50, viewer_id: Viewer = None
) -> Page[FollowRecord]:
    """List who follows a person, newest follow first: 1 statement, 2 where the page is empty.

    People whom the viewer may not see are left out, so there may be fewer than
    `followers_count`. Raises NotFound for an account that is absent or not visible,
    InvalidCursor, and InvalidInput for a limit outside 1..100.
    """
    sight, viewer = sight_of(viewer_id)
    page = page_of(_followers, sight, cursor, limit, owner=user_id, user_id=user_id, viewer=viewer)
    return _found(page, user_id, viewer_id)


def get_following_list(
    user_id: int, cursor: str | None = None, limit: int = 50, viewer_id: Viewer = None
) -> Page[FollowRecord]:
    """List whom a person follows, newest follow first; cost and errors as `get_follower_list`."""
    sight, viewer = sight_of(viewer_id)
    page = page_of(_following, sight, cursor, limit, owner=user_id, user_id=user_id, viewer=viewer)
    return _found(page, user_id, viewer_id)


def is_following(follower_id: int, followee_id: int) -> bool:
    """Whether the follow stands, whatever the state of both accounts: 1 statement."""
    return _follow().first(follower=follower_id, followee=followee_id) is not None


def is_blocked(blocker_id: int, blocked_id: int) -> bool:
    """Whether `blocker_id` blocks `blocked_id`, in this direction alone: 1 statement."""
    return _block().first(blocker=blocker_id, blocked=blocked_id) is not None


def _found(page: Page[FollowRecord], user_id: int, viewer_id: Viewer) -> Page[FollowRecord]:
    if not page.data and not is_visible_user(user_id, viewer_id):
        raise NotFound("no such user")
    return page


@read(FollowRecord, paths={"user": "follower", "followed_at": "created_at"}, key="pk")
def _followers(sight: Sight, continued: bool, size: int) -> QuerySet[Follow]:
    rows = Follow.objects.filter(_owner(sight), followee_id=Param("user_id"))
    return newest_first(visible(rows, sight, at="follower"), continued, size)


@read(FollowRecord, paths={"user": "followee", "followed_at": "created_at"}, key="pk")
def _following(sight: Sight, continued: bool, size: int) -> QuerySet[Follow]:
    rows = Follow.objects.filter(_owner(sight), follower_id=Param("user_id"))
    return newest_first(visible(rows, sight, at="followee"), continued, size)


def _owner(sight: Sight) -> Exists:
    """Judged once for the list, not once a row: joined, it also misled the planner (57 ms)."""
    return Exists(visible(User.objects.filter(pk=Param("user_id")), sight))


@read(int, paths={"": "pk"})
def _follow() -> QuerySet[Follow]:
    return Follow.objects.filter(follower_id=Param("follower"), followee_id=Param("followee"))


@read(int, paths={"": "pk"})
def _block() -> QuerySet[Block]:
    return Block.objects.filter(blocker_id=Param("blocker"), blocked_id=Param("blocked"))
