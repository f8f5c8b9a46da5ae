"""How people stand to each other and to what they see."""

from skeletal.models.social.circles import Circle as Circle
from skeletal.models.social.circles import CircleMember as CircleMember
from skeletal.models.social.circles import UserList as UserList
from skeletal.models.social.circles import UserListMember as UserListMember
from skeletal.models.social.feeds import FeedAuthor as FeedAuthor
from skeletal.models.social.feeds import FeedPending as FeedPending
from skeletal.models.social.feeds import FeedReader as FeedReader
from skeletal.models.social.feeds import FeedState as FeedState
from skeletal.models.social.filters import KeywordFilter as KeywordFilter
from skeletal.models.social.graph import Block as Block
from skeletal.models.social.graph import Follow as Follow
from skeletal.models.social.graph import FollowRequest as FollowRequest
from skeletal.models.social.graph import Mute as Mute
from skeletal.models.social.messages import Conversation as Conversation
from skeletal.models.social.messages import ConversationMember as ConversationMember
from skeletal.models.social.messages import Message as Message
from skeletal.models.social.notifications import Notification as Notification
from skeletal.models.social.reactions import Bookmark as Bookmark
from skeletal.models.social.reactions import HashtagFollow as HashtagFollow
from skeletal.models.social.reactions import Like as Like
