"""What people do with the ads they see in one step: clicks, visits, carts and purchases."""

from dataclasses import dataclass

import numpy as np

from metaads.sandbox.world import auction, crowding, delay, learning, noise, saturation
from metaads.sandbox.world.account import Account, Settings
from metaads.sandbox.world.columns import WIDTH, Metric
from metaads.sandbox.world.conditions import Conditions
from metaads.sandbox.world.types import Floats

# Uniform numbers that each ad draws in a step; the first is for its impressions.
DRAWS = 11


@dataclass(frozen=True, slots=True)
class Seen:
    """Per ad: impressions, CPM in minor units, factor on CTR; per ad set: minor units a day bid for its people."""

    shown: Floats
    cpm: Floats
    fresh: Floats
    wanted: Floats


def reactions(account: Account, s: Settings, seen: Seen, normal: Floats, luck: Floats, around: Conditions) -> Floats:
    """All metrics of this step, shape (metrics, ads).

    PURCHASES_7D_CLICK, _28D_CLICK and _1D_VIEW hold new purchases by kind (7-day click, later click, view), which have
    no value and no moment yet; PURCHASES is empty.
    """
    truth, live, shown = account.truth, account.live, seen.shown
    out = np.zeros((WIDTH, len(shown)))
    out[Metric.IMPRESSIONS] = shown
    rate = truth.click_rate * seen.fresh * np.exp(live.click_log) * around.clicks
    drawn = noise.counts(np.stack([shown * rate, shown * 0.004]), luck[[1, 8]])
    clicks = np.minimum(drawn[0], shown)
    out[Metric.LINK_CLICKS] = clicks
    cost = shown * seen.cpm / 1000.0 + live.carry
    out[Metric.SPEND] = np.floor(cost)
    live.carry = cost - out[Metric.SPEND]
    _follow(account, out, _mood(account, s, seen.wanted, normal)[s.ad_set_of], luck, around)
    out[Metric.CLICKS] = np.minimum(clicks + out[Metric.CLICKS], shown)
    out[Metric.VIDEO_VIEWS] = np.rint(shown * truth.views)
    out[Metric.THRUPLAYS] = np.rint(shown * truth.thruplays)
    out[Metric.ENGAGEMENT] = clicks + out[Metric.VIDEO_VIEWS] + drawn[1]
    return out


def _mood(account: Account, s: Settings, wanted: Floats, normal: Floats) -> Floats:
    """Factor on the conversion rate of each ad set."""
    live = account.live
    tired = saturation.sale_factor(crowding.together(live.set_exposure, s.crowd))
    mood = np.exp(live.sale_log + learning.noise(live.learning) * normal) * tired
    mood *= auction.quality_factor(wanted, account.truth.usual) * learning.sale_factor(live.learning)
    return np.asarray(mood, dtype=np.float64)


def _follow(account: Account, out: Floats, mood: Floats, luck: Floats, around: Conditions) -> None:
    """What follows a click: other clicks (put into CLICKS), leads, purchases, and the way to them in the shop."""
    truth, clicks = account.truth, out[Metric.LINK_CLICKS]
    sales = clicks * truth.sale_rate * mood * around.sales
    account.live.expected += sales * truth.order_value * around.order
    means = [clicks * truth.other_clicks, sales * delay.CLICKED, clicks * truth.lead_rate * mood, sales * delay.LATE]
    drawn = noise.counts(np.stack([*means, sales * (1 - delay.CLICKED)]), luck[[2, 3, 7, 9, 10]])
    out[Metric.CLICKS] = drawn[0]
    out[Metric.PURCHASES_7D_CLICK] = np.minimum(drawn[1], clicks)
    out[Metric.LEADS] = np.minimum(drawn[2], clicks)
    out[Metric.PURCHASES_28D_CLICK], out[Metric.PURCHASES_1D_VIEW] = drawn[3], drawn[4]
    _shop(out, clicks, luck, around)


def _shop(out: Floats, clicks: Floats, luck: Floats, around: Conditions) -> None:
    """Visits, carts and checkouts. What the pixel does not hear of before a purchase is lost at once."""
    bought = out[Metric.PURCHASES_7D_CLICK]
    keen = clicks * around.sales
    drawn = noise.counts(
        np.stack([bought * 0.5 + keen * 0.008, bought * 0.8 + keen * 0.02, clicks * 0.78 * around.visits]), luck[4:7]
    )
    checkouts = bought + drawn[0]
    heard = (checkouts, checkouts + drawn[1], np.minimum(clicks, bought + drawn[2]))
    for metric, count in zip((Metric.CHECKOUTS, Metric.ADD_TO_CART, Metric.LANDING_PAGE_VIEWS), heard, strict=True):
        out[metric] = np.floor(count * around.heard + 0.5) if around.heard < 1 else count
