"""Rising CPA: three dear days in a row, each dearer."""

from typing import Any

from optimization.rules.templates.base import Template, Usd

# One dear day is noise. Three in a row over the target, and rising, are not: act before the 7-day figure shows it.


def document(usd: Usd) -> dict[str, Any]:
    return {
        "conditions": {
            "all": [
                {"field": "cpa", "operator": "for_days", "value": {"days": 3, "operator": ">", "value": "target_cpa"}},
                {"field": "cpa_3d", "operator": "increasing"},
                {"field": "conversions_3d", "operator": ">=", "value": 6},
                {"field": "spend_3d", "operator": ">", "value": usd(60)},
            ]
        },
        "actions": [{"kind": "decrease_budget", "parameters": {"percent": 20}}],
        "mode": "approval_required",
        "schedule": {"every": "daily", "at": "08:00"},
        "safety": {"cooldown_hours": 72},
    }


TEMPLATE = Template(
    key="rising_cpa",
    name="Rising CPA for 3 days",
    category="loss_prevention",
    level="adset",
    priority=70,
    description="Lowers the budget by 20 % of ad sets whose CPA was over the target on each of the last 3 days and "
    "rises. It reads no data until a target CPA is set.",
    document=document,
)
