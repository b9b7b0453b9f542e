"""Winners at learning limited: good figures, too few of them to learn from."""

from typing import Any

from optimization.rules.templates.base import Template, Usd

# Learning needs about 50 results a week. A winner that cannot get them gains more from merging or a wider audience than
# from any budget step, and that is a person's work.


def document(usd: Usd) -> dict[str, Any]:
    return {
        "conditions": {
            "all": [
                {"field": "learning_phase", "operator": "is", "value": "LEARNING_LIMITED"},
                {"field": "roas_7d", "operator": ">", "value": "account_roas_7d"},
                {"field": "conversions_7d", "operator": ">=", "value": 5},
            ]
        },
        "actions": [
            {
                "kind": "notify_only",
                "parameters": {"message": "good but learning limited: merge ad sets or widen the audience"},
            }
        ],
        "mode": "automatic",
        "schedule": {"every": "daily", "at": "09:00"},
    }


TEMPLATE = Template(
    key="winners_learning_limited",
    name="Winners at learning limited",
    category="learning_protection",
    level="adset",
    priority=30,
    description="Says which ad sets return more than the account does and still are learning limited, with at least "
    "5 conversions in 7 days.",
    document=document,
)
