"""The guard rails' second look, on Meta's live value and the newest data, right before writing."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from intelligence.models import Freshness
from metaads.executor import Change, Live
from optimization.dispatch.held import Held
from optimization.entities import Entity, account_entity, load_one
from optimization.guards import MADE, Facts, Judgement, judge_all, judge_plan
from optimization.models import ACCOUNT_LEVEL, Action, EmergencyStop, Source
from optimization.queue.facts import Wish, facts_for, surroundings
from optimization.queue.facts_of_steps import beside_each_other, one_of
from optimization.queue.reserve import account_day
from optimization.steps import is_reference, made_budget, steps_of


def _last_read_at(action: Action) -> datetime | None:
    """Of its level; of what concerns the whole account, the oldest of all levels. None = some of it was never read."""
    rows = Freshness.objects.filter(account=action.account)
    if action.level != ACCOUNT_LEVEL:
        return rows.filter(level=action.level).values_list("read_at", flat=True).first()
    read = list(rows.values_list("read_at", flat=True))
    known = [moment for moment in read if moment is not None]
    return min(known) if len(known) == len(read) and read else None


def waits_for(action: Action, now: datetime) -> str | None:
    """What only time can lift, asked of the mirror before the claim: no call to Meta and no ledger event to hear no."""
    judgement = judge_mirrored(action, now)
    return judgement.blocked.reason if judgement and judgement.blocked and judgement.must_wait else None


def judge_mirrored(action: Action, now: datetime) -> Judgement | None:
    """All rails on the mirror's values. None: the entity has vanished from it."""
    if action.steps:
        return judge_plan(_facts_of_plan(action, now), action.value_final)
    entity = load_one(action.account, action.level, action.entity_id, action.field)
    if entity is None:
        return None
    change = Change(
        action.account, action.level, action.entity_id, action.field, action.value_before, action.value_final
    )
    return judge_all(_facts(action, change, entity, entity.value_of(action.field), now))


def judge_again(held: Held, live: Live, now: datetime) -> Judgement | None:
    """The rails' verdicts on Meta's live value. None: the entity has vanished from the mirror.

    Before its first write a plan is judged as a whole, and later each change by itself; what a plan makes is judged
    with the whole, by the budget that it will have, and is not in the mirror yet when it is set.
    """
    action, change = held.action, held.change
    if action.steps and held.part.number == 1:
        return judge_plan(_facts_of_plan(action, now, {1: live}), action.value_final)
    if change.makes or change.entity_id in {one["id"] for one in action.made}:
        return UNJUDGED
    entity = load_one(action.account, change.level, change.entity_id, change.field)
    if entity is None:
        return UNJUDGED if action.source in (Source.UNDO, Source.INCIDENT) else None
    facts = _facts(action, change, entity, live.value, now)
    if not action.steps:
        return judge_all(facts)
    return judge_plan([one_of(facts, steps_of(action.steps))], action.value_final)


def judge_rehearsed(action: Action, lives: Mapping[int, Live], now: datetime) -> Judgement | None:
    """As `judge_again` before the first write, on the live values by step; nothing need be held."""
    if action.steps:
        return judge_plan(_facts_of_plan(action, now, lives), action.value_final)
    live = lives.get(1)
    entity = load_one(action.account, action.level, action.entity_id, action.field)
    if entity is None:
        return UNJUDGED if live is not None and action.source in (Source.UNDO, Source.INCIDENT) else None
    current = live.value if live else entity.value_of(action.field)
    change = Change(
        action.account, action.level, action.entity_id, action.field, action.value_before, action.value_final
    )
    return judge_all(_facts(action, change, entity, current, now))


UNJUDGED = Judgement((), None, None, 1.0)


def _facts_of_plan(action: Action, now: datetime, lives: Mapping[int, Live] = MappingProxyType({})) -> list[Facts]:
    """One for each change of what exists (with its live value, by step), and one for all that is made."""
    steps, found = steps_of(action.steps), []
    for number, step in enumerate(steps, 1):
        if step.op != "set" or is_reference(step.entity_id):
            continue
        wanted = Change(action.account, step.level, step.entity_id, step.field, step.old, step.new)
        entity = load_one(action.account, step.level, step.entity_id, step.field)
        if entity is None:
            continue  # It is judged, and fails, where it is read.
        current = lives[number].value if number in lives else entity.value_of(step.field)
        found.append(dataclasses.replace(_facts(action, wanted, entity, current, now), name=entity.name))
    if any(step.op != "set" for step in steps):
        making = Change(action.account, action.level, action.entity_id, MADE, 0, made_budget(steps))
        home = load_one(action.account, action.level, action.entity_id) or account_entity(action.account)
        found.append(_facts(action, making, home, 0, now))
    return beside_each_other(found, steps)


def _facts(action: Action, change: Change, entity: Entity, current: Any, now: datetime) -> Facts:
    figures = action.metrics.get("rails", {})
    spend = figures.get("spend")
    wish = Wish(
        source=action.binding_source,
        kind=action.kind,
        field=change.field,
        before=change.old,
        wanted=change.new,
        data_read_at=_last_read_at(action),
        confidence=action.confidence,
        spend=None if spend is None else Decimal(spend),
        impressions=figures.get("impressions"),
        acting_alone=action.alone,
        deciding=frozenset(figures.get("deciding", ())),
    )
    # What was reserved before midnight stands in yesterday's counters and can't be taken off today's.
    today = account_day(action.account, now).isoformat()
    own = {str(name): int(amount) for name, day, amount in action.reserved if day == today}
    around = surroundings(action.account, now, [change.entity_id])
    if around.stop and EmergencyStop.objects.holding(action.account, action.incident_id) is None:
        around = dataclasses.replace(around, stop=None)  # An incident's own action: it passes the stop.
    return facts_for(around, wish, entity, current, executing=True, own=own)


def shrunk(old: Any, wanted: Any, final: Any) -> Any:
    """A trim at execution may only bring a budget nearer to the old one; anything else leaves it as approved."""
    if isinstance(old, int) and isinstance(wanted, int) and isinstance(final, int):
        same_side = (final - old) * (wanted - old) > 0
        if same_side and abs(final - old) < abs(wanted - old):
            return final
    return wanted
