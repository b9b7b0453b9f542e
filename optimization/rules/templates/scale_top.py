"""Top-20 % scale: the best fifth of the account gets more."""

from typing import Any

from optimization.rules.templates.base import Template, Usd

# A rank needs volume to mean something: only ad sets over the floor are ranked, and the best of a bad lot is left
# alone. 15 % stays below what starts learning again; two days show what it did.


def document(usd: Usd) -> dict[str, Any]:
    return {
        "filters": {"status": ["ACTIVE"]},
        "conditions": {
            "all": [
                {
                    "field": "roas_7d",
                    "operator": "in_top",
                    "value": {
                        "percent": 20,
                        "among": "account",
                        "floor": {"field": "spend_7d", "value": usd(100)},
                        "count_zeros": True,
                    },
                },
                {"field": "roas_7d", "operator": ">", "value": 1.5},
                {"field": "conversions_7d", "operator": ">=", "value": 5},
            ]
        },
        "actions": [{"kind": "increase_budget", "parameters": {"percent": 15}}],
        "mode": "approval_required",
        "schedule": {"every": "daily", "at": "08:00"},
        "safety": {"cooldown_hours": 48},
    }


TEMPLATE = Template(
    key="scale_top",
    name="Top-20 % scale",
    category="scaling",
    level="adset",
    priority=50,
    description="Raises the budget by 15 % of the fifth of all ad sets with the best 7-day ROAS, if that is over 1.5 "
    "and comes from at least 5 conversions. Ad sets that spent little are not ranked.",
    document=document,
)
