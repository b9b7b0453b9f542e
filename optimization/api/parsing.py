"""Reading JSON bodies. Their size is bounded by DATA_UPLOAD_MAX_MEMORY_SIZE (`errors.TooLarge`)."""

from collections.abc import Mapping
from typing import Any

from rest_framework import exceptions
from rest_framework.parsers import JSONParser


class Json(JSONParser):
    """JSON as DRF reads it; raises ParseError, not RecursionError, for what is nested beyond reason."""

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        try:
            read: dict[str, Any] = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise exceptions.ParseError("The JSON is nested too deeply.") from None
        return read
