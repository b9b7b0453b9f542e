"""One step of an account: money is spent, ads are seen, clicked and bought from. The effects are one file each."""

from dataclasses import dataclass

import numpy as np

from metaads.sandbox.world import auction, delay, fatigue, learning, noise, rhythm, saturation
from metaads.sandbox.world.account import Account, Pending, Settings
from metaads.sandbox.world.columns import HOURLY, WIDTH, Metric
from metaads.sandbox.world.settings import compiled
from metaads.sandbox.world.types import Bools, Floats

_STEP, _DAY, _SALE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Moment:
    """A step: Unix start, length in hours, and where it lies on the account's own clock."""

    start: int
    hours: float
    day: int
    hour: int
    weekday: int

    @property
    def end(self) -> int:
        return self.start + round(self.hours * 3600)


def step(account: Account, seed: int, seconds: int) -> None:
    """Simulates the next `seconds` of the account. Steps never straddle a local day."""
    local = account.local(account.simulated_to)
    now = Moment(account.simulated_to, seconds / 3600, local.toordinal(), local.hour, local.weekday())
    if now.day - account.first_day >= account.days:
        _begin_day(account, seed, now.day)
    row = account.row_of(now.day)
    settings = compiled(account)
    random = noise.stream(seed, account.number, _STEP, now.start // 900)
    luck = random.random((9, len(account.ads)))
    set_luck = noise.normal_quantile(random.random((2, len(account.ad_sets))))
    wanted = _wanted(account, settings, now)
    money = _set_spend(account, settings, wanted, now, set_luck[0])
    seen = _seen(account, settings, wanted, money, now, luck)
    done = _reactions(account, settings, wanted, seen, set_luck[1], luck)
    _book(account, settings, done, row, now)
    _sell(account, seed, done, row, now)
    _report(account, settings, now.end)
    _learn(account, settings, done, now.end)
    account.simulated_to = now.end
    account.tables.clear()


def _begin_day(account: Account, seed: int, day: int) -> None:
    """Volume, price, click and sale rates wander on; the day's spend starts at zero."""
    live = account.live
    normal = noise.stream(seed, account.number, _DAY, day).standard_normal
    sets, ads = len(account.ad_sets), len(account.ads)
    live.volume_log = noise.wander(live.volume_log, noise.VOLUME, normal(sets))
    live.price_log = noise.wander(live.price_log, noise.PRICE, normal(sets))
    live.sale_log = noise.wander(live.sale_log, noise.SALES, normal(sets))
    live.click_log = noise.wander(live.click_log, noise.CLICKS, normal(ads))
    live.spent_today = np.zeros(sets)


def _running(account: Account, s: Settings, now: Moment) -> Bools:
    """Ads that may deliver in this step: all three levels on, inside the dates, lifetime budget not used up."""
    open_set = (s.start <= now.start) & (s.end > now.start) & (account.live.spent_ever < s.own_lifetime)
    return np.asarray(s.ad_on & open_set[s.ad_set_of] & (s.born <= now.start))


def _wanted(account: Account, s: Settings, now: Moment) -> Floats:
    on = np.bincount(s.ad_set_of, weights=_running(account, s, now), minlength=len(s.campaign_of)) > 0
    wanted = auction.wanted_per_day(s.own, _padded(s.shared, len(s.campaign_of)), s.campaign_of, account.truth.pull, on)
    return wanted * account.truth.use * auction.bid_factor(s.bid, account.truth.usual_bid)


def _padded(values: Floats, length: int) -> Floats:
    """Campaign values as an array as long as the ad sets (there are never fewer ad sets than campaigns)."""
    return np.concatenate([values, np.zeros(length - len(values))])


def _set_spend(account: Account, s: Settings, wanted: Floats, now: Moment, normal: Floats) -> Floats:
    """Minor units that each ad set may spend in this step, under the cap of the day."""
    live = account.live
    share = rhythm.share(now.weekday, now.hour) * now.hours
    plan = wanted * share * np.exp(live.volume_log + noise.STEP_SPREAD * normal)
    room = np.maximum(0.0, wanted / account.truth.use * auction.DAY_CAP - live.spent_today)
    return np.minimum(plan, room)


def _freshness(account: Account, s: Settings, now: Moment) -> Floats:
    age = np.maximum(0, now.start - s.born) / 86_400
    return fatigue.click_factor(account.live.exposure, account.truth.wear, account.truth.drift, age)


def _seen(account: Account, s: Settings, wanted: Floats, money: Floats, now: Moment, luck: Floats) -> Floats:
    """Impressions of each ad: the ad set's money goes to its most appealing ads, at the auction's price."""
    truth, live = account.truth, account.live
    on = _running(account, s, now)
    budget = auction.split(_padded(money, len(on)), s.ad_set_of, np.where(on, truth.appeal, 0.0))
    factor = auction.price_factor(wanted, truth.usual) * np.exp(live.price_log) * learning.price_factor(live.learning)
    cpm = truth.cpm * factor[s.ad_set_of] * rhythm.price(now.hour)
    return np.vstack([noise.counts(budget / cpm * 1000.0, luck[0]), cpm, _freshness(account, s, now)])


def _reactions(account: Account, s: Settings, wanted: Floats, seen: Floats, normal: Floats, luck: Floats) -> Floats:
    """All metrics of this step, shape (metrics, ads); purchases are still without value."""
    truth, live = account.truth, account.live
    shown, cpm, fresh = seen
    out = np.zeros((WIDTH, len(shown)))
    out[Metric.IMPRESSIONS] = shown
    clicks = np.minimum(noise.counts(shown * truth.click_rate * fresh * np.exp(live.click_log), luck[1]), shown)
    out[Metric.LINK_CLICKS] = clicks
    out[Metric.CLICKS] = np.minimum(clicks + noise.counts(clicks * truth.other_clicks, luck[2]), shown)
    cost = shown * cpm / 1000.0 + live.carry
    out[Metric.SPEND] = np.floor(cost)
    live.carry = cost - out[Metric.SPEND]
    mood = np.exp(live.sale_log + learning.noise(live.learning) * normal) * saturation.sale_factor(live.set_exposure)
    mood *= auction.quality_factor(wanted, truth.usual) * learning.sale_factor(live.learning)
    sales = np.minimum(noise.counts(clicks * truth.sale_rate * mood[s.ad_set_of], luck[3]), clicks)
    out[Metric.PURCHASES] = sales
    out[Metric.CHECKOUTS] = sales + noise.counts(sales * 0.5 + clicks * 0.008, luck[4])
    out[Metric.ADD_TO_CART] = out[Metric.CHECKOUTS] + noise.counts(sales * 0.8 + clicks * 0.02, luck[5])
    out[Metric.LANDING_PAGE_VIEWS] = np.minimum(clicks, sales + noise.counts(clicks * 0.78, luck[6]))
    out[Metric.LEADS] = np.minimum(noise.counts(clicks * truth.lead_rate * mood[s.ad_set_of], luck[7]), clicks)
    out[Metric.VIDEO_VIEWS] = np.rint(shown * truth.views)
    out[Metric.THRUPLAYS] = np.rint(shown * truth.thruplays)
    out[Metric.ENGAGEMENT] = clicks + out[Metric.VIDEO_VIEWS] + noise.counts(shown * 0.004, luck[8])
    return out


def _book(account: Account, s: Settings, done: Floats, row: int, now: Moment) -> None:
    """Adds the step to the day and the hour, and to the exposures. Purchases wait in `pending`."""
    live, truth, sets = account.live, account.truth, len(s.campaign_of)
    whole = done.T.astype(np.int64)
    whole[:, Metric.PURCHASES] = 0
    account.daily[row] += whole
    campaign_of_ad = s.campaign_of[s.ad_set_of]
    for column, metric in enumerate(HOURLY):
        sums = np.bincount(campaign_of_ad, weights=done[metric], minlength=len(account.campaigns))
        account.hourly[row, now.hour, :, column] += sums.astype(np.int64)
    spent = np.bincount(s.ad_set_of, weights=done[Metric.SPEND], minlength=sets)
    live.spent_today += spent
    live.spent_ever += spent
    shown = done[Metric.IMPRESSIONS]
    live.exposure = fatigue.forget(live.exposure, now.hours) + shown / truth.audience[s.ad_set_of]
    set_shown = np.bincount(s.ad_set_of, weights=shown, minlength=sets)
    live.set_exposure = fatigue.forget(live.set_exposure, now.hours) + set_shown / truth.audience


def _sell(account: Account, seed: int, done: Floats, row: int, now: Moment) -> None:
    """Gives each new purchase an order value and the moment when it will be reported."""
    ads = np.repeat(np.arange(len(account.ads)), done[Metric.PURCHASES].astype(np.int64))
    if not len(ads):
        return
    random = noise.stream(seed, account.number, _SALE, now.start // 900).random((4, len(ads)))
    due = now.start + random[0] * now.hours * 3600 + delay.seconds(random[1], random[2])
    value = account.truth.order_value[ads] * np.exp(0.45 * noise.normal_quantile(random[3]) - 0.101)
    new = Pending(due, np.full(len(ads), row), ads, np.maximum(1, np.rint(value)).astype(np.int64))
    account.pending = _joined(account.pending, new)


def _joined(a: Pending, b: Pending) -> Pending:
    return Pending(
        np.concatenate([a.due, b.due]),
        np.concatenate([a.day, b.day]),
        np.concatenate([a.ad, b.ad]),
        np.concatenate([a.value, b.value]),
    )


def _report(account: Account, settings: Settings, end: int) -> None:
    """Purchases that are due appear on the day of their click, and count as results of their ad set."""
    p = account.pending
    due = p.due <= end
    if not due.any():
        return
    days, ads = p.day[due], p.ad[due]
    np.add.at(account.daily[:, :, Metric.PURCHASES], (days, ads), 1)
    np.add.at(account.daily[:, :, Metric.VALUE], (days, ads), p.value[due])
    bought = np.bincount(settings.ad_set_of[ads], minlength=len(account.ad_sets))
    account.live.results += np.where(settings.goal == Metric.PURCHASES, bought, 0)
    late = ~due
    account.pending = Pending(p.due[late], p.day[late], p.ad[late], p.value[late])


def _learn(account: Account, s: Settings, done: Floats, end: int) -> None:
    """Counts the results that show at once and moves learning phases on."""
    live = account.live
    live.results += _instant_results(s, done)
    before = live.learning
    live.learning = learning.progress(before, live.results, live.since, end)
    live.results[(live.learning == learning.SUCCESS) & (before != learning.SUCCESS)] = 0.0


def _instant_results(s: Settings, done: Floats) -> Floats:
    """Results of this step for goals whose result is reported at once (all but purchases)."""
    result = np.zeros(len(s.goal))
    for metric in set(s.goal.tolist()) - {int(Metric.PURCHASES)}:
        sums = np.bincount(s.ad_set_of, weights=done[metric], minlength=len(s.goal))
        result += np.where(s.goal == metric, sums, 0.0)
    return result
