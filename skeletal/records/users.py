"""What others see of a person."""

from skeletal.records.base import Count, Id, Moment, Record


class UserCard(Record, frozen=True, kw_only=True):
    """A person in one line; `avatar_url` is empty where there is no picture."""

    id: Id
    username: str
    display_name: str
    avatar_url: str
    verified: bool


class UserWithStats(UserCard, frozen=True, kw_only=True):
    """A person's page: the card, the text, and counts exact at this moment."""

    bio: str
    badges: list[str]
    created_at: Moment
    followers_count: Count
    following_count: Count
    posts_count: Count


class UserStats(Record, frozen=True, kw_only=True):
    """A person's counts."""

    user_id: Id
    followers_count: Count
    following_count: Count
    posts_count: Count
