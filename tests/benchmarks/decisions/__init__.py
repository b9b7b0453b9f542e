"""Decisions in closed loop: what the whole product earns in worlds it has not seen, against others who decide.

`make bench` runs the first two worlds; `python -m tests.benchmarks.decisions` all of them (docs/optimiser.md).
"""

from typing import Any

ARMS = ("nothing", "oracle", "oracle_held", "thresholds", "thresholds_held", "marginal", "marginal_held", "thompson")
TARGET_SHARE = 0.85


def run(worlds: int = 2) -> dict[str, Any]:
    """Every arm in the first worlds, 30 days at hourly ticks, two processes at a time; target: share of the oracle."""
    from tests.benchmarks.decisions.compare import over_worlds
    from tests.benchmarks.decisions.running import Kept, Time
    from tests.benchmarks.decisions.running import run as run_all
    from tests.benchmarks.decisions.worlds import UNSEEN, usual

    jobs = [(usual(seed), arm) for seed in UNSEEN[:worlds] for arm in ARMS]
    results = run_all(jobs, 2, Kept(None, Time()), lambda line: None)
    table = over_worlds(results, ARMS)
    best = max(table[arm].get("pooled", {}).get("share", 0.0) for arm in ("marginal", "thompson"))
    failed = [f"{name} {arm}" for name, world in results.items() for arm in ARMS if "failed" in world[arm]]
    return {
        "name": "decisions",
        "worlds": worlds,
        "arms": table,
        "failed_arms": failed,
        "target_share": TARGET_SHARE,
        "passed": not failed and best >= TARGET_SHARE,
    }
