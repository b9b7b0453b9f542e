"""Active but not delivering: switched on a day ago or longer, and not one view in 24 hours."""

from typing import Any

from optimization.rules.templates.base import Template, Usd

# A day covers review, the night and slow starts. What is unknown (not reported yet) is no zero and tells nobody.


def document(usd: Usd) -> dict[str, Any]:
    return {
        "filters": {"status": ["ACTIVE"]},
        "conditions": {
            "all": [
                {"field": "impressions_24h", "operator": "=", "value": 0},
                {"field": "hours_since_created", "operator": ">", "value": 36},
                {"field": "days_active", "operator": ">=", "value": 1},
            ]
        },
        "actions": [
            {
                "kind": "notify_only",
                "parameters": {"message": "active without a view in 24 hours: see review, bid, audience and payment"},
            }
        ],
        "mode": "automatic",
        "schedule": {"every": "hourly"},
    }


TEMPLATE = Template(
    key="active_not_delivering",
    name="Active but not delivering",
    category="loss_prevention",
    level="adset",
    priority=50,
    description="Says which active ad sets were not shown once in 24 hours.",
    document=document,
)
