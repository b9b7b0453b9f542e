"""The decision benchmark by hand.

python -m tests.benchmarks.decisions                          all worlds and arms, 30 days
python -m tests.benchmarks.decisions --worlds 2               the first two worlds
python -m tests.benchmarks.decisions --kind robust            outages, shocks, losers, equals, small budgets, slow sales
python -m tests.benchmarks.decisions --seeds 1,2 --days 10 --arms nothing,oracle,marginal   while tuning
"""

import argparse
import sys
from pathlib import Path

from tests.benchmarks.decisions import ARMS, compare
from tests.benchmarks.decisions.running import Kept, Time, run
from tests.benchmarks.decisions.worlds import ROBUST, UNSEEN, traffic, usual

KINDS = {"value": usual, "traffic": traffic, "robust": usual}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.decisions")
    parser.add_argument("--worlds", type=int, default=len(UNSEEN), help="how many of the unseen ones")
    parser.add_argument("--kind", choices=sorted(KINDS), default="value", help="of worlds")
    parser.add_argument("--seeds", help="instead of the unseen ones; tune with 1 to 20")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--step-hours", type=int, default=1, help="between two ticks; 1 is what counts")
    parser.add_argument("--arms", default=",".join(ARMS))
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument("--keep", type=Path, help="a file of results: what stands in it is not run again")
    options = parser.parse_args()
    seeds = [int(one) for one in options.seeds.split(",")] if options.seeds else UNSEEN[: options.worlds]
    arms = options.arms.split(",")
    places = ROBUST if options.kind == "robust" else tuple(map(KINDS[options.kind], seeds))
    jobs = [(place, arm) for place in places for arm in arms]
    results = run(jobs, options.jobs, Kept(options.keep, Time(options.days * 24, options.step_hours)), _say)
    chosen = {place.name: results[place.name] for place in places}
    print(f"{compare.markdown(chosen, arms)}\n\n{compare.by_world(chosen, arms)}")  # noqa: T201
    return 1 if any("failed" in figures for world in chosen.values() for figures in world.values()) else 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
