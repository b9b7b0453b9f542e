"""Night watch: money runs out at night, while nobody looks."""

from typing import Any

from optimization.rules.templates.base import Template, Usd

# An even day spends 4 % of its budget an hour. 15 % within one hour of the night is a bid, a budget or an audience that
# somebody has changed by mistake.


def document(usd: Usd) -> dict[str, Any]:
    return {
        "filters": {"status": ["ACTIVE"]},
        "conditions": {
            "all": [
                {"field": "spend_1h", "operator": ">", "value": "daily_budget * 0.15"},
                {"field": "spend_1h", "operator": ">", "value": usd(20)},
            ]
        },
        "actions": [
            {"kind": "notify_only", "parameters": {"message": "spends over 15 % of its daily budget an hour at night"}}
        ],
        "mode": "automatic",
        "schedule": {"every": "15min", "active_hours": {"from": "22:00", "to": "07:00"}},
    }


TEMPLATE = Template(
    key="night_watch",
    name="Night watch",
    category="time_based",
    level="campaign",
    priority=60,
    description="Says between 22:00 and 7:00 which campaigns spent over 15 % of their daily budget within one hour.",
    document=document,
)
