"""How people stand to each other: edges may go, their ends never change."""

from django.contrib import admin

from skeletal.admin.base import TablePage
from skeletal.admin.search import Search
from skeletal.models import (
    Block,
    Bookmark,
    Circle,
    CircleMember,
    Conversation,
    ConversationMember,
    Follow,
    FollowRequest,
    HashtagFollow,
    KeywordFilter,
    Like,
    Message,
    Mute,
    Notification,
    UserList,
    UserListMember,
)


@admin.register(Follow)
class FollowPage(TablePage[Follow]):
    list_display = ("id", "follower", "followee", "created_at")
    deletable = True


@admin.register(Block)
class BlockPage(TablePage[Block]):
    list_display = ("id", "blocker", "blocked", "created_at")
    deletable = True


@admin.register(Mute)
class MutePage(TablePage[Mute]):
    list_display = ("id", "muter", "muted", "scope", "expires_at")
    deletable = True


@admin.register(Like)
class LikePage(TablePage[Like]):
    list_display = ("id", "user", "likeable_type", "likeable_id", "created_at")
    deletable = True
    search = Search(target="likeable")


@admin.register(Bookmark)
class BookmarkPage(TablePage[Bookmark]):
    list_display = ("id", "user", "bookmarkable_type", "bookmarkable_id", "folder")
    deletable = True


@admin.register(HashtagFollow)
class HashtagFollowPage(TablePage[HashtagFollow]):
    list_display = ("id", "user", "hashtag", "created_at")
    deletable = True


@admin.register(Circle)
class CirclePage(TablePage[Circle]):
    list_display = ("id", "owner", "name", "kind", "members_count")


@admin.register(CircleMember)
class CircleMemberPage(TablePage[CircleMember]):
    list_display = ("id", "circle", "member", "created_at")
    deletable = True


@admin.register(UserList)
class UserListPage(TablePage[UserList]):
    list_display = ("id", "owner", "name", "members_count")


@admin.register(UserListMember)
class UserListMemberPage(TablePage[UserListMember]):
    list_display = ("id", "user_list", "member", "created_at")
    deletable = True


@admin.register(Conversation)
class ConversationPage(TablePage[Conversation]):
    list_display = ("id", "kind", "direct_key", "last_message_id", "created_at")
    search = Search(exact=("direct_key",))


@admin.register(ConversationMember)
class ConversationMemberPage(TablePage[ConversationMember]):
    list_display = ("id", "conversation", "user", "last_activity_at", "left_at")


@admin.register(Message)
class MessagePage(TablePage[Message]):
    """What was said is read on the row's own page, not in the list."""

    list_display = ("id", "conversation", "sender", "created_at", "deleted_at")


@admin.register(Notification)
class NotificationPage(TablePage[Notification]):
    list_display = ("id", "user", "kind", "actor", "subject_type", "subject_id", "read_at")


@admin.register(FollowRequest)
class FollowRequestPage(TablePage[FollowRequest]):
    list_display = ("id", "follower", "followee", "created_at")
    deletable = True


@admin.register(KeywordFilter)
class KeywordFilterPage(TablePage[KeywordFilter]):
    list_display = ("id", "user", "action", "contexts", "expires_at")
