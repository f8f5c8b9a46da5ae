"""One saved row of each table with believable values: a test names only what it is about."""

from collections.abc import Callable

from django.db import models

from skeletal import models as m
from tests.factories.base import number as number
from tests.factories.content import make_comment as make_comment
from tests.factories.content import make_draft as make_draft
from tests.factories.content import make_hashtag as make_hashtag
from tests.factories.content import make_hashtag_trend as make_hashtag_trend
from tests.factories.content import make_media as make_media
from tests.factories.content import make_mention as make_mention
from tests.factories.content import make_poll as make_poll
from tests.factories.content import make_poll_vote as make_poll_vote
from tests.factories.content import make_post as make_post
from tests.factories.content import make_post_hashtag as make_post_hashtag
from tests.factories.content import make_post_trend as make_post_trend
from tests.factories.content import make_rendition as make_rendition
from tests.factories.content import make_repost as make_repost
from tests.factories.content import make_revision as make_revision
from tests.factories.content import make_video as make_video
from tests.factories.content import make_video_trend as make_video_trend
from tests.factories.content import make_view as make_view
from tests.factories.events import make_event as make_event
from tests.factories.events import make_idempotency_key as make_idempotency_key
from tests.factories.feeds import make_feed_author as make_feed_author
from tests.factories.feeds import make_feed_reader as make_feed_reader
from tests.factories.feeds import make_pending as make_pending
from tests.factories.moderation import make_audit_detail as make_audit_detail
from tests.factories.moderation import make_audit_log as make_audit_log
from tests.factories.moderation import make_report as make_report
from tests.factories.moderation import make_review as make_review
from tests.factories.moderation import make_world_marker as make_world_marker
from tests.factories.payments import make_ledger_entry as make_ledger_entry
from tests.factories.payments import make_payment as make_payment
from tests.factories.payments import make_transaction as make_transaction
from tests.factories.payments import make_transfer as make_transfer
from tests.factories.payments import make_wallet as make_wallet
from tests.factories.social import make_block as make_block
from tests.factories.social import make_bookmark as make_bookmark
from tests.factories.social import make_circle as make_circle
from tests.factories.social import make_circle_member as make_circle_member
from tests.factories.social import make_conversation as make_conversation
from tests.factories.social import make_conversation_member as make_conversation_member
from tests.factories.social import make_filter as make_filter
from tests.factories.social import make_follow as make_follow
from tests.factories.social import make_follow_request as make_follow_request
from tests.factories.social import make_hashtag_follow as make_hashtag_follow
from tests.factories.social import make_like as make_like
from tests.factories.social import make_list as make_list
from tests.factories.social import make_list_member as make_list_member
from tests.factories.social import make_message as make_message
from tests.factories.social import make_mute as make_mute
from tests.factories.social import make_notification as make_notification
from tests.factories.users import make_device as make_device
from tests.factories.users import make_profile as make_profile
from tests.factories.users import make_role as make_role
from tests.factories.users import make_role_assignment as make_role_assignment
from tests.factories.users import make_session as make_session
from tests.factories.users import make_settings as make_settings
from tests.factories.users import make_user as make_user
from tests.factories.users import make_vector as make_vector

FACTORIES: dict[type[models.Model], Callable[..., models.Model]] = {
    m.User: make_user,
    m.UserProfile: make_profile,
    m.UserSettings: make_settings,
    m.UserVector: make_vector,
    m.UserDevice: make_device,
    m.UserSession: make_session,
    m.Role: make_role,
    m.RoleAssignment: make_role_assignment,
    m.Post: make_post,
    m.MediaAttachment: make_media,
    m.Hashtag: make_hashtag,
    m.PostHashtag: make_post_hashtag,
    m.Mention: make_mention,
    m.Poll: make_poll,
    m.PollVote: make_poll_vote,
    m.Video: make_video,
    m.VideoRendition: make_rendition,
    m.Comment: make_comment,
    m.Repost: make_repost,
    m.FeedAuthor: make_feed_author,
    m.FeedPending: make_pending,
    m.FeedReader: make_feed_reader,
    m.Follow: make_follow,
    m.Block: make_block,
    m.Mute: make_mute,
    m.Like: make_like,
    m.Bookmark: make_bookmark,
    m.HashtagFollow: make_hashtag_follow,
    m.Circle: make_circle,
    m.CircleMember: make_circle_member,
    m.UserList: make_list,
    m.UserListMember: make_list_member,
    m.Conversation: make_conversation,
    m.ConversationMember: make_conversation_member,
    m.Message: make_message,
    m.Notification: make_notification,
    m.Wallet: make_wallet,
    m.Transaction: make_transaction,
    m.LedgerEntry: make_ledger_entry,
    m.Payment: make_payment,
    m.ContentReport: make_report,
    m.ModerationReview: make_review,
    m.AuditLog: make_audit_log,
    m.AuditDetail: make_audit_detail,
    m.SeededWorld: make_world_marker,
    m.Draft: make_draft,
    m.PostRevision: make_revision,
    m.VideoView: make_view,
    m.PostTrend: make_post_trend,
    m.VideoTrend: make_video_trend,
    m.HashtagTrend: make_hashtag_trend,
    m.FollowRequest: make_follow_request,
    m.KeywordFilter: make_filter,
    m.OutboxEvent: make_event,
    m.IdempotencyKey: make_idempotency_key,
}
"""Every table but `counter_deltas` (triggers write it); of `platform_totals` and `feed_state` one
row stands."""
