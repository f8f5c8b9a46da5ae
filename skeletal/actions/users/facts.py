"""Facts about accounts and sign-ins."""

from skeletal.actions.events import fact

USER_REGISTERED = fact("user.registered", "user", "An account is there.", user_id="id")
USER_CHANGED = fact("user.changed", "user", "A person's page changed.", user_id="id")
USER_SUSPENDED = fact("user.suspended", "user", "An account was suspended.", user_id="id")
USER_RESTORED = fact("user.restored", "user", "An account is active again.", user_id="id")
SESSION_OPENED = fact(
    "session.opened", "user", "A person signed in.", user_id="id", session_id="id"
)
SESSIONS_ENDED = fact(
    "session.ended",
    "user",
    "Sign-ins ended: `reason` is closed, rotated, reused or suspended.",
    user_id="id",
    session_ids="ids",
    reason="word",
)
INTEREST_CHANGED = fact(
    "user.interest_changed", "user", "What a person likes tells otherwise.", user_id="id"
)
