"""What rules with the kinds of this folder do, in the words of a rule's summary."""

from typing import Any

import pytest

from optimization.kinds import KINDS
from optimization.rules.schema import RuleAction
from optimization.rules.summary import action_text

LINK = {"pause": ""}


@pytest.mark.parametrize(
    ("kind", "parameters", "words"),
    [
        ("adjust_bid", {"percent": -15}, "lower the bid by 15 %"),
        (
            "adjust_bid",
            {"amount": "0.50", "upper": 9},
            "raise the bid by 0.50 EUR (not above 9.00 EUR)",
        ),
        ("set_bid_strategy", {"strategy": "automatic"}, "set the bid strategy to automatic (highest volume)"),
        ("set_bid_strategy", {"strategy": "cost_cap", "amount": 12}, "set the bid strategy to cost cap 12.00 EUR"),
        ("set_bid_strategy", {"strategy": "roas_floor", "roas": "1.5"}, "set the bid strategy to ROAS floor 1.5"),
        (
            "scale_by_target",
            {},
            "scale the budget to the target CPA by the matured CPA of the last 7 days, by at most +30 % or −50 %,",
        ),
        (
            "adjust_audience",
            {
                "age_min": 25,
                "genders": "women",
                "countries": ["DE"],
                "exclude": ["1", "2"],
                "advantage_audience": "off",
            },
            "change the audience (from age 25, women, in DE, excluding 2 audiences, Advantage+ audience off)",
        ),
        ("call_webhook", {"url": "https://hooks.example.com/x"}, "call hooks.example.com"),
        ("decrease_budget", {"percent": 20}, "decrease the budget by 20 %"),
        ("pause", {}, "pause"),
    ],
)
def test_a_rules_summary_says_what_the_kind_does(kind: str, parameters: dict[str, Any], words: str) -> None:
    checked = KINDS[kind].Parameters(**parameters).model_dump(mode="json", exclude_none=True)
    assert action_text(RuleAction(kind, checked), "ad sets", "EUR") == f"{words} {LINK.get(kind, 'for ')}ad sets"
