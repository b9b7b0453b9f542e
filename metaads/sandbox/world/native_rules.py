"""Meta's own automated rules of an account (reference 10): somebody made them in Ads Manager before we came."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from metaads.sandbox.world.nodes import AdSet
from metaads.sandbox.world.options import Market

PREFIX = "2385"
_FIRST, _PER_ACCOUNT = 23_850_000_000_000_000, 1_000_000
_DAY = 86_400
PERSON = ("100089000000017", "Jordan Weiss")


@dataclass(slots=True)
class NativeRule:
    """One rule as Meta stores it; the specs are Meta's JSON. `last_run`: Unix second, 0 = never.

    `acted`: by object id, the Unix seconds of the changes made to it (counted against its frequency and count limits).
    """

    id: str
    name: str
    evaluation_spec: dict[str, Any]
    execution_spec: dict[str, Any]
    schedule_spec: dict[str, Any]
    created: int
    updated: int
    status: str = "ENABLED"
    created_by: str = PERSON[0]
    creator_name: str = PERSON[1]
    last_run: int = 0
    acted: dict[str, list[int]] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)


class Account(Protocol):
    """What rules need of the account, which imports this file."""

    number: int
    market: Market
    simulated_to: int
    ad_sets: list[AdSet]
    rules: list[NativeRule]


def seeded(account: Account) -> list[NativeRule]:
    """Rules that the account has from the start: a daily raise, a notice, and an old pause that is switched off."""
    at = account.simulated_to - 90 * _DAY
    made = [_raise(account, at), _notice(account, at + 3 * _DAY), _old_pause(account, at - 200 * _DAY)]
    return [rule for rule in made if rule is not None]


def next_id(account: Account) -> str:
    """The id of the account's next rule; ids of deleted rules are not used again."""
    taken = [int(rule.id) for rule in account.rules]
    return str(max(taken, default=_FIRST + account.number * _PER_ACCOUNT) + 1)


def account_number(rule_id: str) -> int:
    """Number of the account that a rule with this id would belong to."""
    return (int(rule_id) - _FIRST) // _PER_ACCOUNT


def _id(account: Account, index: int) -> str:
    return str(_FIRST + account.number * _PER_ACCOUNT + index)


def _raise(account: Account, at: int) -> NativeRule | None:
    """Five per cent more a day, up to a limit, on the last ad set with an own budget, while its return is good."""
    chosen = _last(s for s in account.ad_sets if s.status == "ACTIVE" and s.daily_budget)
    if chosen is None:
        return None
    filters = [
        {"field": "id", "operator": "IN", "value": [chosen.id]},
        {"field": "time_preset", "operator": "EQUAL", "value": "LAST_7_DAYS"},
        {"field": "website_purchase_roas", "operator": "GREATER_THAN", "value": 3},
    ]
    limit = (chosen.daily_budget or 0) * 5 // 4
    spec = {"amount": 5, "unit": "PERCENTAGE", "limit": limit, "target_field": "daily_budget"}
    options = [
        {"field": "change_spec", "value": spec, "operator": "EQUAL"},
        {"field": "action_frequency", "value": 1440, "operator": "EQUAL"},
    ]
    return NativeRule(
        _id(account, 1), "Raise the winner a little every day", {"evaluation_type": "SCHEDULE", "filters": filters},
        {"execution_type": "CHANGE_BUDGET", "execution_options": options}, {"schedule_type": "DAILY"}, at, at,
    )  # fmt: skip


def _notice(account: Account, at: int) -> NativeRule:
    filters = [
        {"field": "entity_type", "operator": "EQUAL", "value": "CAMPAIGN"},
        {"field": "time_preset", "operator": "EQUAL", "value": "LAST_3_DAYS"},
        {"field": "frequency", "operator": "GREATER_THAN", "value": 4},
    ]
    options = [{"field": "user_ids", "value": [PERSON[0]], "operator": "EQUAL"}]
    return NativeRule(
        _id(account, 2), "Tell me about tired campaigns", {"evaluation_type": "SCHEDULE", "filters": filters},
        {"execution_type": "NOTIFICATION", "execution_options": options}, {"schedule_type": "DAILY"}, at, at,
    )  # fmt: skip


def _old_pause(account: Account, at: int) -> NativeRule:
    filters = [
        {"field": "entity_type", "operator": "EQUAL", "value": "AD"},
        {"field": "time_preset", "operator": "EQUAL", "value": "LIFETIME"},
        {"field": "spent", "operator": "GREATER_THAN", "value": 50 * account.market.offset},
        {"field": "ctr", "operator": "LESS_THAN", "value": 0.4},
    ]
    return NativeRule(
        _id(account, 3), "Pause dull ads", {"evaluation_type": "SCHEDULE", "filters": filters},
        {"execution_type": "PAUSE"}, {"schedule_type": "SEMI_HOURLY"}, at, at + 40 * _DAY, status="DISABLED",
    )  # fmt: skip


def _last(found: Iterable[AdSet]) -> AdSet | None:
    chosen = list(found)
    return chosen[-1] if chosen else None
