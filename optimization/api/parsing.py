"""Reading JSON bodies. Their size is bounded by DATA_UPLOAD_MAX_MEMORY_SIZE (`errors.TooLarge`)."""

import math
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
        _storable(read)
        return read


def _storable(read: object) -> None:
    """Raises ParseError for a NUL byte or a number without end: no database keeps them."""
    todo: list[object] = [read]
    while todo:
        one = todo.pop()
        if isinstance(one, dict):
            todo += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            todo += one
        elif isinstance(one, str) and "\0" in one:
            raise exceptions.ParseError("A text holds a NUL byte. Leave it out.")
        elif isinstance(one, float) and not math.isfinite(one):
            raise exceptions.ParseError("A number is too large.")
