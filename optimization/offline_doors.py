"""Doors of offline conversions: what a person uploads, and takes back, with its event in the same transaction."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from intelligence.models import OfflineUpload
from intelligence.offline import OfflineResult, OfflineRow, import_offline
from metaads.models import AdAccount
from optimization.ledger import record


@transaction.atomic
def upload_offline(
    account: AdAccount, rows: Iterable[OfflineRow], source: str, user: User | None, now: datetime
) -> OfflineResult:
    """Stores them and says what became of each line. `source`: a file's name, or "API"."""
    result = import_offline(account, rows, now, source, user)
    payload = {
        "upload": result.upload_id,
        "source": source,
        "accepted": result.accepted,
        "value": str(result.value),
        "duplicates": len(result.duplicates),
        "refused": len(result.refused),
        "unassigned": len(result.unassigned),
    }
    _record(account, payload, user, now)
    return result


@transaction.atomic
def remove_offline(upload: OfflineUpload, user: User | None, now: datetime) -> int:
    """Takes a whole upload back, for it was wrong. Answers how many conversions went."""
    count = upload.conversions.count()
    payload = {"upload": upload.pk, "source": upload.source, "removed": count}
    _record(upload.account, payload, user, now)
    upload.delete()
    return count


def _record(account: AdAccount, payload: Mapping[str, object], user: User | None, now: datetime) -> None:
    actor, user_id = ("user", user.pk) if user else ("operator", None)
    record("offline_imported", account_id=account.pk, actor=actor, user_id=user_id, now=now, payload=dict(payload))
