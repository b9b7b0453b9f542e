"""Build an audience: sign-ups on the site."""

from optimization.orchestrator.templates.base import Shipped, standard_event

BUILD_AUDIENCE = Shipped(
    key="build_audience",
    name="Build an audience",
    signal="lead",
    facts={
        "objective": "OUTCOME_LEADS",
        "optimization_goal": "OFFSITE_CONVERSIONS",
        "promoted_object": standard_event("LEAD"),
        "destination_type": "WEBSITE",
    },
)
