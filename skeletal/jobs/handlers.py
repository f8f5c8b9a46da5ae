"""Event name → actions. An event that is not named here has no effects of ours."""

from collections.abc import Callable

from skeletal.actions.social.notifications import notify
from skeletal.models import OutboxEvent
from skeletal.queries.content import get_multiple_posts

Handler = Callable[[OutboxEvent], object]


def tell_the_author_of_a_like(event: OutboxEvent) -> None:
    """All likes of one thing are shown as one."""
    told = event.payload
    notify(
        "like",
        receiver_id=int(told["author_id"]),
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
        receiver_id=int(told["followee_id"]),
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
        receiver_id=int(told["followee_id"]),
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
        receiver_id=int(told["author_id"]),
        actor_id=int(told["user_id"]),
        subject_type="post",
        subject_id=int(told["post_id"]),
        group_key=f"repost:{told['post_id']}",
    )


def tell_whom_a_post_names(event: OutboxEvent) -> None:
    """Who sees the post is told; a circle's post names nobody outside it."""
    told = event.payload
    subject = int(told["post_id"])
    for person in map(int, told["mentioned"]):
        if get_multiple_posts([subject], person):
            _mention(person, int(told["author_id"]), "post", subject)


def tell_whom_a_comment_answers_and_names(event: OutboxEvent) -> None:
    """One who is answered is not told again that they are named."""
    told = event.payload
    author, answered = int(told["author_id"]), int(told["answered_id"])
    subject = int(told["comment_id"])
    notify(
        "comment",
        receiver_id=answered,
        actor_id=author,
        subject_type="comment",
        subject_id=subject,
        group_key=f"comment:{told['post_id'] or told['video_id']}",
    )
    for person in map(int, told["mentioned"]):
        if person != answered:
            _mention(person, author, "comment", subject)


def _mention(receiver: int, actor: int, subject_type: str, subject: int) -> None:
    notify(
        "mention",
        receiver_id=receiver,
        actor_id=actor,
        subject_type=subject_type,
        subject_id=subject,
        group_key=f"mention:{subject_type}:{subject}",
    )


HANDLERS: dict[str, tuple[Handler, ...]] = {
    "like.created": (tell_the_author_of_a_like,),
    "follow.created": (tell_of_a_follower,),
    "follow.requested": (tell_of_a_request,),
    "post.published": (tell_whom_a_post_names,),
    "post.edited": (tell_whom_a_post_names,),
    "post.reposted": (tell_of_a_repost,),
    "comment.added": (tell_whom_a_comment_answers_and_names,),
}
