"""Relaunch when CPA recovers: conversions that came late made a paused ad set good after all."""

from typing import Any

from optimization.rules.templates.base import Template, Usd

# Meta counts a conversion up to 7 days after the click, so an ad set that was paused as too dear may prove cheap later.
# Three conversions below the target are the least that says so; three days of cooldown keep it from flapping.


def document(usd: Usd) -> dict[str, Any]:
    return {
        "conditions": {
            "all": [
                {"field": "status", "operator": "is", "value": "PAUSED"},
                {"field": "cpa_7d", "operator": "<", "value": "target_cpa * 0.9"},
                {"field": "conversions_7d", "operator": ">=", "value": 3},
                {"field": "spend_7d", "operator": ">", "value": usd(30)},
            ]
        },
        "actions": [{"kind": "activate"}],
        "mode": "approval_required",
        "schedule": {"every": "daily", "at": "08:00"},
        "safety": {"cooldown_hours": 72, "max_changes_per_day": 1},
    }


TEMPLATE = Template(
    key="relaunch_recovered",
    name="Relaunch when CPA recovers",
    category="scaling",
    level="adset",
    priority=40,
    description="Switches paused ad sets on again whose last 7 days, with the conversions that came late, cost 10 % "
    "less than the target CPA. It needs a target CPA, and lets rest whatever spent nothing in 7 days.",
    document=document,
)
