"""Scale high-ROAS winners: proven ad sets get a fifth more."""

from typing import Any

from optimization.rules.templates.base import Template, Usd


def document(usd: Usd) -> dict[str, Any]:
    return {
        "conditions": {
            "all": [
                {"field": "roas_7d", "operator": ">", "value": 2.5},
                {"field": "spend_7d", "operator": ">", "value": usd(100)},
                {"field": "conversions_7d", "operator": ">=", "value": 10},
            ]
        },
        "actions": [{"kind": "increase_budget", "parameters": {"percent": 20}}],
        "mode": "approval_required",
    }


TEMPLATE = Template(
    key="scale_winners",
    name="Scale high-ROAS winners",
    category="scaling",
    level="adset",
    priority=50,
    description="Raises the budget of ad sets by 20 % that earned more than 2.5 times their spend in 7 days, "
    "with at least 10 conversions to prove it.",
    document=document,
)
