"""Edges between people: blocks, follows, mutes, circles and lists."""

from collections.abc import Callable
from random import Random

from skeletal.management.seeding import words
from skeletal.management.seeding.chance import READS, WRITES, Sieve, uniform
from skeletal.management.seeding.encoding import Encoder
from skeletal.management.seeding.people import private_people, private_person
from skeletal.management.seeding.timeline import DAY, Series
from skeletal.management.seeding.world import Notice, Things, World
from skeletal.models import (
    Block,
    Circle,
    CircleMember,
    Follow,
    FollowRequest,
    Mute,
    UserList,
    UserListMember,
)

BLOCKS = Encoder(Block)
FOLLOWS = Encoder(Follow)
REQUESTS = Encoder(FollowRequest)
MUTES = Encoder(Mute)
CIRCLES = Encoder(Circle)
MEMBERS = Encoder(CircleMember)
LISTS = Encoder(UserList)
LISTED = Encoder(UserListMember)

Pairs = tuple[list[int], list[int]]
LARGEST_CIRCLE = 30
PATIENCE = 6
"""After so many refused draws for each wanted pair, every pair becomes equally likely."""


def draw_pairs(count: int, people: int, rng: Random, fits: Callable[[int, int], bool]) -> Pairs:
    """Draw pairs of the first `people`: one active, one well known, both by power laws."""
    first, second = WRITES.chooser(rng, people), READS.chooser(rng, people)
    left: list[int] = []
    right: list[int] = []
    tries = 0
    while len(left) < count:
        tries += 1
        if tries == PATIENCE * count:
            first = second = uniform(rng, people)
        one, other = first(), second()
        if one != other and fits(one, other):
            left.append(one)
            right.append(other)
    return left, right


def write_blocks(world: World) -> None:
    """Write blocks; two people of whom one blocks the other never follow each other."""
    series, rng = world.series(max(6, world.sizes.users // 5), lag=0.3), world.random("blocks")
    people = world.people

    def fits(one: int, other: int) -> bool:
        return other > 2 and (one, other) not in world.blocked

    for first, last in series.chunks():
        pairs = draw_pairs(last - first, people.present(series.share(first)), rng, fits)
        world.blocked.update(zip(*pairs, strict=True))
        times = series.times(first, last)
        world.add(
            BLOCKS,
            series.ids(first, times),
            created_at=times,
            blocker_id=[people.ids[one] for one in pairs[0]],
            blocked_id=[people.ids[other] for other in pairs[1]],
        )


def write_follows(world: World) -> None:
    """Write follows, each pair once, none across a block."""
    series, rng = world.series(world.sizes.follows, lag=0.2), world.random("follows")
    sieve = Sieve(series.rows)
    for one, other in world.blocked:
        sieve.passes(one, other)
        sieve.passes(other, one)
    ids = world.people.ids
    for first, last in series.chunks():
        present = world.people.present(series.share(first))
        left, right = draw_pairs(last - first, present, rng, sieve.passes)
        times = series.times(first, last)
        followers, followees = [ids[one] for one in left], [ids[other] for other in right]
        world.add(
            FOLLOWS,
            series.ids(first, times),
            created_at=times,
            follower_id=followers,
            followee_id=followees,
        )
        world.notify(
            (
                Notice(moment, followee, follower, "follow", "user", follower)
                for moment, follower, followee in zip(times, followers, followees, strict=True)
            ),
            series.rows,
        )
    _write_requests(world, sieve)


def _write_requests(world: World, follows: Sieve) -> None:
    """Write that people ask private ones whom they do not follow."""
    series, rng = world.series(max(4, world.sizes.users // 20), lag=0.7), world.random("requests")
    ids = world.people.ids
    for first, last in series.chunks():
        present = world.people.present(series.share(first))
        asks, asked = WRITES.chooser(rng, present), uniform(rng, private_people(present))
        times, pairs = series.times(first, last), list[tuple[int, int]]()
        while len(pairs) < last - first:
            one, other = asks(), private_person(asked())
            if one != other and follows.passes(one, other):
                pairs.append((one, other))
        world.add(
            REQUESTS,
            series.ids(first, times),
            created_at=times,
            follower_id=[ids[one] for one, _ in pairs],
            followee_id=[ids[other] for _, other in pairs],
        )


def write_mutes(world: World) -> None:
    """Write mutes: for ever, until later, and some that are over already."""
    series, rng = world.series(max(6, world.sizes.users // 6), lag=0.3), world.random("mutes")
    sieve, ids = Sieve(series.rows), world.people.ids
    for first, last in series.chunks():
        present = world.people.present(series.share(first))
        left, right = draw_pairs(last - first, present, rng, sieve.passes)
        times = series.times(first, last)
        world.add(
            MUTES,
            series.ids(first, times),
            created_at=times,
            muter_id=[ids[one] for one in left],
            muted_id=[ids[other] for other in right],
            scope=["notifications" if n % 4 == 1 else "all" for n in range(first, last)],
            expires_at=[
                None if n % 3 else moment + (400 if n % 2 else 7) * DAY
                for n, moment in enumerate(times, first)
            ],
        )


def write_circles(world: World) -> None:
    """Write circles, the first of each owner being that of close friends, and their members."""
    _write_owned(world, world.circles, "circles", CIRCLES, words.CIRCLE_NAMES)
    members = _members(world, world.circles, "circle members")
    _write_members(world, MEMBERS, "circle_id", world.circles, members)


def write_lists(world: World) -> None:
    """Write lists of people and who is on them."""
    lists = Things(world.series(max(4, world.sizes.users // 10), lag=0.04, power=1.0))
    _write_owned(world, lists, "lists", LISTS, words.LIST_NAMES)
    members = _members(world, lists, "list members")
    _write_members(world, LISTED, "user_list_id", lists, members)


def _write_owned(
    world: World, things: Things, chapter: str, encoder: Encoder, names: tuple[str, ...]
) -> None:
    """Write things with an owner, each owner's under different names."""
    rng, owned = world.random(chapter), bytearray(world.sizes.users)
    series: Series = things.series
    for first, last in series.chunks():
        present = max(1, world.people.present(series.share(first)))
        times, turns = series.times(first, last), []
        for _ in range(first, last):
            owner = _with_room(rng, present, owned)
            turns.append(owned[owner])
            owned[owner] += 1
            things.owners.append(owner)
        things.ids.extend(series.ids(first, times))
        kinds = {"kind": ["custom" if turn else "close_friends" for turn in turns]}
        world.add(
            encoder,
            things.ids[first:last].tolist(),
            created_at=times,
            owner_id=[world.people.ids[owner] for owner in things.owners[first:last]],
            name=[names[turn] for turn in turns],
            **(kinds if encoder is CIRCLES else {}),
        )


def _with_room(rng: Random, people: int, owned: bytearray) -> int:
    """Draw an owner who has a name left; there are fewer things than people."""
    draw = WRITES.chooser(rng, people)
    while owned[owner := draw()] >= len(words.CIRCLE_NAMES):
        draw = uniform(rng, people)
    return owner


def _members(world: World, things: Things, chapter: str) -> list[tuple[int, int]]:
    """Draw the members of each thing, never its owner nor one apart from them: (thing, person)."""
    rng, members = world.random(chapter), []
    for number, owner in enumerate(things.owners):
        present = world.people.present(things.series.share(number))
        size = min(present, 1 + int(LARGEST_CIRCLE * rng.random() ** 3))
        members += [
            (number, person)
            for person in rng.sample(range(present), size)
            if person != owner and not world.apart(person, owner)
        ]
    return members


def _write_members(
    world: World, encoder: Encoder, parent: str, things: Things, members: list[tuple[int, int]]
) -> None:
    people = world.people.ids
    for first in range(0, len(members), 2048):
        batch = members[first : first + 2048]
        times = things.series.times_of(number for number, _ in batch)
        world.add(
            encoder,
            things.series.ids(first, times),
            created_at=times,
            member_id=[people[person] for _, person in batch],
            **{parent: [things.ids[number] for number, _ in batch]},
        )
