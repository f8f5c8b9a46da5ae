"""What the outbox tells of people and of what they like."""

from skeletal.actions.events import fact

PAIR = {"follower_id": "id", "followee_id": "id"}
LIKED = {"user_id": "id", "likeable_type": "word", "likeable_id": "id", "author_id": "id"}

LIKE_CREATED = fact("like.created", "user", "A person likes something.", like_id="id", **LIKED)
LIKE_DELETED = fact("like.deleted", "user", "A person likes it no more.", like_id="id", **LIKED)
FOLLOW_CREATED = fact("follow.created", "user", "A follow stands.", follow_id="id", **PAIR)
FOLLOW_DELETED = fact("follow.deleted", "user", "A follow ended.", follow_id="id", **PAIR)
FOLLOW_REQUESTED = fact(
    "follow.requested", "user", "A private account was asked.", request_id="id", **PAIR
)
BLOCKED = fact("user.blocked", "user", "A person blocks another.", blocker_id="id", blocked_id="id")
UNBLOCKED = fact("user.unblocked", "user", "A block was lifted.", blocker_id="id", blocked_id="id")
MUTED = fact("user.muted", "user", "A person mutes another.", muter_id="id", muted_id="id")
UNMUTED = fact("user.unmuted", "user", "A mute was lifted.", muter_id="id", muted_id="id")
