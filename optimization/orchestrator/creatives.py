"""Creatives of a goal: picked or made here, approved or rejected; at Meta they are made by an approved action alone."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from metaads.models import AdAccount, Creative
from optimization.by_person.asking import BadParameters, checked
from optimization.entities import account_entity
from optimization.kinds import KINDS
from optimization.ledger import record
from optimization.models import OPEN_STATUSES, Action, Goal, GoalCreative, Status
from optimization.orchestrator.ground import Ground
from optimization.orchestrator.made import made_creative
from optimization.orchestrator.refused import GoalRefused
from optimization.orchestrator.settings import settings_of
from optimization.queue.propose import propose

State, Origin = GoalCreative.State, GoalCreative.Origin
KIND = "create_creative"


def pick_creative(goal: Goal, creative_id: str, user: User | None, now: datetime) -> GoalCreative:
    """One of the account's creatives, as a draft. Raises GoalRefused for one that the account does not have."""
    known = Creative.objects.filter(account=goal.account, meta_id=creative_id, deleted_at=None).first()
    if known is None:
        raise GoalRefused(f"creative_id: {goal.account} has no creative {creative_id}.")
    if goal.creatives.filter(creative_id=creative_id).exists():
        raise GoalRefused("creative_id: the goal has this creative already.")
    name = (known.name or known.title or creative_id)[:120]
    return _add(goal, now, user, name=name, origin=Origin.CREATIVE, creative_id=creative_id)


def pick_post(goal: Goal, post_id: str, name: str, user: User | None, now: datetime) -> GoalCreative:
    """A post of the page ("<page id>_<post id>"), as a draft: its creative is made once it is approved."""
    return make_creative(goal, {"name": name, "post": post_id}, user, now)


def make_creative(goal: Goal, spec: dict[str, Any], user: User | None, now: datetime) -> GoalCreative:
    """A creative that is not at Meta yet, as a draft. `spec` as `kinds.creative_content.CreateCreativeParameters`; an
    empty page id becomes that of the settings. Raises GoalRefused."""
    page = {} if spec.get("post") or spec.get("page_id") else {"page_id": settings_of(goal.account).page_id or None}
    try:
        asked = checked(KINDS[KIND], {**spec, **page})
    except BadParameters as odd:
        raise GoalRefused(str(odd), odd.fields) from None
    held = {name: value for name, value in asked.items() if value not in (None, "")}
    origin = Origin.POST if "post" in held else Origin.MADE
    return _add(goal, now, user, name=held["name"][:120], origin=origin, post_id=held.get("post", ""), spec=held)


@transaction.atomic
def _add(goal: Goal, now: datetime, user: User | None, **fields: Any) -> GoalCreative:
    row = GoalCreative.objects.create(goal=goal, created_at=now, **fields)
    _record(row, user, now, "creative_added")
    return row


def approve_creative(row: GoalCreative, user: User | None, now: datetime) -> GoalCreative:
    """The goal may use it. One that is not at Meta yet is proposed to be made there."""
    _decide(row, State.APPROVED, user, now)
    if not row.creative_id:
        propose_creation(row, now)
    return row


def reject_creative(row: GoalCreative, user: User | None, now: datetime) -> GoalCreative:
    """The goal may not use it (any more). What runs with it goes on."""
    return _decide(row, State.REJECTED, user, now)


@transaction.atomic
def _decide(row: GoalCreative, state: str, user: User | None, now: datetime) -> GoalCreative:
    changed = GoalCreative.objects.filter(pk=row.pk).exclude(state=state)
    if changed.update(state=state, decided_at=now, decided_by=user):
        _record(row, user, now, f"creative_{state}")
    row.refresh_from_db()
    return row


def propose_creation(row: GoalCreative, now: datetime) -> Action | None:
    """The proposal that makes it at Meta; the one that stands, where there is one. None: a guard rail is in the way."""
    account = row.goal.account
    ground = Ground(account, now, settings_of(account), [row.goal])
    entity = account_entity(account, f"{account.meta_id}:c{row.pk}")
    reason = f"{row.goal.name} may use it, and it is not at Meta yet."
    draft = ground.draft(row.goal, entity, KIND, row.spec, reason, role="creative", creative=row.pk)
    if isinstance(draft, str):
        raise GoalRefused(draft)
    with transaction.atomic():
        propose(account, [draft], [], now, None)
        made = Action.objects.filter(account=account, entity_id=entity.meta_id, kind=KIND)
        row.action = made.exclude(status__in=[Status.REJECTED, Status.EXPIRED, Status.FAILED]).order_by("pk").last()
        row.save(update_fields=["action"])
    return row.action


def waiting_creatives(account: AdAccount) -> list[GoalCreative]:
    """What was approved for a goal, on or off, and has no id of Meta's here yet."""
    waiting = GoalCreative.objects.filter(goal__account=account, state=State.APPROVED, creative_id="")
    return list(waiting.select_related("goal__account", "action"))


def keep_creative(row: GoalCreative, now: datetime) -> None:
    """Its id, where it has been made at Meta since; else its proposal, where none stands. Raises GoalRefused."""
    made = made_creative(row.action)
    if made:
        GoalCreative.objects.filter(pk=row.pk, creative_id="").update(creative_id=made)
    elif row.action is None or row.action.status not in _STANDS:
        propose_creation(row, now)


_STANDS = {*OPEN_STATUSES, Status.APPROVED, Status.EXECUTING, Status.UNCERTAIN, Status.NEEDS_PERSON, Status.EXECUTED}
_STANDS |= {Status.REJECTED}  # a person said no to it: it is not asked again by itself


def _record(row: GoalCreative, user: User | None, now: datetime, change: str) -> None:
    who: dict[str, Any] = {"actor": "user" if user else "operator", "user_id": user.pk if user else None}
    about = {"goal": str(row.goal.public_id), "creative": str(row.public_id), "name": row.name, "change": change}
    record("goal_changed", account_id=row.goal.account_id, now=now, payload=about, **who)
