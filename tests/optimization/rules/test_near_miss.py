"""The smallest change that would have made a rule fire, as a sentence."""

from typing import Any

import numpy as np
import pytest

from optimization.rules.evaluate import evaluate
from optimization.rules.near_miss import sentence
from optimization.rules.trace import trace_rows
from tests.optimization.rules.build import compiled, frame, leaf


def said(conditions: Any, **columns: float | str | None) -> str:
    rule = compiled(conditions)
    outcome = evaluate(rule, frame(**{name: [value] for name, value in columns.items()}))
    return sentence(rule.document.conditions, trace_rows(rule, outcome.sheet, np.arange(1))[0], "EUR")


SPENDS, CLICKS = leaf("spend_7d", ">", 50), leaf("ctr_7d", "<", 1.5)


@pytest.mark.parametrize(
    ("conditions", "columns", "expected"),
    [
        (CLICKS, {"ctr_7d": 1.6}, "Would fire if CTR in the last 7 days fell by more than 0.1 %."),
        (leaf("ctr_7d", "<=", 1.5), {"ctr_7d": 1.6}, "Would fire if CTR in the last 7 days fell by 0.1 %."),
        (SPENDS, {"spend_7d": 50}, "Would fire if spend in the last 7 days rose at all."),
        (SPENDS, {"spend_7d": 49.999}, "Would fire if spend in the last 7 days rose by more than 0.01 EUR."),
        (SPENDS, {"spend_7d": 60}, ""),
        (leaf("daily_budget", ">=", 5), {"daily_budget": 3}, "Would fire if daily budget rose by 2.00 EUR."),
        (leaf("tags", "has_tag", "sale"), {"tags": ""}, "Would fire if there were data for tags."),
        (SPENDS, {"spend_7d": None}, "Would fire if there were data for spend in the last 7 days."),
        (
            {"all": [SPENDS, CLICKS]},
            {"spend_7d": 40, "ctr_7d": 2},
            "Would fire if spend in the last 7 days rose by more than 10.00 EUR and CTR in the last 7 days fell by "
            "more than 0.5 %.",
        ),
        (
            {"any": [SPENDS, CLICKS]},
            {"spend_7d": 10, "ctr_7d": 1.6},
            "Would fire if CTR in the last 7 days fell by more than 0.1 %.",
        ),
        (
            {"any": [CLICKS, leaf("spend_7d", ">", 5000)]},
            {"spend_7d": 10, "ctr_7d": None},
            "Would fire if spend in the last 7 days rose by more than 4,990.00 EUR.",
        ),
        ({"not": SPENDS}, {"spend_7d": 60}, "Would fire if spend in the last 7 days fell by 10.00 EUR."),
        ({"not": leaf("spend_7d", ">=", 50)}, {"spend_7d": 50}, "Would fire if spend in the last 7 days fell at all."),
        (leaf("effective_status", "is", "PAUSED"), {"effective_status": "ACTIVE"},
         "Would fire if effective status is PAUSED."),
        (leaf("impressions_7d", ">=", 1000), {"impressions_7d": 990},
         "Would fire if impressions in the last 7 days rose by 10."),
    ],
)  # fmt: skip
def test_the_sentence(conditions: Any, columns: dict[str, float | str | None], expected: str) -> None:
    assert said(conditions, **columns) == expected
