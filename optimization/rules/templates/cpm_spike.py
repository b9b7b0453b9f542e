"""CPM spike: a thousand views cost half more today than this week."""

from typing import Any

from optimization.rules.templates.base import Template, Usd

# Half more than the week is beyond the usual rhythm of hours and week days (a CPM moves by about 20 % a day); 2,000
# views make today's CPM a figure. What to do about an auction is a person's decision, so it only tells.


def document(usd: Usd) -> dict[str, Any]:
    return {
        "conditions": {
            "all": [
                {"field": "cpm_today", "operator": ">", "value": "cpm_7d * 1.5"},
                {"field": "impressions_today", "operator": ">=", "value": 2000},
                {"field": "spend_today", "operator": ">", "value": usd(20)},
            ]
        },
        "actions": [
            {
                "kind": "notify_only",
                "parameters": {"message": "CPM is over 1.5 times its week: check overlap, placements and competition"},
            }
        ],
        "mode": "automatic",
        "schedule": {"every": "hourly"},
    }


TEMPLATE = Template(
    key="cpm_spike",
    name="CPM spike",
    category="loss_prevention",
    level="adset",
    priority=40,
    description="Says which ad sets pay over 1.5 times their 7-day CPM today, with at least 2,000 views to judge by.",
    document=document,
)
