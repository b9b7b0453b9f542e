"""Bottom-20 % trim: the worst fifth of the account gets less."""

from typing import Any

from optimization.rules.templates.base import Template, Usd

# The counterpart of the top-20 % scale. Zero is a place in this ranking: an ad set that sold nothing is the worst. The
# worst of a good lot is left alone: it must return under 70 % of what the account does.


def document(usd: Usd) -> dict[str, Any]:
    return {
        "filters": {"status": ["ACTIVE"]},
        "conditions": {
            "all": [
                {
                    "field": "roas_7d",
                    "operator": "in_bottom",
                    "value": {
                        "percent": 20,
                        "among": "account",
                        "floor": {"field": "spend_7d", "value": usd(100)},
                        "count_zeros": True,
                    },
                },
                {"field": "roas_7d", "operator": "<", "value": "account_roas_7d * 0.7"},
            ]
        },
        "actions": [{"kind": "decrease_budget", "parameters": {"percent": 15}}],
        "mode": "approval_required",
        "schedule": {"every": "daily", "at": "08:00"},
        "safety": {"cooldown_hours": 48},
    }


TEMPLATE = Template(
    key="trim_bottom",
    name="Bottom-20 % trim",
    category="budget_reallocation",
    level="adset",
    priority=60,
    description="Lowers the budget by 15 % of the fifth of all ad sets with the worst 7-day ROAS, if that is under "
    "70 % of the account's. Ad sets that spent little are not ranked.",
    document=document,
)
