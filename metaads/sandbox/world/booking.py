"""Where the results of a step are written: days, hours, exposures, and the purchases that are reported later."""

import numpy as np

from metaads.sandbox.world import delay, fatigue, happenings, noise, outages, pixel_events
from metaads.sandbox.world.account import Account, Pending, Settings
from metaads.sandbox.world.columns import HOURLY, Metric
from metaads.sandbox.world.conditions import Conditions
from metaads.sandbox.world.options import WorldOptions
from metaads.sandbox.world.types import Floats, Ints

_SALE = 2
_KINDS = (Metric.PURCHASES_7D_CLICK, Metric.PURCHASES_28D_CLICK, Metric.PURCHASES_1D_VIEW)
# More purchases of one kind than an ad can have in a step, so that each has a key of its own.
_ROOM = 1 << 20


def book(account: Account, s: Settings, done: Floats, row: int, hour: int, hours: float) -> None:
    """Adds the step to the day and the hour, and to the exposures. Purchases wait in `pending`."""
    live, truth, sets = account.live, account.truth, len(s.campaign_of)
    whole = done.T.astype(np.int64)
    whole[:, _KINDS] = 0
    account.daily[row] += whole
    campaign_of_ad = s.campaign_of[s.ad_set_of]
    for column, metric in enumerate(HOURLY):
        sums = np.bincount(campaign_of_ad, weights=done[metric], minlength=len(account.campaigns))
        account.hourly[row, hour, :, column] += sums.astype(np.int64)
    spent = np.bincount(s.ad_set_of, weights=done[Metric.SPEND], minlength=sets)
    live.spent_today += spent
    live.spent_ever += spent
    shown = done[Metric.IMPRESSIONS]
    live.exposure = fatigue.forget(live.exposure, hours) + shown / truth.audience[s.ad_set_of]
    set_shown = np.bincount(s.ad_set_of, weights=shown, minlength=sets)
    live.set_exposure = fatigue.forget(live.set_exposure, hours) + set_shown / truth.audience


def sell(
    account: Account, options: WorldOptions, done: Floats, row: int, start: int, hours: float, around: Conditions
) -> None:
    """Gives each new purchase its order value, the moment when it happens, and the windows that will count it."""
    seed, spread = options.seed, options.order_spread
    for kind, metric in enumerate(_KINDS):
        many = done[metric].astype(np.int64)
        ads = np.repeat(np.arange(len(many)), many)
        if not len(ads):
            continue
        place = np.arange(len(ads)) - np.repeat(np.cumsum(many) - many, many)
        key = (ads * len(_KINDS) + kind) * _ROOM + place
        purpose = start // 900
        u = [noise.hashed(seed, account.number, _SALE + 100 * i, purpose, key) for i in range(4)]
        late, window = _delays(kind, u[1], u[2], options.slow_sales)
        due = start + u[0] * hours * 3600 + late
        unlike = np.exp(spread * noise.normal_quantile(u[3]) - round(spread**2 / 2, 3))
        value = account.truth.order_value[ads] * around.order * unlike
        whole = np.maximum(1, np.rint(value)).astype(np.int64)
        account.pending = joined(account.pending, Pending(due, np.full(len(ads), row), ads, whole, window))


def _delays(kind: int, which: Floats, how_long: Floats, slow: bool) -> tuple[Floats, Ints]:
    """Seconds between the click (or view) and the purchase, and its window class."""
    if kind == 0:
        late = delay.seconds(which, how_long, slow)
        return late, delay.click_window(late)
    if kind == 1:
        return delay.late_seconds(how_long), np.full(len(which), delay.CLICK_28D)
    return delay.view_seconds(how_long), np.full(len(which), delay.VIEW_1D)


def joined(a: Pending, b: Pending) -> Pending:
    """Both together."""
    return Pending(
        np.concatenate([a.due, b.due]),
        np.concatenate([a.day, b.day]),
        np.concatenate([a.ad, b.ad]),
        np.concatenate([a.value, b.value]),
        np.concatenate([a.window, b.window]),
    )


def chosen(p: Pending, which: np.ndarray) -> Pending:
    """Those that a mask names."""
    return Pending(p.due[which], p.day[which], p.ad[which], p.value[which], p.window[which])


def report(account: Account, options: WorldOptions, settings: Settings, end: int) -> None:
    """Purchases that are due appear on the day of their click, and count as results of their ad set."""
    due = account.pending.due <= end
    if not due.any():
        return
    ripe = chosen(account.pending, due)
    account.pending = chosen(account.pending, ~due)
    first, last = int(ripe.due.min()), int(ripe.due.max()) + 1
    silent = happenings.between(account, options, first, last, outages.KIND)
    heard, waiting = outages.sifted(account, options, ripe, silent)
    if len(waiting.due):
        account.pending = joined(account.pending, waiting)
    pixel_events.sold(account, heard.due)
    delay.report(account.daily, heard.day, heard.ad, heard.value, heard.window)
    counted = heard.window != delay.CLICK_28D
    bought = np.bincount(settings.ad_set_of[heard.ad[counted]], minlength=len(account.ad_sets))
    account.live.results += np.where(settings.goal == Metric.PURCHASES, bought, 0)


def instant_results(s: Settings, done: Floats) -> Floats:
    """Results of this step for goals whose result is reported at once (all but purchases)."""
    result = np.zeros(len(s.goal))
    for metric in set(s.goal.tolist()) - {int(Metric.PURCHASES)}:
        sums = np.bincount(s.ad_set_of, weights=done[metric], minlength=len(s.goal))
        result += np.where(s.goal == metric, sums, 0.0)
    return result
