"""A run for one account, and its preview, which stores nothing and calls nobody."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django_q.tasks import async_task

from metaads.graph.money import from_minor
from metaads.models import AdAccount
from optimization.models import OPEN_STATUSES, Action, Goal, OrchestratorRun
from optimization.orchestrator import creatives, runlog
from optimization.orchestrator.checking import check_template
from optimization.orchestrator.ground import Ground
from optimization.orchestrator.made import keep_objects
from optimization.orchestrator.plan import ground_of, plan, why_not
from optimization.orchestrator.refused import GoalRefused
from optimization.orchestrator.report import GoalLine, Key, Kind, Report, Result, Step, Wanted
from optimization.queue.acting_alone import act_alone
from optimization.queue.conflicts import Superseded, resolve
from optimization.queue.drafts import Draft
from optimization.queue.facts import surroundings
from optimization.queue.judging import Judged, judge
from optimization.queue.propose import propose
from optimization.queue.standing import standing_of

log = logging.getLogger(__name__)


def preview(account: AdAccount, now: datetime) -> Report:
    """What a run would propose now, and what the guard rails would say. Writes nothing anywhere and calls nobody."""
    ground = ground_of(account, now)
    report = _report(ground, dry_run=True)
    problem = why_not(ground)
    if problem:
        report.errors.append(problem)
        return report
    around, standing = surroundings(account, now), standing_of(account, now)
    for goal in ground.goals:
        try:
            wanted = plan(ground, goal)
            drafts, losers = _resolved(wanted)
            report.steps += _told(goal, wanted, losers, judge(drafts, [], around, standing), {})
        except Exception as error:
            log.exception("goal %s could not be planned", goal.pk)
            _failed(report, goal, error)
    return report


def run(account: AdAccount, now: datetime, trigger: str, user: User | None = None) -> OrchestratorRun:
    """Plans and proposes for each active goal by itself; one that fails does not stop the others. `now`: business time.

    Asked again at the same moment it gives the run that was. Calls Meta only to check a template before its first use,
    so not to be called inside a transaction.
    """
    ground = ground_of(account, now)
    row, new = runlog.begin(ground, trigger, user)
    return _made(ground, row) if new else row


def ask(account: AdAccount, now: datetime, user: User) -> OrchestratorRun:
    """A run that a worker makes: it may have to ask Meta about templates, for which nobody's browser should wait.

    One that waits or is being made is given instead of a second.
    """
    with transaction.atomic():
        AdAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
        held = runlog.under_way(account, now)
        if held is not None:
            return held
        row, new = runlog.begin(
            ground_of(account, now), OrchestratorRun.Trigger.USER, user, OrchestratorRun.State.QUEUED
        )
        if new:
            transaction.on_commit(partial(wake, account.pk))
    return row


def wake(account_id: int) -> None:
    """Asks the work cluster to look. A lost message is found by the schedule, a doubled one finds nothing."""
    async_task("optimization.tasks.run_goals", account_id, cluster=settings.Q_WORK, save=False)


def carry_on(account: AdAccount, now: datetime) -> OrchestratorRun | None:
    """Makes the run that somebody asked for; None = there is none, or another worker has it."""
    row = runlog.waiting(account)
    if row is None or not runlog.claim(row):
        return None
    return _made(ground_of(account, now), row)


def _made(ground: Ground, row: OrchestratorRun) -> OrchestratorRun:
    account, now = ground.account, ground.now
    report = _report(ground, dry_run=False)
    problem = why_not(ground)
    if problem:
        report.errors.append(problem)
    else:
        _isolated(report, None, partial(keep_objects, account), "What was made")
        for creative in creatives.waiting_creatives(account):
            keep, about = partial(creatives.keep_creative, creative, now), f"Creative {creative.name}"
            _isolated(report, creative.goal, keep, f"{creative.goal.name}, {about}", creative=str(creative.public_id))
        for goal in ground.goals:
            _isolated(report, goal, partial(_goal, ground, goal, row, report))
        _isolated(report, None, partial(act_alone, account, now), "Acting alone")
    return runlog.end(ground, row, report, failed=bool(problem))


def _isolated(report: Report, goal: Goal | None, work: Callable[[], object], name: str = "", **details: str) -> None:
    """What fails is told under its name (that of the goal), and stops nothing else."""
    try:
        work()
    except Exception as error:
        log.exception("%s failed", name or (goal and goal.pk))
        _failed(report, goal, error, name, details)


def _failed(
    report: Report, goal: Goal | None, error: Exception, name: str = "", details: dict[str, str] | None = None
) -> None:
    said = str(error) if isinstance(error, GoalRefused) else f"{type(error).__name__}: {error}"
    report.steps.append(Step(Kind.ERROR, goal.key if goal else "", said, Result.FAILED, details or {}))
    report.errors.append(f"{name or (goal and goal.name)}: {said}")


def _goal(ground: Ground, goal: Goal, row: OrchestratorRun, report: Report) -> None:
    """One goal: what it wants goes through the guard rails into the queue, in one transaction."""
    unchecked = _unchecked(ground, goal)
    with transaction.atomic():
        if not Goal.objects.select_for_update(no_key=True).filter(pk=goal.pk, active=True).exists():
            return  # somebody switched it off meanwhile
        wanted = plan(ground, goal)
        if unchecked:
            wanted = [_held_back(one, unchecked) for one in wanted]
        drafts, losers = _resolved(wanted)
        proposed = propose(ground.account, drafts, [], ground.now, None)
        actions = _actions(ground.account, drafts)
        told = _told(goal, wanted, losers, proposed.judged, actions)
        runlog.store(row, goal, told, actions, ground.now)
    report.steps += told


def _unchecked(ground: Ground, goal: Goal) -> str:
    """Why the template may not be used yet; "" = Meta would take it, or nothing is to be made by it."""
    if goal.template_checked_at is not None:
        return ""
    checked = check_template(ground, goal)
    if checked.problem and checked.asked:
        return f"Meta would not take the template: {checked.problem}"
    return f"The template could not be checked at Meta yet: {checked.problem}" if checked.problem else ""


def _held_back(one: Wanted, why: str) -> Wanted:
    making = one.draft is not None and one.kind == Kind.CREATE_CAMPAIGN
    return Wanted(one.kind, why, None, one.details) if making else one


def _resolved(wanted: list[Wanted]) -> tuple[list[Draft], list[Superseded]]:
    return resolve([one.draft for one in wanted if one.draft is not None])


def _actions(account: AdAccount, drafts: list[Draft]) -> dict[Key, Action]:
    ids = {draft.entity.meta_id for draft in drafts}
    rows = Action.objects.filter(account=account, entity_id__in=ids, status__in=OPEN_STATUSES)
    return {(one.level, one.entity_id, one.kind): one for one in rows}


def _told(
    goal: Goal, wanted: list[Wanted], losers: list[Superseded], judged: Judged, actions: dict[Key, Action]
) -> list[Step]:
    """Each step with its result: proposed, or left out with the reason of the plan, of a conflict or of a rail."""
    why: dict[Key, str] = {loser.draft.key: loser.reason for loser in losers}
    why |= {draft.key: reason for draft, reason in judged.skipped}
    why |= {draft.key: found.blocked.reason for draft, found in judged.blocked if found.blocked}
    steps = []
    for one in wanted:
        reason = why.get(one.draft.key, "") if one.draft else one.message
        result = Result.SKIPPED if reason or one.draft is None else Result.SUCCESS
        action = actions.get(one.draft.key) if one.draft and not reason else None
        details = {**one.details, **({"wanted": one.message} if one.draft and reason else {})}
        public_id = str(action.public_id) if action else ""
        steps.append(Step(one.kind.value, goal.key, reason or one.message, result.value, details, public_id))
    return steps


def _report(ground: Ground, *, dry_run: bool) -> Report:
    currency = ground.account.currency
    found = ground.shares
    lines = [(goal, found[goal.pk]) for goal in ground.goals]
    return Report(
        dry_run=dry_run,
        currency=currency,
        budget_a_day=str(from_minor(sum(share.budget for _, share in lines), currency)),
        goals=[
            GoalLine(
                goal.key,
                goal.name,
                *(str(from_minor(part, currency)) for part in (share.budget, share.learning, share.scaling)),
            )
            for goal, share in lines
        ],
    )


def is_due(account: AdAccount, now: datetime) -> bool:
    """Whether the account is eligible for a run on schedule, and its interval is over; or a run that was asked for
    waits, whose message may be lost."""
    if runlog.waiting(account) is not None:
        return True
    ground = ground_of(account, now)
    if not ground.goals or why_not(ground):
        return False
    last = ground.row.last_run_at
    return last is None or now - last >= timedelta(hours=ground.row.interval_hours)
