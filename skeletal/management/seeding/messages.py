"""Conversations of a made-up world, who takes part, and what they say."""

from array import array
from random import Random

from skeletal.management.seeding.attachments import batched
from skeletal.management.seeding.chance import WRITES, Sieve
from skeletal.management.seeding.encoding import Encoder, Ready, sized
from skeletal.management.seeding.timeline import DAY
from skeletal.management.seeding.world import Notice, World, numbers
from skeletal.models import Conversation, ConversationMember, Message

CONVERSATIONS = Encoder(Conversation)
MEMBERS = Encoder(ConversationMember)
MESSAGES = Encoder(Message)
PER_CONVERSATION = 6
LARGEST_GROUP = 8


class _Talks:
    """All conversations: members by number, and which messages belong to each."""

    def __init__(self, world: World) -> None:
        size = max(8, world.sizes.users // 2)
        self.series = world.series(size, lag=0.15, power=1.5)
        self.messages = world.series(size * PER_CONVERSATION, lag=0.3)
        self._known = Sieve(size)
        chunks = (self._people(world, *chunk) for chunk in self.series.chunks())
        self.members_of = [people for chunk in chunks for people in chunk]
        self.conversation_of, self.last = array("i"), array("i", [-1]) * size
        self._talk(world.random("messages"))

    def _people(self, world: World, first: int, last: int) -> list[tuple[int, ...]]:
        rng = world.random(f"conversations {first}")
        present = world.people.present(self.series.share(first))
        return [self._group(world, rng, present, number) for number in range(first, last)]

    def _group(self, world: World, rng: Random, present: int, number: int) -> tuple[int, ...]:
        """Two people who have no conversation yet, or for one in ten a group."""
        if number % 10 == 9:
            size = min(present, 3 + int((LARGEST_GROUP - 2) * rng.random()))
            return tuple(rng.sample(range(present), size))
        draw = WRITES.chooser(rng, present)
        while True:
            one, other = sorted((draw(), int(present * rng.random())))
            apart = one == other or world.apart(one, other)
            if not apart and self._known.passes(one, other):
                return one, other

    def _talk(self, rng: Random) -> None:
        """Choose the conversation of each message: mostly one of the newest."""
        for first, last in self.messages.chunks():
            present = max(1, self.series.present(self.messages.share(first)))
            for number in range(first, last):
                conversation = present - 1 - int(present * rng.random() ** 2)
                self.conversation_of.append(conversation)
                self.last[conversation] = number

    def last_moments(self, first: int, last: int) -> tuple[list[int | None], list[int]]:
        """Of conversations `first` to `last`: the last message, and its time or their own."""
        said = self.last[first:last]
        when = self.messages.times_of(max(0, number) for number in said)
        began = self.series.times(first, last)
        ids = [
            self.messages.ids(number, [moment])[0] if number >= 0 else None
            for number, moment in zip(said, when, strict=True)
        ]
        moments = [
            moment if number >= 0 else start
            for number, moment, start in zip(said, when, began, strict=True)
        ]
        return ids, moments


def write_messages(world: World) -> None:
    """Write conversations with their last message, then members, then messages."""
    talks = _Talks(world)
    ids = numbers()
    for first, last in talks.series.chunks():
        times = talks.series.times(first, last)
        ids.extend(talks.series.ids(first, times))
        people = talks.members_of[first:last]
        world.add(
            CONVERSATIONS,
            ids[first:last].tolist(),
            created_at=times,
            kind=["group" if n % 10 == 9 else "direct" for n in range(first, last)],
            direct_key=[
                None
                if n % 10 == 9
                else ":".join(str(i) for i in sorted(world.people.ids[p] for p in pair))
                for n, pair in enumerate(people, first)
            ],
            last_message_id=talks.last_moments(first, last)[0],
        )
    _write_members(world, talks, ids)
    for first, last in talks.messages.chunks():
        _add_messages(world, talks, ids, first, last)


def _write_members(world: World, talks: _Talks, ids: "array[int]") -> None:
    written, end = 0, world.year.end
    last_ids, moments = talks.last_moments(0, talks.series.rows)
    rows = ((n, person) for n, people in enumerate(talks.members_of) for person in people)
    for batch in batched(rows):
        times = talks.series.times_of(number for number, _ in batch)
        world.add(
            MEMBERS,
            talks.series.ids(written, times),
            created_at=times,
            conversation_id=[ids[number] for number, _ in batch],
            user_id=[world.people.ids[person] for _, person in batch],
            last_read_message_id=[None if p % 4 == 1 else last_ids[n] for n, p in batch],
            last_activity_at=[moments[number] for number, _ in batch],
            muted_until=[end + 90 * DAY if person % 31 == 7 else None for _, person in batch],
            left_at=[end - 1 if n % 10 == 9 and p % 13 == 4 else None for n, p in batch],
        )
        written += len(batch)


def _add_messages(world: World, talks: _Talks, ids: "array[int]", first: int, last: int) -> None:
    times, end = talks.messages.times(first, last), world.year.end
    remarks, people = world.phrases.remarks, world.people.ids
    stem = f"https://media.example.invalid/{world.name}/m"
    talk = talks.conversation_of[first:last]
    members = [talks.members_of[conversation] for conversation in talk]
    senders = [people[m[n * 7 // 3 % len(m)]] for n, m in enumerate(members, first)]
    things = talks.messages.ids(first, times)
    world.add(
        MESSAGES,
        things,
        created_at=times,
        conversation_id=[ids[conversation] for conversation in talk],
        sender_id=senders,
        body=Ready(sized(remarks[n * 7919 % len(remarks)]) for n in range(first, last)),
        media_urls=[[f"{stem}{n}.webp"] if n % 41 == 3 else [] for n in range(first, last)],
        client_nonce=[f"{world.name}-{n}" for n in range(first, last)],
        edited_at=[t + 1 if n % 71 == 5 else None for n, t in enumerate(times, first)],
        deleted_at=[end - 1 if n % 83 == 9 else None for n in range(first, last)],
    )
    receivers = [people[m[(n * 7 // 3 + 1) % len(m)]] for n, m in enumerate(members, first)]
    rows = zip(times, receivers, senders, things, strict=True)
    world.notify(
        (Notice(t, to, by, "message", "message", on) for t, to, by, on in rows), talks.messages.rows
    )
