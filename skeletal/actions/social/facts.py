"""What the outbox tells of people and of what they like."""

from skeletal.actions.events import Fact, fact

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

FOLLOWED_TAG = {"user_id": "id", "hashtag_id": "id"}
HASHTAG_FOLLOWED = fact("hashtag.followed", "user", "A person follows a hashtag.", **FOLLOWED_TAG)
HASHTAG_UNFOLLOWED = fact(
    "hashtag.unfollowed", "user", "A person follows a hashtag no more.", **FOLLOWED_TAG
)


def _group(kind: str) -> dict[str, Fact]:
    """The facts about a person's circles, or about their lists; both are told alike."""
    ids = {f"{kind}_id": "id", "owner_id": "id"}
    sentences = {
        "created": f"A {kind} was made.",
        "deleted": f"A {kind} was deleted, and with it the places in it.",
        "member_added": f"A person was put into a {kind}.",
        "member_removed": f"A person was taken out of a {kind}.",
    }
    return {
        what: fact(
            f"{kind}.{what}",
            kind,
            sentence,
            **ids,
            **({"member_id": "id"} if what.startswith("member") else {}),
        )
        for what, sentence in sentences.items()
    }


GROUPS = {"circle": _group("circle"), "list": _group("list")}
"""Facts of both kinds of group by what happened. Members whom a block takes out are not told
one by one: `user.blocked` says it."""

MESSAGE = {"message_id": "id", "conversation_id": "id", "sender_id": "id"}
CONVERSATION_OPENED = fact(
    "conversation.opened",
    "conversation",
    "A conversation began.",
    conversation_id="id",
    user_id="id",
    kind="word",
)
CONVERSATION_LEFT = fact(
    "conversation.left",
    "conversation",
    "A person left a conversation.",
    conversation_id="id",
    user_id="id",
)
MESSAGE_SENT = fact("message.sent", "message", "A message was sent.", **MESSAGE)
MESSAGE_EDITED = fact("message.edited", "message", "A message was changed.", **MESSAGE)
MESSAGE_DELETED = fact("message.deleted", "message", "A message was taken back.", **MESSAGE)
