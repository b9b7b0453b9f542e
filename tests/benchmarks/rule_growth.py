"""How a tick of 100 rules grows with the account: frame, rules, conflicts, guard rails, proposals, log and ledger.

1,000 to 100,000 ad sets, each size in a process and a database of its own; the steady tick counts (what was proposed
before is refreshed), the better of two. The fit is a power of the number of ad sets (1 = linear), as in `growth`.
"""

import random

from tests.benchmarks.growth import LINEAR, SIZES, apart, forget_peak, memory_mb, power


def run() -> dict[str, object]:
    """Seconds and MB of a tick by size, and how they grow."""
    found = {size: apart(size, __name__) for size in SIZES}
    seconds = power([(size, one["tick_s"]) for size, one in found.items()])
    memory = power([(size, one["peak_mb"] - one["empty_mb"]) for size, one in found.items()])
    shown = {f"{size}_ad_sets": one for size, one in found.items()}
    passed = seconds <= LINEAR and memory <= LINEAR
    return {"name": "rule_growth", **shown, "time_exponent": seconds, "memory_exponent": memory, "passed": passed}


def measured(ad_sets: int) -> dict[str, float]:
    """One size: the first tick, which makes the proposals, and the steady one."""
    from tests.benchmarks.estate import build
    from tests.benchmarks.tick import APART, make_rules, one_tick

    empty = memory_mb("VmRSS")
    account = build(campaigns=max(ad_sets // 10, 1), ad_sets=ad_sets, ads=0, days=30)
    make_rules(account, random.Random(7))
    first = one_tick(account)
    forget_peak()
    ticks = [one_tick(account, minutes=APART * number) for number in (1, 2)]
    return {
        "first_s": first["total_s"],
        "tick_s": min(tick["total_s"] for tick in ticks),
        "refreshed": ticks[-1]["refreshed"],
        "empty_mb": empty,
        "peak_mb": memory_mb("VmHWM"),
    }
