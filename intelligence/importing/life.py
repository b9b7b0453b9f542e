"""Lifetimes of an imported account: the sums of all its days, whichever file they came with."""

from collections import defaultdict

import numpy as np

from intelligence.importing.headings import REACH
from intelligence.models import Reading
from intelligence.totals import ACTIONS, VALUES, Numbers, Totals, unpack_totals
from metaads.models import AdAccount


def whole_life(account: AdAccount, level: str) -> Totals:
    """Each object over all days that it has a row on. Unknown where a day is; people reached do not add up."""
    readings = Reading.objects.filter(account=account, level=level, window=Reading.DAY).order_by("day", "read_at")
    newest = {day: pk for pk, day in readings.values_list("pk", "day")}
    days = [unpack_totals(bytes(row.packed)) for row in Reading.objects.filter(pk__in=newest.values()).iterator()]
    ids = np.unique(np.concatenate([day.ids for day in days])) if days else np.zeros(0, dtype=np.int64)
    rows = np.zeros(len(ids))
    columns: dict[str, Numbers] = defaultdict(lambda: np.zeros(len(ids)))
    names = {name for day in days for name in day.columns}
    for day in days:
        at = np.searchsorted(ids, day.ids)
        rows[at] += 1
        for name in names:
            columns[name][at] += day.metric(name)
    columns[REACH] = np.where(rows == 1, columns[REACH], np.nan)
    columns |= {mark: np.zeros(len(ids)) for mark in (ACTIONS, VALUES)}
    return Totals(ids, dict(columns))
