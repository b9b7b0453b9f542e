"""ROAS drop against last week: the last 7 days return far less than the 7 before."""

from typing import Any

from optimization.rules.templates.base import Template, Usd

# The week before is what 14 days have beyond 7. A week swings by 15 to 20 % without a cause, so a third less counts,
# with ten conversions before and the same order of spend in both weeks. Late conversions make the newest week look up
# to 10 % too poor, which the third leaves room for.


def document(usd: Usd) -> dict[str, Any]:
    return {
        "conditions": {
            "all": [
                {
                    "field": "roas_7d",
                    "operator": "<",
                    "value": "(conversion_value_14d - conversion_value_7d) / (spend_14d - spend_7d) * 0.67",
                },
                {"field": "conversions_14d", "operator": ">=", "value": "conversions_7d + 10"},
                {"field": "spend_7d", "operator": ">", "value": usd(100)},
                {"field": "spend_14d", "operator": ">", "value": "spend_7d * 1.5"},
            ]
        },
        "actions": [{"kind": "decrease_budget", "parameters": {"percent": 20}}],
        "mode": "approval_required",
        "schedule": {"every": "daily", "at": "08:00"},
        "safety": {"cooldown_hours": 72},
    }


TEMPLATE = Template(
    key="roas_drop",
    name="ROAS drop against last week",
    category="loss_prevention",
    level="adset",
    priority=70,
    description="Lowers the budget by 20 % of ad sets whose ROAS of the last 7 days is a third or more below that of "
    "the 7 days before, with at least 10 conversions then.",
    document=document,
)
