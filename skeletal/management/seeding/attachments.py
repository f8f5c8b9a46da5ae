"""What hangs on posts: files, hashtags, mentions, polls and votes."""

import heapq
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from skeletal.management.seeding.chance import Sieve, uniform
from skeletal.management.seeding.encoding import Encoder
from skeletal.management.seeding.posts import is_listed, media_urls
from skeletal.management.seeding.timeline import DAY
from skeletal.management.seeding.world import Notice, Things, World
from skeletal.models import (
    Hashtag,
    HashtagFollow,
    MediaAttachment,
    Mention,
    Poll,
    PollVote,
    PostHashtag,
)

MEDIA = Encoder(MediaAttachment)
HASHTAGS = Encoder(Hashtag, usable=True)
BEARS = Encoder(PostHashtag)
MENTIONS = Encoder(Mention)
POLLS = Encoder(Poll)
VOTES = Encoder(PollVote)
TAG_FOLLOWS = Encoder(HashtagFollow)
KINDS = {
    "webp": ("image", "image/webp"),
    "mp4": ("video", "video/mp4"),
    "ogg": ("audio", "audio/ogg"),
}
ANSWERS = (["نعم", "لا"], ["Yes", "No", "Maybe"], ["قهوة", "شاي", "ماء", "Juice"])

T = TypeVar("T")
_Named = tuple[int, str, int, int, int]
"""Time, kind and id of a text, the number of its author, the number of whom it names."""
_Vote = tuple[int, int, int, int]
"""Time, number of the poll, number of the person, choice."""


def batched(rows: Iterable[T], size: int = 2048) -> Iterator[list[T]]:
    """Cut rows into lists of `size`."""
    source = iter(rows)
    while batch := list(islice(source, size)):
        yield batch


def numbered(rows: Iterable[T], size: int = 2048) -> Iterator[tuple[int, list[T]]]:
    """Cut rows into lists of `size`, each with the number of its first row."""
    first = 0
    for batch in batched(rows, size):
        yield first, batch
        first += len(batch)


def write_media(world: World) -> None:
    """Write the files of posts, then a few sounds that wait for a post."""
    rows = (
        (number, position, url)
        for number in range(2, len(world.posts.ids), 5)
        for position, url in enumerate(media_urls(world, number))
    )
    written = 0
    for batch in batched(rows):
        _add_media(world, written, batch)
        written += len(batch)
    stem = f"https://media.example.invalid/{world.name}/waiting"
    waiting = enumerate(silent_posts(len(world.posts.ids)))
    for sounds in batched((post, -1, f"{stem}-{number}.ogg") for number, post in waiting):
        _add_media(world, written, sounds)
        written += len(sounds)


def silent_posts(posts: int) -> range:
    """The newest posts without a file, one for each 1000: a sound waits since each was made.

    Of files made in one millisecond the 4097th would bear the id of the first.
    """
    return range(0, posts, 5)[-max(1, posts // 1000) :]


def _add_media(world: World, written: int, rows: list[tuple[int, int, str]]) -> None:
    """Add files of posts by number; position -1 means that a file waits."""
    posts, people = world.posts, world.people.ids
    times = posts.series.times_of(number for number, _, _ in rows)
    kinds = [KINDS[url.rpartition(".")[2]] for _, _, url in rows]
    world.add(
        MEDIA,
        posts.series.ids(written, times),
        created_at=times,
        owner_id=[people[posts.owners[n]] for n, _, _ in rows],
        post_id=[None if position < 0 else posts.ids[n] for n, position, _ in rows],
        position=[max(0, position) for _, position, _ in rows],
        kind=[kind for kind, _ in kinds],
        mime=[mime for _, mime in kinds],
        url=[url for _, _, url in rows],
        bytes=[40_000 + n * 7919 % 900_000 for n, _, _ in rows],
        width=[None if kind == "audio" else 1080 for kind, _ in kinds],
        height=[None if kind == "audio" else 1350 for kind, _ in kinds],
        duration=[None if kind == "image" else 12_340 for kind, _ in kinds],
        blurhash=["LEHV6nWB2yk8pyo0adR*.7kCMdnj" if n % 3 else "" for n, _, _ in rows],
        alt_text=["صورة من اليوم" if n % 2 else "" for n, _, _ in rows],
        processing_state=["pending" if position < 0 else "ready" for _, position, _ in rows],
    )


def write_hashtags(world: World) -> None:
    """Write the hashtags that the database lacks, which posts bear them, and who follows them."""
    ids = _write_tags(world)
    posts = world.posts
    rows = (
        (number, ids[tag])
        for number, body in enumerate(world.chosen_bodies)
        for tag in world.phrases.bodies[body].tags
    )
    written = 0
    for batch in batched(rows):
        times = posts.series.times_of(number for number, _ in batch)
        world.add(
            BEARS,
            posts.series.ids(written, times),
            created_at=times,
            post_id=[posts.ids[number] for number, _ in batch],
            hashtag_id=[tag for _, tag in batch],
            listed=[is_listed(number) for number, _ in batch],
        )
        written += len(batch)
    _write_tag_follows(world, ids)


def _write_tags(world: World) -> list[int]:
    """Return the id of each tag by its number."""
    last_use: dict[int, int] = {}
    for number, body in enumerate(world.chosen_bodies):
        for tag in world.phrases.bodies[body].tags:
            last_use[tag] = number
    series = world.series(len(world.phrases.tags), lag=0.01, power=1.0)
    times = series.times(0, series.rows)
    ids = series.ids(0, times)
    found = world.around.hashtags
    new = [n for n, tag in enumerate(world.phrases.tags) if tag.name not in found]
    for batch in batched(new):
        used = world.posts.series.times_of(last_use.get(n, 0) for n in batch)
        world.add(
            HASHTAGS,
            [ids[n] for n in batch],
            created_at=[times[n] for n in batch],
            updated_at=[times[n] for n in batch],
            name=[world.phrases.tags[n].name for n in batch],
            display_name=[world.phrases.tags[n].shown for n in batch],
            trendable=[n % 50 != 49 for n in batch],
            last_used_at=[
                when if n in last_use else None for n, when in zip(batch, used, strict=True)
            ],
        )
    return [found.get(tag.name, ids[n]) for n, tag in enumerate(world.phrases.tags)]


def _write_tag_follows(world: World, tags: list[int]) -> None:
    series, rng = world.series(world.sizes.users), world.random("tag follows")
    sieve, people = Sieve(series.rows), world.people
    for first, last in series.chunks():
        present = people.present(series.share(first))
        pairs: list[tuple[int, int]] = []
        while len(pairs) < last - first:
            pair = int(present * rng.random()), int(len(tags) * rng.random() ** 2)
            if sieve.passes(*pair):
                pairs.append(pair)
        times = series.times(first, last)
        world.add(
            TAG_FOLLOWS,
            series.ids(first, times),
            created_at=times,
            user_id=[people.ids[person] for person, _ in pairs],
            hashtag_id=[tags[tag] for _, tag in pairs],
        )


def write_mentions(world: World) -> None:
    """Write whom posts and comments name, all in order of time."""
    written = 0
    rows = heapq.merge(
        _named(world.posts, "post", world.named_in_posts),
        _named(world.comments, "comment", world.named_in_comments),
    )
    expected = len(world.named_in_posts) + len(world.named_in_comments)
    for batch in batched(rows):
        _add_mentions(world, batch, written, expected)
        written += len(batch)


def _named(things: Things, kind: str, named: list[tuple[int, int]]) -> Iterator[_Named]:
    for batch in batched(named):
        times = things.series.times_of(number for number, _ in batch)
        for moment, (number, person) in zip(times, batch, strict=True):
            yield moment, kind, things.ids[number], things.owners[number], person


def _add_mentions(world: World, batch: list[_Named], written: int, expected: int) -> None:
    ids = world.people.ids
    times = [row[0] for row in batch]
    world.add(
        MENTIONS,
        world.posts.series.ids(written, times),
        created_at=times,
        user_id=[ids[person] for *_, person in batch],
        post_id=[subject if kind == "post" else None for _, kind, subject, _, _ in batch],
        comment_id=[subject if kind == "comment" else None for _, kind, subject, _, _ in batch],
        silent=[person % 23 == 5 for *_, person in batch],
    )
    notices = (
        Notice(moment, ids[person], ids[by], "mention", kind, subject)
        for moment, kind, subject, by, person in batch
    )
    world.notify(notices, expected)


def write_polls(world: World) -> None:
    """Write polls on public posts, some closed, some of many choices, and their votes."""
    numbers = range(20, len(world.posts.ids), 80)
    series, end = world.posts.series, world.year.end
    polls: list[int] = []
    for batch in batched(numbers):
        times = series.times_of(batch)
        ids = series.ids(len(polls), times)
        polls += ids
        world.add(
            POLLS,
            ids,
            created_at=times,
            post_id=[world.posts.ids[n] for n in batch],
            options=[ANSWERS[n // 80 % 3] for n in batch],
            multiple=[n // 80 % 5 == 3 for n in batch],
            expires_at=[
                end + 7 * DAY if n % 3 == 0 else t + DAY for n, t in zip(batch, times, strict=True)
            ],
        )
    votes = sorted(_votes(world, numbers))
    for first in range(0, len(votes), 2048):
        _add_votes(world, polls, votes[first : first + 2048], first)


def _votes(world: World, numbers: range) -> Iterator[_Vote]:
    """Votes poll by poll, each person once, within the day after the post."""
    rng, people, posts = world.random("votes"), world.people, world.posts
    for poll, number in enumerate(numbers):
        moment = posts.series.times_of((number,))[0]
        day = min(DAY, world.year.end - moment)
        voter = uniform(rng, people.present(posts.series.share(number)))
        for person in dict.fromkeys(voter() for _ in range(int(25 * rng.random()))):
            choice = int(len(ANSWERS[number // 80 % 3]) * rng.random() ** 2)
            yield moment + int(day * rng.random()), poll, person, choice


def _add_votes(world: World, polls: list[int], votes: list[_Vote], written: int) -> None:
    times = [vote[0] for vote in votes]
    world.add(
        VOTES,
        world.posts.series.ids(written, times),
        created_at=times,
        poll_id=[polls[poll] for _, poll, _, _ in votes],
        user_id=[world.people.ids[person] for _, _, person, _ in votes],
        choice=[choice for *_, choice in votes],
        single=[(20 + 80 * poll) // 80 % 5 != 3 for _, poll, _, _ in votes],
    )
