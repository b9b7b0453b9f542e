"""CPA exceeds 2x target: each conversion costs more than twice what it may."""

from typing import Any

from optimization.rules.templates.base import Template, Usd


def document(usd: Usd) -> dict[str, Any]:
    return {
        "conditions": {
            "all": [
                {"field": "cpa_7d", "operator": ">", "value": "target_cpa * 2"},
                {"field": "conversions_7d", "operator": ">=", "value": 3},
                {"field": "spend_7d", "operator": ">", "value": usd(100)},
            ]
        },
        "actions": [{"kind": "decrease_budget", "parameters": {"percent": 50}}],
        "mode": "approval_required",
    }


TEMPLATE = Template(
    key="cpa_over_target",
    name="CPA exceeds 2x target",
    category="loss_prevention",
    level="adset",
    priority=80,
    description="Halves the budget of ad sets whose conversions cost more than twice the target CPA. "
    "It reads no data, and so does nothing, until a target CPA is set for the account or the campaign.",
    document=document,
)
