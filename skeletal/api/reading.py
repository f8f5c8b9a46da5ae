"""What every address that only reads has in common."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.views import APIView

from skeletal.api import pagination
from skeletal.api.rendering import OnlyJson
from skeletal.api.schema import ReadSchema


class ReadView(APIView):
    """Answers GET, HEAD and OPTIONS in JSON that no cache may keep; refuses unknown parameters.

    A subclass says its `operation` and `tag`, the record that it `answers` with, the query
    parameters that it `takes`, and calls one read.
    """

    content_negotiation_class = OnlyJson
    schema = ReadSchema()
    operation: ClassVar[str]
    tag: ClassVar[str]
    answers: ClassVar[Any]
    takes: ClassVar[tuple[str, ...]] = ()
    default_limit: ClassVar[int] = 20

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, "Cache-Control": "no-store"}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in ("GET", "HEAD"):
            pagination.refuse_unknown(request.query_params, self.takes)

    def page(self) -> pagination.PageArguments:
        """The cursor and the limit of this request; raises InvalidInput."""
        return pagination.page_arguments(self.request.query_params, default=self.default_limit)

    def limit(self) -> int:
        """The limit of this request; raises InvalidInput."""
        return pagination.limit(self.request.query_params, default=self.default_limit)

    def sought(self, name: str) -> str:
        """What this request looks for; nothing finds nothing."""
        return self.request.query_params.get(name, "")
