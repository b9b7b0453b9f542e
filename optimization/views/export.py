"""CSV of any table that a page shows. A spreadsheet must not run what somebody typed into a campaign's name."""

import csv
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from io import StringIO

from django.http import HttpRequest, HttpResponse
from django.utils.text import slugify

from optimization.views.table import Raw, Table

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
MARK = "\ufeff"
"""Without a byte order mark Excel reads UTF-8 as the machine's own code page."""


def defused(text: str) -> str:
    """The same text, but no formula: a spreadsheet evaluates what begins with = + - @, tab or carriage return.

    Source: OWASP, "CSV Injection". Leading blanks are looked through, for some programs drop them."""
    return f"'{text}" if text.lstrip(" ").startswith(DANGEROUS) or text.startswith(DANGEROUS) else text


def plain(raw: Raw) -> str:
    """A cell of the file: unknown is empty, numbers stay numbers, times are ISO with their offset."""
    if raw is None:
        return ""
    if isinstance(raw, datetime):
        return raw.isoformat(timespec="seconds")
    if isinstance(raw, Decimal):
        return f"{raw:f}"
    return defused(raw) if isinstance(raw, str) else repr(raw)


def csv_text(table: Table) -> str:
    """Head and all rows (RFC 4180). Pictures and the rows of sums are left out: a program sums for itself."""
    places = [i for i in range(len(table.heads)) if i not in table.pictures]
    file = StringIO()
    writer = csv.writer(file)
    writer.writerow([defused(table.heads[i].csv or table.heads[i].label) for i in places])
    writer.writerows([plain(row[i].raw) for i in places] for row in table.rows)
    return file.getvalue()


def csv_answer(table: Table, about: str = "") -> HttpResponse:
    """The file as a download, named after the table and what it is about."""
    name = "-".join(part for part in (slugify(table.key), slugify(about)) if part)
    answer = HttpResponse(MARK + csv_text(table), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name or "table"}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


def asked_for(request: HttpRequest, tables: Mapping[str, Table], about: str = "") -> HttpResponse | None:
    """The file that `?csv=<key>` asks for, None if it asks for none of these tables."""
    table = tables.get(request.GET.get("csv", ""))
    return None if table is None else csv_answer(table, about)
