"""Leads: contact forms on the site."""

from optimization.orchestrator.templates.base import Shipped, standard_event

LEADS = Shipped(
    key="leads",
    name="Leads",
    signal="lead",
    facts={
        "objective": "OUTCOME_LEADS",
        "optimization_goal": "OFFSITE_CONVERSIONS",
        "promoted_object": standard_event("LEAD"),
        "destination_type": "WEBSITE",
    },
)
