"""What others see of the edges between people, and what writes on them answer."""

from skeletal.records.base import Count, Id, Moment, Record
from skeletal.records.users import UserCard


class FollowRecord(Record, frozen=True, kw_only=True):
    """The person at the other end of a follow, and when it began."""

    user: UserCard
    followed_at: Moment


class LikeResult(Record, frozen=True, kw_only=True):
    """What a like or its end left: whether the like stands, whether this call changed it.

    `likes_count` is exact at this moment, and 0 for what is not visible.
    """

    liked: bool
    changed: bool
    likes_count: Count


class FollowResult(Record, frozen=True, kw_only=True):
    """How one now stands to the other: `state` is following, requested or none."""

    state: str
    changed: bool
    followers_count: Count


class Changed(Record, frozen=True, kw_only=True):
    """Whether the call changed anything: a repeated one does not."""

    changed: bool


class KeywordFilterRecord(Record, frozen=True, kw_only=True):
    """Words that a person does not want to read: `shown` as typed, `phrase` as it is compared."""

    id: Id
    shown: str
    phrase: str
    whole_word: bool
    contexts: list[str]
    action: str
    expires_at: Moment | None
