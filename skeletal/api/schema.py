"""Describes reads in the OpenAPI document, from the records that they return."""

import inspect
import re
from typing import Any

import msgspec
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from skeletal.api.exceptions import ErrorAnswer

TEMPLATE = "#/components/schemas/{name}"
GENERIC = re.compile(r'\bPage_(\w+)_"')
ERRORS = {
    400: "A parameter is unknown or its value is wrong: `invalid_input`, `invalid_cursor`.",
    404: "No such row, or none that the viewer may see: `not_found`.",
    503: "The database cannot answer now: `unavailable`, `pool_exhausted`. See Retry-After.",
}
PARAMETERS: dict[str, tuple[dict[str, Any], str]] = {
    "cursor": ({"type": "string", "maxLength": 512}, "The `next_cursor` of the page before."),
    "query": ({"type": "string"}, "What is looked for; nothing is found by nothing."),
    "prefix": ({"type": "string"}, "What names begin with; nothing is found by nothing."),
    "order": (
        {"type": "string", "enum": ["newest", "relevant"], "default": "newest"},
        "The newest first, or of the newest 250 those with most likes, comments and reposts.",
    ),
    "limit": ({"type": "integer", "minimum": 1, "maximum": 100}, "How many rows at most."),
}
_shown: list[Any] = []


class ReadSchema(AutoSchema):
    """Reads a `ReadView`: its operation, tag, parameters, answer and errors."""

    view: Any

    def get_operation_id(self) -> str:
        return str(self.view.operation)

    def get_tags(self) -> list[str]:
        return [str(self.view.tag)]

    def get_override_parameters(self) -> list[Any]:
        return [self._parameter(name) for name in self.view.takes]

    def get_response_serializers(self) -> Any:
        addressed = "{" in self.path
        errors = {code: text for code, text in ERRORS.items() if code != 404 or addressed}
        answers = {code: OpenApiResponse(shows(ErrorAnswer), text) for code, text in errors.items()}
        return {200: OpenApiResponse(shows(self.view.answers), "The rows asked for."), **answers}

    def _parameter(self, name: str) -> OpenApiParameter:
        schema, description = PARAMETERS[name]
        if name == "limit":
            schema = {**schema, "default": self.view.default_limit}
        return OpenApiParameter(name, schema, description=description)


def shows(record: Any) -> dict[str, Any]:
    """Return the reference to a record's schema, for `extend_schema(responses=…)`."""
    if record not in _shown:
        _shown.append(record)
    (reference,), _ = _described([record])
    return dict(reference)


def add_components(
    result: dict[str, Any], generator: Any, request: Any, public: bool
) -> dict[str, Any]:
    """Add the schema of every record that a view shows; drf-spectacular calls this."""
    _, components = _described(_shown)
    result.setdefault("components", {}).setdefault("schemas", {}).update(components)
    return result


def _described(records: list[Any]) -> Any:
    """References and schemas as msgspec gives them, with `Page[Post]` named PostPage."""
    described = msgspec.json.encode(
        msgspec.json.schema_components(records, ref_template=TEMPLATE)
    ).decode()
    return _mended(msgspec.json.decode(GENERIC.sub(r'\1Page"', described)))


def _mended(node: Any) -> Any:
    """Ids, which msgspec calls integers with a pattern, are strings; descriptions start at 0."""
    if isinstance(node, list):
        return [_mended(item) for item in node]
    if not isinstance(node, dict):
        return node
    mended = {"type": "string"} if node.get("type") == "integer" and "pattern" in node else {}
    if isinstance(node.get("description"), str):
        mended["description"] = inspect.cleandoc(node["description"])
    return {key: _mended(value) for key, value in node.items()} | mended
