"""Fan segmentation: which link people choose on the page, which tells who they are."""

from optimization.orchestrator.templates.base import Shipped, custom_event

FAN_SEGMENTATION = Shipped(
    key="fan_segmentation",
    name="Fan segmentation",
    signal="onclicklink",
    facts={
        "objective": "OUTCOME_ENGAGEMENT",
        "optimization_goal": "OFFSITE_CONVERSIONS",
        "promoted_object": custom_event("onclicklink"),
        "destination_type": "WEBSITE",
    },
)
