"""The effect of one executed action over one horizon, from the stored readings. Reads; stores nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Any

import numpy as np

from intelligence.calendar import events_between
from intelligence.metrics import windows
from intelligence.metrics.known import read_until
from intelligence.metrics.targets import target_columns
from intelligence.models import CalendarEvent
from intelligence.quality import quality_of
from metaads.graph.money import offset
from metaads.models import AdAccount, Level
from optimization.models import Action, Effect, Horizon
from optimization.ours import NOT_OURS, never_ours
from optimization.outcomes.assembling import assembled
from optimization.outcomes.gathering import DAYS_BEFORE, TOLERANCE, Observed
from optimization.outcomes.measure import MONEY, Figure, Measured, measure
from optimization.outcomes.touched import Touch, by_unit, next_touch, touches
from optimization.outcomes.units import Family, Unit, family, unit_of

HOURS: dict[str, int] = {Horizon.DAY: 24, Horizon.TWO_DAYS: 48, Horizon.THREE_DAYS: 72}
METHOD = "synthetic control, placebo"
LEAST_HOURS = 6.0
PATIENCE = timedelta(hours=12)
"""How long a measurement waits for figures that are not there yet."""
OF_LEVEL = {Level.AD_SET.value: "ad set", Level.CAMPAIGN.value: "campaign"}


@dataclass(frozen=True)
class Result:
    """Content of an `Outcome`."""

    verdict: Effect
    note: str = ""
    effect: int | None = None
    low: int | None = None
    high: int | None = None
    method: str = ""
    figures: dict[str, Any] = field(default_factory=dict)


def unknown(note: str) -> Result:
    return Result(Effect.UNKNOWN, note)


class Measuring:
    """One account at `now`: what several measurements share is read once."""

    def __init__(self, account: AdAccount, now: datetime) -> None:
        self.account, self.now = account, now
        self._families: dict[str, Family] = {}
        self._observed: dict[tuple[Any, ...], Observed] = {}

    @cached_property
    def touches(self) -> list[Touch]:
        return touches(self.account, self.now - timedelta(days=DAYS_BEFORE + 10), self.now)

    @cached_property
    def doubt(self) -> str:
        return quality_of(self.account).sentence()

    def family(self, level: str) -> Family:
        if level not in self._families:
            self._families[level] = family(self.account, level)
        return self._families[level]

    def target_cpa(self, unit: Unit) -> float | None:
        """Minor units; the mean of the unit's objects, None = no target is set."""
        ids = np.array(sorted(unit.ids))
        campaigns = np.array([self.family(unit.level).campaign.get(one, "") for one in ids])
        targets = target_columns(self.account, campaigns, unit.level, ids)["target_cpa"]
        known = targets[~np.isnan(targets)]
        return float(known.mean()) * offset(self.account.currency) if len(known) else None

    def observed(self, level: str, begin: datetime, end: datetime) -> Observed:
        zone = self.account.zone
        first, last = windows.local_day(begin, zone), windows.local_day(end - timedelta(microseconds=1), zone)
        key = (level, first, last)
        if key not in self._observed:
            self._observed[key] = Observed(self.account, level, first, last, self.now)
        return self._observed[key]


def effect_of(action: Action, horizon: str, around: Measuring) -> Result | None:
    """None: its figures are not there yet, ask again later."""
    begin, hours = action.executed_at, HOURS[horizon]
    if begin is None:
        return unknown("It was not executed.")
    if never_ours([action]):
        return unknown(NOT_OURS)
    unit = unit_of(action)
    if isinstance(unit, str):
        return unknown(unit)
    touched = by_unit(around.account, unit.level, around.touches)
    end, ended = begin + timedelta(hours=hours), ""
    other = next_touch(unit, touched, action, end)
    if other is not None:
        end, lasted = other.at, (other.at - begin) / timedelta(hours=1)
        why = _what_ended_it(action, other)
        if lasted < LEAST_HOURS:
            return unknown(f"{why} after {lasted:.1f} hours, too soon to measure anything.")
        earlier = max([0, *(one for one in HOURS.values() if one < hours)])
        if lasted <= earlier:
            return unknown(f"{why} after {lasted:.0f} hours; the effect until then stands under {earlier} hours.")
        ended = f"{why} after {lasted:.0f} hours; measured until then."
    wait = _not_yet(around, unit, end)
    if wait:
        return None if around.now < begin + timedelta(hours=hours) + PATIENCE else unknown(wait)
    return _measured(action, unit, touched, (begin, end), around, ended)


def _what_ended_it(action: Action, other: Touch) -> str:
    if other.action is None:
        return "Somebody changed it at Meta"
    return "It was undone" if action.undos.filter(pk=other.action).exists() else "The next change of it came"


def _not_yet(around: Measuring, unit: Unit, end: datetime) -> str:
    """Why the figures cannot be judged now."""
    read = read_until(around.account, unit.level, around.now)
    if read is None or read < end - TOLERANCE:
        return "The figures of that time were never read."
    return around.doubt


def _measured(
    action: Action,
    unit: Unit,
    touched: Mapping[str, list[Touch]],
    span: tuple[datetime, datetime],
    around: Measuring,
    ended: str,
) -> Result:
    observed = around.observed(unit.level, *span)
    outages = [
        event.name
        for event in events_between(around.account, observed.first, observed.last)
        if event.kind == CalendarEvent.Kind.OUTAGE
    ]
    if outages:
        return unknown(f"An outage lies in that time ({outages[0]}), so nothing can be compared.")
    kin = around.family(unit.level)
    found = assembled(unit, kin, touched, span, observed, partial(around.target_cpa, unit))
    if isinstance(found, str):
        return unknown(found)
    panel, notes = found
    measured = measure(panel)
    if not isinstance(measured, Measured):
        return unknown(measured.reason)
    moved = f"Measured on its {OF_LEVEL[unit.level]}, where the budget is." if unit.moved else ""
    return _result(measured, " ".join(one for one in (ended, moved, *notes) if one))


def _result(measured: Measured, note: str) -> Result:
    money = measured.figures.get(MONEY)
    figures: dict[str, Any] = {name: as_json(one) for name, one in measured.figures.items()}
    figures |= {"controls": measured.controls, "placebos": measured.placebos}
    if money is None:
        return Result(Effect.UNKNOWN, note, method=METHOD, figures=figures)
    verdict = Effect.BETTER if money.low > 0 else Effect.WORSE if money.high < 0 else Effect.CANNOT_TELL
    return Result(verdict, note, round(money.effect), round(money.low), round(money.high), METHOD, figures)


def as_json(figure: Figure) -> dict[str, float | None]:
    values = {"actual": figure.actual, "without": figure.without, "effect": figure.effect}
    values |= {"low": figure.low, "high": figure.high}
    return {name: None if value != value or abs(value) == np.inf else round(value, 4) for name, value in values.items()}
