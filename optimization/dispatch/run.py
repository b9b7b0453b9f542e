"""Entrances of the dispatcher."""

import logging
from collections.abc import Callable
from datetime import datetime

from metaads import switch
from metaads.models import AdAccount
from optimization.dispatch.carry import carry
from optimization.dispatch.claim import claim
from optimization.models import Action, Status
from optimization.queue.selectors import claimable
from optimization.queue.states import LostRace

log = logging.getLogger("optimization.dispatch")


def run_action(action_id: int, now: datetime) -> Status:
    """Carries one action as far as it can go now and gives its status. Safe to call twice, late, or from two workers.

    `now` is business time. With ENABLE_INTELLIGENCE off nothing is done, not even a read.
    """
    if switch.is_on(switch.INTELLIGENCE):
        action = Action.objects.select_related("account__connection", "undo_of", "rule_version").get(pk=action_id)
        try:
            held = claim(action, now)
            if held is not None:
                log.info("step claimed", extra={"action": str(action.public_id)})
                carry(held, now)
                log.info("step finished")
        except LostRace:
            log.info("lost a race", extra={"action": str(action.public_id)})
    return Status(Action.objects.values_list("status", flat=True).get(pk=action_id))


def run_due(account: AdAccount, clock: Callable[[], datetime]) -> dict[Status, int]:
    """Everything claimable of one account, one after the other; counts by resulting status."""
    counts: dict[Status, int] = {}
    for action_id in list(claimable(account).values_list("pk", flat=True)):
        status = run_action(action_id, clock())
        counts[status] = counts.get(status, 0) + 1
    return counts
