"""The made-up worlds: tiny, small, medium, large."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from skeletal.management.seeding import (
    attachments,
    comments,
    graph,
    messages,
    moderation,
    money,
    notices,
    people,
    posts,
    reactions,
    videos,
    waiting,
)
from skeletal.management.seeding.loading import Surroundings
from skeletal.management.seeding.stream import Stream
from skeletal.management.seeding.texts import make_tags
from skeletal.management.seeding.timeline import DEFAULT_UNTIL, Year, identifier
from skeletal.management.seeding.world import Sizes, World

SIZES = {
    "tiny": Sizes(50, 300, 320, 60, 640, 700, 24, 256),
    "small": Sizes(2_000, 40_000, 20_000, 4_000, 40_000, 40_000, 240, 1024),
    "medium": Sizes(100_000, 2_000_000, 1_000_000, 200_000, 2_000_000, 2_000_000, 2_000, 8192),
    "large": Sizes(
        1_000_000, 20_000_000, 10_000_000, 2_000_000, 20_000_000, 20_000_000, 2_000, 8192
    ),
}
NODES = {"tiny": 1020, "small": 1021, "medium": 1022, "large": 1023}
"""Nodes of ids, one for each world, so that no id of one is an id of another or of a live row."""
CHAPTERS = (
    people.write_people,
    people.write_devices,
    people.write_roles,
    graph.write_blocks,
    graph.write_follows,
    graph.write_mutes,
    graph.write_circles,
    graph.write_lists,
    posts.write_posts,
    attachments.write_media,
    attachments.write_hashtags,
    attachments.write_polls,
    waiting.write_revisions,
    waiting.write_drafts,
    waiting.write_filters,
    videos.write_videos,
    comments.write_comments,
    attachments.write_mentions,
    reactions.write_likes,
    reactions.write_reposts,
    reactions.write_bookmarks,
    reactions.write_views,
    messages.write_messages,
    notices.write_notices,
    money.write_money,
    moderation.write_moderation,
)
"""In the order of foreign keys."""


@dataclass
class MadeUp:
    """A world made from a random seed: a Source."""

    name: str
    random_seed: int = 1
    until: date = DEFAULT_UNTIL
    refused: dict[str, int] = field(default_factory=dict)

    @property
    def year(self) -> Year:
        return Year(self.until, NODES[self.name])

    @property
    def marker(self) -> int:
        return identifier(self.year.start, self.year.node, 0)

    @property
    def parameters(self) -> dict[str, Any]:
        return {
            "identity": {"random seed": self.random_seed},
            "until": self.until.isoformat(),
            "node": self.year.node,
        }

    @property
    def tags(self) -> list[str]:
        return [tag.name for tag in make_tags(SIZES[self.name].hashtags)]

    @property
    def expected(self) -> dict[str, int]:
        """Rows of the big tables, for progress bars."""
        sizes = SIZES[self.name]
        per_person = ("users", "user_profiles", "user_sessions")
        big = {
            name: getattr(sizes, name)
            for name in ("follows", "posts", "videos", "comments", "likes")
        }
        return dict.fromkeys(per_person, sizes.users) | big

    def make(self, stream: Stream, around: Surroundings) -> None:
        """Write all chapters."""
        letter = self.name[0]
        world = World(
            self.name, letter, self.random_seed, self.year, SIZES[self.name], stream, around
        )
        for chapter in CHAPTERS:
            chapter(world)
