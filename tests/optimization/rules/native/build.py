"""Native rules for tests, as Meta gives them."""

from typing import Any

from metaads.models import AdAccount, NativeRule
from tests.factories.metaads import NOW

AD_SETS = {"field": "entity_type", "operator": "EQUAL", "value": "ADSET"}
WEEK = {"field": "time_preset", "operator": "EQUAL", "value": "LAST_7D"}
SPENT = {"field": "spent", "operator": "GREATER_THAN", "value": 5000}


def about(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


def native(
    account: AdAccount,
    *filters: dict[str, Any],
    does: str = "PAUSE",
    options: dict[str, Any] | None = None,
    schedule: Any = "DAILY",
    evaluation: str = "SCHEDULE",
    name: str = "Stop the loss",
) -> NativeRule:
    """Pauses ad sets daily that spent over 50.00 in 7 days, unless told otherwise. `options`: field -> value."""
    number = NativeRule.objects.count() + 1
    given = [{"field": key, "value": value, "operator": "EQUAL"} for key, value in (options or {}).items()]
    return NativeRule.objects.create(
        account=account,
        meta_id=str(2_385_000_000 + number),
        name=name,
        status="ENABLED",
        evaluation_spec={"evaluation_type": evaluation, "filters": list(filters or (AD_SETS, WEEK, SPENT))},
        execution_spec={"execution_type": does, "execution_options": given},
        schedule_spec=schedule if isinstance(schedule, dict) else {"schedule_type": schedule},
        synced_at=NOW,
    )
