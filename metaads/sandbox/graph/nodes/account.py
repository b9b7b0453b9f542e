"""Fields of an ad account (reference 3.2)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from metaads.sandbox.graph.view import View
from metaads.sandbox.world.columns import Metric
from metaads.sandbox.world.money import minimum_daily, minor

Reader = Callable[[View], Any]


def _spent(view: View) -> str:
    return str(int(view.account.daily[: view.account.days, :, Metric.SPEND].sum()))


def _hours_from_utc(view: View) -> float:
    offset = view.account.local(view.now).utcoffset()
    return offset.total_seconds() / 3600 if offset is not None else 0.0


FIELDS: dict[str, Reader] = {
    "id": lambda v: f"act_{v.account.id}",
    "account_id": lambda v: v.account.id,
    "name": lambda v: v.account.market.name,
    "currency": lambda v: v.account.market.currency,
    "timezone_name": lambda v: v.account.market.zone,
    "timezone_id": lambda v: v.account.market.zone_id,
    "timezone_offset_hours_utc": _hours_from_utc,
    "account_status": lambda v: 1,
    "disable_reason": lambda v: 0,
    "spend_cap": lambda v: "0",
    "amount_spent": _spent,
    "balance": lambda v: str(minor(180, v.account.market)),
    "min_daily_budget": lambda v: minimum_daily(v.account.market),
    "min_campaign_group_spend_cap": lambda v: str(minor(100, v.account.market)),
    "capabilities": lambda v: ["CAN_USE_BUDGET_SCHEDULING_API", "CAN_USE_ROAS_VALUE_OPTIMIZATION"],
    "created_time": lambda v: v.time(v.account.created),
    "age": lambda v: float(np.round((v.now - v.account.created) / 86_400, 2)),
    "user_tasks": lambda v: ["MANAGE", "ADVERTISE", "ANALYZE", "DRAFT"],
    "is_prepay_account": lambda v: False,
    "failed_delivery_checks": lambda v: [],
}
