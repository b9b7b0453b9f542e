"""What executed changes saved and gained altogether: per account, month and rule.

Of each action the longest measured horizon counts, alone. The windows of one object never overlap, for a measurement
ends where the next change of the object (or of what it belongs to, or holds) begins; so nothing is counted twice. An
undo has no outcome of its own. Effects whose interval excludes zero are summed as saved (changes that spend less) or
gained (all others), losses included with their sign; the rest is summed apart as *cannot tell*. A budget counts by its
direction, whatever its kind says: a person may have given another amount.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet

from metaads.models.account import known_zone
from optimization.guards.base import BUDGETS
from optimization.kinds import KINDS
from optimization.models import Action, Effect, Horizon, Outcome, Rule

ORDER = {Horizon.DAY.value: 1, Horizon.TWO_DAYS.value: 2, Horizon.THREE_DAYS.value: 3}
SURE = frozenset({Effect.BETTER.value, Effect.WORSE.value})


@dataclass(frozen=True)
class Sums:
    """Minor units of one currency. `lost`: what of `saved` and `gained` is a loss (negative, contained in them)."""

    currency: str
    saved: int = 0
    gained: int = 0
    lost: int = 0
    cannot_tell: int = 0
    sure: int = 0
    unsure: int = 0

    @property
    def measured(self) -> int:
        """How many actions have an interval."""
        return self.sure + self.unsure

    @property
    def total(self) -> int:
        return self.saved + self.gained


@dataclass(frozen=True)
class Told:
    """The outcome of an action that counts."""

    action_id: int
    account_id: int
    rule_id: int | None
    kind: str
    field: str
    percent: Decimal | None
    currency: str
    executed_at: datetime
    zone: str
    horizon: str
    verdict: str
    effect: int


def told_of(actions: QuerySet[Action]) -> list[Told]:
    """One an action, in no order. One query."""
    rows = Outcome.objects.filter(action__in=actions, effect__isnull=False, horizon__in=ORDER).values_list(
        "action_id",
        "action__account_id",
        "action__rule_version__rule_id",
        "action__kind",
        "action__field",
        "action__amount_pct",
        "action__currency",
        "action__executed_at",
        "action__account__timezone_name",
        "horizon",
        "verdict",
        "effect",
    )
    best: dict[int, Told] = {}
    for row in rows:
        one = Told(*row)  # type: ignore[arg-type]  # executed, for it has an outcome; measured, by the filter
        held = best.get(one.action_id)
        if held is None or ORDER[one.horizon] > ORDER[held.horizon]:
            best[one.action_id] = one
    return list(best.values())


def summed(told: Iterable[Told]) -> dict[str, Sums]:
    """By currency: money of different currencies is never added."""
    parts: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        parts[one.currency].append(one)
    return {currency: _sum(currency, parts[currency]) for currency in sorted(parts)}


def _sum(currency: str, told: list[Told]) -> Sums:
    sure = [one for one in told if one.verdict in SURE]
    saved = sum(one.effect for one in sure if _prevents(one))
    return Sums(
        currency=currency,
        saved=saved,
        gained=sum(one.effect for one in sure) - saved,
        lost=sum(one.effect for one in sure if one.effect < 0),
        cannot_tell=sum(one.effect for one in told if one.verdict not in SURE),
        sure=len(sure),
        unsure=len(told) - len(sure),
    )


def _prevents(one: Told) -> bool:
    if one.field in BUDGETS and one.percent is not None:
        return one.percent < 0
    return one.kind in KINDS and KINDS[one.kind].loss_prevention


def by(told: Iterable[Told], key: Callable[[Told], Hashable]) -> dict[Hashable, dict[str, Sums]]:
    """Sums of each group: `by_month`, `lambda one: one.rule_id`, `lambda one: one.account_id`."""
    parts: dict[Hashable, list[Told]] = defaultdict(list)
    for one in told:
        parts[key(one)].append(one)
    return {group: summed(ones) for group, ones in parts.items()}


def by_month(told: Told) -> str:
    """2026-11 and the like, by the account's own calendar."""
    zone = ZoneInfo(told.zone if known_zone(told.zone) else "UTC")
    return f"{told.executed_at.astimezone(zone):%Y-%m}"


def by_rule(account_ids: Iterable[int]) -> dict[int, dict[str, Sums]]:
    """Every rule's, by its id, in these accounts. One query."""
    mine = Action.objects.filter(
        account_id__in=list(account_ids), rule_version__isnull=False, executed_at__isnull=False
    )
    groups = by(told_of(mine), lambda one: one.rule_id)
    return {rule_id: sums for rule_id, sums in groups.items() if isinstance(rule_id, int)}


def of_month(account_ids: Iterable[int], now: datetime, zone: ZoneInfo) -> dict[str, Sums]:
    """What was executed since the first of the month of `now`."""
    first = now.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return summed(told_of(Action.objects.filter(account_id__in=list(account_ids), executed_at__gte=first)))


def of_rule(rule: Rule, account_ids: Iterable[int]) -> dict[str, Sums]:
    """All that the rule ever did in these accounts."""
    mine = Action.objects.filter(rule_version__rule=rule, account_id__in=list(account_ids))
    return summed(told_of(mine.filter(executed_at__isnull=False)))


@dataclass(frozen=True)
class Stats:
    """`triggered`: proposals made; `savings` by currency."""

    triggered: int
    executed: int
    savings: Mapping[str, Sums]


def action_stats(account_ids: Iterable[int], since: datetime, until: datetime) -> Stats:
    """Of [since, until): proposals by the time of proposing, the rest by that of execution. For the API's stats."""
    mine = Action.objects.filter(account_id__in=list(account_ids))
    counts = mine.aggregate(
        triggered=Count("pk", filter=Q(proposed_at__gte=since, proposed_at__lt=until)),
        executed=Count("pk", filter=Q(executed_at__gte=since, executed_at__lt=until)),
    )
    done = mine.filter(executed_at__gte=since, executed_at__lt=until)
    return Stats(counts["triggered"], counts["executed"], summed(told_of(done)))
