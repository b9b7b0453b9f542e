"""Virality: videos watched to the end, or for 15 seconds."""

from optimization.orchestrator.templates.base import Shipped

VIRALITY = Shipped(
    key="virality",
    name="Virality",
    signal="thruplay",
    facts={
        "objective": "OUTCOME_ENGAGEMENT",
        "optimization_goal": "THRUPLAY",
        "destination_type": "ON_VIDEO",
    },
)
