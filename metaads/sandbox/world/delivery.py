"""One step of an account: money is spent, ads are seen, clicked and bought from. The effects are one file each."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from metaads.sandbox.world import (
    auction,
    booking,
    crowding,
    fatigue,
    happenings,
    learning,
    noise,
    people,
    pixel_events,
    reactions,
    restatement,
    rhythm,
    rule_runs,
)
from metaads.sandbox.world.account import Account, Settings
from metaads.sandbox.world.conditions import Conditions
from metaads.sandbox.world.options import WorldOptions
from metaads.sandbox.world.settings import compiled
from metaads.sandbox.world.types import Bools, Floats

_STEP, _DAY, _SET_STEP, _SET_DAY, _SET_HOUR = 0, 1, 3, 4, 6


@dataclass(frozen=True, slots=True)
class Moment:
    """A step: Unix start, length in hours, and where it lies on the account's own clock."""

    start: int
    hours: float
    local: datetime

    @property
    def end(self) -> int:
        return self.start + round(self.hours * 3600)

    @property
    def day(self) -> int:
        return self.local.toordinal()


def step(account: Account, options: WorldOptions, seconds: int) -> None:
    """Simulates the next `seconds` of the account. Steps never straddle a local day."""
    seed = options.seed
    now = Moment(account.simulated_to, seconds / 3600, account.local(account.simulated_to))
    if now.day - account.first_day >= account.days:
        _begin_day(account, options, now.day)
    row = account.row_of(now.day)
    people.act(account, options, now.start, now.hours, now.local)
    rule_runs.act(account, options, now.start, now.hours, now.local)
    settings = compiled(account)
    around = happenings.around(account, options, now.start, now.local)
    luck = noise.stream(seed, account.number, _STEP, now.start // 900).random((len(account.ads), reactions.DRAWS)).T
    set_luck = noise.stream(seed, account.number, _SET_STEP, now.start // 900).random((len(account.ad_sets), 2)).T
    set_luck = noise.normal_quantile(set_luck)
    wanted = _wanted(account, settings, now)
    money = _set_spend(account, settings, wanted, now, set_luck[0], around)
    demand = crowding.together(wanted, settings.crowd) * np.exp(account.live.volume_log)
    shown, cpm = _seen(account, settings, _price(account, seed, demand, now, around), money, now, luck[0])
    seen = reactions.Seen(shown, cpm, _freshness(account, settings, now), demand)
    done = reactions.reactions(account, settings, seen, set_luck[1], luck, around)
    booking.book(account, settings, done, row, now.local.hour, now.hours)
    booking.sell(account, options, done, row, now.start, now.hours, around)
    pixel_events.book(account, seed, done, now.start, now.hours, around.heard)
    booking.report(account, options, settings, now.end)
    _learn(account, settings, done, now.end)
    account.simulated_to = now.end
    account.tables.clear()


def _begin_day(account: Account, options: WorldOptions, day: int) -> None:
    """Volume, price, click and sale rates wander on; the day's spend starts at zero; days past are corrected."""
    live, seed = account.live, options.seed
    sets, ads = len(account.ad_sets), len(account.ads)
    normal = noise.stream(seed, account.number, _SET_DAY, day).standard_normal((sets, 3)).T
    live.volume_log = noise.wander(live.volume_log, noise.VOLUME, normal[0])
    live.price_log = noise.wander(live.price_log, noise.PRICE, normal[1])
    live.sale_log = noise.wander(live.sale_log, noise.SALES, normal[2])
    click_normal = noise.stream(seed, account.number, _DAY, day).standard_normal(ads)
    live.click_log = noise.wander(live.click_log, noise.CLICKS, click_normal)
    live.spent_today = np.zeros(sets)
    if options.corrections:
        restatement.correct(account, compiled(account), seed, day)


def _running(account: Account, s: Settings, now: Moment) -> Bools:
    """Ads that may deliver in this step: all three levels on, inside the dates, budgets for life not used up."""
    open_set = (s.start <= now.start) & (s.end > now.start) & (account.live.spent_ever < s.own_lifetime)
    by_campaign = np.bincount(s.campaign_of, weights=account.live.spent_ever, minlength=len(s.cap))
    open_set &= (by_campaign < s.cap)[s.campaign_of]
    if not account.health.delivers(int(account.live.spent_ever.sum())):
        return np.zeros(len(s.ad_on), dtype=bool)
    return np.asarray(s.ad_on & open_set[s.ad_set_of] & (s.born <= now.start))


def _wanted(account: Account, s: Settings, now: Moment) -> Floats:
    on = np.bincount(s.ad_set_of, weights=_running(account, s, now), minlength=len(s.campaign_of)) > 0
    wanted = auction.wanted_per_day(s.own, s.shared, s.campaign_of, account.truth.pull, on)
    wanted = np.clip(wanted, np.where(on, s.floor, 0.0), s.ceiling)
    return wanted * account.truth.use * auction.bid_factor(s.bid, account.truth.usual_bid)


def _set_spend(
    account: Account, s: Settings, wanted: Floats, now: Moment, normal: Floats, around: Conditions
) -> Floats:
    """Minor units that each ad set may spend in this step, under the cap of the day."""
    live = account.live
    share = rhythm.share(now.local.weekday(), now.local.hour) * now.hours * around.volume
    plan = wanted * share * np.exp(live.volume_log + noise.STEP_SPREAD * normal)
    room = np.maximum(0.0, wanted / account.truth.use * auction.DAY_CAP - live.spent_today)
    return np.minimum(plan, room)


def _freshness(account: Account, s: Settings, now: Moment) -> Floats:
    age = np.maximum(0, now.start - s.born) / 86_400
    return fatigue.click_factor(account.live.exposure, account.truth.wear, account.truth.drift, age)


def _price(account: Account, seed: int, demand: Floats, now: Moment, around: Conditions) -> Floats:
    """Factor on each ad set's CPM. `demand`: minor units a day that press on its auction."""
    live = account.live
    luck = noise.stream(seed, account.number, _SET_HOUR, now.start // 3600).random(len(account.ad_sets))
    chance = np.exp(live.price_log + noise.HOUR_PRICE * noise.normal_quantile(luck))
    pressed = auction.price_factor(demand, account.truth.usual) * learning.price_factor(live.learning)
    return pressed * chance * rhythm.price(now.local.hour) * around.price


def _seen(
    account: Account, s: Settings, price: Floats, money: Floats, now: Moment, luck: Floats
) -> tuple[Floats, Floats]:
    """Impressions and CPM of each ad: the ad set's money goes to its most appealing ads, at the auction's price."""
    budget = auction.split(money, s.ad_set_of, np.where(_running(account, s, now), account.truth.appeal, 0.0))
    cpm = account.truth.cpm * price[s.ad_set_of]
    return noise.counts(budget / cpm * 1000.0, luck), cpm


def _learn(account: Account, s: Settings, done: Floats, end: int) -> None:
    """Counts the results that show at once and moves learning phases on."""
    live = account.live
    live.results += booking.instant_results(s, done)
    before = live.learning
    live.learning = learning.progress(before, live.results, live.since, end)
    live.results[(live.learning == learning.SUCCESS) & (before != learning.SUCCESS)] = 0.0
