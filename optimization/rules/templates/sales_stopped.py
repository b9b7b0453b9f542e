"""Sales stopped: what sold every day spends on and sells nothing."""

from typing import Any

from optimization.rules.templates.base import Template, Usd

# At two sales a day or more, a whole day without one is chance in about 1 of 7 cases; with a day's usual spend and 100
# clicks on top it is mostly a broken shop page or pixel. Telling costs nothing; pausing a good ad set would.


def document(usd: Usd) -> dict[str, Any]:
    return {
        "filters": {"status": ["ACTIVE"]},
        "conditions": {
            "all": [
                {"field": "conversions_7d", "operator": ">=", "value": 14},
                {"field": "conversions_24h", "operator": "=", "value": 0},
                {"field": "clicks_24h", "operator": ">=", "value": 100},
                {"field": "spend_24h", "operator": ">", "value": "spend_7d / 10"},
            ]
        },
        "actions": [
            {"kind": "notify_only", "parameters": {"message": "sold daily and now nothing: check shop, link and pixel"}}
        ],
        "mode": "automatic",
        "schedule": {"every": "hourly"},
    }


TEMPLATE = Template(
    key="sales_stopped",
    name="Sales stopped",
    category="loss_prevention",
    level="campaign",
    priority=60,
    description="Says which campaigns with 14 or more conversions in 7 days had none in 24 hours although clicks and "
    "spend went on.",
    document=document,
)
