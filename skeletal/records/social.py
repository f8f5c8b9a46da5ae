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


class MessageRecord(Record, frozen=True, kw_only=True):
    """What a person said in a conversation; one that was taken back is not shown."""

    id: Id
    conversation_id: Id
    sender: UserCard
    body: str
    media_urls: list[str]
    created_at: Moment
    edited_at: Moment | None


class ConversationRecord(Record, frozen=True, kw_only=True):
    """A conversation as one who takes part sees it in their list.

    `people` are the others who are visible to them; `last_message` is None where none was sent,
    or the last one may not be seen. `unread` tells of messages of others behind the last read.
    """

    id: Id
    kind: str
    people: list[UserCard]
    last_message: MessageRecord | None
    last_activity_at: Moment
    last_read_message_id: Id | None
    unread: bool
    muted_until: Moment | None


class NotificationRecord(Record, frozen=True, kw_only=True):
    """What concerns a person and belongs together, told as one.

    `id` is that of the newest, up to which it is marked as read; everything else speaks of those
    whose actors are visible: `count` of at most 100, `actors` of the newest three.
    """

    id: Id
    kind: str
    subject_type: str
    subject_id: Id
    group_key: str
    actors: list[UserCard]
    count: Count
    read: bool
    created_at: Moment
