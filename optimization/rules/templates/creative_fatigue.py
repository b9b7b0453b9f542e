"""Creative fatigue: people have seen the ad too often and click less and less."""

from typing import Any

from optimization.rules.templates.base import Template, Usd


def document(usd: Usd) -> dict[str, Any]:
    return {
        "conditions": {
            "all": [
                {"field": "frequency_7d", "operator": ">", "value": 3.5},
                {"field": "ctr_trend_7d", "operator": "<", "value": -15},
            ]
        },
        "actions": [{"kind": "notify_only", "parameters": {"message": "consider a refresh"}}],
        "mode": "automatic",
    }


TEMPLATE = Template(
    key="creative_fatigue",
    name="Creative fatigue",
    category="fatigue_detection",
    level="ad",
    priority=40,
    description="Says which ads people saw more than 3.5 times each in 7 days while their CTR fell by over 15 %.",
    document=document,
)
