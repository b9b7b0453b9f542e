"""The shadow record of a rule that only suggests: how its suggestions would have done, by what really happened after.

Every suggestion of the last 30 days is taken as if it had been followed, one after the other, and nothing is counted
twice (`optimization.outcomes`); one that says the same again is the same. A cut was right where what it took away cost
more per conversion than the account pays on average, a raise where it cost less; a suggestion younger than a day, or
without data, is not judged.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from intelligence.metrics import windows
from intelligence.metrics.series import account_daily
from metaads.models import AdAccount, Level
from optimization.entities import load
from optimization.models import Action, Rule
from optimization.outcomes import After, Change, Really, after, total

DAYS = 30
SETTLES = timedelta(days=1)
ABOVE = {Level.AD: (Level.AD_SET, Level.CAMPAIGN), Level.AD_SET: (Level.CAMPAIGN,), Level.CAMPAIGN: ()}


@dataclass(frozen=True)
class Suggestion:
    """`right` None: not judged yet, or not to be judged."""

    action: Action
    after: After
    right: bool | None


@dataclass(frozen=True)
class Record:
    """One account. `total`: had all been followed (major unit). `usual_cost`: what the account pays per conversion."""

    account: AdAccount
    suggestions: tuple[Suggestion, ...]
    total: After
    usual_cost: float | None

    @property
    def right(self) -> int:
        return sum(one.right is True for one in self.suggestions)

    @property
    def wrong(self) -> int:
        return sum(one.right is False for one in self.suggestions)

    @property
    def open(self) -> int:
        return sum(one.right is None for one in self.suggestions)


def is_shadow(rule: Rule) -> bool:
    """Whether the rule, as it is now, only suggests."""
    return bool(rule.current and rule.current.document.get("mode") == "suggestion_only")


def record_of(rule: Rule, now: datetime, accounts: Iterable[AdAccount] | None = None) -> list[Record]:
    """One record per account in which the rule suggested something, by account; `accounts` narrows to these.

    Suggestions that a person approved are no shadow: they happened.
    """
    rows = Action.objects.filter(
        rule_version__rule=rule,
        rule_version__document__mode="suggestion_only",
        executed_at__isnull=True,
        proposed_at__gt=now - timedelta(days=DAYS),
        proposed_at__lte=now,
    ).exclude(status__in=("approved", "executing", "uncertain", "needs_person"))
    if accounts is not None:
        rows = rows.filter(account__in=list(accounts))
    by_account: dict[AdAccount, dict[object, Action]] = {}
    for action in rows.select_related("account__connection").order_by("account_id", "proposed_at", "pk"):
        said = (action.level, action.entity_id, action.field, json.dumps(action.value_final, sort_keys=True))
        by_account.setdefault(action.account, {}).setdefault(said, action)
    return [_record(account, list(actions.values()), now) for account, actions in by_account.items()]


def _record(account: AdAccount, actions: list[Action], now: datetime) -> Record:
    changes = _changes(account, actions)
    first = windows.local_day(changes[0].at, account.zone)
    really = Really(account, first, windows.local_day(now, account.zone), now)
    outcomes = after(changes, really, now)
    usual = _usual_cost(account, now)
    judged = [
        Suggestion(action, outcome, _right(outcome, usual) if now - action.proposed_at >= SETTLES else None)
        for action, outcome in zip(actions, outcomes, strict=True)
    ]
    return Record(account, tuple(judged), total(outcomes), usual)


def _changes(account: AdAccount, actions: list[Action]) -> list[Change]:
    parents: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}
    for level in {action.level for action in actions}:
        ids = {action.entity_id for action in actions if action.level == level}
        for entity in load(account, level, ids).values():
            above = zip(ABOVE[Level(level)], entity.parent_ids, strict=False)
            parents[level, entity.meta_id] = tuple((str(up), one) for up, one in above)
    return [
        Change(
            at=action.proposed_at,
            level=action.level,
            entity_id=action.entity_id,
            field=action.field,
            before=action.value_before,
            final=action.value_final,
            parents=parents.get((action.level, action.entity_id), ()),
        )
        for action in actions
    ]


def _usual_cost(account: AdAccount, now: datetime) -> float | None:
    """Cost per conversion of the whole account over the same days; None = unknown or no conversion."""
    found = account_daily(account, ["spend", "conversions"], DAYS, now).values
    days = [
        (spend, conversions)
        for spend, conversions in zip(found["spend"], found["conversions"], strict=True)
        if spend is not None and conversions is not None
    ]
    won = sum(conversions for _, conversions in days)
    return sum(spend for spend, _ in days) / won if won else None


def _right(outcome: After, usual: float | None) -> bool | None:
    cut, lost = outcome.spend_cut, outcome.conversions_lost
    if cut is None or lost is None or cut == 0:
        return None
    if lost == 0:
        return cut > 0
    if usual is None:
        return None
    costly = cut / lost > usual
    return costly if cut > 0 else not costly
