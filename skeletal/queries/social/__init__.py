"""The edges between people, as others and as they themselves see them."""

from skeletal.queries.social.filters import get_filter_matches as get_filter_matches
from skeletal.queries.social.filters import list_keyword_filters as list_keyword_filters
from skeletal.queries.social.graph import get_follower_list as get_follower_list
from skeletal.queries.social.graph import get_following_list as get_following_list
from skeletal.queries.social.graph import is_blocked as is_blocked
from skeletal.queries.social.graph import is_following as is_following
from skeletal.queries.social.messages import get_message_receivers as get_message_receivers
from skeletal.queries.social.messages import list_conversations as list_conversations
from skeletal.queries.social.messages import list_messages as list_messages
from skeletal.queries.social.notifications import list_notifications as list_notifications
