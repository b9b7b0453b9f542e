"""Whether outcomes mean what they say: actions that do nothing, and planted effects, in sandbox worlds.

Every sales ad set of every world is in turn "the one that was changed" while nothing was: the rate at which it is
called better or worse should be 5 %. The same with heavy-tailed order values, and for the ad sets that a rule would
pick (worst and best fifth by ROAS of the last three days). Then results 20 % up are planted, and pauses, and it is
counted how often they are found, by the ad set's conversions a day. Figures are as known when the window ends: late
conversions are missing and corrected by the default curve.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np

from intelligence.metrics.maturity import AGES, DEFAULT
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.columns import Metric
from metaads.sandbox.world.options import sized
from metaads.sandbox.world.world import create
from optimization.outcomes.assembling import MOST_CONTROLS
from optimization.outcomes.gathering import DAYS_BEFORE
from optimization.outcomes.measure import MONEY, Figure, Measured, measure
from optimization.outcomes.panel import CONVERSIONS, SPEND, VALUE, Numbers, Panel

END = datetime(2026, 11, 20, tzinfo=ZoneInfo("Europe/Berlin"))
HISTORY = DAYS_BEFORE + 8
SEEDS = range(200, 212)
TAIL = 1.5
"""Sigma of lognormal order values: the dearest of a hundred is about eleven times the mean."""
PLANTED = 0.2
Answer = dict[str, object]


@dataclass(frozen=True)
class World:
    """(days, ad sets) of the sales ad sets of one account, minor units; `group`: campaign that holds the budget, -1."""

    spend: Numbers
    conversions: Numbers
    value: Numbers
    group: np.ndarray


@dataclass(frozen=True)
class Trial:
    """One ad set measured as if it had been changed. `a_day`: its conversions a day before; `recent`: ROAS, 3 days."""

    figures: dict[str, Figure]
    a_day: float
    recent: float


def world(seed: int, **size: int) -> World:
    counts = {"accounts": 1, "campaigns": 20, "ad_sets": 80, "ads": 250, **size}
    options = sized("demo", seed, story=False, human_edits=0.0, native_rules=False, history_days=HISTORY, **counts)
    return _table(create(options, END.timestamp(), frozen=True).accounts[0])


def _table(account: Account) -> World:
    of = np.array([ad.ad_set for ad in account.ads])
    sets = [one for one in account.ad_sets if account.campaigns[one.campaign].objective == "OUTCOME_SALES"]
    chosen = np.array([one.index for one in sets])

    def sums(metric: int) -> Numbers:
        days = [np.bincount(of, account.daily[day, :, metric], len(account.ad_sets)) for day in range(HISTORY)]
        return np.array(days, dtype=np.float64)[:, chosen]

    group = [one.campaign if account.campaigns[one.campaign].daily_budget else -1 for one in sets]
    return World(sums(Metric.SPEND), sums(Metric.PURCHASES), sums(Metric.VALUE), np.array(group))


def heavy(given: World, seed: int) -> World:
    """The same sales with order values of a heavy tail."""
    random = np.random.default_rng(seed)
    mean = given.value.sum() / max(given.conversions.sum(), 1.0)
    counts = given.conversions.astype(np.int64)
    orders = random.lognormal(np.log(mean) - TAIL**2 / 2, TAIL, int(counts.sum()))
    cells = np.repeat(np.arange(counts.size), counts.ravel())
    sums: Numbers = np.bincount(cells, orders, counts.size).astype(np.float64).reshape(counts.shape)
    return replace(given, value=sums)


def trials(given: World, days: int) -> tuple[list[Trial], int]:
    """Every ad set that spent in the week before, and how many could not be measured."""
    found, missed = [], 0
    for panel, before in panels(given, days):
        measured = measure(panel)
        if not isinstance(measured, Measured):
            missed += 1
            continue
        spend, value = (before[metric, -3:].sum() for metric in (SPEND, VALUE))
        a_day = float(before[CONVERSIONS, -14:].mean())
        found.append(Trial(measured.figures, a_day, float(value / spend) if spend > 0 else float("nan")))
    return found, missed


def panels(given: World, days: int) -> Iterator[tuple[Panel, Numbers]]:
    """As `assembling` makes them: controls of the same objective, nearest in size, none under the same budget."""
    ages = 24.0 * np.arange(HISTORY)[::-1]
    shares = np.interp(np.log1p(ages), np.log1p(AGES), DEFAULT)[:, None]
    whole = np.array([given.spend, given.conversions / shares, given.value / shares])
    before, after = whole[:, -days - DAYS_BEFORE : -days], whole[:, -days:].sum(axis=1)
    born = np.cumsum(np.cumsum(given.spend > 0, axis=0) > 0, axis=0) > 1
    size = np.log1p(before[SPEND].sum(axis=0))
    for one in np.flatnonzero(before[SPEND, -7:].sum(axis=0) > 0):
        kin = (given.group == given.group[one]) & (given.group >= 0)
        others = np.flatnonzero(~kin & (np.arange(len(size)) != one) & (before[SPEND].sum(axis=0) > 0))
        others = others[np.argsort(np.abs(size[others] - size[one]), kind="stable")][:MOST_CONTROLS]
        columns = np.concatenate([[one], others])
        calm = born[-days - DAYS_BEFORE : -days][:, columns]
        visible = float(shares[-days:].mean())
        yield Panel(before[:, :, columns], after[:, columns], calm, visible, float(days)), before[:, :, one]


def wilson(hits: int, of: int) -> list[float]:
    """95 % interval of a share (Wilson 1927)."""
    if not of:
        return [0.0, 1.0]
    z, share = 1.96, hits / of
    middle = share + z * z / (2 * of)
    half = z * np.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return [round(float((middle + sign * half) / (1 + z * z / of)), 4) for sign in (-1, 1)]


def told(figure: Figure, shift: float = 0.0) -> int:
    """1 better, -1 worse, 0 cannot tell, had `shift` more happened."""
    return int(figure.low + shift > 0) - int(figure.high + shift < 0)


def rate(found: list[Trial], name: str = MONEY) -> Answer:
    """How often nothing is called something."""
    verdicts = [told(one.figures[name]) for one in found]
    called = sum(verdict != 0 for verdict in verdicts)
    return {
        "n": len(found),
        "called": called,
        "rate": round(called / max(len(found), 1), 4),
        "wilson_95": wilson(called, len(found)),
        "better": verdicts.count(1),
        "worse": verdicts.count(-1),
    }


def by_size(found: list[Trial]) -> dict[str, list[Trial]]:
    edges = (0.0, 1.0, 3.0, 10.0, float("inf"))
    return {
        f"{low:g} to {high:g} conversions a day": [one for one in found if low <= one.a_day < high]
        for low, high in pairwise(edges)
    }


def picked(found: list[Trial]) -> dict[str, list[Trial]]:
    """What a rule would act on: chosen by chance as much as by quality."""
    marks = np.nanquantile([one.recent for one in found], [0.2, 0.8])
    return {
        "worst_fifth_by_roas_3d": [one for one in found if one.recent <= marks[0]],
        "best_fifth_by_roas_3d": [one for one in found if one.recent >= marks[1]],
    }


def power(found: list[Trial]) -> Answer:
    """Shares found of planted effects. A result 20 % up adds to money what value gained; spend 20 % up likewise."""
    value = [told(one.figures[MONEY], PLANTED * one.figures["value"].actual) > 0 for one in found]
    spend = [told(one.figures["spend"], PLANTED * one.figures["spend"].actual) > 0 for one in found]
    twice = [told(one.figures[MONEY], one.figures["value"].actual) > 0 for one in found]
    return {
        "n": len(found),
        "results_up_20_pct": _share(value),
        "results_doubled": _share(twice),
        "spend_up_20_pct": _share(spend),
        "pause": _pauses(found),
    }


def _share(hits: list[bool]) -> float:
    return round(sum(hits) / max(len(hits), 1), 3)


def _pauses(found: list[Trial]) -> Answer:
    """A pause takes all that happened; what it saved or cost is then known, so a verdict is right or wrong."""
    pairs = [(told(one.figures[MONEY], -one.figures[MONEY].actual), -one.figures[MONEY].actual) for one in found]
    sure = [(verdict, truth) for verdict, truth in pairs if verdict]
    spend = [told(one.figures["spend"], -one.figures["spend"].actual) < 0 for one in found]
    return {
        "money_told": round(len(sure) / max(len(pairs), 1), 3),
        "of_these_right": round(sum(verdict * truth > 0 for verdict, truth in sure) / max(len(sure), 1), 3),
        "less_spend_found": _share(spend),
    }


def run() -> Answer:
    """All of it; about 7 minutes."""
    worlds = [world(seed) for seed in SEEDS]
    answer: Answer = {"name": "outcomes", "worlds": len(worlds), "confidence": 0.95}
    for days in (1, 2, 3):
        usual = [trials(one, days) for one in worlds]
        tailed = [trials(heavy(one, seed), days) for seed, one in zip(SEEDS, worlds, strict=True)]
        found = [one for ones, _ in usual for one in ones]
        answer[f"{24 * days}h"] = {
            "not_measured": sum(missed for _, missed in usual),
            "placebo": rate(found),
            "placebo_spend": rate(found, "spend"),
            "placebo_heavy_tails": rate([one for ones, _ in tailed for one in ones]),
            "placebo_by_size": {name: rate(ones) for name, ones in by_size(found).items()},
            "placebo_picked": {name: rate(ones) for name, ones in picked(found).items()},
            "power": {name: power(ones) for name, ones in {"all": found, **by_size(found)}.items()},
        }
    return answer
