"""The hidden quality of what is created later: from the seed, the creative and the audience, so it is no lottery.

The same creative shown to the same people does about as well again; a copy resembles its source. Spreads as in
`characters`. Nothing here depends on when the object was made or on what others exist.
"""

import hashlib
import json
from dataclasses import dataclass, replace

import numpy as np

from metaads.sandbox.world import breadth, own_events
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.characters import BY_OBJECTIVE
from metaads.sandbox.world.money import minor
from metaads.sandbox.world.names import VOCABULARIES
from metaads.sandbox.world.nodes import Ad, AdSet, Creative
from metaads.sandbox.world.shapes import BY_KEY

_BIRTH = 40
_KIN = 0.06
_LEAD_GOALS = frozenset({"LEAD_GENERATION", "QUALITY_LEAD"})
_MAX_CLICKS, _MAX_SALES = 0.08, 0.2


@dataclass(frozen=True, slots=True)
class Gift:
    """What a creative brings to any audience: factors on CPM, click rate and conversion rate, and its own traits."""

    price: float
    clicks: float
    sales: float
    other_clicks: float
    wear: float
    drift: float
    appeal: float


def keyed(account: Account, seed: int, *key: object) -> np.random.Generator:
    """Random numbers that belong to a key, whoever asks and whenever."""
    words = hashlib.sha256(json.dumps(key, sort_keys=True, default=str).encode()).digest()[:16]
    parts = np.frombuffer(words, dtype=np.uint32).tolist()
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, account.number, _BIRTH, *parts))))


def set_truth(account: Account, seed: int, ad_set: AdSet) -> dict[str, float]:
    """Columns of `Truth` for a new ad set: near its source's, or drawn for its audience. Money in minor units."""
    if ad_set.source is not None:
        return _near(account, seed, ad_set, ad_set.source)
    return audience_truth(account, seed, ad_set)


def audience_truth(account: Account, seed: int, ad_set: AdSet) -> dict[str, float]:
    """The same columns, drawn for the people whom the ad set addresses."""
    random = keyed(account, seed, "audience", ad_set.targeting, ad_set.optimization_goal, ad_set.destination_type)
    objective = account.campaigns[ad_set.campaign].objective
    price, clicks, sales = BY_OBJECTIVE.get(objective, (0.8, 1.0, 0.6))
    cpm = minor(7.6, account.market) * _spread(random, 0.28) * price
    ratio = _spread(random, 0.4)
    usual = minor(breadth.USUAL, account.market) * ratio
    order = minor(VOCABULARIES[account.market.vocabulary].order, account.market)
    return {
        "set_cpm": cpm,
        "set_clicks": 0.0125 * _spread(random, 0.22) * clicks,
        "set_sales": breadth.SALES * 0.75 * _spread(random, 0.45) * sales * breadth.sale_factor(ratio),
        "set_value": order * _spread(random, 0.18),
        "usual": usual,
        "usual_bid": float(ad_set.bid_amount or 1),
        "use": float(random.uniform(0.86, 1.0)),
        "pull": _spread(random, 0.5),
        "audience": max(200.0, usual / cpm * 1000.0 * float(random.uniform(8.0, 40.0))),
    }


def _near(account: Account, seed: int, ad_set: AdSet, source: int) -> dict[str, float]:
    """The source's levels, a little off; the people are the same, so their number and usual spend are too."""
    truth = account.truth
    random = keyed(account, seed, "kin", ad_set.id)
    same = {name: float(getattr(truth, name)[source]) for name in ("usual", "usual_bid", "audience", "use")}
    near = {
        name: float(getattr(truth, name)[source]) * _spread(random, _KIN)
        for name in ("set_cpm", "set_clicks", "set_sales", "set_value", "pull")
    }
    return {**same, **near}


def ad_truth(account: Account, seed: int, ad: Ad) -> dict[str, float]:
    """Columns of `Truth` for an ad: the level of its ad set times what its creative brings, a little off."""
    truth, ad_set = account.truth, account.ad_sets[ad.ad_set]
    creative = account.creative_of(ad)
    gift, shape = _gift(account, seed, creative, ad.index), BY_KEY[creative.shape]
    random = keyed(account, seed, "ad", ad.id, ad.creative)
    at = ad_set.index
    wanted = ad_set.optimization_goal in _LEAD_GOALS or ad_set.event == "LEAD"
    leads = 0.06 if wanted else own_events.sign_ups(account.number)
    return {
        "cpm": float(truth.set_cpm[at]) * gift.price * _spread(random, _KIN),
        "click_rate": _within(float(truth.set_clicks[at]) * gift.clicks * _spread(random, _KIN), 0.001, _MAX_CLICKS),
        "sale_rate": _within(float(truth.set_sales[at]) * gift.sales * _spread(random, _KIN), 0.0, _MAX_SALES),
        "order_value": float(truth.set_value[at]),
        "lead_rate": leads,
        "other_clicks": gift.other_clicks,
        "wear": gift.wear,
        "drift": gift.drift,
        "appeal": gift.appeal,
        "views": shape.views,
        "thruplays": shape.thruplays,
    }


def _gift(account: Account, seed: int, creative: Creative, newcomer: int) -> Gift:
    """Known from the eldest ad that shows the creative; drawn from its content where there is none."""
    drawn = _drawn(account, seed, creative)
    elder = next((a.index for a in account.ads if a.creative == creative.id and a.index != newcomer), None)
    if elder is None:
        return drawn
    truth, at = account.truth, account.ads[elder].ad_set
    sells = float(truth.set_sales[at])
    return Gift(
        price=float(truth.cpm[elder] / truth.set_cpm[at]),
        clicks=float(truth.click_rate[elder] / truth.set_clicks[at]),
        sales=float(truth.sale_rate[elder]) / sells if sells else drawn.sales,
        other_clicks=float(truth.other_clicks[elder]),
        wear=float(truth.wear[elder]),
        drift=float(truth.drift[elder]),
        appeal=float(truth.appeal[elder]),
    )


def _drawn(account: Account, seed: int, creative: Creative) -> Gift:
    shape = BY_KEY[creative.shape]
    random = keyed(account, seed, "creative", creative.title, creative.body, creative.link, creative.shape)
    drawn = Gift(
        price=_spread(random, 0.18) * shape.price,
        clicks=_spread(random, 0.30) * shape.clicks,
        sales=_spread(random, 0.30) * shape.sales,
        other_clicks=float(random.uniform(0.15, 0.5)),
        wear=float(random.uniform(0.01, 0.05)),
        drift=float(random.normal(-0.06, 0.10)),
        appeal=float(breadth.uneven(random, breadth.APPEALS, 1)[0]),
    )
    return replace(drawn, sales=drawn.sales * breadth.sale_factor(drawn.appeal))


def _spread(random: np.random.Generator, sd: float) -> float:
    return float(random.lognormal(0.0, sd))


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
