"""Writes between people, and on what they see.

Each takes ids, checks that the one who acts is active and sees what they act upon, and may be
repeated: a second call changes nothing and says so.
"""

from skeletal.actions.social.bookmarks import bookmark as bookmark
from skeletal.actions.social.bookmarks import unbookmark as unbookmark
from skeletal.actions.social.circles import add_circle_member as add_circle_member
from skeletal.actions.social.circles import create_circle as create_circle
from skeletal.actions.social.circles import delete_circle as delete_circle
from skeletal.actions.social.circles import remove_circle_member as remove_circle_member
from skeletal.actions.social.circles import rename_circle as rename_circle
from skeletal.actions.social.conversations import leave_conversation as leave_conversation
from skeletal.actions.social.conversations import mark_conversation_read as mark_conversation_read
from skeletal.actions.social.conversations import mute_conversation as mute_conversation
from skeletal.actions.social.conversations import open_conversation as open_conversation
from skeletal.actions.social.conversations import unmute_conversation as unmute_conversation
from skeletal.actions.social.filters import create_keyword_filter as create_keyword_filter
from skeletal.actions.social.filters import delete_keyword_filter as delete_keyword_filter
from skeletal.actions.social.filters import update_keyword_filter as update_keyword_filter
from skeletal.actions.social.graph import accept_follow as accept_follow
from skeletal.actions.social.graph import decline_follow as decline_follow
from skeletal.actions.social.graph import follow_user as follow_user
from skeletal.actions.social.graph import unfollow_user as unfollow_user
from skeletal.actions.social.hashtags import follow_hashtag as follow_hashtag
from skeletal.actions.social.hashtags import unfollow_hashtag as unfollow_hashtag
from skeletal.actions.social.likes import like as like
from skeletal.actions.social.likes import unlike as unlike
from skeletal.actions.social.lists import add_list_member as add_list_member
from skeletal.actions.social.lists import create_list as create_list
from skeletal.actions.social.lists import delete_list as delete_list
from skeletal.actions.social.lists import remove_list_member as remove_list_member
from skeletal.actions.social.lists import rename_list as rename_list
from skeletal.actions.social.messages import delete_message as delete_message
from skeletal.actions.social.messages import edit_message as edit_message
from skeletal.actions.social.messages import send_message as send_message
from skeletal.actions.social.notifications import (
    mark_notifications_read as mark_notifications_read,
)
from skeletal.actions.social.notifications import notify as notify
from skeletal.actions.social.walls import block_user as block_user
from skeletal.actions.social.walls import mute_user as mute_user
from skeletal.actions.social.walls import unblock_user as unblock_user
from skeletal.actions.social.walls import unmute_user as unmute_user
