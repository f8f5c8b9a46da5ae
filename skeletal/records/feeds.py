"""What is told of a feed to whoever looks after it."""

from skeletal.records.base import Id, Record


class WindowExplanation(Record, frozen=True, kw_only=True):
    """A reader's window in Redis, beside what PostgreSQL believes.

    It is believed where `version` is the `following_version` and `mark` is of the lineage of
    `proved_mark` and not behind it.
    """

    status: str
    complete: bool
    ids: int
    lowest: Id | None
    holds_post: bool
    version: int | None
    following_version: int
    mark: str
    proved_mark: str


class FeedExplanation(Record, frozen=True, kw_only=True):
    """Whether a post stands in a feed, and the facts that decide.

    `pending` is open (not pushed to every window), pushed (not yet proved) or proved.
    """

    shown: bool
    author_id: Id
    audience: str
    facts: dict[str, bool]
    fanout_mode: str
    pending: str
    window: WindowExplanation


class FeedStatus(Record, frozen=True, kw_only=True):
    """All windows together: what waits, who is fetched, and the mark on both sides."""

    open_posts: int
    pushed_posts: int
    imports: int
    pull_authors: int
    both_authors: int
    proved_mark: str
    mark: str
    windows: int
    endless_keys: int
