"""The table behind every chart: for readers that read, and for copying out."""

from collections.abc import Iterable, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def as_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> SafeString:
    """A folded table; the first column is text, the rest are numbers."""
    head = format_html_join("", '<th scope="col" class="{}">{}</th>', ((_side(i), h) for i, h in enumerate(heads)))
    body = format_html_join("", "<tr>{}</tr>", ((_row(row),) for row in rows))
    return format_html(
        '<details class="chart-table"><summary>As table</summary><div class="table-wrap"><table class="table">'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div></details>",
        head,
        body,
    )


def _side(column: int) -> str:
    return "num" if column else "text"


def _row(cells: Sequence[str]) -> SafeString:
    return format_html_join("", '<td class="{}">{}</td>', ((_side(i), cell) for i, cell in enumerate(cells)))
