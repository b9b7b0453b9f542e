"""Stale ad: long in use and past its best."""

from typing import Any

from optimization.rules.templates.base import Template, Usd

# Two months are longer than most creatives last; 20 % below its own month is more than a week's noise on 5,000 views.


def document(usd: Usd) -> dict[str, Any]:
    return {
        "conditions": {
            "all": [
                {"field": "days_active", "operator": ">", "value": 60},
                {"field": "ctr_7d", "operator": "<", "value": "ctr_30d * 0.8"},
                {"field": "impressions_7d", "operator": ">=", "value": 5000},
                {"field": "spend_7d", "operator": ">", "value": usd(20)},
            ]
        },
        "actions": [
            {"kind": "notify_only", "parameters": {"message": "stale: over 60 days old and clicked less and less"}}
        ],
        "mode": "automatic",
        "schedule": {"every": "daily", "at": "07:00"},
    }


TEMPLATE = Template(
    key="stale_ad",
    name="Stale ad",
    category="fatigue_detection",
    level="ad",
    priority=30,
    description="Says which ads are over 60 days old, still spend, and have a CTR a fifth below that of their 30 days.",
    document=document,
)
