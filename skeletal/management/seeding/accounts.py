"""Accounts for the people of published data: user, profile and settings, nothing invented."""

from collections.abc import Sequence
from dataclasses import dataclass

from skeletal.management.seeding.encoding import Encoder
from skeletal.management.seeding.people import UNUSABLE
from skeletal.management.seeding.stream import Stream
from skeletal.models import User, UserProfile, UserSettings

USERS = Encoder(
    User,
    password_hash=UNUSABLE,
    phone=None,
    avatar_url="",
    verified=False,
    status="active",
    is_staff=False,
    is_superuser=False,
    is_private=False,
    username_skeleton=None,
    last_login=None,
    deleted_at=None,
)
PROFILES = Encoder(UserProfile, bio="", trust_score=50, badges=[])
SETTINGS = Encoder(
    UserSettings, feed_preferences={}, notification_preferences={}, privacy_defaults={}
)
BATCH = 2048


@dataclass(frozen=True)
class Account:
    """A person: when they joined (microseconds since 2000) and under which names."""

    id: int
    joined: int
    username: str
    shown: str
    locale: str = "en"


def write_accounts(stream: Stream, accounts: Sequence[Account]) -> None:
    """Write users, then profiles, then settings."""
    batches = [accounts[first : first + BATCH] for first in range(0, len(accounts), BATCH)]
    for batch in batches:
        joined = [account.joined for account in batch]
        stream.add(
            USERS,
            len(batch),
            id=[account.id for account in batch],
            created_at=joined,
            updated_at=joined,
            username=[account.username for account in batch],
            email=[f"{account.username}@example.invalid" for account in batch],
            locale=[account.locale for account in batch],
        )
    for encoder in (PROFILES, SETTINGS):
        for batch in batches:
            joined = [account.joined for account in batch]
            shown = {"display_name": [account.shown for account in batch]}
            stream.add(
                encoder,
                len(batch),
                user_id=[account.id for account in batch],
                created_at=joined,
                updated_at=joined,
                **(shown if encoder is PROFILES else {}),
            )
