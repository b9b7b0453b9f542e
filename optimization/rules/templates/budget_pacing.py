"""Budget pacing: spends much faster or slower than its budget and the clock say."""

from typing import Any

from optimization.rules.templates.base import Template, Usd

# Before noon pacing follows the hours of the audience and says little. From noon on 60 to 140 % is usual.


def document(usd: Usd) -> dict[str, Any]:
    return {
        "filters": {"status": ["ACTIVE"]},
        "conditions": {"field": "budget_pacing", "operator": "not_between", "value": [60, 140]},
        "actions": [
            {"kind": "notify_only", "parameters": {"message": "spends far off its plan: see budget, bid and audience"}}
        ],
        "mode": "automatic",
        "schedule": {"every": "hourly", "active_hours": {"from": "12:00", "to": "23:30"}},
    }


TEMPLATE = Template(
    key="budget_pacing",
    name="Budget pacing",
    category="budget_reallocation",
    level="campaign",
    priority=30,
    description="Says from noon on which campaigns with a budget of their own have spent under 60 % or over 140 % of "
    "what they should have by now.",
    document=document,
)
