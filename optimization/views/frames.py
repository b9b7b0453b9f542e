"""Which frame a page reads: the last tick's where it says all that is known, else one made for the page.

A stored frame costs a few milliseconds, one that is made reads 31 days of a whole level.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

import numpy as np

from intelligence.metrics.catalog import column, resolve
from intelligence.metrics.frame import Frame, Numbers, Texts
from intelligence.metrics.known import read_until
from intelligence.metrics.mirror import learning_phase
from intelligence.metrics.table import build_frame, latest_frame
from intelligence.metrics.windows import local_day
from metaads.graph.money import from_minor
from metaads.models import Ad, AdAccount, AdSet, Level
from optimization.views.sheet import Rows


def newest_frame(account: AdAccount, level: str, now: datetime) -> Frame:
    """The last tick's frame if nothing was read since and the account's day is the same; else a new one.

    State (budgets, status) of a stored frame is that of its tick: what rules saw."""
    stored = latest_frame(account, level)
    if stored is None or local_day(stored.at, account.zone) != local_day(now, account.zone):
        return build_frame(account, level, now)
    return stored if stored.read_at == read_until(account, level, now) else build_frame(account, level, now)


class Chosen(Mapping[str, Numbers | Texts]):
    """Some rows of a frame's columns, with the mirror's state of this moment over that of the tick."""

    def __init__(self, frame: Frame, rows: Rows, fresh: Mapping[str, Numbers | Texts]) -> None:
        self._frame, self._rows, self._fresh = frame, rows, fresh

    def __getitem__(self, name: str) -> Numbers | Texts:
        return self._fresh[name] if name in self._fresh else self._frame.columns[name][self._rows]

    def __iter__(self) -> Iterator[str]:
        return iter(self._frame.columns)

    def __len__(self) -> int:
        return len(self._frame.columns)


def children_frame(account: AdAccount, level: Level, parent_id: str, now: datetime) -> Frame:
    """The children of one parent (Meta id): figures of the newest frame, state as the mirror has it now."""
    frame = newest_frame(account, level, now)
    rows = np.flatnonzero(column(frame, resolve("parent_id")) == parent_id)
    ids = [str(one) for one in frame.ids[rows]]
    fresh = _mirrored(account, level, parent_id)
    if set(fresh) != set(ids):
        return build_frame(account, level, now)
    state = [fresh[one] for one in ids]
    return Frame(
        account.pk, level, frame.at, frame.read_at, frame.ids[rows], Chosen(frame, rows, _columns(state, level))
    )


State = tuple[str, str, str, str, float, float]
"""Name, status, effective status, learning, daily and lifetime budget in the major unit (NaN = carries none)."""


def _mirrored(account: AdAccount, level: Level, parent_id: str) -> dict[str, State]:
    """By Meta id; one query."""
    plain = ("meta_id", "name", "status", "effective_status")
    if level == Level.AD:
        ads = Ad.objects.filter(account=account, ad_set__meta_id=parent_id, deleted_at=None)
        rows = ads.values_list(*plain, "ad_set__learning_status")
        return {meta_id: (name, status, now, learning, np.nan, np.nan) for meta_id, name, status, now, learning in rows}
    sets = AdSet.objects.filter(account=account, campaign__meta_id=parent_id, deleted_at=None)
    found = sets.values_list(*plain, "learning_status", "daily_budget", "lifetime_budget")
    return {
        meta_id: (name, status, now, learning, _major(daily, account), _major(lifetime, account))
        for meta_id, name, status, now, learning, daily, lifetime in found
    }


def _major(minor: int | None, account: AdAccount) -> float:
    return float(from_minor(minor, account.currency)) if minor else float("nan")


def _columns(state: list[State], level: Level) -> dict[str, Numbers | Texts]:
    texts = [np.array([row[i] for row in state], dtype=np.str_) for i in range(4)]
    return {
        "name": texts[0],
        "status": texts[1],
        "effective_status": texts[2],
        "learning_phase": learning_phase(texts[3], texts[2], level),
        "daily_budget": np.array([row[4] for row in state], dtype=np.float64),
        "lifetime_budget": np.array([row[5] for row in state], dtype=np.float64),
    }
