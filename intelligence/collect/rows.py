"""The rows of one hour: differences of two states, with the state of the entity at that time."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from intelligence.metrics.days import Days
from intelligence.metrics.frame import Numbers
from intelligence.models import Snapshot
from intelligence.totals import ACTIONS, VALUES, Totals
from metaads.models import Ad, AdSet, Campaign, Level

COUNTS = ("impressions", "clicks", "inline_link_clicks", "thruplays")
AMOUNTS = ("spend", "conversions", "conversion_value")
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
        return added


def snapshot_rows(frame: Snapshot, difference: Difference) -> list[Snapshot]:
    """One row for each entity of the later state; `frame` carries what they share (account, hour, span)."""
    shared = {
        field.attname: getattr(frame, field.attname)
        for field in Snapshot._meta.concrete_fields
        if field.name in _SHARED
    }
    counts = {name: difference.of(name).tolist() for name in COUNTS}
    amounts = {name: difference.of(name).tolist() for name in AMOUNTS}
    reach = difference.now.matrix("reach")[0].tolist()
    actions = _by_type(difference, ACTIONS)
    values = _by_type(difference, VALUES)
    states = _states(frame)
    rows = []
    for i, entity_id in enumerate(difference.now.ids.tolist()):
        status, learning, budget = states.get(entity_id, ("", "", None))
        rows.append(
            Snapshot(
                **shared,
                entity_id=entity_id,
                **{name: _count(column[i]) for name, column in counts.items()},
                **{name: _amount(column[i]) for name, column in amounts.items()},
                actions=actions[i],
                action_values=values[i],
                day_reach=_count(reach[i]),
                status=status,
                learning_status=learning,
                daily_budget=budget,
            )
        )
    return rows


_SHARED = {"account", "level", "hour", "hours", "since", "read_at", "local_date", "local_hour"}


def _count(value: float) -> int | None:
    return None if value != value else round(value)


def _amount(value: float) -> Decimal | None:
    return None if value != value else Decimal(str(round(value, 4)))


def _by_type(difference: Difference, mark: str) -> list[dict[str, float]]:
    """For each entity what was added per type; types with nothing added, or unknown, are left out."""
    answer: list[dict[str, float]] = [{} for _ in difference.now.ids]
    for name in difference.totals.columns:
        kind = name.removeprefix(f"{mark}.")
        if kind == name:
            continue
        added = difference.of(name)
        for i in np.flatnonzero(~np.isnan(added) & (added != 0)).tolist():
            answer[i][kind] = round(float(added[i]), 4)
    return answer


def _states(frame: Snapshot) -> dict[str, tuple[str, str, int | None]]:
    """Effective status, learning status and daily budget (minor unit) by Meta id, as the mirror has them now."""
    model, (status, learning, budget) = _STATE[frame.level]
    names = [name for name in ("meta_id", status, learning, budget) if name]
    rows = model.objects.filter(account=frame.account).values(*names)
    return {row["meta_id"]: (row[status], row.get(learning, ""), row.get(budget)) for row in rows}
