"""People of a made-up world: accounts, profiles, settings, devices, sessions, roles."""

from hashlib import blake2b

from skeletal.management.seeding import texts
from skeletal.management.seeding.encoding import Encoder
from skeletal.management.seeding.timeline import DAY, identifier
from skeletal.management.seeding.world import World, batches
from skeletal.models import RoleAssignment, User, UserDevice, UserProfile, UserSession, UserSettings

UNUSABLE = "!seeded"
"""Django's mark of a password that nobody can sign in with."""
USERS = Encoder(
    User,
    password_hash=UNUSABLE,
    is_staff=False,
    is_superuser=False,
    username_skeleton=None,
    deleted_at=None,
)
PROFILES = Encoder(UserProfile)
SETTINGS = Encoder(UserSettings)
DEVICES = Encoder(UserDevice)
SESSIONS = Encoder(UserSession)
ASSIGNMENTS = Encoder(RoleAssignment)
PLATFORMS = ("android", "ios", "web")
LOCALES = ("ar", "en", "ar-EG", "en-GB")
MODERATORS = 5
"""Of each 1,000 people; at least two. Half as many are auditors."""


def status(person: int) -> str:
    """Most are active; one in 61 is suspended, one in 47 has left."""
    if person % 61 == 17:
        return "suspended"
    return "deactivated" if person % 47 == 23 else "active"


EACH, PRIVATE = 41, 29
"""Of each 41 people the one whose posts are for followers, and who is asked before a follow."""


def private_person(rank: int) -> int:
    """The number of the private person of this rank, from 0."""
    return EACH * rank + PRIVATE


def private_people(people: int) -> int:
    """How many of the first people are private."""
    return (people - PRIVATE + EACH - 1) // EACH


def staff(people: int) -> tuple[list[int], list[int]]:
    """Numbers of the moderators and of the auditors: active people who came early."""
    moderators = max(2, people * MODERATORS // 1000)
    active = [person for person in range(people // 2) if status(person) == "active"]
    return active[:moderators], active[moderators : moderators + max(1, moderators // 2)]


def write_people(world: World) -> None:
    """Write users, profiles and settings."""
    series = world.people.series
    for first, last in series.chunks():
        times = series.times(first, last)
        world.people.ids.extend(series.ids(first, times))
        world.people.owners.extend(range(first, last))
        _write_users(world, range(first, last), times)
    for first, last in series.chunks():
        _write_profiles(world, range(first, last), series.times(first, last))
    for first, last in series.chunks():
        _write_settings(world, range(first, last), series.times(first, last))


def _write_users(world: World, people: range, times: list[int]) -> None:
    names = [world.username(person) for person in people]
    node = world.year.node
    end = world.year.end
    world.add(
        USERS,
        world.people.ids[people.start : people.stop].tolist(),
        created_at=times,
        updated_at=times,
        last_login=[None if p % 9 == 4 else end - p % 89 * DAY // 3 - 1 for p in people],
        username=names,
        email=[f"{name}@example.invalid" for name in names],
        phone=[f"+999{node:04}{p:08}" if p % 3 == 0 else None for p in people],
        avatar_url=[
            "" if p % 4 == 1 else f"https://media.example.invalid/a/{name}.webp"
            for p, name in zip(people, names, strict=True)
        ],
        is_private=[p % EACH == PRIVATE for p in people],
        verified=[p % 29 == 0 for p in people],
        status=map(status, people),
        locale=[LOCALES[p % len(LOCALES)] for p in people],
    )


def _write_profiles(world: World, people: range, times: list[int]) -> None:
    bios = world.phrases.bios
    world.stream.add(
        PROFILES,
        len(people),
        user_id=world.people.ids[people.start : people.stop],
        created_at=times,
        updated_at=times,
        display_name=map(texts.shown_name, people),
        bio=[bios[p % len(bios)] if p % 5 else "" for p in people],
        trust_score=[50 + p * 7 % 51 - p * 3 % 31 for p in people],
        badges=[["early"] if p < 100 else ["verified"] if p % 29 == 0 else [] for p in people],
    )


def _write_settings(world: World, people: range, times: list[int]) -> None:
    """Most people; the others never changed a setting."""
    rows = [
        (
            world.people.ids[p],
            moment,
            {"order": "recent" if p % 2 else "ranked"},
            {"likes": p % 3 != 0, "follows": True},
            {"visibility": "followers" if p % 17 == 0 else "public"},
        )
        for p, moment in zip(people, times, strict=True)
        if p % 8 != 5
    ]
    for ids, moments, feed, notification, privacy in batches(rows):
        world.stream.add(
            SETTINGS,
            len(ids),
            user_id=ids,
            created_at=moments,
            updated_at=moments,
            feed_preferences=feed,
            notification_preferences=notification,
            privacy_defaults=privacy,
        )


def write_devices(world: World) -> None:
    """Write the devices of most people, and a session on each, then some sessions without one."""
    rows = [p for p in range(world.sizes.users) if p % 7 != 6]
    series = world.people.series
    node, end = world.year.node, world.year.end
    for first in range(0, len(rows), 2048):
        people = rows[first : first + 2048]
        times = series.times_of(people)
        world.add(
            DEVICES,
            [identifier(t, node, p) for t, p in zip(times, people, strict=True)],
            created_at=times,
            user_id=[world.people.ids[p] for p in people],
            fingerprint=[_digest(world, "device", p)[:32] for p in people],
            platform=[PLATFORMS[p % 3] for p in people],
            push_token=[_digest(world, "push", p) if p % 3 < 2 else None for p in people],
            last_seen_at=[end - p % 97 * DAY // 4 - 1 for p in people],
        )
    for first, last in series.chunks():
        _write_sessions(world, range(first, last), series.times(first, last))


def _write_sessions(world: World, people: range, joined: list[int]) -> None:
    node = world.year.node
    series = world.series(world.sizes.users, lag=0.84, power=1.0)
    times = series.times(people.start, people.stop)
    ids = series.ids(people.start, times)
    devices = [
        identifier(moment, node, p) if p % 7 != 6 else None
        for moment, p in zip(joined, people, strict=True)
    ]
    world.add(
        SESSIONS,
        ids,
        created_at=times,
        user_id=world.people.ids[people.start : people.stop],
        device_id=devices,
        family_id=ids,
        refresh_token=[_digest(world, "refresh", p) for p in people],
        access_digest=[_digest(world, "access", p) for p in people],
        device_type=[PLATFORMS[p % 3] for p in people],
        ip_address=[f"198.51.100.{p % 256}" if p % 11 else None for p in people],
        access_expires_at=[t + DAY for t in times],
        expires_at=[t + 30 * DAY for t in times],
        revoked_at=[
            moment + DAY // 2 if p % 13 == 0 else None
            for p, moment in zip(people, times, strict=True)
        ],
    )


def _digest(world: World, use: str, number: int) -> str:
    """64 hexadecimal digits. Not SHA-256: no token is known whose SHA-256 they are."""
    return blake2b(f"{world.name}:{world.seed}:{use}:{number}".encode(), digest_size=32).hexdigest()


def write_roles(world: World) -> None:
    """Make some people moderators and auditors, the first moderator having granted the rest."""
    moderators, auditors = staff(world.sizes.users)
    held = [(p, "moderator") for p in moderators] + [(p, "auditor") for p in auditors]
    people = world.people.ids
    times = [world.year.moment(0.9 + 0.05 * n / len(held)) for n in range(len(held))]
    world.add(
        ASSIGNMENTS,
        [identifier(t, world.year.node, n) for n, t in enumerate(times)],
        created_at=times,
        user_id=[people[p] for p, _ in held],
        role_id=[world.around.roles[role] for _, role in held],
        granted_by_id=[None if n == 0 else people[0] for n in range(len(held))],
        expires_at=[None if n % 3 else world.year.end + 365 * DAY for n in range(len(held))],
    )
