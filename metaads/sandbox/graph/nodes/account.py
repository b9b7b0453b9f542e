"""Fields of an ad account (reference 3.2)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from metaads.sandbox.graph.view import View
from metaads.sandbox.world.columns import Metric
from metaads.sandbox.world.money import minimum_daily, minor

Reader = Callable[[View], Any]


def spent(view: View) -> int:
    """All that the account has spent, in minor units."""
    return int(view.account.daily[: view.account.days, :, Metric.SPEND].sum())


def _spent_since_reset(view: View) -> str:
    """Meta counts from the last reset of the spending limit on."""
    return str(spent(view) - view.account.health.cap_from)


def _funding_id(view: View) -> str:
    return str(105_000_000_000_000 + view.account.number)


def _funding(view: View) -> dict[str, Any] | None:
    """A card; absent where nobody has given a means of payment. (`type` 1 = credit card: memory only.)"""
    if not view.account.health.funded:
        return None
    return {"id": _funding_id(view), "display_string": "Visa ****4242", "type": 1}


def _failed_checks(view: View) -> list[dict[str, Any]]:
    """Account-wide blockers: those set, and a missing means of payment."""
    found = list(view.account.health.failed_delivery_checks)
    if not view.account.health.funded:
        found.append(
            {
                "check_name": "no_payment_method",
                "summary": "No payment method",
                "description": "Add a payment method. Without one no ad of this account can deliver.",
                "extra_info": {},
            }
        )
    return found


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
    "account_status": lambda v: v.account.health.account_status,
    "disable_reason": lambda v: v.account.health.disable_reason,
    "spend_cap": lambda v: str(v.account.health.spend_cap),
    "amount_spent": _spent_since_reset,
    "balance": lambda v: str(minor(180, v.account.market)),
    "min_daily_budget": lambda v: minimum_daily(v.account.market),
    "min_campaign_group_spend_cap": lambda v: str(minor(100, v.account.market)),
    "capabilities": lambda v: ["CAN_USE_BUDGET_SCHEDULING_API", "CAN_USE_ROAS_VALUE_OPTIMIZATION"],
    "created_time": lambda v: v.time(v.account.created),
    "age": lambda v: float(np.round((v.now - v.account.created) / 86_400, 2)),
    "user_tasks": lambda v: v.account.health.user_tasks,
    "is_prepay_account": lambda v: False,
    "funding_source": lambda v: _funding_id(v) if v.account.health.funded else None,
    "funding_source_details": _funding,
    "failed_delivery_checks": _failed_checks,
    "business": lambda v: {"id": str(103_000_000_000_000 + v.account.number), "name": v.account.market.name},
    "owner": lambda v: str(103_000_000_000_000 + v.account.number),
    "opportunity_score": lambda v: float(60 + v.account.number * 7 % 40),
    "default_dsa_payor": lambda v: v.account.market.name,
    "default_dsa_beneficiary": lambda v: v.account.market.name,
}
