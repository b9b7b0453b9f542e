"""Frequency cap: the same people, again and again."""

from typing import Any

from optimization.rules.templates.base import Template, Usd

# Five views a week are where most buyers refresh or shrink a cold audience; a smaller budget lowers it, since frequency
# grows with spend. Three days between cuts, for a 7-day figure answers slowly.


def document(usd: Usd) -> dict[str, Any]:
    return {
        "conditions": {
            "all": [
                {"field": "frequency_7d", "operator": ">", "value": 5},
                {"field": "spend_7d", "operator": ">", "value": usd(50)},
                {"field": "cpa_7d", "operator": ">", "value": "cpa_30d"},
            ]
        },
        "actions": [{"kind": "decrease_budget", "parameters": {"percent": 25}}],
        "mode": "approval_required",
        "schedule": {"every": "daily", "at": "07:00"},
        "safety": {"cooldown_hours": 72},
    }


TEMPLATE = Template(
    key="frequency_cap",
    name="Frequency cap",
    category="fatigue_detection",
    level="adset",
    priority=60,
    description="Lowers the budget by 25 % of ad sets whose people saw them over 5 times in 7 days while a conversion "
    "costs more than over 30 days. Retargeting lives with more: give it a name filter.",
    document=document,
)
