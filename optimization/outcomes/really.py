"""What entities really did, account day by account day, as it is known now (restated, late conversions included)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import numpy as np

from intelligence.metrics import windows
from intelligence.metrics.days import Days
from intelligence.metrics.entities import bare
from intelligence.metrics.frame import Numbers
from intelligence.metrics.known import newest, whole
from intelligence.metrics.source import conversion_types
from metaads.models import AdAccount

METRICS = ("spend", "conversions", "conversion_value")


class Really:
    """Days from `first` to `last` (account days, both included), as known at `known_at`."""

    def __init__(
        self, account: AdAccount, first: date, last: date, known_at: datetime, metrics: Sequence[str] = METRICS
    ) -> None:
        self.metrics = metrics
        self.account, self.first, self.last, self.known_at = account, first, max(first, last), known_at
        self._held: dict[str, dict[str, dict[str, Numbers]]] = {}

    @property
    def count(self) -> int:
        return (self.last - self.first).days + 1

    def day(self, place: int) -> date:
        return self.first + timedelta(days=place)

    def read(self, level: str, ids: Iterable[str]) -> None:
        """Loads these entities of a level; asked of before they are asked for one by one."""
        wanted = np.array(sorted(set(ids) - set(self._held.get(level, {}))), dtype=np.str_)
        if not len(wanted):
            return
        read = newest(self.account, level, (self.first, self.last), self.known_at)
        found = whole(read, self.account.zone, self.known_at)
        totals = {(self.last - day).days: known.totals for day, known in found.items()}
        days = Days(wanted, totals, self.count, bare(wanted).born, conversion_types(self.account))
        columns = {metric: days.matrix(metric)[::-1] for metric in self.metrics}
        held = self._held.setdefault(level, {})
        for place, entity_id in enumerate(wanted.tolist()):
            held[entity_id] = {metric: column[:, place] for metric, column in columns.items()}

    def of(self, level: str, entity_id: str, metric: str) -> Numbers:
        """One value a day, oldest first; NaN = unknown (not read), 0 = read and nothing delivered."""
        self.read(level, [entity_id])
        return self._held[level][entity_id][metric]

    def today(self, moment: datetime) -> int:
        """Place of the account day of `moment`."""
        return (windows.local_day(moment, self.account.zone) - self.first).days
