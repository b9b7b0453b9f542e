"""Whether the optimiser's confidence means what it says: of the statements made with 0.8, about 80 % must be true.

Statements against the hidden truth of the sandbox, in worlds whose seeds were not used to tune anything (those were
1 to 16): "ROAS is above 2.0", "below 1.5", "below 0.8" of every ad set, with the probability that goes with them; and
the one that the optimiser goes by, with its confidence. Writes docs/calibration.json and the reliability diagrams.
"""

import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from intelligence.metrics.frame import Numbers
from optimization.optimizer.roas import Marks
from tests.benchmarks.diagram import drawn
from tests.benchmarks.worlds import Seen, Spec, lived

ROOT = Path(__file__).resolve().parents[2]
RESULTS, PICTURE = ROOT / "docs" / "calibration.json", ROOT / "docs" / "images" / "calibration.svg"
TENTHS = 10
FIRST_SEED = 101
WORLDS: dict[str, tuple[Spec, int]] = {
    "six": (Spec("6 ad sets", 10, 3, 6, 14), 10),
    "twenty": (Spec("20 ad sets", 5, 5, 20, 50), 8),
    "thin": (Spec("60 ad sets of about one order each", 5, 15, 60, 130, money=1 / 30), 12),
    "large": (Spec("2,000 ad sets", 1, 250, 2000, 4500), 1),
    "heavy tails": (
        Spec("40 ad sets, order values of a few whales", 5, 10, 40, 90, 1 / 6, more={"order_spread": 1.3}),
        8,
    ),
    "long delay": (
        Spec("20 ad sets, most orders come days after the click", 5, 5, 20, 50, past=22, more={"slow_sales": True}),
        8,
    ),
}
"""With the number of seeds."""
Statements = tuple[Numbers, Numbers]
"""(statements,) probability said, and 1 where it is true."""


def run() -> dict[str, Any]:
    """Expected calibration error of each world, of all statements and of those that the optimiser goes by."""
    found = {name: _judged(spec, seeds) for name, (spec, seeds) in WORLDS.items()}
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    PICTURE.write_text(drawn({name: one["confidence"]["tenths"] for name, one in found.items()}))
    errors = {
        name: {
            "accounts": one["accounts"],
            "ad_sets": one["ad_sets"],
            "error_of_statements": one["statements"]["error"],
            "error_of_confidence": one["confidence"]["error"],
        }
        for name, one in found.items()
    }
    return {"name": "calibration", "worlds": errors}


def _judged(spec: Spec, seeds: int) -> dict[str, Any]:
    wanted = [(spec, FIRST_SEED + number) for number in range(seeds)]
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        worlds = list(pool.map(_of_seed, wanted))
    said, sure = ([pair for one in worlds for pair in one[place]] for place in (0, 1))
    return {
        "what": spec.what,
        "accounts": seeds * spec.accounts,
        "ad_sets": sum(len(pair[0]) for pair in sure),
        "statements": reliability(joined(said)),
        "confidence": reliability(joined(sure)),
    }


def _of_seed(wanted: tuple[Spec, int]) -> tuple[list[Statements], list[Statements]]:
    seen = list(lived(*wanted))
    return [stated(one) for one in seen], [gone_by(one) for one in seen]


def stated(seen: Seen) -> Statements:
    """Three statements of each ad set."""
    marks, rows, true = Marks(), seen.rows, seen.true[seen.rows]
    up, down, stop = (seen.estimates.above(mark)[rows] for mark in (marks.scale_up, marks.scale_down, marks.pause))
    said = np.concatenate([up, 1 - down, 1 - stop])
    return said, np.concatenate([true > marks.scale_up, true < marks.scale_down, true < marks.pause]).astype(float)


def gone_by(seen: Seen) -> Statements:
    """The confidence of each ad set, and whether what it stands for is true."""
    marks, rows = Marks(), seen.rows
    true, mean = seen.true[rows], seen.estimates.roas[rows]
    between = (true > marks.scale_down) & (true < marks.scale_up)
    held = np.select(
        [mean >= marks.scale_up, mean < marks.pause, mean <= marks.scale_down],
        [true > marks.scale_up, true < marks.pause, true < marks.scale_down],
        between,
    )
    return seen.estimates.confidence[rows], held.astype(float)


def joined(parts: list[Statements]) -> Statements:
    said, held = (np.concatenate(one) for one in zip(*parts, strict=True))
    return said, held


def reliability(statements: Statements) -> dict[str, Any]:
    """The diagram: of each tenth how many, what was said and what held on average; and the mean of their distance.

    `by_chance`: the error that statements with exactly these probabilities would show, for there are only so many.
    """
    said, held = statements
    chance = np.random.default_rng(1)
    drawn_anew = [_error(said, (chance.random(len(said)) < said).astype(float)) for _ in range(50)]
    tenths = [
        {
            "said": round(float(said[mine].mean()), 3),
            "held": round(float(held[mine].mean()), 3),
            "count": int(mine.sum()),
        }
        for mine in _tenths(said)
        if mine.any()
    ]
    error = round(_error(said, held), 4)
    return {"error": error, "by_chance": round(float(np.mean(drawn_anew)), 4), "tenths": tenths}


def _error(said: Numbers, held: Numbers) -> float:
    """Expected calibration error (Naeini et al., AAAI 2015)."""
    return float(sum(abs(said[mine].sum() - held[mine].sum()) for mine in _tenths(said)) / len(said))


def _tenths(said: Numbers) -> list[np.ndarray]:
    tenth = np.minimum((said * TENTHS).astype(int), TENTHS - 1)
    return [tenth == one for one in range(TENTHS)]
