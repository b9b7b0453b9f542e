"""What the sandbox costs: an hour of an account, an hour of an ad, memory; many small accounts and one of 100,000 ads.

Processor time of this process, so that neighbours on the machine matter little. No target is stated by the
specification beyond "cost per hour simulated is small"; the bounds here keep it so.
"""

import resource
import time
from collections.abc import Callable

import numpy as np

from metaads.sandbox.world.account import Account
from metaads.sandbox.world.options import sized
from metaads.sandbox.world.world import World, create

_AT = 1_795_250_000.0
_SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)


def run() -> dict[str, object]:
    """Seconds and megabytes of both extremes, and how the cost of an hour grows with the ads of an account."""
    crowd = many()
    growth = {ads: hour_of(ads) for ads in _SIZES}
    exponent, _ = np.polyfit(np.log(list(growth)), np.log(list(growth.values())), 1)
    memory = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return {
        "name": "sandbox",
        **crowd,
        "ms_per_account_hour": {str(ads): round(1000 * seconds, 1) for ads, seconds in growth.items()},
        "us_per_ad_hour": {str(ads): round(1e6 * seconds / ads, 2) for ads, seconds in growth.items()},
        "growth_exponent": round(float(exponent), 2),
        "giant_day_s": round(24 * growth[100_000], 1),
        "max_rss_mb": memory,
        "passed": bool(crowd["crowd_hour_s"] < 30 and exponent < 1.15 and 24 * growth[100_000] < 120 and memory < 2000),
    }


def many() -> dict[str, float]:
    """2,000 accounts of 5 campaigns, made and moved on by an hour; a tenth of them is measured, the rest is alike."""
    world, made = taken(lambda: create(sized("crowd", 7, history_days=1), _AT, True))
    assert isinstance(world, World)
    tenth = world.accounts[::10]
    _, day = taken(lambda: attend(world, tenth))
    world.set_clock(_AT + 3600)
    _, hour = taken(lambda: attend(world, tenth))
    return {
        "crowd_accounts": len(world.accounts),
        "crowd_made_s": round(made, 1),
        "crowd_hour_s": round(10 * day / 24, 1),
        "crowd_hour_in_quarters_s": round(10 * hour, 1),
        "us_per_small_account_step": round(1e6 * day / 24 / len(tenth), 0),
    }


def attend(world: World, accounts: list[Account]) -> None:
    for account in accounts:
        world.advance(account)


def hour_of(ads: int) -> float:
    """Seconds of one simulated hour of an account with so many ads, mean of a day's."""
    options = sized("giant", 7, campaigns=ads // 10, ad_sets=ads * 4 // 10, ads=ads, history_days=1, lazy=True)
    world = create(options, _AT, True)
    _, seconds = taken(lambda: world.advance(world.accounts[0]))
    return seconds / 24


def taken(work: Callable[[], object]) -> tuple[object, float]:
    """What the work gave and the processor seconds that it took."""
    started = time.process_time()
    return work(), time.process_time() - started
