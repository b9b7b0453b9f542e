"""django-q2 doors. They take ids, ask the clock, call one function. A lost or doubled message is harmless."""

import logging
from datetime import timedelta
from functools import partial

from metaads import switch
from metaads.clock import business_now, machine_now
from metaads.models import AdAccount
from notifications.webhooks import deliver_due
from optimization import dispatch, jobs, pipeline
from optimization.incident.emergency import follow
from optimization.ledger import anchor_heads
from optimization.models import Action, Incident
from optimization.queue.losses import look_at_losses
from optimization.queue.selectors import unwatched_in_flight
from optimization.retention import roll_up_account

log = logging.getLogger(__name__)
HISTORY_TURN = timedelta(seconds=45)
"""Short, so that an account's hourly read never waits long behind other accounts' past."""


def observe_account(account_id: int) -> str:
    """Collects one account and evaluates it when something new was read."""
    account = AdAccount.objects.select_related("connection").get(pk=account_id)
    return pipeline.observe_and_evaluate(account, business_now(account))


def fetch_history(account_id: int) -> str:
    """A bounded turn of work on an account's past, well inside the queue's time limit."""
    account = AdAccount.objects.select_related("connection").get(pk=account_id)
    return pipeline.fetch_history(account, business_now(account), HISTORY_TURN)


def roll_up(account_id: int) -> str:
    """Sums what grows old, then deletes it."""
    account = AdAccount.objects.select_related("connection").get(pk=account_id)
    return roll_up_account(account, business_now(account), machine_now())


def watch_live(account_id: int) -> str:
    """Reads the entities of real-time rules and evaluates those rules."""
    account = AdAccount.objects.select_related("connection").get(pk=account_id)
    return pipeline.watch_live(account, business_now(account))


def look_scheduled(account_id: int) -> str:
    """Evaluates the rules whose hour has come, on the newest tables."""
    account = AdAccount.objects.select_related("connection").get(pk=account_id)
    return pipeline.look_on_time(account, business_now(account))


def run_goals(account_id: int) -> str:
    """Plans and proposes for the goals of an account."""
    account = AdAccount.objects.select_related("connection").get(pk=account_id)
    return pipeline.run_goals(account, business_now(account))


def evaluate_account(account_id: int) -> str:
    account = AdAccount.objects.select_related("connection").get(pk=account_id)
    return pipeline.evaluate(account, business_now(account))


def run_action(action_id: int) -> str:
    action = Action.objects.select_related("account__connection").filter(pk=action_id).first()
    if action is None:  # A message that outlived its database: it only said "look", and there is nothing.
        return "no such action"
    return str(dispatch.run_action(action_id, business_now(action.account)))


def sweep() -> int:
    """Carries on whatever is claimable and was lost by the queue; settles what is uncertain."""
    if not switch.is_on(switch.INTELLIGENCE):
        return 0
    looked_at = 0
    for account in [*AdAccount.objects.watched().select_related("connection"), *unwatched_in_flight()]:
        looked_at += sum(dispatch.run_due(account, partial(business_now, account)).values())
    return looked_at


def undo_timed() -> int:
    """Begins the undo of timed changes whose time is over, in every watched account."""
    accounts = AdAccount.objects.watched().select_related("connection")
    return sum(pipeline.undo_timed(account, business_now(account)) for account in accounts)


def measure_outcomes(account_id: int) -> int:
    """What executed changes of one account brought, as far as it is due."""
    account = AdAccount.objects.select_related("connection").get(pk=account_id)
    return pipeline.measure(account, business_now(account))


def follow_incidents() -> int:
    """Goes on with what emergency stops in force asked to be undone and paused."""
    if not switch.is_on(switch.INTELLIGENCE):
        return 0
    standing = Incident.objects.filter(stop__isnull=False, stop__lifted_at__isnull=True).select_related("account")
    return sum(follow(incident, business_now(incident.account)) for incident in standing)


def revert_losses() -> int:
    """Proposes or begins the undo of what clearly lost money after a day, where an account asks for it."""
    if not switch.is_on(switch.INTELLIGENCE):
        return 0
    accounts = AdAccount.objects.watched().select_related("connection")
    return sum(look_at_losses(account, business_now(account)) for account in accounts)


def expire() -> int:
    """Closes what is past its time, in every account."""
    accounts = AdAccount.objects.select_related("connection")
    return sum(pipeline.expire(account, business_now(account)) for account in accounts)


def anchor_ledger() -> int:
    """Once a day: the heads of all chains into the installation's chain and into the log."""
    return anchor_heads(business_now())


def deliver_webhooks() -> int:
    """Posts the calls of rules that are due; nothing leaves while everything is off. Retries are on machine time."""
    return deliver_due(machine_now()) if switch.is_on(switch.INTELLIGENCE) else 0


def run_job(job_id: int) -> str:
    """A back-test or simulation that somebody asked for, if no other one runs."""
    return jobs.run(job_id)


def look_after_jobs() -> str:
    """Jobs whose worker died are taken up again or given up; the one that waits longest is woken."""
    return jobs.look()
