"""Protect learning phase: a notice not to edit what is still learning."""

from typing import Any

from optimization.rules.templates.base import Template, Usd


def document(usd: Usd) -> dict[str, Any]:
    return {
        "conditions": {
            "all": [
                {"field": "learning_phase", "operator": "is", "value": "LEARNING"},
                {"field": "days_active", "operator": "<", "value": 7},
            ]
        },
        "actions": [{"kind": "notify_only", "parameters": {"message": "in learning phase, avoid edits"}}],
        "mode": "automatic",
    }


TEMPLATE = Template(
    key="protect_learning",
    name="Protect learning phase",
    category="learning_protection",
    level="adset",
    priority=40,
    description="Says which young ad sets are still learning, because an edit would start their learning again.",
    document=document,
)
