"""Event name → actions. An event that is not named here has no effects of ours."""

from collections.abc import Callable, Iterable
from typing import Any

from skeletal.actions.feeds import fan_out_or_leave
from skeletal.actions.social.notifications import notify
from skeletal.actions.users import refresh_interest
from skeletal.actions.users.copies import void_card, void_sessions, void_vector
from skeletal.models import OutboxEvent
from skeletal.queries.social import get_message_receivers

Handler = Callable[[OutboxEvent], object]
AGAIN = object()
"""What a handler returns that has more to do than one transaction should: it is called anew.

It stands before those that must not be called twice.
"""


def push_a_post(event: OutboxEvent) -> object:
    """To the windows of its author's followers, ten thousand a turn.

    An outage of Redis holds back nobody's mentions: the post is pushed later.
    """
    return None if fan_out_or_leave(int(event.payload["post_id"])) else AGAIN


def tell_the_author_of_a_like(event: OutboxEvent) -> None:
    """All likes of one thing are shown as one."""
    told = event.payload
    notify(
        "like",
        receiver_ids=[int(told["author_id"])],
        actor_id=int(told["user_id"]),
        subject_type=told["likeable_type"],
        subject_id=int(told["likeable_id"]),
        group_key=f"like:{told['likeable_type']}:{told['likeable_id']}",
    )


def tell_of_a_follower(event: OutboxEvent) -> None:
    """All new followers of a day are shown as one."""
    told = event.payload
    notify(
        "follow",
        receiver_ids=[int(told["followee_id"])],
        actor_id=int(told["follower_id"]),
        subject_type="user",
        subject_id=int(told["follower_id"]),
        group_key=f"follow:{event.created_at:%Y%m%d}",
    )


def tell_of_a_request(event: OutboxEvent) -> None:
    """Each request stands alone: it wants an answer."""
    told = event.payload
    notify(
        "request",
        receiver_ids=[int(told["followee_id"])],
        actor_id=int(told["follower_id"]),
        subject_type="user",
        subject_id=int(told["follower_id"]),
        group_key=f"request:{told['follower_id']}",
    )


def tell_of_a_repost(event: OutboxEvent) -> None:
    """All reposts of one post are shown as one."""
    told = event.payload
    notify(
        "repost",
        receiver_ids=[int(told["author_id"])],
        actor_id=int(told["user_id"]),
        subject_type="post",
        subject_id=int(told["post_id"]),
        group_key=f"repost:{told['post_id']}",
    )


def tell_whom_a_post_names(event: OutboxEvent) -> None:
    """Who sees the post is told; a circle's post names nobody outside it."""
    _mention(event.payload, "post", event.payload["mentioned"])


def tell_whom_a_comment_answers_and_names(event: OutboxEvent) -> None:
    """One who is answered is not told again that they are named."""
    told = event.payload
    notify(
        "comment",
        receiver_ids=[int(told["answered_id"])],
        actor_id=int(told["author_id"]),
        subject_type="comment",
        subject_id=int(told["comment_id"]),
        group_key=f"comment:{told['post_id'] or told['video_id']}",
    )
    _mention(told, "comment", set(told["mentioned"]) - {told["answered_id"]})


def tell_whom_a_comment_names(event: OutboxEvent) -> None:
    """Who was named before is not told again."""
    _mention(event.payload, "comment", event.payload["mentioned"])


def tell_of_a_message(event: OutboxEvent) -> None:
    """All messages of a conversation are shown as one."""
    told = event.payload
    message = int(told["message_id"])
    notify(
        "message",
        receiver_ids=get_message_receivers(message),
        actor_id=int(told["sender_id"]),
        subject_type="message",
        subject_id=message,
        group_key=f"message:{told['conversation_id']}",
    )


def forget_the_card(event: OutboxEvent) -> None:
    """Once more than the write did, until Redis has heard it."""
    void_card(int(event.payload["user_id"]))


def forget_the_vector(event: OutboxEvent) -> None:
    """Once more than the write did, until Redis has heard it."""
    void_vector(int(event.payload["user_id"]))


def keep_what_interests(event: OutboxEvent) -> None:
    """Of what is liked, videos alone have embeddings."""
    if event.payload["likeable_type"] == "video":
        refresh_interest(int(event.payload["user_id"]))


def forget_the_sign_ins(event: OutboxEvent) -> None:
    """Once more than the write did, until Redis has heard it."""
    void_sessions(map(int, event.payload["session_ids"]))


def _mention(told: dict[str, Any], subject_type: str, people: Iterable[str]) -> None:
    subject = int(told[f"{subject_type}_id"])
    notify(
        "mention",
        receiver_ids=map(int, people),
        actor_id=int(told["author_id"]),
        subject_type=subject_type,
        subject_id=subject,
        group_key=f"mention:{subject_type}:{subject}",
    )


HANDLERS: dict[str, tuple[Handler, ...]] = {
    "like.created": (tell_the_author_of_a_like, keep_what_interests),
    "like.deleted": (keep_what_interests,),
    "follow.created": (tell_of_a_follower,),
    "follow.requested": (tell_of_a_request,),
    "post.published": (push_a_post, tell_whom_a_post_names),
    "post.edited": (tell_whom_a_post_names,),
    "post.reposted": (tell_of_a_repost,),
    "comment.added": (tell_whom_a_comment_answers_and_names,),
    "comment.edited": (tell_whom_a_comment_names,),
    "message.sent": (tell_of_a_message,),
    "session.ended": (forget_the_sign_ins,),
    "user.changed": (forget_the_card,),
    "user.interest_changed": (forget_the_vector,),
    "user.registered": (forget_the_card,),
    "user.restored": (forget_the_card,),
    "user.suspended": (forget_the_card,),
}
