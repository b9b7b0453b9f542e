"""Pre-saves: completed ones; each is dear, so one is enough to name a winner."""

from optimization.orchestrator.templates.base import Shipped, custom_event

PRESAVE = Shipped(
    key="presave",
    name="Pre-saves",
    signal="presavecomplete",
    facts={
        "objective": "OUTCOME_LEADS",
        "optimization_goal": "OFFSITE_CONVERSIONS",
        "promoted_object": custom_event("presavecomplete"),
        "destination_type": "WEBSITE",
        "winner_min_events": 1,
    },
)
