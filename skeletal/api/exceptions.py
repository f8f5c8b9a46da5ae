"""Shows errors in one shape: `{"error": {"code", "message", …}}`."""

from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response

from skeletal.errors import DairaError, InvalidInput, NotFound, Unavailable
from skeletal.records import Record


class ErrorDetail(Record, frozen=True, kw_only=True):
    """`code` is stable, `message` is for people; `field` names the input that is at fault."""

    code: str
    message: str
    field: str | None = None


class ErrorAnswer(Record, frozen=True, kw_only=True):
    """What every refusal looks like."""

    error: ErrorDetail


def show(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the answer for an expected error; None leaves an unexpected one to Django."""
    error = _ours(error)
    if isinstance(error, DairaError):
        return Response(_body(error), status=error.status, headers=_headers(error))
    if isinstance(error, exceptions.APIException):
        body = {"error": {"code": error.default_code, "message": str(error.detail)}}
        return Response(body, status=error.status_code)
    return None


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer an address that nothing stands at: JSON under /api/, else Django's page."""
    if not request.path_info.startswith("/api/"):
        return defaults.page_not_found(request, exception)
    return _plain(NotFound("nothing stands at this address"))


def _plain(error: DairaError) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    return JsonResponse(_body(error), status=error.status, headers=headers)


def _ours(error: Exception) -> Exception:
    if isinstance(error, Http404):
        return NotFound("nothing stands at this address")
    if isinstance(error, SuspiciousOperation):
        return InvalidInput("the request is malformed")
    return exceptions.PermissionDenied() if isinstance(error, PermissionDenied) else error


def _body(error: DairaError) -> dict[str, Any]:
    fixed = {"code": error.code, "message": error.message}
    return {"error": fixed | error.context | fixed}


def _headers(error: DairaError) -> dict[str, str]:
    return {"Retry-After": str(error.retry_after)} if isinstance(error, Unavailable) else {}
