"""The dashboard's tables as files: the accounts side by side, and the days behind the trend charts."""

from collections.abc import Sequence
from decimal import Decimal

from optimization.views import table
from optimization.views.figures import Figures
from optimization.views.table import Cell, Head, Table


def accounts_table(held: Sequence[Figures]) -> Table:
    """7 complete days of each account, each in its own currency and zone."""
    labels = ("Account", "Currency", "Time zone", "ROAS", "ROAS of the previous 7 days", "CPA", "Spend", "Spend today")
    rows = [
        (
            table.text(one.account.name),
            table.text(one.account.currency),
            table.text(one.account.timezone_name),
            table.ratio(one.roas(7, 1)),
            table.ratio(one.roas(14, 8)),
            _amount(one.cpa(7, 1)),
            _amount(one.total("spend", 7, 1)),
            _amount(one.total("spend", 0, 0)),
        )
        for one in held
    ]
    return Table("accounts", "Accounts", [Head(label) for label in labels], rows)


def trend_table(held: Figures, days: int) -> Table:
    """The last `days` account days, today last and not over."""
    currency = held.account.currency
    heads = (Head("Day"), Head("ROAS"), Head(f"CPA ({currency})"), Head(f"Spend ({currency})"))
    columns = zip(held.days(days), held.roases(days), held.cpas(days), held.spends(days), strict=True)
    rows = [
        (Cell(day.isoformat(), day.isoformat()), table.ratio(roas), _amount(cpa), _amount(spend))
        for day, roas, cpa, spend in columns
    ]
    return Table("trend", "Trend", heads, rows)


def _amount(value: float | None) -> Cell:
    """Major unit; the currency stands in the head or beside it."""
    return Cell("", None if value is None else Decimal(str(round(value, 4))))
