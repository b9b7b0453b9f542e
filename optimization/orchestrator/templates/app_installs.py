"""App installs on phones."""

from optimization.orchestrator.templates.base import Shipped

APP_INSTALLS = Shipped(
    key="app_installs",
    name="App installs",
    signal="mobile_app_install",
    facts={
        "objective": "OUTCOME_APP_PROMOTION",
        "optimization_goal": "APP_INSTALLS",
        "promoted_object": {"application_id": "{application_id}", "object_store_url": "{object_store_url}"},
    },
)
