"""Dayparting: rests at night, and is back in the morning."""

from typing import Any

from optimization.rules.templates.base import Template, Usd

# Which hours sell differs from shop to shop, so it covers only what somebody has named for it. It acts alone: at 23:00
# an approval would come too late, it only spends less, and it undoes itself; so it acts on all that were named.


def document(usd: Usd) -> dict[str, Any]:
    return {
        "filters": {"name_contains": "[daytime]", "status": ["ACTIVE"]},
        "conditions": {"field": "spend_7d", "operator": ">", "value": 0},
        "actions": [{"kind": "pause", "timed": {"undo_after_hours": 7}}],
        "mode": "automatic",
        "schedule": {"every": "daily", "at": "23:00"},
        "safety": {"max_changes_per_day": 1, "rollout_percent": 100},
    }


TEMPLATE = Template(
    key="dayparting",
    name="Dayparting",
    category="time_based",
    level="adset",
    priority=60,
    description='Pauses at 23:00, for 7 hours, the ad sets with "[daytime]" in their name; write it into the names of '
    "those that do not sell at night.",
    document=document,
)
