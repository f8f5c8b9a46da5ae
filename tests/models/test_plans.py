"""Loading plans: what a list and a detail cost, by the names of the tables each statement reads."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from skeletal import models as m
from tests.factories import FACTORIES

LIST: dict[type[models.Model], str] = {
    m.User: "users user_profiles",
    m.UserProfile: "user_profiles users",
    m.UserSettings: "user_settings users",
    m.UserDevice: "user_devices users",
    m.UserSession: "user_sessions users user_devices",
    m.Role: "roles",
    m.RoleAssignment: "role_assignments users roles users",
    m.Post: "posts users user_profiles",
    m.MediaAttachment: "media_attachments users posts",
    m.Hashtag: "hashtags",
    m.PostHashtag: "post_hashtags posts hashtags",
    m.Mention: "mentions posts comments users",
    m.Poll: "polls posts users",
    m.PollVote: "poll_votes polls users",
    m.Video: "videos users user_profiles",
    m.VideoRendition: "video_renditions videos",
    m.Comment: "comments users user_profiles",
    m.Repost: "reposts users user_profiles posts",
    m.UserVector: "user_vectors users",
    m.FeedAuthor: "feed_authors users",
    m.FeedPending: "feed_pending",
    m.FeedReader: "feed_readers users",
    m.Follow: "follows users user_profiles users user_profiles",
    m.Block: "blocks users users",
    m.Mute: "mutes users users",
    m.Like: "likes users user_profiles",
    m.Bookmark: "bookmarks users",
    m.HashtagFollow: "hashtag_follows users hashtags",
    m.Circle: "circles users",
    m.CircleMember: "circle_members circles users",
    m.UserList: "user_lists users",
    m.UserListMember: "user_list_members user_lists users",
    m.Conversation: "conversations",
    m.ConversationMember: "conversation_members conversations users",
    m.Message: "messages conversations users",
    m.Notification: "notifications users users",
    m.Wallet: "wallets users",
    m.Transaction: "transactions wallets users wallets users",
    m.LedgerEntry: "ledger_entries transactions wallets",
    m.Payment: "payments users transactions",
    m.ContentReport: "content_reports users users",
    m.ModerationReview: "moderation_reviews content_reports users",
    m.AuditLog: "audit_logs users",
    m.AuditDetail: "audit_details audit_logs",
    m.SeededWorld: "seeded_worlds",
    m.Draft: "drafts users",
    m.PostRevision: "post_revisions posts",
    m.VideoView: "video_views videos",
    m.FollowRequest: "follow_requests users user_profiles users user_profiles",
    m.KeywordFilter: "keyword_filters users",
    m.OutboxEvent: "outbox_events",
    m.IdempotencyKey: "idempotency_keys users",
    m.PostTrend: "post_trends posts",
    m.VideoTrend: "video_trends videos",
    m.HashtagTrend: "hashtag_trends hashtags",
}
DETAIL: dict[type[models.Model], tuple[str, ...]] = {
    m.User: (
        "role_assignments roles",
        "user_devices",
    ),
    m.Role: ("role_assignments users",),
    m.Post: (
        "media_attachments",
        "post_hashtags hashtags",
        "mentions users",
    ),
    m.Poll: ("poll_votes users",),
    m.Video: ("video_renditions",),
    m.Comment: ("comments users",),
    m.Circle: ("circle_members users",),
    m.UserList: ("user_list_members users",),
    m.Conversation: ("conversation_members users",),
    m.Transaction: ("ledger_entries wallets",),
    m.ContentReport: ("moderation_reviews users",),
    m.AuditLog: ("audit_details",),
}
PLANNED = pytest.mark.parametrize("model", FACTORIES, ids=lambda model: model.__name__)


def tables_of(work: Callable[[], Any]) -> list[str]:
    """For each statement that `work` runs, the tables it reads."""
    with CaptureQueriesContext(connection) as context:
        work()
    return [" ".join(re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"])) for query in context]


def plan_of(model: type[models.Model]) -> Any:
    return model._default_manager.all()


def touch(row: Any, path: str) -> None:
    """Follow `a__b` from a row, into each row of a collection."""
    for name in path.split("__"):
        if row is None:
            return
        row = getattr(row, name)
        row = (row.all()[:1] or [None])[0] if isinstance(row, models.Manager) else row


def read(queryset: Any, paths: tuple[str, ...]) -> None:
    for row in queryset:
        for path in paths:
            touch(row, path)


def test_every_table_has_a_written_plan() -> None:
    ours = set(apps.get_app_config("skeletal").get_models())
    assert ours - set(LIST) == {m.CounterDelta, m.PlatformTotals, m.FeedState}
    assert set(DETAIL) == {model for model in LIST if plan_of(model).detail_related}


@PLANNED
@pytest.mark.parametrize("rows", [1, 4])
def test_a_list_is_one_statement(db: None, model: type[models.Model], rows: int) -> None:
    for _ in range(rows):
        FACTORIES[model]()
    plan = plan_of(model)
    assert tables_of(lambda: read(plan.for_list(), plan.list_related)) == [LIST[model]]


@pytest.mark.parametrize("model", DETAIL, ids=lambda model: model.__name__)
@pytest.mark.parametrize("rows", [1, 4])
def test_a_detail_is_one_statement_more_for_each_collection(
    db: None, model: type[models.Model], rows: int
) -> None:
    made = [FACTORIES[model]() for _ in range(rows)]
    for path in plan_of(model).detail_related:
        relation: Any = model._meta.get_field(path.partition("__")[0])
        for row in made:
            FACTORIES[relation.related_model](**{relation.field.name: row})
    plan = plan_of(model)
    paths = (*plan.list_related, *plan.detail_related)
    assert tables_of(lambda: read(plan.for_detail(), paths)) == [LIST[model], *DETAIL[model]]


@PLANNED
def test_pages_walk_to_the_end(db: None, model: type[models.Model]) -> None:
    for _ in range(5):
        FACTORIES[model]()
    keys, cursor, sizes = [], None, []
    while True:
        with CaptureQueriesContext(connection) as context:
            page = plan_of(model).for_list().page(cursor=cursor, limit=2)
        [statement] = [query["sql"] for query in context]
        assert statement.endswith("LIMIT 3")
        keys += [row.pk for row in page.data]
        sizes.append(len(page.data))
        cursor = page.next_cursor
        assert page.has_more == (cursor is not None)
        if cursor is None:
            break
    everything = model._default_manager.order_by("pk").values_list("pk", flat=True)
    assert sorted(keys) == list(everything)
    assert keys in (sorted(keys), sorted(keys, reverse=True))
    assert sizes[:-1] == [2] * (len(sizes) - 1)
