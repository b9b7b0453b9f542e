"""How far the guard rails let each budget move today, asked of the rails themselves.

A raise that a rail would block anyway must not take the room of others. So every purse is asked for the largest raise
there is, by itself; what concerns all budgets together is told as room.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from metaads.graph.money import to_minor
from optimization.entities import Entity
from optimization.guards import Outcome, judge_all
from optimization.guards.budget_sums import OVERSPEND
from optimization.models import Source
from optimization.queue.facts import Surroundings, Wish, facts_for
from optimization.queue.spending import CUT, EXPOSURE
from optimization.world import World

TOGETHER = frozenset({"exposure", "counts", "budget_sums", "correlation", "confidence"})
"""Rails that depend on what else is proposed, or how sure it is: not a matter of the one budget."""
RAISE, FIELD = "increase_budget", "daily_budget"


@dataclass(frozen=True)
class Known:
    """Spend (major unit) and impressions of the look-back, as the rails ask for them. None = unknown."""

    spend: Decimal | None
    impressions: float | None


def most_of(entity: Entity, now: int, known: Known, around: Surroundings) -> int:
    """The largest budget that the rails allow it today, minor unit."""
    wanted = now + int(now * around.limits.max_increase_percent / 100)
    wish = Wish(
        source=Source.OPTIMIZER, kind=RAISE, field=FIELD, before=now, wanted=wanted,
        data_read_at=around.now, confidence=1.0, spend=known.spend, impressions=known.impressions,
        deciding=frozenset({"roas"}),
    )  # fmt: skip
    most = wanted
    for verdict in judge_all(facts_for(around, wish, entity, now)).verdicts:
        if verdict.guard in TOGETHER:
            continue
        if verdict.outcome is Outcome.BLOCK:
            return now
        if verdict.trimmed_to is not None:
            most = min(most, verdict.trimmed_to)
    return max(most, now)


def least_of(entity: Entity, now: int, world: World, around: Surroundings) -> int:
    """The smallest that one step may lead to; today's where Meta's least is not known."""
    least = world.least_budget(entity)
    return now if least is None else min(max(now - int(now * around.limits.max_decrease_percent / 100), least), now)


def room_today(around: Surroundings) -> int | None:
    """By how much budgets may still grow today, net; None = what was spent yesterday is unknown, so nothing grows."""
    spent = around.estate.figures.spent_yesterday
    if spent is None:
        return None
    used = around.counters.get(EXPOSURE, 0) - around.counters.get(CUT, 0)
    return max(int(spent * around.limits.max_exposure_percent / 100) - used, 0)


def most_in_all(around: Surroundings, ours: Mapping[str, int]) -> int | None:
    """What the budgets `ours` may sum to under the account's cap, minor unit; None = there is none."""
    cap, held = around.limits.max_account_budget, around.estate.objects.in_account
    if cap is None or held is None:
        return None
    others = held - sum(ours.values())
    return int(to_minor(cap, around.account.currency) / OVERSPEND) - others
