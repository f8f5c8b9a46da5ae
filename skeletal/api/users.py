"""GET people."""

from rest_framework.request import Request
from rest_framework.response import Response

from skeletal.api.pagination import PAGED
from skeletal.api.reading import ReadView
from skeletal.queries.users import get_user_with_stats, list_users
from skeletal.records import Page
from skeletal.records.users import UserCard, UserWithStats


class Users(ReadView):
    """Everybody whose account is active, newest account first."""

    operation, tag, answers, takes = "list_users", "users", Page[UserCard], PAGED

    def get(self, request: Request) -> Response:
        return Response(list_users(**self.page()))


class OneUser(ReadView):
    """A person's page, with counts exact at this moment."""

    operation, tag, answers = "get_user", "users", UserWithStats

    def get(self, request: Request, user_id: int) -> Response:
        return Response(get_user_with_stats(user_id))
