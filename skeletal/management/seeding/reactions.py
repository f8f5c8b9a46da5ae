"""What people do with things in a made-up world: likes, reposts, bookmarks, views."""

from collections.abc import Callable
from random import Random

from skeletal.management.seeding.chance import WRITES, Sieve, recent
from skeletal.management.seeding.encoding import Encoder, Ready, text
from skeletal.management.seeding.posts import open_to_all
from skeletal.management.seeding.timeline import DAY
from skeletal.management.seeding.videos import watchable
from skeletal.management.seeding.world import Notice, Things, World
from skeletal.models import Bookmark, Like, Repost, VideoView

LIKES = Encoder(Like)
REPOSTS = Encoder(Repost)
BOOKMARKS = Encoder(Bookmark)
VIEWS = Encoder(VideoView)
HOUR = DAY // 24
KINDS = ("post", "video", "comment")
KIND_FIELDS = [text(kind) for kind in KINDS]
POST_SHARE, VIDEO_SHARE = 0.6, 0.75
"""Of likes: up to the first go to posts, up to the second to videos, the rest to comments."""
FOLDERS = [text(name) for name in ("", "", "later", "وصفات", "work")]

Target = tuple[int, int]
"""Kind (an index of KINDS) and number."""


def _targets(world: World, rng: Random, share: float, kinds: int) -> Callable[[], Target]:
    """Return a function that draws a thing that is there at a share of the year."""
    random = rng.random
    draws = [_draw(rng, things, share) for things in (world.posts, world.videos, world.comments)]

    def target() -> Target:
        which = random()
        if which < POST_SHARE or kinds == 1:
            return 0, open_to_all(draws[0]())
        if which < VIDEO_SHARE or kinds == 2:
            return 1, open_to_all(draws[1]())
        return 2, draws[2]()

    return target


def _draw(rng: Random, things: Things, share: float) -> Callable[[], int]:
    return recent(rng, max(1, things.present(share)), things.series.rows)


def _reactions(
    world: World, rng: Random, sieve: Sieve, share: float, count: int, kinds: int
) -> tuple[list[int], list[Target]]:
    """Draw `count` new pairs of a person and a thing of the first `kinds` kinds."""
    person = WRITES.chooser(rng, world.people.present(share))
    target = _targets(world, rng, share, kinds)
    people: list[int] = []
    targets: list[Target] = []
    passes = sieve.passes
    while len(people) < count:
        who, what = person(), target()
        if passes(who, what[1] * 3 + what[0]):
            people.append(who)
            targets.append(what)
    return people, targets


def write_likes(world: World) -> None:
    """Write likes of posts, videos and comments, each once."""
    series, rng = world.series(world.sizes.likes, lag=0.25), world.random("likes")
    sieve, things = Sieve(series.rows), (world.posts.ids, world.videos.ids, world.comments.ids)
    for first, last in series.chunks():
        people, targets = _reactions(world, rng, sieve, series.share(first), last - first, 3)
        times = series.times(first, last)
        users = [world.people.ids[person] for person in people]
        world.add(
            LIKES,
            series.ids(first, times),
            created_at=times,
            user_id=users,
            likeable_type=Ready(KIND_FIELDS[kind] for kind, _ in targets),
            likeable_id=[things[kind][number] for kind, number in targets],
        )
        _notify(world, "like", series.rows, list(zip(times, users, targets, strict=True)))


def write_reposts(world: World) -> None:
    """Write reposts of posts, each once."""
    series = world.series(max(8, world.sizes.posts // 5), lag=0.25)
    rng, sieve = world.random("reposts"), Sieve(series.rows)
    for first, last in series.chunks():
        people, targets = _reactions(world, rng, sieve, series.share(first), last - first, 1)
        times = series.times(first, last)
        users = [world.people.ids[person] for person in people]
        world.add(
            REPOSTS,
            series.ids(first, times),
            created_at=times,
            user_id=users,
            post_id=[world.posts.ids[number] for _, number in targets],
        )
        _notify(world, "repost", series.rows, list(zip(times, users, targets, strict=True)))


def write_bookmarks(world: World) -> None:
    """Write bookmarks of posts and videos, each once."""
    series = world.series(max(8, world.sizes.posts // 8), lag=0.25)
    rng, sieve = world.random("bookmarks"), Sieve(series.rows)
    things = (world.posts.ids, world.videos.ids)
    for first, last in series.chunks():
        people, targets = _reactions(world, rng, sieve, series.share(first), last - first, 2)
        times = series.times(first, last)
        world.add(
            BOOKMARKS,
            series.ids(first, times),
            created_at=times,
            user_id=[world.people.ids[person] for person in people],
            bookmarkable_type=Ready(KIND_FIELDS[kind] for kind, _ in targets),
            bookmarkable_id=[things[kind][number] for kind, number in targets],
            folder=Ready(FOLDERS[person % len(FOLDERS)] for person in people),
        )


def write_views(world: World) -> None:
    """Write views of videos that are ready, a third of them by visitors; each in its hour."""
    series, rng = world.series(world.sizes.videos, lag=0.3), world.random("views")
    sieve, people = Sieve(series.rows), world.people.ids
    for first, last in series.chunks():
        share = series.share(first)
        watches = WRITES.chooser(rng, world.people.present(share))
        video = _draw(rng, world.videos, share)
        times, viewers, videos = series.times(first, last), list[int](), list[int]()
        while len(videos) < last - first:
            viewer, watched = watches(), watchable(video())
            if sieve.passes(viewer, watched):
                viewers.append(-1 - viewer if viewer % 3 == 1 else people[viewer])
                videos.append(world.videos.ids[watched])
        world.add(
            VIEWS,
            series.ids(first, times),
            created_at=times,
            video_id=videos,
            viewer_key=viewers,
            window_start=[moment - moment % HOUR for moment in times],
            watched=[3_000 + n * 7919 % 90_000 for n in range(first, last)],
        )


def _notify(world: World, kind: str, expected: int, rows: list[tuple[int, int, Target]]) -> None:
    """Tell the authors of posts."""
    people, posts = world.people.ids, world.posts
    world.notify(
        (
            Notice(moment, people[posts.owners[number]], user, kind, "post", posts.ids[number])
            for moment, user, (which, number) in rows
            if which == 0
        ),
        expected,
    )
