"""One action at a time per entity: what an action holds, and whose turn it is. `queue.states.move` lets go."""

from django.db.models import Q

from metaads.clock import machine_now
from optimization.models import Action, Hold, Source, Status
from optimization.steps import STEPS, steps_of
from optimization.steps import touched as touched_by

FIRST = frozenset({Source.UNDO.value, Source.INCIDENT.value})
"""What takes something back waits for no older wish."""


def touched(action: Action) -> set[tuple[str, str]]:
    """Level and id of everything that it is about, changes, copies or puts something into."""
    return {(action.level, action.entity_id), *touched_by(steps_of(action.steps))}


def hold(action: Action) -> None:
    """Call in the claim's transaction. Raises IntegrityError where another action holds one of them."""
    rows = [
        Hold(account_id=action.account_id, level=level, entity_id=entity_id, action=action)
        for level, entity_id in sorted(touched(action))
    ]
    Hold.objects.bulk_create(rows)


def older(action: Action) -> Action | None:
    """The oldest approval of something that this one touches too and that may begin now: it goes first.

    One that waits for its next try holds nobody up, or a pause would wait for a budget's cooldown.
    """
    if action.status != Status.APPROVED or action.source in FIRST or action.decided_at is None:
        return None
    mine = touched(action)
    due = Q(next_try_at__isnull=True) | Q(next_try_at__lte=machine_now())
    before = Q(decided_at__lt=action.decided_at) | Q(decided_at=action.decided_at, pk__lt=action.pk)
    about = Q(entity_id__in={entity_id for _, entity_id in mine}) | Q(field=STEPS)
    rows = Action.objects.filter(due, before, about, account_id=action.account_id, status=Status.APPROVED)
    found = rows.select_related("account__connection", "undo_of", "rule_version").order_by("decided_at", "pk")
    return next((one for one in found if touched(one) & mine), None)
