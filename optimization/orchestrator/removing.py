"""Taking a goal away. Only one that has left nothing: what it made at Meta, or proposed, keeps its goal."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from optimization.ledger import record
from optimization.models import Action, Goal, Source
from optimization.orchestrator.made import MARK
from optimization.orchestrator.refused import GoalRefused


@transaction.atomic
def remove_goal(goal: Goal, user: User | None, now: datetime) -> None:
    """Deletes a goal with its creatives' drafts; the event says what it was. `now`: business time. Raises GoalRefused.

    The steps of its runs stay, under its key. `user` None is the operator.
    """
    held = Goal.objects.select_for_update().get(pk=goal.pk)
    asked = Action.objects.filter(account=held.account_id, source=Source.ORCHESTRATOR)
    if held.active:
        raise GoalRefused(f"{held.name} is on. Switch it off first.")
    if held.objects_made.exists() or asked.filter(**{f"metrics__{MARK}__id": held.pk}).exists():
        raise GoalRefused(f"{held.name} has proposed or made something: it stays, switched off, with its story.")
    record(
        "goal_changed",
        account_id=held.account_id,
        actor="user" if user else "operator",
        user_id=user.pk if user else None,
        now=now,
        payload={"goal": str(held.public_id), "key": held.key, "change": "removed", "name": held.name},
    )
    held.delete()
