"""Questions about the ledger."""

from django.db.models import QuerySet

from optimization.models import Action, LedgerEvent


def events_of(action: Action) -> QuerySet[LedgerEvent]:
    """All that was recorded about an action, oldest first."""
    return LedgerEvent.objects.filter(action_id=action.public_id).order_by("id")
