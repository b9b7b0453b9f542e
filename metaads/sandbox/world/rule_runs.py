"""Native rules at work: on their schedule they pause, start, change budgets and bids, as Meta's own (reference 10)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from metaads.sandbox.world import activity, edits
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.money import minimum_daily
from metaads.sandbox.world.native_rules import PERSON, NativeRule
from metaads.sandbox.world.nodes import AdSet, Campaign
from metaads.sandbox.world.options import WorldOptions
from metaads.sandbox.world.rule_filters import LEVELS, Node, meant

_KEPT = 200
_MINUTES = 24 * 60


def act(account: Account, options: WorldOptions, start: int, hours: float, local: datetime) -> None:
    """Runs the rules that are due in the step that begins at Unix second `start`."""
    for rule in account.rules:
        scheduled = rule.evaluation_spec.get("evaluation_type") == "SCHEDULE"
        works = options.native_rules or rule.created_by != PERSON[0]
        if rule.status == "ENABLED" and scheduled and works and _is_due(rule, local, hours):
            run(account, options.seed, rule, start)


def run(account: Account, seed: int, rule: NativeRule, at: int) -> list[dict[str, Any]]:
    """One run: what it did, by object; also written into the rule's own history."""
    rule.last_run = at
    results = []
    for node in meant(account, rule):
        if _may_again(rule, node, at):
            done = _ACTS.get(str(rule.execution_spec.get("execution_type")), _nothing)(account, seed, rule, node, at)
            if done:
                rule.acted.setdefault(node.id, []).append(at)
                results.append({"object_id": node.id, "object_type": LEVELS[type(node)], "actions": [done]})
    if results:
        rule.history.append({"timestamp": at, "is_manual": False, "results": results})
        del rule.history[:-_KEPT]
    return results


def _is_due(rule: NativeRule, local: datetime, hours: float) -> bool:
    """Whether a moment of the schedule lies in the step: days begin at midnight on the account's clock."""
    minute = local.hour * 60 + local.minute
    moments = _moments(rule.schedule_spec, (local.weekday() + 1) % 7)
    return any(minute <= one < minute + round(60 * hours) for one in moments)


def _moments(schedule: dict[str, Any], day: int) -> list[int]:
    """Minutes of the day at which the rule runs. `day`: 0 = Sunday."""
    kind = schedule.get("schedule_type")
    if kind == "DAILY":
        return [0]
    if kind == "HOURLY":
        return list(range(0, _MINUTES, 60))
    if kind == "SEMI_HOURLY":
        return list(range(0, _MINUTES, 30))
    parts = [one for one in schedule.get("schedule") or [] if day in (one.get("days") or range(7))]
    return [int(one.get("start_minute") or 0) for one in parts]


def _options(rule: NativeRule) -> dict[str, Any]:
    return {one.get("field"): one.get("value") for one in rule.execution_spec.get("execution_options") or []}


def _may_again(rule: NativeRule, node: Node, at: int) -> bool:
    """Its frequency (minutes) and its count limit, for this object."""
    options, acted = _options(rule), rule.acted.get(node.id, [])
    limit, pause = options.get("execution_count_limit"), float(options.get("action_frequency") or 0) * 60
    return (limit is None or len(acted) < int(limit)) and (not acted or at - acted[-1] >= pause)


def _edit(account: Account, seed: int, node: Node, name: str, value: Any, at: int) -> dict[str, Any] | None:
    before = getattr(node, name)
    if before == value:
        return None
    edits.apply(account, node, {name: value}, at, seed)
    activity.note(account, at, node, {name: before}, {name: value}, activity.RULES)
    return {"field": name, "old_value": str(before), "new_value": str(value)}


def _status(word: str, did: str) -> Callable[..., dict[str, Any] | None]:
    def set_it(account: Account, seed: int, rule: NativeRule, node: Node, at: int) -> dict[str, Any] | None:
        done = _edit(account, seed, node, "status", word, at)
        return {"action": did, **done} if done else None

    return set_it


def _money(did: str, *kinds: type) -> Callable[..., dict[str, Any] | None]:
    def change(account: Account, seed: int, rule: NativeRule, node: Node, at: int) -> dict[str, Any] | None:
        spec = _options(rule).get("change_spec") or {}
        name = str(spec.get("target_field") or ("bid_amount" if did == "CHANGED_BID" else "daily_budget"))
        now = getattr(node, name, None)
        if not isinstance(node, kinds) or not now:
            return None
        done = _edit(account, seed, node, name, _amount(account, spec, int(now), name), at)
        return {"action": did, **done} if done else None

    return change


def _amount(account: Account, spec: dict[str, Any], now: int, name: str) -> int:
    """The new amount in minor units: by per cent or by an amount, never past the rule's own limit."""
    step = float(spec.get("amount") or 0)
    wanted = round(now * (1 + step / 100)) if spec.get("unit") == "PERCENTAGE" else round(now + step)
    limit = spec.get("limit")
    if limit is not None:
        wanted = max(now, min(wanted, int(limit))) if step > 0 else min(now, max(wanted, int(limit)))
    return max(minimum_daily(account.market) if name == "daily_budget" else 1, wanted)


def _notify(account: Account, seed: int, rule: NativeRule, node: Node, at: int) -> dict[str, Any]:
    return {"action": "FACEBOOK_NOTIFICATION_SENT"}


def _nothing(account: Account, seed: int, rule: NativeRule, node: Node, at: int) -> None:
    """What this sandbox does not carry out: rotation, rebalancing, pings."""


_ACTS: dict[str, Callable[..., dict[str, Any] | None]] = {
    "PAUSE": _status("PAUSED", "PAUSED"),
    "UNPAUSE": _status("ACTIVE", "UNPAUSED"),
    "CHANGE_BUDGET": _money("CHANGED_BUDGET", AdSet),
    "CHANGE_CAMPAIGN_BUDGET": _money("CHANGED_BUDGET", Campaign),
    "CHANGE_BID": _money("CHANGED_BID", AdSet),
    "NOTIFICATION": _notify,
}
