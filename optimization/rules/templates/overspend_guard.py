"""Overspend guard: far over its budget today, and today does not pay."""

from typing import Any

from optimization.rules.templates.base import Template, Usd

# Meta may spend up to 75 % over a daily budget on one day and evens it out over the week, so 25 % over alone is normal.
# It is worth a stop only on a day that sells nothing, or sells too dear.


def document(usd: Usd) -> dict[str, Any]:
    return {
        "conditions": {
            "all": [
                {"field": "spend_today", "operator": ">", "value": "daily_budget * 1.25"},
                {"field": "spend_today", "operator": ">", "value": usd(50)},
                {
                    "any": [
                        {"field": "conversions_today", "operator": "=", "value": 0},
                        {"field": "cpa_today", "operator": ">", "value": "target_cpa * 1.5"},
                    ]
                },
            ]
        },
        "actions": [{"kind": "pause", "timed": {"today_only": True}}],
        "mode": "approval_required",
        "schedule": {"every": "15min"},
        "safety": {"max_changes_per_day": 1},
    }


TEMPLATE = Template(
    key="overspend_guard",
    name="Overspend guard",
    category="loss_prevention",
    level="adset",
    priority=90,
    description="Pauses until tomorrow ad sets that spent over 1.25 times their daily budget and sold nothing, or "
    "at over 1.5 times the target CPA. Ad sets under a campaign budget have no budget of their own and are left alone.",
    document=document,
)
