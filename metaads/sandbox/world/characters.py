"""Who is good and who is not: winners, losers, ad sets that never sell, tired creatives, newcomers.

Levels are in euros and converted; spreads follow the calibration facts of the data folder (between ads: CTR 0.27 to
0.66, purchases per click about 0.8 as coefficient of variation; log CPM 0.3 to 0.5).
"""

import numpy as np

from metaads.sandbox.world import breadth
from metaads.sandbox.world.account import Truth
from metaads.sandbox.world.money import minor
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign, Creative
from metaads.sandbox.world.options import Market
from metaads.sandbox.world.shapes import BY_KEY
from metaads.sandbox.world.types import Bools, Floats, Ints

_DAY = 86_400
WINNER, SOLID, WEAK, BARREN, NEW, TIRED = "winner", "solid", "weak", "barren", "new", "tired"
# One pattern for every world, so that each size has each character; odd length, so that campaigns mix.
_CAST = (
    SOLID, WINNER, WEAK, SOLID, NEW, SOLID, TIRED, WEAK, SOLID, WINNER, BARREN, SOLID, WEAK, SOLID, NEW, SOLID, WEAK,
    WINNER, SOLID, TIRED, SOLID, WEAK, SOLID,
)  # fmt: skip
_SALES = {WINNER: 1.6, SOLID: 0.95, WEAK: 0.40, BARREN: 0.0, NEW: 0.90, TIRED: 1.0}
BY_OBJECTIVE = {
    "OUTCOME_SALES": (1.0, 1.0, 1.0),
    "OUTCOME_TRAFFIC": (0.62, 1.5, 0.45),
    "OUTCOME_LEADS": (0.9, 1.0, 0.35),
    "OUTCOME_ENGAGEMENT": (0.5, 0.9, 0.45),
    "OUTCOME_AWARENESS": (0.4, 0.6, 0.6),
}


def character(ad_set: int) -> str:
    """The part that the ad set with this number plays."""
    return _CAST[ad_set % len(_CAST)]


def ad_set_age(random: np.random.Generator, ad_set: int) -> int:
    """Seconds between the ad set's creation and the end of history."""
    low, high = {NEW: (1, 6), TIRED: (15, 22), BARREN: (9, 20)}.get(character(ad_set), (18, 90))
    return int(random.integers(low * _DAY, high * _DAY))


def ad_age(random: np.random.Generator, ad_set: int, place: int) -> int:
    """Seconds between the ad's creation and the end of history; later versions of an ad are younger."""
    if character(ad_set) == TIRED and place == 0:
        return int(random.integers(11 * _DAY, 14 * _DAY))
    return int(random.integers(3 * _DAY, max(4, 75 - 12 * place) * _DAY))


def truth(
    random: np.random.Generator, market: Market, order: float, campaigns: list[Campaign], ad_sets: list[AdSet],
    ads: list[Ad], creatives: list[Creative], budgets: float = 1.0,
) -> Truth:  # fmt: skip
    """Draws the hidden quality of every ad set and ad. `budgets`: what the usual budget was multiplied by."""
    set_of = np.array([a.ad_set for a in ads])
    cast = np.array([character(s.index) for s in ad_sets])
    tired = (cast[set_of] == TIRED) & (np.arange(len(ads)) < len(ad_sets))
    shapes, usual = [BY_KEY[c.shape] for c in creatives], _usual(campaigns, ad_sets)
    level = np.array([BY_OBJECTIVE[campaigns[s.campaign].objective] for s in ad_sets])
    cpm = minor(7.6, market) * _spread(random, len(ad_sets), 0.28) * level[:, 0]
    ad_cpm = cpm[set_of] * _spread(random, len(ads), 0.18) * np.array([s.price for s in shapes])
    sales = breadth.SALES * np.array([_SALES[c] for c in cast]) * _spread(random, len(ad_sets), 0.24) * level[:, 2]
    ad_sales = sales[set_of] * _spread(random, len(ads), 0.30) * np.array([s.sales for s in shapes])
    clicks = 0.0125 * _spread(random, len(ad_sets), 0.22) * level[:, 1]
    ad_clicks = clicks[set_of] * _spread(random, len(ads), 0.30) * np.array([s.clicks for s in shapes])
    made = Truth(
        cpm=ad_cpm,
        click_rate=np.clip(np.where(tired, ad_clicks * 1.5, ad_clicks), 0.001, 0.08),
        other_clicks=random.uniform(0.15, 0.5, len(ads)),
        sale_rate=np.clip(ad_sales, 0.0, 0.2),
        lead_rate=_lead_rates(ad_sets)[set_of],
        order_value=(value := minor(order, market) * _spread(random, len(ad_sets), 0.18))[set_of],
        wear=np.where(tired, random.uniform(0.055, 0.085, len(ads)), random.uniform(0.01, 0.05, len(ads))),
        drift=np.where(tired, -0.1, random.normal(-0.06, 0.10, len(ads))),
        appeal=np.where(tired, 6.0, breadth.uneven(random, breadth.APPEALS, len(ads))),
        views=np.array([s.views for s in shapes]),
        thruplays=np.array([s.thruplays for s in shapes]),
        audience=_audience(random, cast, usual, cpm),
        usual=usual,
        usual_bid=np.array([float(s.bid_amount or 1) for s in ad_sets]),
        use=random.uniform(0.86, 1.0, len(ad_sets)),
        pull=random.lognormal(0.0, 0.5, len(ad_sets)) * (0.5 + np.array([_SALES[c] for c in cast]) / 2),
        set_cpm=cpm,
        set_clicks=clicks,
        set_sales=sales,
        set_value=value,
    )
    ratio = _money(campaigns, ad_sets, made.pull) / minor(breadth.USUAL * budgets, market)
    return _broadened(made, ratio, set_of, tired)


def alike(made: Truth) -> Truth:
    """The same world with no ad and no ad set better than another: each has the mean of what was drawn."""
    people = made.audience * made.cpm.mean() / np.maximum(made.usual, 1.0)
    for name in ("cpm", "click_rate", "sale_rate", "order_value", "wear", "drift"):
        column = getattr(made, name)
        setattr(made, name, np.full(len(column), column.mean()))
    for name in ("set_cpm", "set_clicks", "set_sales", "set_value", "use"):
        column = getattr(made, name)
        setattr(made, name, np.full(len(column), column.mean()))
    made.appeal, made.pull = np.ones(len(made.appeal)), np.maximum(made.usual, 1.0)
    made.audience = np.median(people) * made.usual / made.cpm.mean()
    return made


def _broadened(made: Truth, ratio: Floats, set_of: Ints, tired: Bools) -> Truth:
    """Breadth laid over what was drawn. `ratio`: each ad set's money in medians."""
    of_set = breadth.sale_factor(ratio)
    made.set_sales = made.set_sales * of_set
    by_appeal = breadth.sale_factor(np.where(tired, breadth.TIRED, made.appeal))
    made.sale_rate = np.clip(made.sale_rate * of_set[set_of] * by_appeal, 0.0, 0.2)
    return made


def _money(campaigns: list[Campaign], ad_sets: list[AdSet], pull: Floats) -> Floats:
    """Minor units a day that flow to each ad set: its own budget, or its part of the campaign's by pull."""
    of = np.array([s.campaign for s in ad_sets])
    members = np.bincount(of)
    weight = pull * members[of] / np.bincount(of, weights=pull)[of]
    shared = np.array([campaigns[s.campaign].daily_budget is not None for s in ad_sets])
    return _usual(campaigns, ad_sets) * np.where(shared, weight, 1.0)


def _lead_rates(ad_sets: list[AdSet]) -> Floats:
    return np.array([0.06 if s.optimization_goal == "LEAD_GENERATION" else 0.0 for s in ad_sets])


def _spread(random: np.random.Generator, n: int, sd: float) -> Floats:
    return np.asarray(random.lognormal(0.0, sd, n), dtype=np.float64)


def _usual(campaigns: list[Campaign], ad_sets: list[AdSet]) -> Floats:
    """Minor units a day at which prices are at their base: the first budget, or an even part of the campaign's."""
    members = np.bincount([s.campaign for s in ad_sets], minlength=len(campaigns))
    usual = []
    for s in ad_sets:
        days = max(1.0, ((s.end or s.start) - s.start) / _DAY)
        shared = (campaigns[s.campaign].daily_budget or 0) / members[s.campaign]
        usual.append(float(s.daily_budget or 0) or (s.lifetime_budget or 0) / days or shared)
    return np.array(usual)


def _audience(random: np.random.Generator, cast: np.ndarray, usual: Floats, cpm: Floats) -> Floats:
    """People: a day's impressions times 8 to 40; where creatives tire, about one day's impressions."""
    a_day = usual / cpm * 1000.0
    wide = random.uniform(8.0, 40.0, len(usual))
    return np.maximum(200.0, a_day * np.where(cast == TIRED, random.uniform(0.85, 1.1, len(usual)), wide))
