"""Pages of rows gathered into the totals of whole days, column by column as they come.

Rows are heavy (an ad's day with its action lists is some 5 kB as objects, 0.3 kB as columns): a week of 10,000 ads
must never stand in memory as rows.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from intelligence.collect.totals import from_rows
from intelligence.joined import together
from intelligence.totals import Totals
from metaads.graph.errors import OutcomeUnknown
from metaads.reader.insights import InsightRow


class Pages:
    """Filled page by page with rows of single days, none outside `first` to `last`."""

    def __init__(self, first: date, last: date) -> None:
        self._first, self._last = first, last
        self._parts: dict[date, list[Totals]] = defaultdict(list)
        self.rows = 0

    def add(self, rows: Sequence[InsightRow]) -> None:
        """Raises OutcomeUnknown for a row of another day than asked, or of several days together: left out, the days
        that were asked for would look as if nobody had delivered in them."""
        by_day: dict[date, list[InsightRow]] = defaultdict(list)
        for row in rows:
            if not self._first <= row.day == row.last_day <= self._last:
                raise OutcomeUnknown(f"Meta sent a row of {row.day} to {row.last_day}, which was not asked for.")
            by_day[row.day].append(row)
        for day, of_day in by_day.items():
            self._parts[day].append(from_rows(of_day))
        self.rows += len(rows)

    def of(self, day: date) -> Totals:
        """The day's totals, ordered by id; of an entity that came on two pages the later row counts."""
        return together(self._parts.get(day, []))
