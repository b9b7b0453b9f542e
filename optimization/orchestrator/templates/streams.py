"""Streams: people who go on from the smart link to a streaming service, which its page reports to the pixel."""

from optimization.orchestrator.templates.base import Shipped, custom_event

STREAMS = Shipped(
    key="streams",
    name="Streams",
    signal="smartlinkclicked",
    facts={
        "objective": "OUTCOME_ENGAGEMENT",
        "optimization_goal": "OFFSITE_CONVERSIONS",
        "promoted_object": custom_event("smartlinkclicked"),
        "destination_type": "WEBSITE",
    },
)
