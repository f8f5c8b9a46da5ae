"""What the tiers of hot copies tell."""

from msgspec import structs

from skeletal.records.base import Record


class RateLimit(Record, frozen=True, kw_only=True):
    """The answer of a limit: whether this call may be made, and how many more may be at once.

    `retry_after_ms` says when the next one may, 0 for a call that may.
    """

    allowed: bool
    remaining: int
    retry_after_ms: int


class Header(Record, frozen=True, kw_only=True):
    """What a window of a feed says of itself."""

    ready: bool
    complete: bool
    """It reaches down to the beginning."""
    token: str
    lineage: str
    version: int


class Window(Record, frozen=True, kw_only=True):
    """Ids that might stand on a page, newest first.

    `status` is ready, building, foreign (of another lineage), absent, resting (nobody asked),
    unmarked, away, or refused (PostgreSQL did not believe it). `place` is
    where these ids end, and `ended` that none is below them. `wanted` says that it is worth making.
    """

    status: str
    mark: str = ""
    wanted: bool = False
    header: Header | None = None
    place: int = 0
    ended: bool = False
    ids: list[int] = []

    def refused(self) -> "Window":
        """The same, that PostgreSQL did not believe."""
        return structs.replace(self, status="refused")


class Pushed(Record, frozen=True, kw_only=True):
    """How many windows stood for a post, and by which run of the server it was put there."""

    run_id: str
    windows: int


class Marked(Record, frozen=True, kw_only=True):
    """The mark that now stands, and in which run of the server."""

    lineage: str
    number: int
    run_id: str


class Survey(Record, frozen=True, kw_only=True):
    """Windows that stand, keys that would never end, and the mark, empty where there is none."""

    windows: int
    endless: int
    mark: str
