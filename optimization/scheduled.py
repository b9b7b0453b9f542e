"""Looks at the time that a rule's schedule names, on the newest tables, where no new data come at that time.

New data look at every rule that is due by then, and a live look at the real-time ones. This serves what they leave:
a rule of the day at its minute, and rules of the hour or the minutes whose look has not come.
"""

from datetime import datetime, timedelta

from intelligence.models import Freshness
from metaads import switch
from metaads.models import AdAccount
from optimization.cycle import run_scheduled
from optimization.gather import due_rules, last_looks
from optimization.limits import limits_for
from optimization.rules.schedule import is_due
from optimization.rules.selectors import active_rules
from optimization.wants import Look

PATIENCE = {
    "daily": timedelta(0),
    "hourly": timedelta(minutes=10),
    "15min": timedelta(minutes=2),
    "5min": timedelta(minutes=2),
}
"""How long new data, or a live look, are waited for: to look at old data first would keep the rule from the new."""


def overdue(account: AdAccount, now: datetime) -> list[Look]:
    """Rules that have waited for a look longer than their patience, of levels whose data are fresh enough for one.

    A rule that broke last time is left to the next new data: three looks in three minutes would switch it off.
    """
    if not active_rules(account).filter(current__document__schedule__every__in=list(PATIENCE)).exists():
        return []
    last, levels = last_looks(account, now), _fresh_levels(account, now)
    return [
        look
        for look in due_rules(account, now, PATIENCE)
        if look.rule.level in levels and not look.rule.consecutive_failures and _has_waited(look, account, now, last)
    ]


def _has_waited(look: Look, account: AdAccount, now: datetime, last: dict[int, datetime]) -> bool:
    schedule = look.compiled.document.schedule
    return is_due(schedule, account.zone, now - PATIENCE[schedule.every], last.get(look.rule.pk))


def _fresh_levels(account: AdAccount, now: datetime) -> set[str]:
    since = now - timedelta(hours=limits_for(account).max_data_age_hours)
    return set(Freshness.objects.filter(account=account, read_at__gte=since).values_list("level", flat=True))


def look_scheduled(account: AdAccount, now: datetime) -> str:
    """One look at what is overdue. Gives a line for logs and terminals. Raises SwitchedOff."""
    switch.require(switch.RULES)
    looks = overdue(account, now)
    if not looks:
        return "no rule's hour has come"
    every = {look.compiled.document.schedule.every for look in looks}
    run = run_scheduled(account, {look.rule.level for look in looks}, every, now)
    if run is None:
        return "Nothing to evaluate: no fresh data, or a stop is in force."
    return f"{len(run.counts['rules'])} rules looked at, {run.counts['matched']} matches."
