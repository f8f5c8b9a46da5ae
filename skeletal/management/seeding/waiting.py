"""What people of a made-up world keep for themselves: drafts, earlier texts, keyword filters."""

from dataclasses import dataclass
from typing import Any

from skeletal.management.seeding import words
from skeletal.management.seeding.attachments import numbered
from skeletal.management.seeding.chance import WRITES
from skeletal.management.seeding.encoding import Encoder
from skeletal.management.seeding.posts import edited_at, media_urls
from skeletal.management.seeding.timeline import DAY, identifier
from skeletal.management.seeding.world import World, batches
from skeletal.models import Draft, KeywordFilter, PostRevision
from skeletal.rules import filters

REVISIONS = Encoder(PostRevision, version=1)
DRAFTS = Encoder(Draft)
FILTERS = Encoder(KeywordFilter)
STATES = (*("open",) * 6, "failed", *("scheduled",) * 2, "published")
"""Of each ten drafts."""
FAR = 365
"""Days after the world's end before the first scheduled draft is due."""


def write_revisions(world: World) -> None:
    """Write what edited posts said at first."""
    remarks, posts = world.phrases.remarks, world.posts
    times = posts.series.times(0, len(posts.ids))
    edits = [
        (number, edit)
        for number, moment in enumerate(times)
        if (edit := edited_at(world, number, moment))
    ]
    for first, batch in numbered(edits):
        numbers, moments = [n for n, _ in batch], [edit for _, edit in batch]
        world.add(
            REVISIONS,
            [identifier(t, world.year.node, rank) for rank, t in enumerate(moments, first)],
            created_at=moments,
            post_id=[posts.ids[n] for n in numbers],
            content=[remarks[n % len(remarks)].decode() for n in numbers],
            media_urls=[media_urls(world, n) for n in numbers],
        )


@dataclass(frozen=True)
class _Draft:
    number: int
    moment: int
    state: str
    author: int
    post: int | None
    """The post that it became."""


def write_drafts(world: World) -> None:
    """Write drafts: open, put off until long after this world's end, refused, published."""
    series = world.series(max(20, world.sizes.posts // 50), lag=0.3)
    rng, posts, end = world.random("drafts"), world.posts, world.year.end
    for first, last in series.chunks():
        author = WRITES.chooser(rng, world.people.present(series.share(first)))
        times = series.times(first, last)
        drafts = [
            _draft(world, n, moment, posts.present(series.share(n)) + 1, author())
            for n, moment in enumerate(times, first)
        ]
        world.add(
            DRAFTS,
            series.ids(first, times),
            created_at=times,
            updated_at=times,
            author_id=[world.people.ids[draft.author] for draft in drafts],
            payload=[_payload(world, draft.number) for draft in drafts],
            state=[draft.state for draft in drafts],
            scheduled_at=[_scheduled(draft, end) for draft in drafts],
            published_post_id=[
                None if draft.post is None else posts.ids[draft.post] for draft in drafts
            ],
            error=["not_found" if draft.state == "failed" else "" for draft in drafts],
        )


def _draft(world: World, number: int, moment: int, next_post: int, author: int) -> _Draft:
    """One that is published is its post's author's; where none comes after it, it stays open."""
    state = STATES[number % 10]
    if state != "published":
        return _Draft(number, moment, state, author, None)
    if next_post >= len(world.posts.ids):
        return _Draft(number, moment, "open", author, None)
    return _Draft(number, moment, state, world.posts.owners[next_post], next_post)


def _scheduled(draft: _Draft, end: int) -> int | None:
    if draft.state == "scheduled":
        return end + (FAR + draft.number % 700) * DAY
    return None if draft.state == "open" else draft.moment + draft.number % 5 * DAY


def _payload(world: World, number: int) -> dict[str, Any]:
    bodies = world.phrases.bodies
    text = bodies[number * 13 % len(bodies)].content.decode()
    return {"content": text, "visibility": "followers" if number % 4 == 1 else "public"}


def write_filters(world: World) -> None:
    """Write that one person in ten does not want to read some words."""
    series = world.series(world.sizes.users // 10, lag=0.3)
    rows: list[tuple[Any, ...]] = []
    for number, moment in enumerate(series.times(0, series.rows)):
        word = words.FILTERED[number % len(words.FILTERED)]
        rows.append(
            (
                identifier(moment, world.year.node, number),
                moment,
                world.people.ids[number],
                word,
                filters.phrase(word),
                list(filters.CONTEXTS[: 1 + number % 4]),
                "warn" if number % 3 == 2 else "hide",
                moment + 30 * DAY if number % 7 == 3 else None,
            )
        )
    for ids, times, people, shown, phrases, contexts, actions, ends in batches(rows):
        world.add(
            FILTERS,
            ids,
            created_at=times,
            updated_at=times,
            user_id=people,
            shown=shown,
            phrase=phrases,
            contexts=contexts,
            action=actions,
            whole_word=[len(phrase) % 2 == 0 for phrase in shown],
            expires_at=ends,
        )
