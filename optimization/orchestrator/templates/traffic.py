"""Traffic: clicks that lead to the site."""

from optimization.orchestrator.templates.base import Shipped

TRAFFIC = Shipped(
    key="traffic",
    name="Traffic",
    signal="link_click",
    facts={
        "objective": "OUTCOME_TRAFFIC",
        "optimization_goal": "LINK_CLICKS",
        "destination_type": "WEBSITE",
    },
)
