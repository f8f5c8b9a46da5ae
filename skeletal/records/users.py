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


class SessionTicket(Record, frozen=True, kw_only=True):
    """Whom a sign-in lets in, on which of their devices if it told one."""

    user_id: Id
    session_id: Id | None
    device_id: Id | None


class JudgedSession(Record, frozen=True, kw_only=True):
    """What the row says of a token that is good, and until when."""

    user_id: Id
    session_id: Id
    device_id: Id | None
    ends: Moment


class SessionTokens(Record, frozen=True, kw_only=True):
    """What a sign-in is given: both tokens, told this once, and the seconds each lives."""

    session_id: Id
    access_token: str
    access_seconds: int
    refresh_token: str
    refresh_seconds: int
