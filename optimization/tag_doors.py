"""The door for tags: what people tag a campaign, ad set or ad with, and the ledger event, in one transaction."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from intelligence.metrics.tags import set_tags, tags_of
from metaads.models import AdAccount
from optimization.ledger import record


@transaction.atomic
def save_tags(
    account: AdAccount, level: str, entity_id: str, tags: Iterable[str], user: User | None, now: datetime
) -> list[str]:
    """Replaces the tags of an entity (its Meta id); gives them as kept. The same tags again change nothing.

    Raises intelligence.metrics.tags.BadTag, also for an entity that the account does not have.
    """
    before = tags_of(account, level, entity_id)
    after = set_tags(account, level, entity_id, tags)
    if after != before:
        record(
            "setting_changed",
            account_id=account.pk,
            now=now,
            payload={"tags_of": f"{level}:{entity_id}", "tags": after, "before": before},
            actor="user" if user else "operator",
            user_id=user.pk if user else None,
        )
    return after
