"""What others see of the edges between people."""

from skeletal.records.base import Moment, Record
from skeletal.records.users import UserCard


class FollowRecord(Record, frozen=True, kw_only=True):
    """The person at the other end of a follow, and when it began."""

    user: UserCard
    followed_at: Moment
