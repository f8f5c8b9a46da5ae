"""Writes answers as JSON with msgspec, whatever the client says it accepts."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from skeletal.api.wire import to_wire


class RecordRenderer(BaseRenderer):
    """Renders records, and what DRF itself answers, as JSON."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else msgspec.json.encode(to_wire(data), enc_hook=_text)


class OnlyJson(BaseContentNegotiation):
    """Takes the first parser and renderer: JSON, never 406, and `?format=` means nothing."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        return next(iter(parsers), None)

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


def _text(value: Any) -> str:
    """What DRF answers with besides plain values: lazy and marked strings."""
    return "".join(str(value))
