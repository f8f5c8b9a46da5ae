"""The edges between people, as others and as they themselves see them."""

from skeletal.queries.social.graph import get_follower_list as get_follower_list
from skeletal.queries.social.graph import get_following_list as get_following_list
from skeletal.queries.social.graph import is_blocked as is_blocked
from skeletal.queries.social.graph import is_following as is_following
