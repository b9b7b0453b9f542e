"""The ledger's side of doubtful data: `intelligence` notes each change, here it enters the chain, once."""

from datetime import datetime

from django.db import transaction

from intelligence.models import QualityChange
from metaads.models import AdAccount
from optimization.ledger import Entry, record_many


@transaction.atomic
def record_quality(account: AdAccount, now: datetime) -> int:
    """Records what changed since the last time; answers how many changes. The events carry the reasons as they were."""
    rows = QualityChange.objects.select_for_update().filter(account=account, recorded=False).order_by("at", "pk")
    changes = list(rows)
    if not changes:
        return 0
    entries = [
        Entry(
            "data_quality_changed",
            "system",
            {"change": change.kind, "at": change.at.isoformat(), "reasons": change.reasons},
        )
        for change in changes
    ]
    record_many(account.pk, entries, now)
    QualityChange.objects.filter(pk__in=[change.pk for change in changes]).update(recorded=True)
    return len(changes)
