"""What a native rule does, and when, as an action, a schedule and a safety block of ours (reference 10)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from metaads.bids import CAPPED
from metaads.models import Level
from optimization.rules.native.filters import Meant
from optimization.rules.native.reading import Raw, Reading, entries, mapping, plain_number

BUDGET_LEVEL = {"CHANGE_BUDGET": Level.AD_SET.value, "CHANGE_CAMPAIGN_BUDGET": Level.CAMPAIGN.value}
BUDGETS = ("daily_budget", "lifetime_budget")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
LONGEST_PAUSE = 720 * 60
UNSAID = "Meta tells this to the people it names; here it goes to everybody who follows the account."
LIKE = {
    "ROTATE": "It rotates ads, and Meta does not document by what; “Rotate ads” here is like it, not the same.",
    "REBALANCE_BUDGET": (
        "It moves budget by shares that Meta does not document; “Reallocate budget” here splits by ROAS, which is like "
        "it, not the same."
    ),
}
"""What a rule here does in another way: never taken over by itself."""
ASKS = "Meta's rule acts alone; this one asks first until you set it to automatic."


def read_action(reading: Reading, meant: Meant) -> list[dict[str, Any]]:
    """The one action; empty after telling the problem."""
    spec = mapping(reading.native.execution_spec)
    execution, options = str(spec.get("execution_type", "")), _options(reading, spec)
    if spec.get("is_once_off"):
        reading.fault("It acts once and never again, which a rule here cannot promise.")
    if execution in ("PAUSE", "UNPAUSE"):
        reading.note(ASKS)
        return [{"kind": "pause" if execution == "PAUSE" else "activate"}]
    if execution == "NOTIFICATION":
        if "user_ids" in options:
            reading.note(UNSAID)
        message = (reading.native.name or f"Meta's rule {reading.native.meta_id}")[:400]
        return [{"kind": "notify_only", "parameters": {"message": message}}]
    if execution in BUDGET_LEVEL:
        reading.note(ASKS)
        return _budget(reading, meant, execution, mapping(options.get("change_spec")))
    if execution == "CHANGE_BID":
        reading.note(ASKS)
        return _bid(reading, meant, mapping(options.get("change_spec")))
    if execution in LIKE:
        reading.fault(LIKE[execution])
        return []
    reading.fault(f"It does {execution or 'nothing that is named'}, which no rule here can do.")
    return []


def _options(reading: Reading, spec: Raw) -> dict[str, Any]:
    raw = spec.get("execution_options") or []
    found = {str(one.get("field")): one.get("value") for one in entries(raw)}
    for name in sorted(set(found) - {"user_ids", "change_spec", "action_frequency", "execution_count_limit"}):
        reading.fault(f"The option {name} has no counterpart here.")
    if found.get("execution_count_limit") is not None:
        limit = found["execution_count_limit"]
        reading.fault(f"It acts at most {limit} times on one object in all; here changes are counted a day.")
    return found


def _budget(reading: Reading, meant: Meant, execution: str, change: Raw) -> list[dict[str, Any]]:
    level, unit, target = BUDGET_LEVEL[execution], str(change.get("unit", "")), str(change.get("target_field") or "")
    if meant.level and meant.level != level:
        reading.fault(f"{execution} is about another level than its filters.")
    if unit not in ("PERCENTAGE", "ACCOUNT_CURRENCY") or (target and target not in BUDGETS):
        reading.fault(f"A change of {target or 'the budget'} in {unit or 'no unit'} has no counterpart here.")
        return []
    amount = (reading.number if unit == "PERCENTAGE" else reading.money)(change.get("amount"), "amount")
    if amount is None or amount == 0:
        reading.fault("The size of its change cannot be read.")
        return []
    if target:  # Meta changes only this budget, so an object with the other one is left alone
        meant.conditions.append({"field": target, "operator": ">", "value": 0})
    return [{"kind": _kind(amount), "parameters": _parameters(reading, change, unit, amount)}]


def _bid(reading: Reading, meant: Meant, change: Raw) -> list[dict[str, Any]]:
    """Meta changes bid amounts of ad sets, so what bids by itself or for a ROAS floor is left alone."""
    unit, target = str(change.get("unit", "")), str(change.get("target_field") or "bid_amount")
    if meant.level and meant.level != Level.AD_SET.value:
        reading.fault("CHANGE_BID is about another level than its filters.")
    if unit not in ("PERCENTAGE", "ACCOUNT_CURRENCY") or target != "bid_amount":
        reading.fault(f"A change of {target} in {unit or 'no unit'} has no counterpart here.")
        return []
    amount = (reading.number if unit == "PERCENTAGE" else reading.money)(change.get("amount"), "amount")
    if amount is None or amount == 0:
        reading.fault("The size of its change cannot be read.")
        return []
    meant.conditions.append({"field": "bid_strategy", "operator": "in", "value": sorted(CAPPED)})
    size = {"percent" if unit == "PERCENTAGE" else "amount": plain_number(amount)}
    return [{"kind": "adjust_bid", "parameters": {**_parameters(reading, change, unit, amount), **size}}]


def _kind(amount: Decimal) -> str:
    return "increase_budget" if amount > 0 else "decrease_budget"


def _parameters(reading: Reading, change: Raw, unit: str, amount: Decimal) -> dict[str, Any]:
    size = plain_number(abs(amount))
    made: dict[str, Any] = {"percent" if unit == "PERCENTAGE" else "amount": size}
    if change.get("limit") is not None:
        limit = reading.money(change.get("limit"), "limit")
        if limit is not None:
            made["upper" if amount > 0 else "lower"] = plain_number(limit)
    return made


def read_schedule(reading: Reading, safety: Mapping[str, Any], kind: str) -> dict[str, Any]:
    spec = mapping(reading.native.schedule_spec)
    word = str(spec.get("schedule_type", ""))
    if word == "DAILY":
        return {"every": "daily", "at": "00:00"}
    if word == "HOURLY":
        return {"every": "hourly"}
    if word == "SEMI_HOURLY":
        return _half_hourly(reading, safety, kind)
    if word == "CUSTOM":
        return _custom(reading, entries(spec.get("schedule")))
    reading.fault("It has no schedule that Meta documents.")
    return {}


def _half_hourly(reading: Reading, safety: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Twice as often is the same where a second look changes nothing: a status, a notice, a change with a pause."""
    if kind in ("increase_budget", "decrease_budget", "adjust_bid") and safety.get("cooldown_hours", 0) < 0.5:
        reading.fault("It changes an amount every half hour; here rules look every 15 minutes or every hour.")
    reading.note("Meta looks every half hour; this rule looks every 15 minutes, which changes nothing else.")
    return {"every": "15min"}


def _custom(reading: Reading, moments: list[Raw]) -> dict[str, Any]:
    """One time of the day on some days. Spans, and several times, are more than one rule here."""
    times = {(one.get("start_minute"), one.get("end_minute", one.get("start_minute"))) for one in moments}
    start, end = next(iter(times)) if len(times) == 1 else (None, None)
    days = [day for one in moments for day in (one.get("days") or range(7))]
    sound = isinstance(start, int) and start == end and 0 <= start < 1440 and all(day in range(7) for day in days)
    if not isinstance(start, int) or not sound:
        reading.fault(
            "Its times are several, or a span of which Meta does not say when it looks; make a rule for each."
        )
        return {}
    made: dict[str, Any] = {"every": "daily", "at": f"{start // 60:02}:{start % 60:02}"}
    if len(set(days)) < 7:
        made["weekdays"] = [WEEKDAYS[day] for day in sorted(set(days))]
    return made


def read_safety(reading: Reading) -> dict[str, Any]:
    """Minutes between two changes of one object."""
    options = entries(mapping(reading.native.execution_spec).get("execution_options"))
    raw = next((one.get("value") for one in options if one.get("field") == "action_frequency"), None)
    if raw is None:
        return {}
    minutes = reading.number(raw, "action_frequency")
    if minutes is None or not 0 <= minutes <= LONGEST_PAUSE:
        reading.fault(f"A pause of {raw} minutes between two changes is more than rules here keep.")
        return {}
    return {"cooldown_hours": plain_number(minutes / 60)}
