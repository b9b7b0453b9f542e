"""Cursor paging: stable while rows are added, and cheap on long lists."""

from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request


class Pages(CursorPagination):
    """`?cursor=` from the `next` of the page before, `?limit=` rows a page (50, at most 500). Ordered by key."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 500
    ordering = "pk"

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Raises NotFound for a cursor that is none of ours: its place is a key, so a number."""
        cursor: Cursor | None = super().decode_cursor(request)
        if cursor and cursor.position is not None and not str(cursor.position).isdecimal():
            raise NotFound(self.invalid_cursor_message)
        return cursor

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = super().get_paginated_response_schema(schema)
        return answer
