"""Pausing what was touched: every campaign, ad set and ad that changed in the hours before a stop and still runs."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from metaads.models import AdAccount, Level
from optimization.entities import Entity, load
from optimization.ledger import record
from optimization.models import Action, Incident, Source, Status
from optimization.queue.decision import approved, who
from optimization.queue.errors import QueueError
from optimization.queue.inverse import backward
from optimization.queue.races import make_way, plainly

WHY = "It was changed in the hours before an emergency stop, so it is paused until somebody has looked."
INSTEAD = "An emergency pauses it instead."


def touched(actions: Iterable[Action]) -> set[tuple[str, str]]:
    """(level, Meta id) of what these changes set or made."""
    found = {(step.level, step.entity_id) for action in actions for step in backward(action)}
    return {place for place in found if place[0] in Level.values}


def pause_touched(incident: Incident, account: AdAccount, actions: Sequence[Action], now: datetime) -> int:
    """Approves a pause of each that runs and has none of this incident yet; gives how many."""
    places = touched(actions)
    mine = Action.objects.filter(incident=incident, account=account, source=Source.INCIDENT)
    open_places = places - set(mine.values_list("level", "entity_id"))
    count = 0
    for level in Level.values:
        ids = [entity_id for one, entity_id in open_places if one == level]
        for entity in load(account, level, ids).values():
            if entity.status == "ACTIVE":
                # One on which somebody decides at this moment is tried again in a minute; the others do not wait.
                with suppress(QueueError):
                    _pause(incident, account, entity, incident.opened_by, now)
                    count += 1
    return count


def _pause(incident: Incident, account: AdAccount, entity: Entity, user: User | None, now: datetime) -> Action:
    """Proposed and approved in one step; an open proposal for the same makes way. Raises a QueueError."""
    action = Action(
        account=account,
        level=entity.level,
        entity_id=entity.meta_id,
        kind="pause",
        entity_name=entity.name,
        campaign_id=entity.campaign_id,
        campaign_name=entity.campaign_name,
        source=Source.INCIDENT,
        incident=incident,
        proposed_by=user,
        field="status",
        value_before="ACTIVE",
        value_wanted="PAUSED",
        value_final="PAUSED",
        currency=account.currency,
        reason_code="incident",
        reason=WHY,
        confidence_note="an emergency",
        status=Status.PENDING,
        proposed_at=now,
        refreshed_at=now,
    )
    payload = {"incident": str(incident.public_id), "before": "ACTIVE", "wanted": "PAUSED", "reason": WHY}
    about: dict[str, Any] = {"account_id": account.pk, "action_id": action.public_id, "payload": payload}
    with plainly():
        make_way(action, now, INSTEAD)
        action.save(force_insert=True)
        record("optimization_suggested", now=now, **about, **who(user))
        return approved(action, user, now, "emergency", by=who(user))
