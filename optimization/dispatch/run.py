"""Entrances of the dispatcher."""

import logging
from collections.abc import Callable
from datetime import datetime

from metaads import switch
from metaads.models import AdAccount
from optimization.dispatch.carry import carry
from optimization.dispatch.claim import claim
from optimization.dispatch.holds import older
from optimization.models import Action, Status
from optimization.queue.selectors import claimable
from optimization.queue.states import LostRace

log = logging.getLogger("optimization.dispatch")


def run_action(action_id: int, now: datetime) -> Status:
    """Carries one action as far as it can go now and gives its status. Safe to call twice, late, or from two workers.

    `now` is business time. With ENABLE_INTELLIGENCE off nothing is done, not even a read. An older approval of the
    same object that may begin now goes first.
    """
    if switch.is_on(switch.INTELLIGENCE):
        action = _load(action_id)
        first = older(action)
        while first is not None:
            _go(first, now)
            # Whatever became of it (done, or waiting for its next try): it is asked once.
            following = older(action)
            first = following if following is None or following.pk != first.pk else None
        _go(action, now)
    return Status(Action.objects.values_list("status", flat=True).get(pk=action_id))


def _load(action_id: int) -> Action:
    return Action.objects.select_related("account__connection", "undo_of", "rule_version").get(pk=action_id)


def _go(action: Action, now: datetime) -> None:
    """Write after write, until it is done or has to wait."""
    name = {"action": str(action.public_id)}
    try:
        held = claim(action, now)
        while held is not None:
            log.info("step claimed", extra=name)
            carry(held, now)
            log.info("step finished")
            held = claim(_load(action.pk), now) if held.part.of > 1 else None
    except LostRace:
        log.info("lost a race", extra=name)


def run_due(account: AdAccount, clock: Callable[[], datetime]) -> dict[Status, int]:
    """Everything claimable of one account, one after the other; counts by resulting status."""
    counts: dict[Status, int] = {}
    for action_id in list(claimable(account).values_list("pk", flat=True)):
        status = run_action(action_id, clock())
        counts[status] = counts.get(status, 0) + 1
    return counts
