"""Zero conversions stop loss: spent, shown often, sold nothing."""

from typing import Any

from optimization.rules.templates.base import Template, Usd


def document(usd: Usd) -> dict[str, Any]:
    return {
        "conditions": {
            "all": [
                {"field": "spend_7d", "operator": ">", "value": usd(50)},
                {"field": "conversions_7d", "operator": "=", "value": 0},
                {"field": "impressions_7d", "operator": ">", "value": 1000},
            ]
        },
        "actions": [{"kind": "pause"}],
        "mode": "approval_required",
    }


TEMPLATE = Template(
    key="zero_conversions",
    name="Zero conversions stop loss",
    category="loss_prevention",
    level="adset",
    priority=90,
    description="Pauses ad sets that spent and were shown enough to judge, without a single conversion in 7 days. "
    "An ad set whose conversions Meta did not report is left alone.",
    document=document,
)
