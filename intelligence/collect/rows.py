"""The columns of one hour's block: differences of two states of the totals, with the state of the entity then.

| column                                           | what                                                          |
| ------------------------------------------------ | ------------------------------------------------------------- |
| `ids`                                            | Meta ids, ascending                                           |
| `impressions clicks inline_link_clicks thruplays`| what was added                                                |
| `spend conversions conversion_value`             | what was added, major unit; conversions of the result type    |
| `<list>.<type>`                                  | what was added per type of each of Meta's lists that was read |
| `reach`                                          | of the day so far: reach is not additive over hours           |
| `status learning daily_budget`                   | as the mirror has them; budget in the minor unit              |
| `delivery cause`                                 | see `intelligence.collect.delivery`                           |
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from intelligence.collect.delivery import Standing, standings
from intelligence.columns import Column
from intelligence.metrics.days import Days
from intelligence.metrics.frame import Numbers
from intelligence.totals import Totals
from metaads.models import Ad, AdAccount, AdSet, Campaign, Level
from metaads.prepared import Prepared

IDS = "ids"
COUNTS = ("impressions", "clicks", "inline_link_clicks", "thruplays")
AMOUNTS = ("spend", "conversions", "conversion_value")
_DECIMALS = 4
_STATE: dict[str, tuple[Any, tuple[str, ...]]] = {
    Level.CAMPAIGN: (Campaign, ("effective_status", "", "daily_budget")),
    Level.AD_SET: (AdSet, ("effective_status", "learning_status", "daily_budget")),
    Level.AD: (Ad, ("effective_status", "ad_set__learning_status", "")),
}


@dataclass(frozen=True)
class Difference:
    """Two states of the same entities; `totals` is what the later one was read from."""

    now: Days
    before: Days
    totals: Totals

    def of(self, metric: str) -> Numbers:
        """Later less earlier. Totals only grow, so where the later is a known zero, so is the difference."""
        now, before = self.now.matrix(metric)[0], self.before.matrix(metric)[0]
        added: Numbers = np.where((now == 0) & np.isnan(before), 0.0, now - before)
        return np.round(added, _DECIMALS) + 0.0


def block_columns(account: AdAccount, level: str, difference: Difference) -> dict[str, Column]:
    """One value an entity of the later state in each column, NaN or "" = unknown."""
    typed = [name for name in difference.totals.columns if "." in name and "@" not in name]
    columns: dict[str, Column] = {IDS: difference.totals.ids}
    columns.update({name: difference.of(name) for name in (*COUNTS, *AMOUNTS, *typed)})
    columns["reach"] = difference.now.matrix("reach")[0]
    return {**columns, **_state_columns(account, level, difference.totals.ids.tolist())}


def _state_columns(account: AdAccount, level: str, ids: list[int]) -> dict[str, Column]:
    _, (status, learning, budget) = _STATE[level]
    names, asked = _states(level)
    held = {row[0]: dict(zip(names, row, strict=True)) for row in asked(account.pk)}
    rows = [held.get(str(entity_id), {}) for entity_id in ids]
    standing = standings(account, level)
    found = [standing.get(str(entity_id), Standing()) for entity_id in ids]
    return {
        "status": _texts([row.get(status) for row in rows]),
        "learning": _texts([row.get(learning) for row in rows]),
        "daily_budget": np.array([_number(row.get(budget)) for row in rows], dtype=np.float64),
        "delivery": _texts([one.delivery for one in found]),
        "cause": _texts([one.cause for one in found]),
    }


@cache
def _states(level: str) -> tuple[list[str], Prepared[tuple[Any, ...]]]:
    """The names of what is asked of a level, Meta's id first, and the query."""
    model, looked_up = _STATE[level]
    names = ["meta_id", *filter(None, looked_up)]
    return names, Prepared(lambda account: model.objects.filter(account_id=account).values_list(*names))


def _texts(values: list[str | None]) -> Column:
    return np.array([value or "" for value in values], dtype=np.str_)


def _number(value: int | None) -> float:
    return np.nan if value is None else float(value)
