"""Followers: visits of the Instagram profile, from where people follow."""

from optimization.orchestrator.templates.base import Shipped

FOLLOWERS = Shipped(
    key="followers",
    name="Followers",
    signal="profile_view",
    facts={
        "objective": "OUTCOME_TRAFFIC",
        "optimization_goal": "VISIT_INSTAGRAM_PROFILE",
        "promoted_object": {"page_id": "{page_id}"},
        "destination_type": "INSTAGRAM_PROFILE",
    },
)
