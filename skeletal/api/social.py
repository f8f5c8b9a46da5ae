"""GET followers and followed."""

from rest_framework.request import Request
from rest_framework.response import Response

from skeletal.api.pagination import PAGED
from skeletal.api.reading import ReadView
from skeletal.queries.social import get_follower_list, get_following_list
from skeletal.records import Page
from skeletal.records.social import FollowRecord


class Followers(ReadView):
    """Who follows a person, newest follow first."""

    operation, tag, answers, takes = "list_followers", "followers", Page[FollowRecord], PAGED
    default_limit = 50

    def get(self, request: Request, user_id: int) -> Response:
        return Response(get_follower_list(user_id, **self.page()))


class Following(ReadView):
    """Whom a person follows, newest follow first."""

    operation, tag, answers, takes = "list_following", "followers", Page[FollowRecord], PAGED
    default_limit = 50

    def get(self, request: Request, user_id: int) -> Response:
        return Response(get_following_list(user_id, **self.page()))
