"""Comments of a made-up world: on posts and videos, in threads."""

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from skeletal.management.seeding.chance import WRITES, recent
from skeletal.management.seeding.encoding import Encoder, Ready, sized, text
from skeletal.management.seeding.posts import open_to_all
from skeletal.management.seeding.world import Notice, World, numbers
from skeletal.models import Comment

COMMENTS = Encoder(Comment)
VIDEO_SHARE, REPLY_SHARE = 0.2, 0.4
DEEPEST = 9
STATUSES = [text({29: "hidden", 83: "removed"}.get(number, "published")) for number in range(101)]


@dataclass
class _Threads:
    """For each comment: the numbers of its post or video and of its root (-1: none), its depth."""

    posts: "array[int]" = field(default_factory=numbers)
    videos: "array[int]" = field(default_factory=numbers)
    roots: "array[int]" = field(default_factory=numbers)
    depths: bytearray = field(default_factory=bytearray)


@dataclass
class _Batch:
    """Comments that are being drawn, by column; parents by number."""

    authors: list[int] = field(default_factory=list)
    parents: list[int | None] = field(default_factory=list)
    contents: Ready = field(default_factory=Ready)


def write_comments(world: World) -> None:
    """Write comments in order of time; remember whom they name."""
    threads = _Threads()
    for first, last in world.comments.series.chunks():
        batch = _draw(world, threads, first, last)
        _add(world, threads, batch, first, last)


def _draw(world: World, threads: _Threads, first: int, last: int) -> _Batch:
    rng, batch = world.random(f"comments {first}"), _Batch()
    share = world.comments.series.share(first)
    people = world.people.present(share)
    author, place = WRITES.chooser(rng, people), _placer(world, rng, threads, share)
    random, remarks = rng.random, world.phrases.remarks
    for number in range(first, last):
        batch.authors.append(author())
        batch.parents.append(place(number))
        content = remarks[int(len(remarks) * random())]
        if number % 11 == 6:
            person = int(people * random())
            world.named_in_comments.append((number, person))
            content += f" @{world.username(person)}".encode()
        batch.contents.append(sized(content))
    return batch


def _placer(
    world: World, rng: Random, threads: _Threads, share: float
) -> Callable[[int], int | None]:
    """Return a function that places the next comment and returns its parent's number."""
    posts, videos = world.posts, world.videos
    random, known = rng.random, len(threads.depths)
    post = recent(rng, max(1, posts.present(share)), posts.series.rows)
    video = recent(rng, max(1, videos.present(share)), videos.series.rows)

    def place(number: int) -> int | None:
        if known and random() < REPLY_SHARE:
            parent = known - 1 - int(known * random() ** 4)
            if threads.depths[parent] < DEEPEST:
                threads.posts.append(threads.posts[parent])
                threads.videos.append(threads.videos[parent])
                threads.roots.append(parent if threads.roots[parent] < 0 else threads.roots[parent])
                threads.depths.append(threads.depths[parent] + 1)
                return parent
        on_video = random() < VIDEO_SHARE
        threads.posts.append(-1 if on_video else open_to_all(post()))
        threads.videos.append(open_to_all(video()) if on_video else -1)
        threads.roots.append(-1)
        threads.depths.append(0)
        return None

    return place


def _add(world: World, threads: _Threads, batch: _Batch, first: int, last: int) -> None:
    comments, people, end = world.comments, world.people.ids, world.year.end
    times = comments.series.times(first, last)
    comments.ids.extend(comments.series.ids(first, times))
    comments.owners.extend(batch.authors)
    edited = [t + 1 if n % 43 == 7 else None for n, t in enumerate(times, first)]
    world.add(
        COMMENTS,
        comments.ids[first:last].tolist(),
        created_at=times,
        updated_at=[change or moment for change, moment in zip(edited, times, strict=True)],
        author_id=[people[author] for author in batch.authors],
        post_id=[None if n < 0 else world.posts.ids[n] for n in threads.posts[first:last]],
        video_id=[None if n < 0 else world.videos.ids[n] for n in threads.videos[first:last]],
        parent_id=[None if n is None else comments.ids[n] for n in batch.parents],
        root_id=[None if n < 0 else comments.ids[n] for n in threads.roots[first:last]],
        depth=threads.depths[first:last],
        content=batch.contents,
        status=Ready(STATUSES[n % 101] for n in range(first, last)),
        edited_at=edited,
        deleted_at=[end - 1 if n % 59 == 3 else None for n in range(first, last)],
    )
    _notify(world, threads, batch, times, first)


def _notify(world: World, threads: _Threads, batch: _Batch, times: list[int], first: int) -> None:
    """Tell the authors of posts about new comments, not about replies."""
    people, posts = world.people.ids, world.posts
    world.notify(
        (
            Notice(moment, people[posts.owners[on]], people[author], "comment", "comment", subject)
            for moment, author, parent, on, subject in zip(
                times,
                batch.authors,
                batch.parents,
                threads.posts[first:],
                world.comments.ids[first:],
                strict=True,
            )
            if parent is None and on >= 0
        ),
        world.comments.series.rows,
    )
