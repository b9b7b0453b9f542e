"""What others changed."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from metaads.models import AdAccount, OutsideChange


def outside_changes(
    accounts: AdAccount | Collection[AdAccount],
    entity_ids: Collection[str] | None = None,
    since: datetime | None = None,
) -> QuerySet[OutsideChange]:
    """Newest first, our own application's writes left out.

    `entity_ids`: Meta ids (an ad set's page gives its campaign's too); None = everything. `since`: business time.
    Budgets and bids in `before` and `after` are in minor units of the account's currency.
    """
    wanted = [accounts] if isinstance(accounts, AdAccount) else list(accounts)
    rows = OutsideChange.objects.filter(account__in=wanted, ours=False)
    if entity_ids is not None:
        rows = rows.filter(entity_id__in=entity_ids)
    if since is not None:
        rows = rows.filter(at__gte=since)
    return rows.select_related("account").order_by("-at", "-pk")
