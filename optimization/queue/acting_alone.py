"""Approves what may go without a person, and says of what an automatic source wants why it still waits.

Asked after each look (`optimization.cycle`), so that what changed since (mode, a lifted stop, a free hour) counts at
the next one. `queue.policy` decides; here its facts are gathered, in one short transaction under the account's lock.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, Q, QuerySet

from metaads import switch
from metaads.graph.money import to_minor
from metaads.models import AdAccount
from optimization import bulk
from optimization.guards import judge_all
from optimization.knobs import knobs_for
from optimization.limits import alone_an_hour_in_all, entered
from optimization.models import AccountLimits, Action, EmergencyStop, LimitCounter, OrchestratorSettings, Source, Status
from optimization.present import Asked, Present, place_of, present_of, unlike
from optimization.queue.daily import Change, Daily
from optimization.queue.decision import approved
from optimization.queue.decision import load as load_action
from optimization.queue.errors import QueueError
from optimization.queue.facts import Surroundings, Wish, facts_for, surroundings
from optimization.queue.four_eyes import Amount
from optimization.queue.locks import Locks, locks_of
from optimization.queue.policy import PAUSE, SCALE, Case, Situation, judge_alone
from optimization.queue.selectors import ranked
from optimization.queue.tally import RunTally
from optimization.steps import STEPS

HOUR = timedelta(hours=1)
PLAN = "A plan of several steps waits for a person."
BY_POLICY: dict[str, Any] = {"actor": "policy", "user_id": None}
NOTE = "Every condition for acting alone held."
MUST_BE_ON = (switch.COLLECTION, switch.RULES, switch.EXECUTOR)
IN_ALL = "alone:approved"
"""Counter whose row is the installation's lock: one account at a time counts the hour of all and approves."""


class Waiting(NamedTuple):
    """An open proposal of an automatic source."""

    pk: int
    level: str
    entity_id: str
    campaign_id: str
    kind: str
    source: str
    field: str
    before: Any
    final: Any
    steps: Any
    confidence: float | None
    data_read_at: datetime | None
    at_stake: int | None
    may_act_alone: bool
    stale_reason: str
    expires_at: datetime | None
    decided_at: datetime | None
    why_not: str
    version_id: int | None
    current_id: int | None
    rule_active: bool | None
    rail_figures: Any
    version: int
    suspended: bool

    @property
    def change(self) -> Change:
        return Change(self.level, self.entity_id, self.field, self.before, self.final, self.at_stake, self.steps)


COLUMNS = (
    *("pk", "level", "entity_id", "campaign_id", "kind", "source", "field", "value_before", "value_final", "steps"),
    *("confidence", "data_read_at", "at_stake", "may_act_alone", "stale_reason", "expires_at", "decided_at"),
    *("why_not_alone", "rule_version_id", "rule_version__rule__current_id", "rule_version__rule__active"),
    *("metrics__rails", "version"),
)


@dataclass(frozen=True)
class Looked:
    """Ids that were approved alone, and how many wait for a person."""

    approved: tuple[int, ...] = ()
    waiting: int = 0


def candidates(account: AdAccount) -> QuerySet[Action]:
    """Open proposals that wait, though their source could act alone; the optimiser's only where it was in auto mode."""
    by_optimizer = Q(source=Source.OPTIMIZER, may_act_alone=True)
    automatic = Q(rule_version__document__mode="automatic") | Q(source=Source.ORCHESTRATOR) | by_optimizer
    return Action.objects.filter(automatic, account=account, status=Status.PENDING)


def act_alone(account: AdAccount, now: datetime) -> Looked:
    """`now` is business time. Queries do not grow with the number of proposals, but with what is approved."""
    if not candidates(account).exists():
        return Looked()
    with transaction.atomic():
        AdAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
        return _look(account, now)


def _look(account: AdAccount, now: datetime) -> Looked:
    around = surroundings(account, now)
    situation = _situation(account, around, now)
    locks = locks_of(account, now)
    rows = [
        Waiting(*row) for row in ranked(candidates(account)).values_list(*COLUMNS, EmergencyStop.objects.suspending())
    ]
    daily = Daily(account, [row.change for row in rows], around.estate.objects)
    cases = {row.pk: _case(row, situation, locks, daily, account.currency) for row in rows}
    reasons = {pk: judge_alone(case).why_not for pk, case in cases.items()}
    passing = [row for row in rows if not reasons[row.pk]]
    passing = _held(passing)
    done: list[int] = []
    run = RunTally()
    for row, now_is in _with_present(account, passing):
        case = _closer(cases[row.pk], row, now_is, around, locks, run)
        case = dataclasses.replace(case, around=_used(situation, len(done)))
        answer = judge_alone(case)
        reasons[row.pk] = answer.why_not
        if answer.alone and _approve(row.pk, now):
            done.append(row.pk)
            if now_is.entity is not None:
                run.note(now_is.entity, row.kind, around.estate)
    _tell([row for row in rows if row.pk not in done], reasons)
    return Looked(tuple(done), len(rows) - len(done))


def _held(rows: Sequence[Waiting]) -> list[Waiting]:
    """Those that nobody decided on or changed since they were read; their rows stay locked.

    Before the first approval takes the ledger's head: who decides on one holds its row and waits for the head.
    """
    waiting = Action.objects.select_for_update(of=("self",)).filter(status=Status.PENDING)
    versions = dict(waiting.filter(pk__in=[row.pk for row in rows]).order_by("pk").values_list("pk", "version"))
    return [row for row in rows if versions.get(row.pk) == row.version]


def _used(situation: Situation, more: int) -> Situation:
    here, in_all = situation.used_here + more, situation.used_in_all + more
    return dataclasses.replace(situation, used_here=here, used_in_all=in_all)


def _situation(account: AdAccount, around: Surroundings, now: datetime) -> Situation:
    if around.limits.mode == AccountLimits.Mode.AUTO:
        _lock_all(now)
    states = switch.states()
    return Situation(
        now=now,
        limits=around.limits,
        connected_at=account.connected_at,
        switches_off=tuple(dict.fromkeys(why for name in MUST_BE_ON if (why := states[name]))),
        stop=around.stop or "",
        doubt=around.doubt,
        optimizer_mode=knobs_for(account).mode if states[switch.OPTIMIZER] is None else "off",
        **of_goals(account),
        used_here=approved_alone(now, account).count(),
        used_in_all=approved_alone(now, account, in_all=True).count(),
        room_in_all=alone_an_hour_in_all(),
    )


def of_goals(account: AdAccount) -> dict[str, Any]:
    """What its goals may do alone by the toggles as they are now, and by what step."""
    row = OrchestratorSettings.objects.filter(account=account).first()
    if row is None:
        return {}
    toggles = {SCALE: row.auto_scale_winners, PAUSE: row.auto_pause_losers}
    bound = entered(account, "max_auto_change_percent", "MAX_AUTO_CHANGE_PERCENT")
    percent = 0.0 if bound else round(row.largest_step * 100, 6)
    return {"goals_alone": frozenset(kind for kind, on in toggles.items() if on), "goals_percent": percent}


def _lock_all(now: datetime) -> None:
    row = {"account": None, "name": IN_ALL, "day": now.date()}
    LimitCounter.objects.bulk_create([LimitCounter(**row)], ignore_conflicts=True)
    LimitCounter.objects.select_for_update().get(account__isnull=True, name=IN_ALL, day=now.date())


def approved_alone(now: datetime, account: AdAccount, *, in_all: bool = False) -> QuerySet[Action]:
    """What acted alone within the last hour, in the account or in all of them, each by its own account's clock."""
    rows = Action.objects.filter(alone=True)
    if not in_all:
        return rows.filter(account=account, decided_at__gt=now - HOUR)
    since = now - account.connection.clock_offset - HOUR
    return rows.filter(decided_at__gt=since + F("account__connection__clock_offset"))


def _locked(locks: Locks, row: Waiting, parents: Iterable[str]) -> str:
    """A lock holds its object and all below it; a plan is held by a lock on any object that it changes."""
    changed = [place_of(key)[:2] for key in row.before] if row.field == STEPS else []
    found = (locks.of(level, entity_id, (*parents, row.campaign_id)) for level, entity_id in changed)
    lock = next((one for one in found if one is not None), None) or locks.of(row.level, row.entity_id, parents)
    if lock is None:
        return ""
    until = f"until {lock.account.moment(lock.until)}" if lock.until else "until it is released"
    return f"{lock.entity_name or lock.entity_id} is locked against automation {until}."


def _case(row: Waiting, around: Situation, locks: Locks, daily: Daily, currency: str) -> Case:
    above = around.limits.four_eyes_above
    two = above is not None and Amount(daily.moved(row.change), to_minor(above, currency)).two_needed
    return Case(
        around=around,
        source=row.source,
        kind=row.kind,
        field=row.field,
        before=row.before,
        final=row.final,
        confidence=row.confidence,
        data_read_at=row.data_read_at,
        within_share=row.may_act_alone,
        rule_off=_rule_off(row),
        unfit=_unfit(row, around.now),
        locked=_locked(locks, row, ()),
        two_needed=two,
        decided_before=row.decided_at is not None,
    )


def _rule_off(row: Waiting) -> str:
    if row.version_id is None:
        return "No rule stands behind it." if row.source == Source.RULE else ""
    if row.version_id != row.current_id:
        return "Its rule was edited since."
    if row.suspended:
        return "An emergency stop turned its rule off in this account, and nobody has let it act again."
    return "" if row.rule_active else "Its rule is switched off."


def _unfit(row: Waiting, now: datetime) -> str:
    if row.stale_reason:
        return f"It is stale: {row.stale_reason}"
    return "It has expired." if row.expires_at is not None and row.expires_at <= now else ""


def _with_present(account: AdAccount, rows: Sequence[Waiting]) -> Iterator[tuple[Waiting, Present]]:
    """Each with its object in the mirror and the present value; two queries a level."""
    asked = [Asked(row.level, row.entity_id, row.field, row.before) for row in rows]
    return zip(rows, present_of(account, asked), strict=True)


def _closer(case: Case, row: Waiting, now_is: Present, around: Surroundings, locks: Locks, run: RunTally) -> Case:
    """The same case with what only its object tells: locks above it, and the guard rails' verdict."""
    entity = now_is.entity
    if entity is None:
        return dataclasses.replace(case, unfit="It no longer exists at Meta.")
    changed = unlike(row.before, now_is.value, row.field, around.account.currency, row.final)
    if changed or row.steps:
        return dataclasses.replace(case, unfit=f"It was changed meanwhile: {changed}" if changed else PLAN)
    figures = row.rail_figures or {}
    spend = figures.get("spend")
    wish = Wish(
        source=row.source,
        kind=row.kind,
        field=row.field,
        before=row.before,
        wanted=row.final,
        data_read_at=row.data_read_at,
        confidence=row.confidence,
        spend=None if spend is None else Decimal(spend),
        impressions=figures.get("impressions"),
        acting_alone=True,
        deciding=frozenset(figures.get("deciding", ())),
    )
    blocked = judge_all(facts_for(around, wish, entity, now_is.value, run=run)).blocked
    return dataclasses.replace(
        case,
        locked=case.locked or _locked(locks, row, entity.parent_ids),
        blocked=blocked.reason if blocked else "",
    )


def _approve(action_id: int, now: datetime) -> bool:
    """False: a person was first, or it changed at this very moment."""
    try:
        approved(load_action(action_id), None, now, NOTE, by=BY_POLICY, alone=True, why_not_alone="")
    except QueueError:
        return False
    return True


def _tell(rows: Sequence[Waiting], reasons: Mapping[int, str]) -> None:
    """Keeps the reasons that are new."""
    changed = [(row.pk, reasons[row.pk]) for row in rows if reasons[row.pk] != row.why_not]
    bulk.update(Action, ["why_not_alone"], changed, {})
