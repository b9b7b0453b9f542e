"""Weekend boost: more for what sells, from Friday evening to Monday."""

from typing import Any

from optimization.rules.templates.base import Template, Usd

# Decided on Friday at 16:00, while somebody is there to approve. 20 % stays below what starts learning again.


def document(usd: Usd) -> dict[str, Any]:
    return {
        "conditions": {
            "all": [
                {"field": "roas_7d", "operator": ">", "value": "account_roas_7d"},
                {"field": "roas_7d", "operator": ">", "value": 2},
                {"field": "conversions_7d", "operator": ">=", "value": 10},
                {"field": "spend_7d", "operator": ">", "value": usd(100)},
            ]
        },
        "actions": [{"kind": "increase_budget", "parameters": {"percent": 20}, "timed": {"undo_after_hours": 56}}],
        "mode": "approval_required",
        "schedule": {"every": "daily", "at": "16:00", "weekdays": ["fri"]},
        "safety": {"cooldown_hours": 72},
    }


TEMPLATE = Template(
    key="weekend_boost",
    name="Weekend boost",
    category="time_based",
    level="adset",
    priority=40,
    description="Raises the budget by 20 % on Friday at 16:00 of ad sets with a ROAS over 2 and over the account's, "
    "and puts it back after 56 hours, on Monday at midnight.",
    document=document,
)
