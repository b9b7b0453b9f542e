"""The guard rails' second look, on Meta's live value and the newest data, right before writing."""

from datetime import datetime
from decimal import Decimal

from intelligence.models import Freshness
from metaads.executor import Live
from optimization.dispatch.held import Held
from optimization.entities import Entity, load_one
from optimization.guards import Judgement, judge_all
from optimization.models import Action
from optimization.queue.facts import Wish, facts_for, surroundings
from optimization.queue.reserve import account_day


def _last_read_at(action: Action) -> datetime | None:
    rows = Freshness.objects.filter(account=action.account, level=action.level)
    return rows.values_list("read_at", flat=True).first()


def waits_for(action: Action, now: datetime) -> str | None:
    """What only time can lift, asked of the mirror before the claim: no call to Meta and no ledger event to hear no."""
    entity = load_one(action.account, action.level, action.entity_id)
    if entity is None:
        return None
    judgement = _judge(action, entity, entity.value_of(action.field), now)
    return judgement.blocked.reason if judgement.blocked and judgement.must_wait else None


def judge_again(held: Held, live: Live, now: datetime) -> Judgement | None:
    """The rails' verdicts on Meta's live value. None: the entity has vanished from the mirror."""
    action = held.action
    entity = load_one(action.account, action.level, action.entity_id)
    return None if entity is None else _judge(action, entity, live.value, now)


def _judge(action: Action, entity: Entity, current: int | str | None, now: datetime) -> Judgement:
    figures = action.metrics.get("rails", {})
    spend = figures.get("spend")
    wish = Wish(
        source=action.binding_source,
        kind=action.kind,
        field=action.field,
        before=action.value_before,
        wanted=action.value_final,
        data_read_at=_last_read_at(action),
        confidence=action.confidence,
        spend=None if spend is None else Decimal(spend),
        impressions=figures.get("impressions"),
    )
    # What was reserved before midnight stands in yesterday's counters and can't be taken off today's.
    today = account_day(action.account, now).isoformat()
    own = {str(name): int(amount) for name, day, amount in action.reserved if day == today}
    around = surroundings(action.account, now, [action.entity_id])
    return judge_all(facts_for(around, wish, entity, current, executing=True, own=own))


def shrunk(old: int | str, wanted: int | str, final: int | str) -> int | str:
    """A trim at execution may only bring a budget nearer to the old one; anything else leaves it as approved."""
    if isinstance(old, int) and isinstance(wanted, int) and isinstance(final, int):
        same_side = (final - old) * (wanted - old) > 0
        if same_side and abs(final - old) < abs(wanted - old):
            return final
    return wanted
