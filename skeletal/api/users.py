"""GET people."""

from rest_framework.request import Request
from rest_framework.response import Response

from skeletal.api.pagination import PAGED
from skeletal.api.reading import ReadView
from skeletal.queries.users import get_user_with_stats, list_users, search_users
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


class UserSearch(ReadView):
    """People whose names begin so, then those whose names are near, in one page."""

    operation, tag, answers = "search_users", "users", Page[UserCard]
    takes = ("query", "limit")

    def get(self, request: Request) -> Response:
        found = search_users(self.sought("query"), limit=self.limit())
        return Response(Page(data=found, next_cursor=None, has_more=False))
