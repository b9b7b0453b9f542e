"""A template is checked at Meta before its first use: nothing is made, Meta only says whether it would take it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from metaads.graph.money import from_minor
from metaads.models import Campaign
from optimization.dispatch import rehearse
from optimization.dispatch.rehearse import ACCEPTED
from optimization.entities import Entity, account_entity
from optimization.kinds import KINDS
from optimization.models import Action, Goal, Source, Status
from optimization.orchestrator import document
from optimization.orchestrator.ground import Ground
from optimization.steps import STEPS, Plan


@dataclass(frozen=True)
class Checked:
    """`asked`: Meta was asked, and said yes where `problem` is empty; else `problem` says why it could not be."""

    asked: bool
    problem: str = ""


def check_template(ground: Ground, goal: Goal) -> Checked:
    """Asks Meta with `validate_only`, and notes the answer on the goal. Call it outside of any transaction.

    An ad set can be asked about only inside a campaign, so it is tried in one of the same objective.
    """
    template, account = document.template_of(goal), ground.account
    groups = document.groups_of(goal, template)
    if not groups:
        return Checked(False, "No approved creative that is at Meta yet.")
    amount = str(from_minor(ground.least, account.currency))
    whole = document.campaign(goal, template, ground.row, [(groups[0], amount)])
    checked = _ask(ground, account_entity(account), "create_campaign", whole)
    neighbour = _neighbour(ground, template.objective)
    if checked.asked and not checked.problem and neighbour:
        ad_set = document.ad_set(goal, template, ground.row, groups[0], amount)
        inside = {"campaign_id": neighbour, **ad_set}
        checked = _ask(ground, account_entity(account), "create_ad_set", inside)
    if checked.asked:
        columns: dict[str, Any] = {"template_problem": checked.problem}
        columns["template_checked_at"] = None if checked.problem else ground.now
        Goal.objects.filter(pk=goal.pk).update(**columns)
        goal.refresh_from_db(fields=list(columns))
    return checked


def _neighbour(ground: Ground, objective: str) -> str | None:
    """Id of a campaign of this objective whose ad sets have their own budgets."""
    rows = Campaign.objects.filter(account=ground.account, objective=objective, deleted_at=None, status="ACTIVE")
    alone = rows.filter(daily_budget=None, lifetime_budget=None).order_by("pk").values_list("meta_id", flat=True)
    return alone.first()


def _ask(ground: Ground, entity: Entity, kind: str, parameters: dict[str, Any]) -> Checked:
    try:
        asked = KINDS[kind].Parameters.model_validate(parameters).model_dump(mode="json", exclude_unset=True)
    except ValueError as odd:
        return Checked(True, str(odd))
    plan = KINDS[kind].plan(entity, asked, ground.world)
    if not isinstance(plan, Plan):
        return Checked(False, getattr(plan, "reason", ""))
    found = rehearse(_action(ground, entity, kind, asked, plan, ground.now), ground.now)
    refused = next((one.meta or one.note for one in found.steps if not one.ok), "")
    accepted = any(one.meta == ACCEPTED for one in found.steps)
    return Checked(accepted or bool(refused), refused or ("" if accepted else found.reason))


def _action(ground: Ground, entity: Entity, kind: str, parameters: dict[str, Any], plan: Plan, now: datetime) -> Action:
    """As it would be, and is not stored."""
    return Action(
        account=ground.account,
        level=entity.level,
        entity_id=entity.meta_id,
        entity_name=entity.name,
        kind=kind,
        parameters=parameters,
        source=Source.ORCHESTRATOR,
        field=STEPS,
        value_before=plan.before,
        value_wanted=plan.wanted,
        value_final=plan.wanted,
        steps=[step.as_json() for step in plan.steps],
        currency=ground.account.currency,
        status=Status.PENDING,
        proposed_at=now,
        refreshed_at=now,
    )
