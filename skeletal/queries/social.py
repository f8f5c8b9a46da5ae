"""Who follows whom, and who is blocked.

In this step every viewer, SYSTEM too, sees what a visitor without an account sees: the edges
between active accounts. `viewer_id` is taken so that callers need not change when the visibility
rule comes.
"""

from skeletal.errors import NotFound
from skeletal.models import Block, Follow
from skeletal.queries.users import card, is_visible_user
from skeletal.records import Page, Viewer
from skeletal.records.social import FollowRecord


def get_follower_list(
    user_id: int, cursor: str | None = None, limit: int = 50, viewer_id: Viewer = None
) -> Page[FollowRecord]:
    """List who follows a person, newest follow first: 1 statement, 2 where the page is empty.

    Accounts that are not active are left out, so there may be fewer than `followers_count`.
    Raises NotFound for an account that is absent or not active, InvalidCursor, and InvalidInput
    for a limit outside 1..100.
    """
    follows = Follow.objects.public().for_list().filter(followee_id=user_id)
    page = follows.page(cursor=cursor, limit=limit)
    if not page.data:
        _require_visible(user_id, viewer_id)
    return page.map(_follower)


def get_following_list(
    user_id: int, cursor: str | None = None, limit: int = 50, viewer_id: Viewer = None
) -> Page[FollowRecord]:
    """List whom a person follows, newest follow first; cost and errors as `get_follower_list`."""
    follows = Follow.objects.public().for_list().filter(follower_id=user_id)
    page = follows.page(cursor=cursor, limit=limit)
    if not page.data:
        _require_visible(user_id, viewer_id)
    return page.map(_followee)


def is_following(follower_id: int, followee_id: int) -> bool:
    """Whether the follow stands, whatever the state of both accounts: 1 statement."""
    return Follow.objects.filter(follower_id=follower_id, followee_id=followee_id).exists()


def is_blocked(blocker_id: int, blocked_id: int) -> bool:
    """Whether `blocker_id` blocks `blocked_id`, in this direction alone: 1 statement."""
    return Block.objects.filter(blocker_id=blocker_id, blocked_id=blocked_id).exists()


def _require_visible(user_id: int, viewer_id: Viewer) -> None:
    if not is_visible_user(user_id, viewer_id):
        raise NotFound("no such user")


def _follower(row: Follow) -> FollowRecord:
    return FollowRecord(user=card(row.follower), followed_at=row.created_at)


def _followee(row: Follow) -> FollowRecord:
    return FollowRecord(user=card(row.followee), followed_at=row.created_at)
