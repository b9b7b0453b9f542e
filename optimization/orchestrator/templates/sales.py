"""Sales: purchases that the pixel reports."""

from optimization.orchestrator.templates.base import Shipped, standard_event

SALES = Shipped(
    key="sales",
    name="Sales",
    signal="purchase",
    facts={
        "objective": "OUTCOME_SALES",
        "optimization_goal": "OFFSITE_CONVERSIONS",
        "promoted_object": standard_event("PURCHASE"),
        "destination_type": "WEBSITE",
    },
)
