"""The panel of one action: its unit as column 0, those that were left alone beside it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from intelligence.metrics import windows
from metaads.models import Level
from optimization.outcomes.gathering import DAYS_BEFORE, Observed
from optimization.outcomes.panel import CONVERSIONS, SPEND, VALUE, Marks, Numbers, Panel
from optimization.outcomes.touched import Touch
from optimization.outcomes.units import Family, Unit

MOST_CONTROLS = 40
LEAST_OF_OBJECTIVE = 8
LEAST_CALM = 3
Touched = Mapping[str, list[Touch]]
Span = tuple[datetime, datetime]


def assembled(
    unit: Unit, kin: Family, touched: Touched, span: Span, observed: Observed, target: Callable[[], float | None]
) -> tuple[Panel, list[str]] | str:
    """The panel and what must be said of it, or why there is none. `target`: CPA of the unit in the minor unit."""
    ids = observed.ids.tolist()
    mine = [place for place, one in enumerate(ids) if one in unit.ids]
    if len(mine) < len(unit.ids):
        return "It is not among the objects that were read."
    window = observed.window(*span)
    begin = observed.place(observed.first)
    before = observed.daily[:, begin - DAYS_BEFORE : begin]
    calm = _calm(ids, touched, observed)
    others, notes = _controls(unit, ids, kin, _left_alone(touched, span, observed), before[SPEND])
    own = np.asarray(calm[:, mine].all(axis=1))
    if own[-LEAST_CALM:].sum() < LEAST_CALM:
        own = np.asarray(observed.born_by[:, mine].all(axis=1))
        notes.append("It had been changed shortly before, which makes its usual level less sure.")
    panel = Panel(
        np.concatenate([before[:, :, mine].sum(axis=2, keepdims=True), before[:, :, others]], axis=2),
        np.concatenate([window.sums[:, mine].sum(axis=1, keepdims=True), window.sums[:, others]], axis=1),
        np.concatenate([own[:, None], calm[:, others]], axis=1),
        window.visible,
        (span[1] - span[0]) / timedelta(days=1),
    )
    valued, words = priced(panel, target)
    return valued, [*notes, *words]


def _calm(ids: list[str], touched: Touched, observed: Observed) -> Marks:
    """(DAYS_BEFORE, entities): False on days of a change and up to creation."""
    calm = observed.born_by.copy()
    begin = observed.place(observed.first) - DAYS_BEFORE
    for place, one in enumerate(ids):
        for touch in touched.get(one, ()):
            day = observed.place(windows.local_day(touch.at, observed.account.zone)) - begin
            if 0 <= day < DAYS_BEFORE:
                calm[day, place] = False
    return calm


def _left_alone(touched: Touched, span: Span, observed: Observed) -> Callable[[str], bool]:
    """Whether nobody changed an object from the start of the window's first day to its end."""
    since = windows.day_start(observed.first, observed.account.zone)

    def alone(one: str) -> bool:
        return not any(since <= touch.at <= span[1] for touch in touched.get(one, ()))

    return alone


def _controls(
    unit: Unit, ids: list[str], kin: Family, alone: Callable[[str], bool], before: Numbers
) -> tuple[NDArray[np.intp], list[str]]:
    """Places of what was left alone, nearest in size first. `before`: (days, entities) spend."""
    own = {kin.campaign.get(one, "") for one in unit.ids}
    goals = {kin.objective.get(campaign) for campaign in own}
    spend = np.nan_to_num(before).sum(axis=0)

    def related(campaign: str) -> bool:
        return campaign in own and (campaign in kin.shared or unit.level == Level.CAMPAIGN)

    free = [
        place
        for place, one in enumerate(ids)
        if one not in unit.ids and spend[place] > 0 and not related(kin.campaign.get(one, "")) and alone(one)
    ]
    alike = [place for place in free if kin.objective.get(kin.campaign.get(ids[place], "")) in goals]
    few = len(alike) < LEAST_OF_OBJECTIVE < len(free)
    chosen = np.array(free if few else alike, dtype=np.intp)
    size = float(sum(spend[place] for place, one in enumerate(ids) if one in unit.ids))
    order = np.argsort(np.abs(np.log1p(spend[chosen]) - np.log1p(size)), kind="stable")
    words = ["Few others have its objective, so all of the account are its comparison."] if few else []
    return chosen[order][:MOST_CONTROLS], words


def priced(panel: Panel, target: Callable[[], float | None]) -> tuple[Panel, list[str]]:
    """Where no value is reported a conversion is worth the target CPA, else what it usually cost: break-even."""
    if float(np.nansum(panel.before[VALUE])) > 0:
        return panel, []
    before, after = panel.before.copy(), panel.after.copy()
    conversions = float(np.nansum(before[CONVERSIONS]))
    price, words = target(), "No value is reported, so a conversion counts its target CPA."
    if not conversions:
        price, words = 0.0, "No results are reported here, so only its spend could be measured."
    elif price is None:
        price = float(np.nansum(before[SPEND])) / conversions
        words = "Neither value nor target is known, so a conversion counts what one cost here before (break-even)."
    before[VALUE], after[VALUE] = before[CONVERSIONS] * price, after[CONVERSIONS] * price
    return replace(panel, before=before, after=after, worth=bool(conversions)), [words]
