"""Spend without link clicks: shown and paid for, and nobody goes to the shop."""

from typing import Any

from optimization.rules.templates.base import Template, Usd

# At a poor link CTR of 0.3 % two thousand views bring 6 clicks; none at all is chance in less than 1 of 400 cases.


def document(usd: Usd) -> dict[str, Any]:
    return {
        "conditions": {
            "all": [
                {"field": "spend_3d", "operator": ">", "value": usd(20)},
                {"field": "inline_link_clicks_3d", "operator": "=", "value": 0},
                {"field": "impressions_3d", "operator": ">=", "value": 2000},
            ]
        },
        "actions": [{"kind": "pause"}],
        "mode": "approval_required",
    }


TEMPLATE = Template(
    key="spend_without_link_clicks",
    name="Spend without link clicks",
    category="loss_prevention",
    level="ad",
    priority=80,
    description="Pauses ads that were shown at least 2,000 times in 3 days without a single link click: a broken link, "
    "the wrong people or the wrong picture.",
    document=document,
)
