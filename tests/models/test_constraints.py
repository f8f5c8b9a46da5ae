"""The database is the last word: each declared constraint refuses one row, under its own name."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from skeletal import models as m
from tests import factories as f

Write = Callable[[], object]
Make = Callable[..., models.Model]
MAXIMUM: dict[str, tuple[Make, str, int]] = {
    "user_profiles_bio_length": (f.make_profile, "bio", 500),
    "posts_content_length": (f.make_post, "content", 5000),
    "comments_content_length": (f.make_comment, "content", 2000),
    "videos_description_length": (f.make_video, "description", 5000),
    "messages_body_length": (f.make_message, "body", 5000),
}
"""Name → the factory, the column and the longest text that it takes."""

WORDS: dict[str, tuple[Make, str]] = {
    "users_status": (f.make_user, "status"),
    "user_devices_platform": (f.make_device, "platform"),
    "user_sessions_device_type": (f.make_session, "device_type"),
    "posts_status": (f.make_post, "status"),
    "media_attachments_kind": (f.make_media, "kind"),
    "media_attachments_state": (f.make_media, "processing_state"),
    "videos_status": (f.make_video, "status"),
    "videos_visibility": (f.make_video, "visibility"),
    "video_renditions_kind": (f.make_rendition, "kind"),
    "video_renditions_state": (f.make_rendition, "state"),
    "comments_status": (f.make_comment, "status"),
    "drafts_state": (f.make_draft, "state"),
    "keyword_filters_action": (f.make_filter, "action"),
    "mutes_scope": (f.make_mute, "scope"),
    "likes_type": (f.make_like, "likeable_type"),
    "bookmarks_type": (f.make_bookmark, "bookmarkable_type"),
    "circles_kind": (f.make_circle, "kind"),
    "conversations_kind": (f.make_conversation, "kind"),
    "notifications_kind": (f.make_notification, "kind"),
    "notifications_subject": (f.make_notification, "subject_type"),
    "transactions_type": (f.make_transaction, "type"),
    "transactions_status": (f.make_transaction, "status"),
    "payments_provider": (f.make_payment, "provider"),
    "payments_status": (f.make_payment, "status"),
    "reports_content_type": (f.make_report, "content_type"),
    "reports_reason": (f.make_report, "reason"),
    "reports_status": (f.make_report, "status"),
    "reviews_decision": (f.make_review, "decision"),
    "reviews_action": (f.make_review, "action_taken"),
}
"""Name → the factory and the text column that takes only some words."""

NUMBERS: dict[str, tuple[Make, str, tuple[int, ...]]] = {
    "user_profiles_trust_score": (f.make_profile, "trust_score", (-1, 101)),
    "videos_duration": (f.make_video, "duration", (-1,)),
    "videos_resolution": (f.make_video, "resolution", (-1,)),
    "video_views_watched": (f.make_view, "watched", (-1,)),
    "poll_votes_choice": (f.make_poll_vote, "choice", (-1,)),
    "wallets_held": (f.make_wallet, "held", (-1,)),
    "wallets_earned": (f.make_wallet, "earned_total", (-1,)),
    "wallets_spent": (f.make_wallet, "spent_total", (-1,)),
    "wallets_version": (f.make_wallet, "version", (-1,)),
    "transactions_amount": (f.make_transaction, "amount", (0, -5)),
    "payments_amount": (f.make_payment, "amount", (0, -5)),
    "reports_severity": (f.make_report, "severity", (0, 6)),
}
"""Name → the factory, the column and numbers just outside its range."""


def broken() -> dict[str, list[Write]]:
    """Name of each constraint → writes that it alone must refuse."""
    cases: dict[str, list[Write]] = SPECIAL.copy()
    for name, (make, column, length) in MAXIMUM.items():
        cases[name] = [partial(make, **{column: "ح" * (length + 1)})]
    for name, (make, column) in WORDS.items():
        cases[name] = [partial(make, **{column: word}) for word in ("", "others")]
    for name, (make, column, numbers) in NUMBERS.items():
        cases[name] = [partial(make, **{column: number}) for number in numbers]
    for name, (make, columns) in TWICE.items():
        cases[name] = [partial(twice, make, columns)]
    return cases


def twice(make: Make, columns: str) -> None:
    """Make a row, then one more that is equal in `columns`."""
    first: Any = make()
    make(**{name: getattr(first, name) for name in columns.split()})


def same_person(make: Make, *columns: str) -> Write:
    return lambda: make(**dict.fromkeys(columns, f.make_user()))


def same_name(make: Make) -> None:
    owner = f.make_user()
    for name in ("Friends", "FRIENDS"):
        make(owner=owner, name=name)


def repeat_legs(**changes: Any) -> None:
    """Insert both legs of a transfer again, one step on, but for `changes`."""
    legs = list(f.make_ledger_entry().transaction.entries.all())
    for leg in legs:
        for name, value in ({"pk": None, "sequence": leg.sequence + 1} | changes).items():
            setattr(leg, name, value)
    m.LedgerEntry.objects.bulk_create(legs)


SPECIAL: dict[str, list[Write]] = {
    "posts_visibility": [lambda: f.make_post(visibility="others")],
    "posts_circle_iff_visible_to_circle": [
        lambda: f.make_post(visibility="circle"),
        lambda: f.make_post(circle=f.make_circle()),
    ],
    "comments_one_target": [
        lambda: f.make_comment(post=None),
        lambda: f.make_comment(post=f.make_post(), video=f.make_video()),
    ],
    "comments_thread": [
        lambda: f.make_comment(depth=1),
        lambda: f.make_comment(parent=f.make_comment(), depth=0),
        lambda: f.make_comment(parent=f.make_comment(), root=None, root_id=None),
        lambda: f.make_comment(root=f.make_comment()),
    ],
    "comments_depth": [lambda: f.make_comment(parent=f.make_comment(), depth=51)],
    "mentions_one_parent": [
        lambda: f.make_mention(comment=None, post=None),
        lambda: f.make_mention(comment=f.make_comment(), post=f.make_post()),
    ],
    "polls_two_options": [
        lambda: f.make_poll(options=["only"]),
        lambda: f.make_poll(options=[]),
    ],
    "drafts_scheduled_has_time": [lambda: f.make_draft(state="scheduled")],
    "follow_requests_not_self": [same_person(f.make_follow_request, "follower", "followee")],
    "follows_not_self": [same_person(f.make_follow, "follower", "followee")],
    "blocks_not_self": [same_person(f.make_block, "blocker", "blocked")],
    "mutes_not_self": [same_person(f.make_mute, "muter", "muted")],
    "post_trends_hour": [lambda: f.make_post_trend(hour=-1)],
    "video_trends_hour": [lambda: f.make_video_trend(hour=-1)],
    "hashtag_trends_hour": [lambda: f.make_hashtag_trend(hour=-1)],
    "uq_circle_name": [lambda: same_name(f.make_circle)],
    "uq_list_name": [lambda: same_name(f.make_list)],
    "wallets_kind": [lambda: f.make_wallet(kind="purse")],
    "wallets_owner": [
        lambda: f.make_wallet(user=None),
        lambda: f.make_wallet(kind="fee", user=f.make_user()),
    ],
    "wallets_covered": [
        lambda: f.make_wallet(balance=5, held=6),
        lambda: f.make_wallet(balance=-1),
    ],
    "wallets_currency": [
        lambda: f.make_wallet(currency="egp"),
        lambda: f.make_wallet(currency="EG"),
    ],
    "ledger_entries_amount": [lambda: repeat_legs(transaction=f.make_transaction(), amount=0)],
    "ledger_entries_sequence": [lambda: repeat_legs(transaction=f.make_transaction(), sequence=0)],
    "uq_entry_leg": [repeat_legs],
    "uq_entry_sequence": [lambda: repeat_legs(transaction=f.make_transaction(), sequence=1)],
    "feed_authors_mode": [lambda: f.make_feed_author(fanout_mode="push")],
    "feed_state_one_row": [lambda: m.FeedState.objects.create(id=2)],
    "platform_totals_one_row": [lambda: m.PlatformTotals.objects.create(id=2)],
}

TWICE: dict[str, tuple[Make, str]] = {
    "uq_devices_user_print": (f.make_device, "user fingerprint"),
    "uq_user_role": (f.make_role_assignment, "user role"),
    "uq_media_post_position": (lambda **o: f.make_media(**{"post": f.make_post()} | o), "post"),
    "uq_repost": (f.make_repost, "user post"),
    "uq_rendition": (f.make_rendition, "video kind resolution language"),
    "uq_post_hashtag": (f.make_post_hashtag, "post hashtag"),
    "uq_mention_post_user": (f.make_mention, "post user"),
    "uq_mention_comment_user": (
        lambda **o: f.make_mention(**{"comment": f.make_comment()} | o),
        "comment user",
    ),
    "uq_poll_vote": (lambda **o: f.make_poll_vote(single=False, **o), "poll user choice"),
    "uq_poll_vote_single": (lambda **o: f.make_poll_vote(choice=f.number() % 99, **o), "poll user"),
    "uq_users_skeleton": (
        lambda **o: f.make_user(**{"username_skeleton": "alike"} | o),
        "username_skeleton",
    ),
    "uq_post_revision": (f.make_revision, "post version"),
    "uq_video_view": (f.make_view, "video viewer_key window_start"),
    "uq_follow_request": (f.make_follow_request, "follower followee"),
    "uq_keyword_filter": (f.make_filter, "user phrase"),
    "uq_idempotency_key": (f.make_idempotency_key, "user key"),
    "uq_follow": (f.make_follow, "follower followee"),
    "uq_block": (f.make_block, "blocker blocked"),
    "uq_mute": (f.make_mute, "muter muted"),
    "uq_like": (f.make_like, "user likeable_type likeable_id"),
    "uq_bookmark": (f.make_bookmark, "user bookmarkable_type bookmarkable_id"),
    "uq_hashtag_follow": (f.make_hashtag_follow, "user hashtag"),
    "uq_circle_member": (f.make_circle_member, "circle member"),
    "uq_list_member": (f.make_list_member, "user_list member"),
    "uq_conversation_member": (f.make_conversation_member, "conversation user"),
    "uq_message_nonce": (f.make_message, "sender client_nonce"),
    "uq_notification": (f.make_notification, "user kind actor subject_type subject_id"),
    "uq_wallet": (f.make_wallet, "user kind currency shard"),
    "uq_transaction_key": (f.make_transaction, "wallet idempotency_key"),
    "uq_payment_external": (f.make_payment, "provider external_id"),
    "uq_open_report": (f.make_report, "reporter content_type content_id reason"),
}
"""Name → the factory and the columns in which no two rows are equal."""


def declared() -> set[str]:
    models_ = apps.get_app_config("skeletal").get_models()
    return {constraint.name for model in models_ for constraint in model._meta.constraints}


def refused_by(write: Write) -> str | None:
    """The name of the constraint that refuses `write`, or nothing."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        cause: Any = error.__cause__
        return str(cause.diag.constraint_name)
    return None


def test_every_declared_constraint_has_a_case() -> None:
    assert set(broken()) == declared()


@pytest.mark.parametrize("name", broken())
def test_a_constraint_refuses_under_its_name(db: None, name: str) -> None:
    for write in broken()[name]:
        assert refused_by(write) == name


@pytest.mark.parametrize("name", MAXIMUM)
def test_a_text_of_just_the_longest_length_is_taken(db: None, name: str) -> None:
    make, column, length = MAXIMUM[name]
    assert make(**{column: "ح" * length}).pk


def unique_columns() -> list[tuple[type[models.Model], str]]:
    return [
        (model, field.name)
        for model in f.FACTORIES
        for field in model._meta.concrete_fields
        if field.unique and not field.primary_key
    ]


@pytest.mark.parametrize(
    ("model", "column"), unique_columns(), ids=lambda part: getattr(part, "__name__", part)
)
def test_a_unique_column_refuses_a_second(db: None, model: Any, column: str) -> None:
    values = {"phone": "+201001234567", "direct_key": "1:2", "push_token": "token"}
    if column == "transaction":
        values["transaction"] = f.make_transaction()  # type: ignore[assignment]
    given = {column: values[column]} if column in values else {}
    first = f.FACTORIES[model](**given)
    again = {column: getattr(first, column)} | (
        {"email": "b@c.test"} if column == "username" else {}
    )
    name = refused_by(lambda: f.FACTORIES[model](**again))
    assert name is not None
    assert name.startswith(f"{model._meta.db_table}_{model._meta.get_field(column).column}")


def test_what_may_repeat_does(db: None) -> None:
    user, post = f.make_user(), f.make_post()
    for _ in range(2):
        f.make_report(reporter=user, target=post, status="resolved")
        f.make_media(post=None)
        f.make_notification(user=user, actor=None, subject_id=7)
    for shard in range(2):
        f.make_wallet(kind="fee", shard=shard)
    assert refused_by(lambda: f.make_wallet(kind="fee", shard=1)) == "uq_wallet"


def test_a_row_of_nobody_is_refused(db: None) -> None:
    f.make_post(author_id=5)
    with pytest.raises(IntegrityError, match="author_id"), transaction.atomic():
        connection.check_constraints()
    m.Post.objects.all().delete()
