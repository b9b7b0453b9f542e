"""What people write on an action beside its life cycle: tags and notes. The ledger keeps both versions."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from intelligence.metrics.tags import MOST, BadTag, plain
from optimization.ledger import record
from optimization.models import Action
from optimization.queue.decision import load, may_decide, who
from optimization.queue.errors import Invalid

LONGEST = 5_000


def annotate(
    action_id: int, user: User | None, now: datetime, *, tags: Iterable[str] | None = None, notes: str | None = None
) -> Action:
    """Replaces tags or notes (None = as they are), whatever became of the action. The same again changes nothing.

    Raises NotAllowed or Invalid.
    """
    may_decide(load(action_id), user)
    with transaction.atomic():
        row = Action.objects.select_for_update().get(pk=action_id)
        after = {
            "tags": row.tags if tags is None else _tags(tags),
            "notes": row.notes if notes is None else _notes(notes),
        }
        changed = {name: value for name, value in after.items() if value != getattr(row, name)}
        if changed:
            before = {name: getattr(row, name) for name in changed}
            Action.objects.filter(pk=row.pk).update(**changed)
            record(
                "optimization_annotated",
                account_id=row.account_id,
                action_id=row.public_id,
                now=now,
                payload={**changed, "before": before},
                **who(user),
            )
    return load(action_id)


def _tags(tags: Iterable[str]) -> list[str]:
    try:
        wanted = sorted({plain(tag) for tag in tags})
    except BadTag as problem:
        raise Invalid(f"tags: {problem}") from None
    if len(wanted) > MOST:
        raise Invalid(f"tags: {len(wanted)} tags are too many; at most {MOST} are kept on one action.")
    return wanted


def _notes(notes: str) -> str:
    text = notes.strip()
    if len(text) > LONGEST:
        raise Invalid(f"notes: {len(text):,} characters are too many; at most {LONGEST:,} are kept.")
    return text
